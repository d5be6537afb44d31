"""Draft, hand in, review. A supplier answers once for all its buyers; each buyer judges for itself.

What was handed in stands still: it can be changed only after a buyer returned it, and never once one accepted it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from suppliers.tenants import audit, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Buyer, Supplier
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

from . import documents, instruments, queries
from .models import EvidenceFile, Handing, Incident, Instrument, Review, Submitted, Verdict

Item = TypeVar("Item", bound=Submitted)

# Set by the actions themselves, never by whoever fills in a form.
_OWN_FIELDS = frozenset(
    {"id", "supplier", "supplier_id", "state", "submitted_at", "evidence", "evidence_id"}
    | {"entered_by", "entered_by_id", "created_by", "created_by_id", "created_at"}
    | {"collided_at", "cleared_at"}
)


@transaction.atomic
def draft(
    *,
    by: Actor,
    supplier: Supplier,
    model: type[Item],
    fields: dict[str, Any],
    evidence: EvidenceFile | None = None,
) -> Item:
    """A new draft of the supplier; nobody else sees it until it is handed in."""
    _require_own(by, supplier)
    item = model(supplier=supplier, state=Handing.DRAFT, created_by_id=by.user_id)
    _fill(item, fields, evidence)
    item.save(force_insert=True)
    audit.record(by=by, act=f"{_subject(item)}.draft", subject=item)
    return item


@transaction.atomic
def edit(*, by: Actor, item: Item, fields: dict[str, Any], evidence: EvidenceFile | None = None) -> Item:
    """Change a draft, or take back what a buyer returned: it is a draft again until handed in anew."""
    _require_own(by, item.supplier)
    item = _locked(item)
    _refuse_unless_editable(item)
    was = item.state
    _fill(item, fields, evidence)
    item.state, item.submitted_at = Handing.DRAFT, None
    item.save()
    if isinstance(item, Instrument):
        instruments.release(item)
    audit.record(by=by, act=f"{_subject(item)}.edit", subject=item, data={"was": str(was)})
    return item


@transaction.atomic
def submit(*, by: Actor, item: Item) -> Item:
    """Hand a draft in: from now on the buyers see it. Handing in twice changes nothing."""
    _require_own(by, item.supplier)
    item = _locked(item)
    if item.entered_by_id:
        raise _not_yours()
    if item.state == Handing.SUBMITTED:
        return item
    item.state, item.submitted_at = Handing.SUBMITTED, _after_every_verdict(item)
    item.save()
    if isinstance(item, Instrument):
        instruments.claim(item)
    documents.release(item.evidence)
    audit.record(by=by, act=f"{_subject(item)}.submit", subject=item)
    return item


@transaction.atomic
def discard(*, by: Actor, item: Submitted) -> None:
    """Throw a draft away that was never reviewed. What buyers have seen stays on file."""
    _require_own(by, item.supplier)
    item = _locked(item)
    reviewed = Review.objects.filter(
        supplier=item.supplier, subject=_subject(item), subject_id=item.pk
    ).exists()
    if item.state != Handing.DRAFT or reviewed:
        raise Refusal("evidence.handed_in", _("This was handed in already; it stays on file."))
    audit.record(by=by, act=f"{_subject(item)}.discard", subject=item)
    item.delete()


@transaction.atomic
def enter(
    *,
    by: Actor,
    supplier: Supplier,
    model: type[Item],
    fields: dict[str, Any],
    evidence: EvidenceFile | None = None,
    buyer: Buyer | None = None,
) -> Item:
    """Procurement enters what it knows of a supplier: handed in and accepted at once, for its program only."""
    by.require(Right.EVIDENCE_REVIEW)
    buyer = _buyer(by, buyer)
    item = model(
        supplier=supplier,
        state=Handing.SUBMITTED,
        submitted_at=clock.now(),
        entered_by=buyer,
        created_by_id=by.user_id,
    )
    _fill(item, fields, evidence)
    item.save(force_insert=True)
    _judge(by, buyer, item, Verdict.ACCEPTED, str(_("Entered by procurement.")))
    audit.record(by=by, act=f"{_subject(item)}.enter", subject=item)
    return item


@transaction.atomic
def review(
    *, by: Actor, item: Submitted, verdict: Verdict | str, note: str = "", buyer: Buyer | None = None
) -> Review:
    """A buyer's verdict on what was handed in; returning needs a reason. The newest verdict counts."""
    by.require(Right.EVIDENCE_REVIEW)
    buyer = _buyer(by, buyer)
    item = _locked(item)
    verdict, note = Verdict(verdict), note.strip()
    if item.state != Handing.SUBMITTED:
        raise Refusal("evidence.not_handed_in", _("This is not handed in at present."))
    if verdict == Verdict.RETURNED and not note:
        raise Refusal("review.reason", _("Say why it is returned, so that it can be put right."), status=422)
    row = _judge(by, buyer, item, verdict, note)
    audit.record(by=by, act=f"{_subject(item)}.{verdict}", subject=item, data={"note": note})
    return row


