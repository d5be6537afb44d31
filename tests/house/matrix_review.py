"""Rows of the matrix: assignments, reviews, findings and statements, and what is planted for them.

Of every reviewed supplier three versions more: one that waits for its verifier, one in the middle of its review, one
with its statement.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile

from suppliers.inventory.statement import numbers
from suppliers.models import (
    Assignment,
    EvidenceFile,
    Finding,
    Inventory,
    InventoryLine,
    LineCheck,
    Opinion,
    Site,
    Statement,
    Upload,
)
from suppliers.tenants.roles import Right, TenantKind
from tests.house.canaries import Readers
from tests.house.matrix import ANY, BODY, BUYER, PDF, SUPPLIER, Row, read, write

if TYPE_CHECKING:
    from tests.house.matrix_world import MatrixWorld

NOW = dt.datetime(2025, 1, 20, 8, tzinfo=dt.UTC)
R = Right
READS = {
    TenantKind.SUPPLIER: R.RECORD_READ, TenantKind.BUYER: R.RECORD_READ, TenantKind.BODY: R.INVENTORY_REVIEW,
}  # fmt: skip
ASSIGNED_TO = {TenantKind.BUYER: R.INVENTORY_ASSIGN, TenantKind.BODY: R.INVENTORY_REVIEW}
FOUND = {TenantKind.SUPPLIER: R.RECORD_READ, TenantKind.BODY: R.INVENTORY_REVIEW}
BY_NUMBER = "a statement is public to whoever holds its number"
OPINION = {"opinion-level": "limited", "opinion-conclusion": "unmodified", "opinion-text": "new"}
FIRST = {"number": "1"}
NUMBER = {"number": "statement_number"}
PUBLIC = {"number": "public_number"}


def _does(own: str, **more: Any) -> dict[str, Any]:
    return write(R.INVENTORY_REVIEW, BODY, own=own, **more)


def _reads(own: str = "working") -> dict[str, Any]:
    return {"GET": read(R.INVENTORY_REVIEW, BODY, own=own)["GET"]}


ROWS = [
    Row("assignments", read(R.INVENTORY_ASSIGN, BUYER)),
    Row(
        "assignment_make",
        write(R.INVENTORY_ASSIGN, BUYER, own="submitted", may_refuse="no body is named"),
        {"pk": "inventory"},
    ),
    Row("assignment_withdraw", write(R.INVENTORY_ASSIGN, BUYER, own="waiting"), {"pk": "assignment"}),
    Row("review_detail", _reads(), {"pk": "assignment"}),
    Row("review_begin", _does("waiting"), {"pk": "assignment"}),
    Row("review_sample", _does("working", body={"numbers": "1"}), {"pk": "assignment"}),
    Row("review_lines", _reads(), {"pk": "assignment"}),
    Row("review_replay", _does("working", may_refuse="it is being computed already"), {"pk": "assignment"}),
    Row("review_return", _does("working", body={"reason": "new"}), {"pk": "assignment"}),
    Row("review_line", _reads(), {"pk": "assignment"}, FIRST),
    Row("review_check", _does("working", body={"verdict": "right"}), {"pk": "assignment"}, FIRST),
    Row("review_file", _reads(), {"pk": "assignment"}, FIRST),
    Row("review_evidence", _reads(), {"pk": "assignment", "document_pk": "review_document"}),
    Row(
        "finding_raise",
        _does("working", body={"finding-kind": "clarification", "finding-text": "new"}),
        {"pk": "assignment"},
    ),
    Row("finding_ask", _does("working", body={"text": "new"}), {"pk": "finding"}),
    Row("finding_close", _does("working", body={"note": "new"}), {"pk": "finding"}),
    Row("opinion_give", _does("working", body=OPINION | {"opinion-file": PDF}), {"pk": "assignment"}),
    Row(
        "opinion_confirm",
        _does("working", body={"word": "2021"}, may_refuse="there is no opinion yet"),
        {"pk": "assignment"},
    ),
    Row("opinion_file", read(READS, ANY, own="done"), {"pk": "assignment"}),
    Row("findings", read(R.RECORD_READ, SUPPLIER)),
    Row(
        "finding_answer",
        write(R.INVENTORY_WRITE, SUPPLIER, own="working", body={"text": "new"}),
        {"pk": "finding"},
    ),
    Row("statements", read(READS, ANY)),
    Row("statement_pdf", read(READS, ANY), NUMBER),
    Row("statement_withdraw", _does("", body={"reason": "new"}), NUMBER),
    Row("statement_evidence", write(R.EVIDENCE_WRITE, SUPPLIER), NUMBER),
    Row("verify_look_up", read(), open=BY_NUMBER),
    Row("verify_keys", read(), open="public keys"),
    Row("verify_key", read(), open="a public key"),
    Row("verify_key_named", read(), {"key_id": "public_key"}, open="a public key"),
    Row("verify", read(), PUBLIC, open=BY_NUMBER),
    Row("verify_payload", read(), PUBLIC, open=BY_NUMBER),
    Row("verify_signature", read(), PUBLIC, open=BY_NUMBER),
    Row(
        "api_assignments",
        read(ASSIGNED_TO)
        | write(
            R.INVENTORY_ASSIGN,
            BUYER,
            body={"body": "BODYONE"},
            inside={"inventory": "inventory"},
            may_refuse="the version may be assigned already",
        ),
    ),
    Row("api_assignment", read(ASSIGNED_TO), {"pk": "assignment"}),
    Row("api_assignment_withdraw", write(R.INVENTORY_ASSIGN, BUYER, own="waiting"), {"pk": "assignment"}),
    Row("api_findings", read(FOUND)),
    Row("api_finding", read(FOUND), {"pk": "finding"}),
    Row(
        "api_finding_answer",
        write(
            R.INVENTORY_WRITE, SUPPLIER, own="working", body={"text": "new"}, inside={"evidence": "document"}
        ),
        {"pk": "finding"},
    ),
    Row("api_statements", read(READS)),
    Row("api_statement", read(READS), NUMBER),
    Row("api_statement_pdf", read(READS), NUMBER),
    Row("api_statement_evidence", write(R.EVIDENCE_WRITE, SUPPLIER), NUMBER),
]


def plant(world: MatrixWorld, code: str) -> None:
    if code not in world.reviewers:
        return
    for tag, year, state in (
        ("waiting", 2020, "submitted"),
        ("working", 2021, "under_review"),
        ("done", 2019, "verified"),
    ):
        _version(world, code, tag, year, state)
    document = _document(world, code)
    world.thing("review_document", document.pk, code, world.reviewed(code))


def _document(world: MatrixWorld, code: str) -> EvidenceFile:
    found: EvidenceFile = EvidenceFile.objects.filter(
        supplier=world.tenants[code], entered_by=None, released_at__isnull=False
    ).first()
    return found


def _version(world: MatrixWorld, code: str, tag: str, year: int, state: str) -> None:
    supplier, readers, (buyer, body) = world.tenants[code], world.reviewed(code), world.reviewers[code]
    three = {"supplier": supplier, "buyer": world.tenants[buyer], "body": world.tenants[body]}
    version = world.canaries.plant(
        Inventory, code, readers, tag, supplier=supplier, year=year, state="open", intensity_unit="万元", digest="",
        created_by=world.doers[code],
        totals={"scope1": str(world.canaries.number(readers)), "scope2_location": "0", "scope3": "0"},
    )  # fmt: skip
    line = world.canaries.plant(
        InventoryLine, code, readers, tag, supplier=supplier, inventory=version, number=1, year=year, month=6,
        carrier="electricity", scope=2, category="purchased_electricity", iso_category=2, basis="location", gas="CO2",
        factor_code="TEST-GRID", gwp_code="", factor_value="0.5", quantity=world.canaries.number(readers), unit="kWh",
        kgco2e=world.canaries.number(readers), data_quality="A", site=Site.objects.filter(supplier=supplier).first(),
        upload=Upload.objects.get(supplier=supplier, status="accepted", data_from__year=2024), upload_row=2,
        evidence=_document(world, code),
    )  # fmt: skip
    Inventory.objects.filter(pk=version.pk).update(state=state, frozen_at=NOW)
    version.refresh_from_db()
    parties = frozenset({code, buyer, body})
    assignment = world.canaries.plant(
        Assignment, code, parties, tag, **three, inventory=version, assigned_by=world.doers[buyer], sample=[1]
    )
    world.thing("assignment", assignment.pk, code, parties, tag)
    if tag == "working":
        _working(world, code, assignment, line, three)
    if tag == "done":
        _done(world, code, assignment, three, parties)


def _working(
    world: MatrixWorld, code: str, assignment: Assignment, line: InventoryLine, three: dict[str, Any]
) -> None:
    body = world.reviewers[code][1]
    both, doer = frozenset({code, body}), world.doers[body]
    world.canaries.plant(
        LineCheck, code, both, "working", **three, assignment=assignment, line=line, is_right=True, by=doer
    )
    finding = world.canaries.plant(
        Finding, code, both, "working", **three, assignment=assignment, line=line, kind="clarification", state="open",
        by=doer,
    )  # fmt: skip
    world.thing("finding", finding.pk, code, both, "working")


def _done(
    world: MatrixWorld, code: str, assignment: Assignment, three: dict[str, Any], parties: Readers
) -> None:
    body = world.reviewers[code][1]
    opinion = world.canaries.plant(
        Opinion, code, parties, "done", **three, assignment=assignment, level="limited", conclusion="unmodified",
        file=ContentFile(b"%PDF-1.4 planted", name="planted.pdf"), filename="planted.pdf", file_sha256=f"done-{code}",
        by=world.doers[body], confirmed_at=NOW,
    )  # fmt: skip
    readers = parties | world.shared(code)
    drawn = "2345678" + numbers.ALPHABET[len(world.things["statement_number"])]
    number = f"GLS-2019-{drawn}{numbers.check_character(2019, drawn)}"
    world.canaries.plant(
        Statement, code, readers, "done", **three, number=number, inventory=assignment.inventory, opinion=opinion,
        payload=_payload(world, code, number, readers), signature="00", key_id="none", superseded_by="",
        withdrawn_reason="", state="valid",
    )  # fmt: skip
    world.thing("statement_number", number, code, readers)


def _payload(world: MatrixWorld, code: str, number: str, readers: Readers) -> dict[str, Any]:
    said = world.canaries.text(code, "statement-said", readers)
    return {
        "number": number, "issued_on": "2025-01-20", "standard": "ISO 14064-1:2018",
        "supplier": {"name": said, "name_en": "", "uscc": ""},
        "period": {"from": "2019-01-01", "to": "2019-12-31"}, "consolidation": "operational", "scopes": ["1", "2"],
        "scope3_categories": [], "materiality_percent": "5", "opinion": {"level": "limited", "conclusion": "unmodified"},
        "tonnes_co2e": {
            "scope1": "1.000", "scope2_location": "2.000", "scope2_market": "2.000", "scope3": "0.000",
            "by_iso_category": {"1": "1.000", "2": "2.000"},
        },
        "verifier": {"name": said, "name_en": "", "accreditation_number": "", "opinion_sha256": ""},
        "inventory": {"version": 1, "digest": ""}, "signature": {"algorithm": "Ed25519", "key_id": ""},
    }  # fmt: skip
