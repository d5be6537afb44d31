"""Own factors: drafted with a document, handed in, judged by somebody else. What was approved is never edited."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from suppliers.calc.carriers import CARRIERS
from suppliers.disclosure import documents
from suppliers.disclosure.documents import Attachment
from suppliers.tenants import audit, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Enrolment, Supplier
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

from .life_cycle import SCOPE_2_CARRIERS, refuse_life_cycle
from .models import Factor, OwnFactor, OwnState

FIELDS = (
    *("code", "name", "kind", "series", "carrier", "region", "value", "gas", "per_unit", "source"),
    *("valid_from", "valid_to"),
)
NO_DOCUMENT = _("Attach the document the value stands in.")
_EDITABLE = (OwnState.DRAFT, OwnState.RETURNED)
_WROTE = ("own_factor.draft", "own_factor.edit", "own_factor.submit")


# -- reading -------------------------------------------------------------------------------------------


def seen_by(by: Actor) -> QuerySet[OwnFactor]:
    """One's own; a buyer also what its suppliers handed in, a supplier also what its programs approved.

    A verification body: what the lines of its reviews name.
    """
    rows: QuerySet[OwnFactor] = OwnFactor.objects.filter(OwnFactor.visible_in(by.scope))
    return rows.select_related("supplier", "buyer", "evidence", "created_by", "reviewed_by")


def one_or_404(by: Actor, pk: int) -> OwnFactor:
    row = seen_by(by).filter(pk=pk).first()
    if row is None:
        raise Http404(str(pk))
    return row


def in_force(supplier: Supplier) -> QuerySet[OwnFactor]:
    """Approved ones a supplier may reckon with: its own, and those of the programs it is enrolled in."""
    programs = Enrolment.objects.filter(supplier=supplier).active(clock.today()).values("buyer_id")  # type: ignore
    rows: QuerySet[OwnFactor] = OwnFactor.objects.filter(
        Q(supplier=supplier) | Q(buyer_id__in=programs), state=OwnState.APPROVED
    )
    return rows


def is_own(by: Actor, row: OwnFactor) -> bool:
    mine = (by.scope.supplier_id, by.scope.buyer_id)
    return mine == (row.supplier_id, row.buyer_id) and mine != (None, None)


def may_review(by: Actor, row: OwnFactor) -> bool:
    """A buyer's reviewer: of a supplier's factor, or of the buyer's own if somebody else brought it."""
    if row.state != OwnState.SUBMITTED or by.scope.buyer_id is None or not by.may(Right.EVIDENCE_REVIEW):
        return False
    return by.user_id is not None and by.user_id not in _authors(row)


# -- doing ---------------------------------------------------------------------------------------------


@transaction.atomic
def draft(*, by: Actor, fields: dict[str, Any], document: Attachment | None = None) -> OwnFactor:
    """A new draft; nobody else sees it until it is handed in."""
    by.require(Right.FACTOR_WRITE)
    if by.scope.supplier_id is None and by.scope.buyer_id is None:
        raise PermissionDenied("neither supplier nor buyer")
    row = OwnFactor(
        supplier_id=by.scope.supplier_id,
        buyer_id=by.scope.buyer_id,
        created_by_id=by.user_id,
    )
    _fill(row, fields)
    _attach(by, row, document)
    _save(row)
    audit.record(by=by, act="own_factor.draft", subject=row)
    return row


@transaction.atomic
def edit(
    *, by: Actor, row: OwnFactor, fields: dict[str, Any], document: Attachment | None = None
) -> OwnFactor:
    """Change a draft, or what was returned: it is a draft again. What is handed in or approved stands."""
    row = _own_locked(by, row)
    if row.state not in _EDITABLE:
        raise _stands()
    was = row.state
    _fill(row, fields)
    row.state, row.submitted_at = OwnState.DRAFT, None
    _attach(by, row, document)
    _save(row)
    audit.record(by=by, act="own_factor.edit", subject=row, data={"was": str(was)})
    return row


@transaction.atomic
def submit(*, by: Actor, row: OwnFactor) -> OwnFactor:
    """Hand a draft in for review. Handing in twice changes nothing."""
    row = _own_locked(by, row)
    if row.state == OwnState.SUBMITTED:
        return row
    if row.state not in _EDITABLE:
        raise _stands()
    document = row.document
    if document is None:
        raise Refusal("own_factor.evidence", NO_DOCUMENT, status=422)
    refuse_for_scope_2(row)
    row.state, row.submitted_at = OwnState.SUBMITTED, clock.now()
    row.save()
    documents.release(row.evidence)
    audit.record(by=by, act="own_factor.submit", subject=row, data={"sha256": document.sha256})
    return row


@transaction.atomic
def approve(*, by: Actor, row: OwnFactor, note: str = "") -> OwnFactor:
    return _judge(by, row, OwnState.APPROVED, note.strip())


