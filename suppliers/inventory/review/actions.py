"""From the assignment to the checked sample. Who may, in which state, and what the audit says."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from suppliers.inventory import inventories
from suppliers.inventory.models import (
    Assignment,
    Inventory,
    InventoryLine,
    InventoryState,
    LineCheck,
    Opinion,
)
from suppliers.tenants import audit, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Buyer, Enrolment, User, VerificationBody
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

from . import independence, queries

MATERIALITY_PERCENT = Decimal(5)


@transaction.atomic
def assign(
    *,
    by: Actor,
    inventory: Inventory,
    body: VerificationBody,
    verifier: User | None = None,
    materiality_percent: Decimal = MATERIALITY_PERCENT,
    buyer: Buyer | None = None,
) -> Assignment:
    """A program names who reviews a submitted version; once at a time, and nobody of the company itself."""
    by.require(Right.INVENTORY_ASSIGN)
    buyer = _buyer(by, buyer)
    supplier = inventory.supplier
    if not Enrolment.objects.filter(buyer=buyer, supplier=supplier).active(clock.today()).exists():  # type: ignore[attr-defined]
        raise Refusal("enrolment.unknown", _("This company is not enrolled in your program."), status=404)
    if inventory.state != InventoryState.SUBMITTED:
        raise Refusal("review.state", _("Only a submitted inventory can be assigned."))
    if not 0 < materiality_percent <= 100:
        raise Refusal("review.materiality", _("Materiality is above 0 and at most 100 %."), status=422)
    independence.refuse_unless_accredited(body)
    if verifier is not None and not independence.is_of_body(verifier.pk, body.pk):
        raise independence.not_of_body()
    independence.refuse_unless_independent(body=body, supplier=supplier, person=verifier)
    assignment = Assignment(
        supplier=supplier, buyer=buyer, body=body, inventory=inventory, verifier=verifier,
        materiality_percent=materiality_percent, assigned_by_id=by.user_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            assignment.save(force_insert=True)
    except IntegrityError as error:
        raise Refusal("review.assigned", _("This inventory is assigned already.")) from error
    audit.record(
        by=by,
        act="assignment.make",
        subject=assignment,
        data={"year": inventory.year, "version": inventory.version, "body": body.code},
    )
    return assignment


@transaction.atomic
def withdraw(*, by: Actor, assignment: Assignment) -> Assignment:
    """The program takes an assignment back that nobody has begun; the body reads nothing of it any more."""
    by.require(Right.INVENTORY_ASSIGN)
    assignment = _locked(assignment)
    if assignment.ended_at is not None:
        return assignment
    if assignment.inventory.state != InventoryState.SUBMITTED:
        raise Refusal("review.begun", _("The review has begun; it ends with an opinion or a return."))
    assignment.ended_at = clock.now()
    assignment.save(update_fields=["ended_at"])
    audit.record(by=by, act="assignment.withdraw", subject=assignment)
    return assignment


@transaction.atomic
def begin(*, by: Actor, assignment: Assignment) -> Assignment:
    """A verifier takes the review on; from here on it is under review, with the suggested sample to start from."""
    assignment = own(by, assignment)
    if assignment.inventory.state != InventoryState.SUBMITTED:
        raise Refusal("review.state", _("This review has begun or is over."))
    refuse_unless_fit(by, assignment)
    if assignment.verifier_id is None and by.user_id is not None:
        assignment.verifier_id = by.user_id
    assignment.save(update_fields=["verifier"])
    inventories.start_review(by=by, inventory=assignment.inventory)
    audit.record(by=by, act="assignment.begin", subject=assignment)
    return assignment


@transaction.atomic
def confirm_sample(*, by: Actor, assignment: Assignment, numbers: Collection[int]) -> Assignment:
    """The sample as the verifier wants it: the suggestion, more or less. Lines checked so far stay in it."""
    assignment = own(by, assignment)
    refuse_unless_under_review(assignment)
    wanted = set(numbers)
    lines = InventoryLine.objects.filter(supplier=assignment.supplier_id, inventory=assignment.inventory_id)
    known = set(lines.filter(number__in=wanted).values_list("number", flat=True))
    if wanted - known:
        raise Refusal("sample.line", _("The inventory has no line with that number."), status=422)
    checked = LineCheck.objects.filter(body=assignment.body_id, assignment=assignment)
    sample = sorted(known | set(checked.values_list("line__number", flat=True)))
    if not sample:
        raise Refusal("sample.empty", _("Choose at least one line."), status=422)
    assignment.sample = sample
    assignment.save(update_fields=["sample"])
    audit.record(by=by, act="assignment.sample", subject=assignment, data={"lines": len(sample)})
    return assignment


@transaction.atomic
def check_line(
    *, by: Actor, assignment: Assignment, number: int, is_right: bool, note: str = ""
) -> LineCheck:
    """The verifier's word on one line; a later word takes the earlier one's place until the opinion stands."""
    assignment = own(by, assignment)
    refuse_unless_under_review(assignment)
    note = note.strip()
    if not is_right and not note:
        raise Refusal("check.note", _("Say what is wrong with the line."), status=422)
    line = queries.line_of(assignment, number)
    if line is None:
        raise Refusal("sample.line", _("The inventory has no line with that number."), status=404)
    if number not in assignment.sample:
        raise Refusal("sample.outside", _("This line is not in the sample; add it there first."))
    check, _made = LineCheck.objects.update_or_create(
        assignment=assignment,
        line=line,
        defaults={
            "supplier_id": assignment.supplier_id, "buyer_id": assignment.buyer_id, "body_id": assignment.body_id,
            "is_right": is_right, "note": note, "by_id": by.user_id, "at": clock.now(),
        },
    )  # fmt: skip
    audit.record(
        by=by,
        act="line.check",
        subject=check,
        data={"number": number, "is": "right" if is_right else "wrong"},
    )
    return check


@transaction.atomic
def give_back(*, by: Actor, assignment: Assignment, reason: str) -> Assignment:
    """Return the version without an opinion: it has to be put right first. The next version is assigned anew."""
    assignment = own(by, assignment)
    refuse_unless_under_review(assignment)
    if not reason.strip():
        raise Refusal("review.reason", _("Say why it is returned, so that it can be put right."), status=422)
    inventories.give_back(by=by, inventory=assignment.inventory)
    audit.record(by=by, act="assignment.return", subject=assignment, data={"note": reason.strip()})
    return assignment


# -- what every step of a review asks ------------------------------------------------------------------


def own(by: Actor, assignment: Assignment) -> Assignment:
    """The assignment, locked; of the actor's own body, and of nobody else once a verifier has taken it."""
    by.require(Right.INVENTORY_REVIEW)
    if by.scope.body_id != assignment.body_id and not by.scope.is_everyone:
        raise PermissionDenied("a review of another body")
    assignment = _locked(assignment)
    if assignment.ended_at is not None:
        raise Refusal("review.ended", _("This assignment was taken back."))
    if by.user_id is not None and assignment.verifier_id not in (None, by.user_id):
        _take_over(by, assignment)
    return assignment


