"""What pages and API ask of reviews. Every question names the body, the buyer or the supplier that asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from suppliers.calc import sampling
from suppliers.disclosure.models import EvidenceFile
from suppliers.inventory.models import (
    Assignment,
    Finding,
    FindingReply,
    Inventory,
    InventoryLine,
    InventoryState,
    LineCheck,
)
from suppliers.tenants import clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Buyer, Enrolment
from suppliers.uploads import queries as uploads
from suppliers.uploads import readers
from suppliers.uploads.preflight import FileTrouble

# The market-based line of an activity repeats its location-based line; only those with an instrument stand alone.
SAMPLED = ~Q(basis="market") | Q(instrument__isnull=False)


def assignments_of(body_id: int) -> QuerySet[Assignment]:
    """What a body reviews or reviewed, newest first: one query."""
    found: QuerySet[Assignment] = Assignment.objects.filter(body=body_id, ended_at=None)
    return found.select_related("supplier", "inventory", "verifier", "buyer", "opinion", "opinion__statement")


def assignments_seen_by(actor: Actor) -> QuerySet[Assignment]:
    """Of the body what it reviews or reviewed; of the program also what it took back. Newest first, one query."""
    found: QuerySet[Assignment] = Assignment.objects.filter(**actor.tenant_columns)
    if actor.scope.body_id is not None:
        found = found.filter(ended_at=None)
    return found.select_related("supplier", "inventory", "verifier", "body", "opinion__statement")


def assignment_or_404(actor: Actor, pk: int) -> Assignment:
    """For one of the three that it names; for everybody else it does not exist."""
    found: Assignment | None = (
        Assignment.objects.filter(pk=pk, **actor.tenant_columns)
        .select_related("supplier", "inventory", "verifier", "buyer", "body")
        .first()
    )
    if found is None or (actor.scope.body_id is not None and found.ended_at is not None):
        raise Http404(pk)
    return found


def assignable(buyer: Buyer) -> QuerySet[Inventory]:
    """Handed in by the program's suppliers: what waits for a verifier, or has one. Newest first."""
    enrolled = Enrolment.objects.filter(buyer=buyer).active(clock.today()).values("supplier")  # type: ignore[attr-defined]
    states = [InventoryState.SUBMITTED, InventoryState.UNDER_REVIEW, InventoryState.VERIFIED]
    found: QuerySet[Inventory] = Inventory.objects.filter(supplier__in=enrolled, state__in=states)
    return found.select_related("supplier").order_by("-year", "supplier__code", "-version")


def assignable_or_404(buyer: Buyer, pk: int) -> Inventory:
    found: Inventory | None = assignable(buyer).filter(pk=pk).first()
    if found is None:
        raise Http404(pk)
    return found


def line_of(assignment: Assignment, number: int) -> InventoryLine | None:
    found: InventoryLine | None = (
        InventoryLine.objects.filter(
            supplier=assignment.supplier_id, inventory=assignment.inventory_id, number=number
        )
        .select_related("site", "upload", "evidence")
        .first()
    )
    return found


def suggestion(assignment: Assignment) -> list[int]:
    """The sample the platform proposes (calc/sampling.py): one query."""
    lines = InventoryLine.objects.filter(
        SAMPLED, supplier=assignment.supplier_id, inventory=assignment.inventory_id
    )
    rows = list(lines.order_by("number").values_list("number", "kgco2e", "data_quality"))
    numbers, sizes, grades = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    return sampling.suggest(numbers, sizes, grades, materiality_percent=assignment.materiality_percent)


def sampled(assignment: Assignment, numbers: list[int]) -> list[dict[str, Any]]:
    """The lines of a sample with the word on each: two queries."""
    lines = InventoryLine.objects.filter(
        supplier=assignment.supplier_id, inventory=assignment.inventory_id, number__in=numbers
    ).select_related("site")
    checks = {one.line_id: one for one in checks_of(assignment)}
    return [{"line": line, "check": checks.get(line.pk)} for line in lines.order_by("number")]


def checks_of(assignment: Assignment) -> QuerySet[LineCheck]:
    found: QuerySet[LineCheck] = LineCheck.objects.filter(body=assignment.body_id, assignment=assignment)
    return found