@transaction.atomic
def send_back(*, by: Actor, row: OwnFactor, note: str) -> OwnFactor:
    """Return it to who brought it, with the reason."""
    if not note.strip():
        raise Refusal("review.reason", _("Say why it is returned, so that it can be put right."), status=422)
    return _judge(by, row, OwnState.RETURNED, note.strip())


@transaction.atomic
def retire(*, by: Actor, row: OwnFactor) -> OwnFactor:
    """No new inventory takes it; those that did keep it."""
    row = _own_locked(by, row)
    if row.state == OwnState.RETIRED:
        return row
    if row.state != OwnState.APPROVED:
        raise Refusal("own_factor.not_approved", _("Only what was approved can be retired."))
    row.state, row.retired_at = OwnState.RETIRED, clock.now()
    row.save()
    audit.record(by=by, act="own_factor.retire", subject=row)
    return row


def refuse_for_scope_2(row: OwnFactor) -> None:
    """Purchased electricity and heat take no life-cycle factor (`factor.life_cycle`)."""
    if row.carrier in SCOPE_2_CARRIERS:
        refuse_life_cycle(row)


def _judge(by: Actor, row: OwnFactor, state: OwnState, note: str) -> OwnFactor:
    by.require(Right.EVIDENCE_REVIEW)
    if by.scope.buyer_id is None:
        raise PermissionDenied("not a buyer")
    row = _locked(row)
    if row.state != OwnState.SUBMITTED:
        raise Refusal("own_factor.not_submitted", _("This is not handed in at present."))
    # A key is another tenant's voice for a supplier's factor, but no second person for the buyer's own.
    is_no_person = by.user_id is None and row.buyer_id is not None
    if is_no_person or by.user_id in _authors(row):
        raise Refusal(
            "own_factor.second_person", _("A second person judges it, not who wrote or handed it in.")
        )
    row.state, row.review_note = state, note
    row.reviewed_by_id, row.reviewed_at = by.user_id, clock.now()
    row.save()
    deed = "approve" if state == OwnState.APPROVED else "return"
    audit.record(by=by, act=f"own_factor.{deed}", subject=row, data={"note": note})
    return row


def _authors(row: OwnFactor) -> set[int | None]:
    wrote = audit.entries_of(row).filter(act__in=_WROTE).values_list("user_id", flat=True)
    return {*wrote, row.created_by_id} - {None}


def _fill(row: OwnFactor, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if name not in FIELDS:
            raise Refusal(
                "own_factor.field", _("There is no such field: %(name)s") % {"name": name}, status=422
            )
        setattr(row, name, value)
    row.unit = f"kg{row.gas}/{row.per_unit}"
    carrier = CARRIERS.get(row.carrier)
    if row.carrier and (carrier is None or carrier.base_unit != row.per_unit):
        expected = carrier.base_unit if carrier else "–"
        raise _invalid(_("The value of a carrier is per its base unit: %(unit)s.") % {"unit": expected})
    if row.valid_to and row.valid_from and row.valid_to < row.valid_from:
        raise _invalid(_("The end is before the start."))
    if Factor.objects.filter(code=row.code).exists():
        raise Refusal(
            "own_factor.code", _("An official factor has this code; choose one of your own."), status=422
        )
    refuse_for_scope_2(row)
    try:
        row.full_clean(
            exclude=["supplier", "buyer", "evidence", "file", "created_by", "reviewed_by"],
            validate_unique=False,
        )
    except ValidationError as error:
        raise _invalid(" ".join(error.messages)) from error


def _save(row: OwnFactor) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refusal(
            "own_factor.code", _("This code is taken; a new value takes a new code."), status=422
        ) from error


def _attach(by: Actor, row: OwnFactor, sent: Attachment | None) -> None:
    """A supplier's document is one of its evidence files; a buyer's stands with the factor, and so do its name and hash."""
    if sent is None:
        return
    if by.supplier is not None:
        row.evidence = documents.keep(
            by=by, supplier=by.supplier, content=sent.content, filename=sent.filename
        )
        return
    documents.refuse_too_large(len(sent.content))
    _content_type, ending = documents.content_type_of(sent.content)
    row.filename = documents.safe_name(sent.filename, ending)
    sha256 = hashlib.sha256(sent.content).hexdigest()
    if not row.file or sha256 != row.file_sha256:
        row.file_sha256 = sha256
        row.file.save(sha256, ContentFile(sent.content), save=False)


def _locked(row: OwnFactor) -> OwnFactor:
    return OwnFactor.objects.select_for_update().get(pk=row.pk)


def _own_locked(by: Actor, row: OwnFactor) -> OwnFactor:
    by.require(Right.FACTOR_WRITE)
    if not is_own(by, row):
        raise PermissionDenied("another's factor")
    return _locked(row)


def _stands() -> Refusal:
    return Refusal(
        "own_factor.stands", _("It was handed in and stands as it is; a new value is a new factor.")
    )


def _invalid(message: Any) -> Refusal:
    return Refusal("own_factor.invalid", message, status=422)