@transaction.atomic
def open_incident(
    *,
    by: Actor,
    supplier: Supplier,
    kind: str,
    opened_on: dt.date,
    note: str = "",
    evidence: EvidenceFile | None = None,
    buyer: Buyer | None = None,
) -> Incident:
    """A gate finding: from its day on the supplier's grade is at most D."""
    by.require(Right.EVIDENCE_REVIEW)
    incident = Incident(
        buyer=_buyer(by, buyer),
        supplier=supplier,
        kind=kind,
        opened_on=opened_on,
        note=note,
        evidence=evidence,
        by_id=by.user_id,
    )
    _validated(incident)
    incident.save(force_insert=True)
    audit.record(by=by, act="incident.open", subject=incident, data={"kind": kind})
    return incident


@transaction.atomic
def close_incident(*, by: Actor, incident: Incident, closed_on: dt.date, note: str = "") -> Incident:
    """Close a finding; the grade stays held for two quarters more. A closed one is not opened again."""
    by.require(Right.EVIDENCE_REVIEW)
    incident = Incident.objects.select_for_update().get(pk=incident.pk)
    if incident.closed_on is not None:
        raise Refusal("incident.closed", _("This finding is closed already."))
    if closed_on < incident.opened_on or closed_on > clock.today():
        raise Refusal("incident.day", _("A finding closes between its opening and today."), status=422)
    incident.closed_on = closed_on
    incident.note = "\n".join(part for part in (incident.note, note.strip()) if part)
    incident.save()
    audit.record(by=by, act="incident.close", subject=incident, data={"closed_on": closed_on.isoformat()})
    return incident


def _fill(item: Submitted, fields: dict[str, Any], evidence: EvidenceFile | None) -> None:
    for name, value in fields.items():
        if name in _OWN_FIELDS:
            raise ValueError(f"{name} is not for callers to set")
        setattr(item, name, value)
    if evidence is not None:
        item.evidence = evidence
    _validated(item)
    if isinstance(item, Instrument):
        instruments.check_item(item)


def _validated(row: Submitted | Incident) -> None:
    """The model's own field rules and constraints, as a refusal instead of a database error."""
    try:
        row.full_clean(exclude=["supplier", "buyer", "evidence", "created_by", "entered_by", "by"])
    except ValidationError as error:
        issues = [
            {"code": "field.invalid", "column": field, "message": " ".join(messages)}
            for field, messages in error.message_dict.items()
        ]
        sentence = _("Some values cannot be accepted.")
        raise Refusal("evidence.invalid", sentence, status=422, issues=issues) from error


def _judge(by: Actor, buyer: Buyer, item: Submitted, verdict: Verdict, note: str) -> Review:
    row = Review(
        buyer=buyer,
        supplier=item.supplier,
        subject=_subject(item),
        subject_id=item.pk,
        verdict=verdict,
        note=note,
        by_id=by.user_id,
        at=max(clock.now(), item.submitted_at or clock.now()),
    )
    row.save(force_insert=True)
    return row


def _after_every_verdict(item: Submitted) -> dt.datetime:
    """Now, but always after the verdicts given so far: they judged what stood before, even if the clock stands."""
    verdicts = Review.objects.filter(supplier=item.supplier, subject=_subject(item), subject_id=item.pk)
    newest = verdicts.aggregate(newest=Max("at"))["newest"]
    return max(clock.now(), newest + dt.timedelta(microseconds=1)) if newest else clock.now()


def _locked(item: Item) -> Item:
    fresh: Item = (
        type(item)
        .objects.select_for_update(of=("self",))
        .select_related("supplier")
        .get(pk=item.pk, supplier=item.supplier_id)
    )
    return fresh


def _refuse_unless_editable(item: Submitted) -> None:
    if item.entered_by_id:
        raise _not_yours()
    standing = queries.standing_of(item)
    if not standing.is_editable:
        raise Refusal(
            "evidence.handed_in",
            _("This is handed in. It can be changed after a buyer returns it; else enter a new one."),
        )


def _not_yours() -> Refusal:
    return Refusal("evidence.not_yours", _("Procurement entered this; it is theirs to change."))


def _require_own(by: Actor, supplier: Supplier) -> None:
    by.require(Right.EVIDENCE_WRITE)
    if not by.scope.is_everyone and by.scope.supplier_id != supplier.pk:
        raise PermissionDenied("evidence of another supplier")


def _buyer(by: Actor, buyer: Buyer | None) -> Buyer:
    """The program spoken for: the actor's own; only the product itself may name another."""
    if by.buyer is not None:
        return by.buyer
    if by.scope.is_everyone and buyer is not None:
        return buyer
    raise PermissionDenied("not a buyer")


def _subject(item: Submitted) -> str:
    return item._meta.model_name or ""
