"""What a buyer of the matrix world owns: its method, its quarters in every state, what it says of each supplier."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile

from scorecards.methodology import version_one
from scorecards.models import Correction, Edition, Exemption, IndicatorValue, Methodology, Scorecard
from suppliers.models import Credential, EvidenceFile, Incident, Review

if TYPE_CHECKING:
    from tests.house.matrix_world import MatrixWorld

NOW = dt.datetime(2025, 1, 20, 8, tzinfo=dt.UTC)
DAY = dt.date(2024, 6, 1)
# One label is never both buyers': what is foreign to one must not exist for the other.
LABELS = {
    "LCFC": {"published": "FY24Q3", "computed": "FY24Q2", "locked": "FY24Q1"},
    "OTHER": {"published": "FY23Q4", "computed": "FY23Q3", "locked": "FY23Q2"},
}


def plant(world: MatrixWorld, buyer: str) -> None:
    members = sorted(world.program(buyer) - {buyer})
    frozen = _methodologies(world, buyer)
    for state, label in LABELS[buyer].items():
        _edition(world, buyer, label, state, frozen, members)
    for supplier in members:
        _said_of(world, buyer, supplier)


def _methodologies(world: MatrixWorld, buyer: str) -> Methodology:
    rows = {}
    for state, readers in (("draft", frozenset({buyer})), ("frozen", world.program(buyer))):
        rows[state] = world.canaries.plant(
            Methodology, buyer, readers, state, buyer=world.tenants[buyer], code=f"{buyer}-{state}"[:20], state=state,
            rules=version_one(), created_at=NOW if state == "frozen" else NOW - dt.timedelta(days=1),
        )  # fmt: skip
    return rows["frozen"]


def _edition(
    world: MatrixWorld, buyer: str, label: str, state: str, methodology: Methodology, members: list[str]
) -> None:
    is_out = state == "published"
    readers = world.program(buyer) if is_out else frozenset({buyer})
    quarter = world.tenants[buyer].quarter(label)
    edition = world.canaries.plant(
        Edition, buyer, readers, state, buyer=world.tenants[buyer], label=label, methodology=methodology,
        first_day=quarter.first_day, last_day=quarter.last_day, computed_at=NOW,
    )  # fmt: skip
    for rank, supplier in enumerate(members, start=1):
        _scorecard(world, edition, buyer, supplier, rank, is_out=is_out)
    moments: dict[str, Any] = {"locked_at": NOW} if state != "computed" else {}
    moments |= {"published_at": NOW, "published_by": world.doers[buyer]} if is_out else {}
    Edition.objects.filter(pk=edition.pk).update(state=state, **moments)
    world.thing("edition", label, buyer, readers, state)


def _scorecard(
    world: MatrixWorld, edition: Edition, buyer: str, supplier: str, rank: int, *, is_out: bool
) -> None:
    readers = frozenset({buyer, supplier} if is_out else {buyer})
    whose = {"buyer": world.tenants[buyer], "supplier": world.tenants[supplier], "edition": edition}
    card = world.canaries.sow(
        Scorecard, readers, **whose, commodity="pcb", size_band="M", total=60 + rank, grade="B", rank=rank, group_rank=rank,
        group_size=2, coverage_percent=90, verified_percent=50,
    )  # fmt: skip
    said = world.canaries.text(buyer, f"{edition.label}-indicator-of-{supplier}", readers)
    facts = {"score": said, "lowest_theme": said, "theme_limit": said, "expires": said}
    IndicatorValue.objects.bulk_create(
        IndicatorValue(
            **whose, scorecard=card, indicator=f"I{number}", value=world.canaries.number(readers), unit="",
            points=50, weight=12.5, state="scored", reason="i1.scored", data=facts,
        )
        for number in range(1, 9)
    )  # fmt: skip


def _said_of(world: MatrixWorld, buyer: str, supplier: str) -> None:
    """Verdicts, findings, corrections and exemptions: for the two of them and for nobody else."""
    both, tag = frozenset({buyer, supplier}), f"of{supplier}"
    whose = {"buyer": world.tenants[buyer], "supplier": world.tenants[supplier]}
    doer = world.doers[buyer]
    item = Credential.objects.get(supplier=world.tenants[supplier], state="submitted", entered_by=None)
    world.canaries.plant(
        Review, buyer, both, tag, **whose, subject="credential", subject_id=item.pk, verdict="accepted", at=NOW,
        by=doer,
    )  # fmt: skip
    entered = world.canaries.plant(
        Credential, buyer, both, tag, supplier=world.tenants[supplier], kind="rba_vap", state="submitted",
        submitted_at=NOW, entered_by=world.tenants[buyer], created_by=doer, issued_on=DAY,
        evidence=_document(world, buyer, supplier, "entered"),
    )  # fmt: skip
    world.thing("credential", entered.pk, buyer, both, "entered")
    finding = world.canaries.plant(
        Incident, buyer, both, tag, **whose, kind="environment", opened_on=DAY, by=doer,
        evidence=_document(world, buyer, supplier, "finding"),
    )  # fmt: skip
    world.thing("incident", finding.pk, buyer, both)
    world.canaries.plant(Correction, buyer, both, tag, **whose, found_on=DAY, percent=7, by=doer)
    world.canaries.plant(Exemption, buyer, both, tag, **whose, indicator="I3", from_day=DAY, by=doer)


def _document(world: MatrixWorld, buyer: str, supplier: str, tag: str) -> EvidenceFile:
    both = frozenset({buyer, supplier})
    content = b"%PDF-1.7\n" + world.canaries.text(buyer, f"{tag}-document-of-{supplier}", both).encode()
    row = world.canaries.plant(
        EvidenceFile, buyer, both, f"{tag}of{supplier}", supplier=world.tenants[supplier], size_bytes=len(content),
        content_type="application/pdf", created_by=world.doers[buyer], entered_by=world.tenants[buyer],
    )  # fmt: skip
    row.file.save("x", ContentFile(content), save=True)
    world.thing("document", row.pk, buyer, both, tag)
    return row
