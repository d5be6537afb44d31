"""Issue, withdraw, use as evidence. A statement is never changed: its state moves on, the rest stands still.

That a new statement supersedes the earlier one of the same company and year is done by the database itself (migration
0006): the earlier one may be of another body, whose rows nobody else writes.
"""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from suppliers.disclosure import actions as disclosure
from suppliers.disclosure.models import Credential, CredentialKind, Review, Submitted, Verdict
from suppliers.inventory.models import InventoryState, Opinion, Standing, Statement, StatementState
from suppliers.tenants import audit, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Buyer
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

from . import numbers, signing
from .payload import payload


def issue(*, by: Actor, opinion: Opinion) -> Statement:
    """Sign what the confirmed opinion says. Called inside the transaction of the confirming act."""
    by.require(Right.INVENTORY_REVIEW)
    inventory = opinion.assignment.inventory
    inventory.refresh_from_db()
    if opinion.confirmed_at is None or inventory.state != InventoryState.VERIFIED:
        raise Refusal(
            "statement.early", _("A statement follows a confirmed opinion on a verified inventory.")
        )
    number, key_id = numbers.draw(inventory.year), signing.key_id()
    said = payload(opinion, number=number, key_id=key_id)
    statement = Statement(
        supplier_id=opinion.supplier_id, buyer_id=opinion.buyer_id, body_id=opinion.body_id,
        number=number, inventory=inventory, opinion=opinion, payload=said, signature=signing.sign(said),
        key_id=key_id, valid_until=opinion.valid_until,
    )  # fmt: skip
    statement.save(force_insert=True)
    audit.record(
        by=by, act="statement.issue", subject=statement, data={"number": number, "year": inventory.year}
    )
    return statement


@transaction.atomic
def withdraw(*, by: Actor, statement: Statement, reason: str) -> Statement:
    """The body takes its statement back, for good; whoever looks the number up reads that it was withdrawn."""
    by.require(Right.INVENTORY_REVIEW)
    if by.scope.body_id != statement.body_id and not by.scope.is_everyone:
        raise PermissionDenied("a statement of another body")
    statement = Statement.objects.select_for_update(of=("self",)).get(pk=statement.pk, body=statement.body_id)
    if not reason.strip():
        raise Refusal("statement.reason", _("Say why the statement is withdrawn."), status=422)
    if statement.state == StatementState.WITHDRAWN:
        raise Refusal("statement.withdrawn", _("This statement was withdrawn already."))
    statement.state, statement.withdrawn_at = StatementState.WITHDRAWN, clock.now()
    statement.withdrawn_reason = reason.strip()
    statement.save(update_fields=["state", "withdrawn_at", "withdrawn_reason"])
    audit.record(
        by=by, act="statement.withdraw", subject=statement,
        data={"number": statement.number, "reason": statement.withdrawn_reason},
    )  # fmt: skip
    return statement


def review_evidence(
    *, by: Actor, item: Submitted, verdict: Verdict | str, note: str = "", buyer: Buyer | None = None
) -> Review:
    """A buyer's verdict on evidence; what rests on a statement of ours is not accepted once that no longer holds."""
    if Verdict(verdict) == Verdict.ACCEPTED and isinstance(item, Credential):
        of_number = Statement.objects.filter(supplier=item.supplier_id, number=item.number)
        if item.number and of_number.exclude(state=StatementState.VALID).exists():
            raise Refusal(
                "statement.not_valid",
                _(
                    "This statement was withdrawn or superseded; return it, so that the supplier hands in the one that holds."
                ),
            )
    return disclosure.review(by=by, item=item, verdict=verdict, note=note, buyer=buyer)


@transaction.atomic
def use_as_evidence(*, by: Actor, statement: Statement) -> Credential:
    """The supplier hands its valid statement in as ISO 14064-1 evidence: the scorecard counts it from there."""
    by.require(Right.EVIDENCE_WRITE)
    if by.supplier is None or by.supplier.pk != statement.supplier_id:
        raise PermissionDenied("a statement of another supplier")
    if statement.standing == Standing.ENDED:
        raise Refusal(
            "statement.ended",
            _("The validity of this statement ended on %(day)s; it cannot be handed in as evidence.")
            % {"day": statement.valid_until},
        )
    if statement.state != StatementState.VALID:
        raise Refusal("statement.not_valid", _("Only a valid statement can be handed in as evidence."))
    handed_in = Credential.objects.filter(
        supplier=by.supplier, kind=CredentialKind.ISO_14064, number=statement.number, entered_by=None
    )
    if handed_in.exists():
        raise Refusal("statement.in_evidence", _("This statement is among your evidence already."))
    said = statement.payload
    credential = disclosure.draft(
        by=by,
        supplier=by.supplier,
        model=Credential,
        fields={
            "kind": CredentialKind.ISO_14064,
            "level": said["opinion"]["level"],
            "issued_on": dt.date.fromisoformat(said["issued_on"]),
            "expires_on": statement.valid_until,
            "period_end": dt.date.fromisoformat(said["period"]["to"]),
            "scope3_inside": {"1", "3", "4"} <= set(said["scope3_categories"]),
            "number": statement.number,
            "issuer": said["verifier"]["name"],
            "scope_entity": said["supplier"]["name"],
        },
    )
    return disclosure.submit(by=by, item=credential)