def _take_over(by: Actor, assignment: Assignment) -> None:
    """Only from somebody who left the body: otherwise nobody could end the review."""
    assert assignment.verifier_id is not None
    if independence.is_of_body(assignment.verifier_id, assignment.body_id):
        raise Refusal("review.verifier", _("A colleague of yours reviews this inventory."), status=403)
    left, assignment.verifier_id = assignment.verifier_id, by.user_id
    assignment.save(update_fields=["verifier"])
    audit.record(by=by, act="assignment.take_over", subject=assignment, data={"from": left})


def refuse_unless_fit(by: Actor, assignment: Assignment) -> None:
    """Accredited and independent on this very day."""
    independence.refuse_unless_accredited(assignment.body)
    independence.refuse_unless_independent(
        body=assignment.body, supplier=assignment.supplier, person=by.user or assignment.verifier
    )


def refuse_unless_under_review(assignment: Assignment) -> None:
    state = assignment.inventory.state
    if state == InventoryState.RETURNED:
        raise Refusal("review.returned", _("This inventory was returned; its next version is reviewed anew."))
    if state == InventoryState.SUBMITTED:
        raise Refusal("review.not_begun", _("Begin the review first."))
    confirmed = Opinion.objects.filter(assignment=assignment, confirmed_at__isnull=False).exists()
    if state != InventoryState.UNDER_REVIEW or confirmed:
        raise Refusal("opinion.given", _("The opinion stands; nothing of this review can be changed."))


def _locked(assignment: Assignment) -> Assignment:
    found: Assignment = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("inventory", "supplier", "body", "buyer")
        .get(pk=assignment.pk, supplier=assignment.supplier_id)
    )
    return found


def _buyer(by: Actor, buyer: Buyer | None) -> Buyer:
    if by.buyer is not None:
        return by.buyer
    if by.scope.is_everyone and buyer is not None:
        return buyer
    raise PermissionDenied("not a buyer")