def unchecked(assignment: Assignment) -> list[int]:
    """Numbers of the sample on which no word has been said."""
    done = set(checks_of(assignment).values_list("line__number", flat=True))
    return [number for number in assignment.sample if number not in done]


@dataclass(frozen=True)
class Talk:
    """A finding and what was said to it, in order."""

    finding: Finding
    replies: list[FindingReply]


def findings_of(assignment: Assignment) -> list[Talk]:
    """Everything raised in a review: two queries."""
    found = Finding.objects.filter(supplier=assignment.supplier_id, assignment=assignment)
    return with_talk(found.select_related("line", "by"))


def findings_for(supplier_id: int) -> list[Talk]:
    """Everything raised to a supplier, open ones first: two queries."""
    found = Finding.objects.filter(supplier=supplier_id).select_related(
        "line", "by", "assignment", "assignment__inventory", "body"
    )
    return sorted(with_talk(found), key=lambda one: (one.finding.state == "closed", -one.finding.pk))


def findings_seen_by(actor: Actor) -> QuerySet[Finding]:
    """Of the supplier or of the body that asks, newest first; a program reads none."""
    found: QuerySet[Finding] = Finding.objects.filter(**actor.tenant_columns)
    return found.select_related("line", "by", "supplier", "body", "assignment__inventory").order_by("-id")


def finding_or_404(actor: Actor, pk: int) -> Finding:
    found: Finding | None = findings_seen_by(actor).filter(pk=pk).first()
    if found is None:
        raise Http404(pk)
    return found


def own_document(supplier_id: int, pk: int) -> EvidenceFile | None:
    """A document that the company itself brought, to be named in an answer."""
    found: EvidenceFile | None = EvidenceFile.objects.filter(
        pk=pk, supplier=supplier_id, entered_by=None
    ).first()
    return found


def with_talk(findings: Iterable[Finding]) -> list[Talk]:
    rows = list(findings)
    replies = FindingReply.objects.filter(finding__in=[one.pk for one in rows]).select_related(
        "evidence", "by"
    )
    talk: dict[int, list[FindingReply]] = {}
    for reply in replies.order_by("id"):
        talk.setdefault(reply.finding_id, []).append(reply)
    return [Talk(one, talk.get(one.pk, [])) for one in rows]


def total(inventory: Inventory) -> Decimal:
    """The whole of a version, location-based [kgCO2e]."""
    parts = ("scope1", "scope2_location", "scope3")
    return sum((Decimal(inventory.totals.get(part) or 0) for part in parts), Decimal())


def threshold(assignment: Assignment) -> Decimal:
    """Materiality as an amount [kgCO2e]."""
    return total(assignment.inventory) * assignment.materiality_percent / 100


# What a verifier reads beside a line of a workbook larger than this is the file itself.
SHOWN_BYTES = 5 * 1024 * 1024


def cells_beside(line: InventoryLine) -> list[tuple[str, str]]:
    """Heading and cell of the row that the line came from, as the file had it; nothing where there is none."""
    upload = line.upload
    if upload is None or not line.upload_row or upload.size_bytes > SHOWN_BYTES:
        return []
    try:
        table = readers.read_table(uploads.content_of(upload), examined=True)
    except (FileTrouble, OSError):
        return []
    place = line.upload_row - table.first_row
    if not 0 <= place < len(table):
        return []
    cells = (
        (heading, str(column[place])) for heading, column in zip(table.header, table.columns, strict=False)
    )
    return [(heading, cell) for heading, cell in cells if cell.strip()]


def document_of(assignment: Assignment, pk: int) -> EvidenceFile | None:
    """A document that a line or an answer of this review names."""
    lines = InventoryLine.objects.filter(supplier=assignment.supplier_id, inventory=assignment.inventory_id)
    replies = FindingReply.objects.filter(supplier=assignment.supplier_id, finding__assignment=assignment)
    named = Q(pk__in=lines.values("evidence_id")) | Q(pk__in=replies.values("evidence_id"))
    found: EvidenceFile | None = EvidenceFile.objects.filter(
        named, pk=pk, supplier=assignment.supplier_id
    ).first()
    return found
