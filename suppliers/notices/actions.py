"""What people do about a warning, and what a program sets. Evaluating them is warnings/evaluate."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from suppliers.tenants import audit, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Membership
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

from .models import EarlyWarning, WarningKind, WarningRule, WarningState

LONGEST_SNOOZE = dt.timedelta(days=366)
LONGEST_NOTE = 2000
# Lowest and highest threshold of each rule that has one: per cent, days, or a z-score.
BOUNDS: dict[str, tuple[int, int]] = {
    WarningKind.INTENSITY_UP: (0, 1000),
    WarningKind.OFF_TARGET: (0, 1000),
    WarningKind.MISSING_MONTH: (0, 366),
    WarningKind.BILL_OUTLIER: (1, 100),
    WarningKind.EXPIRY: (1, 730),
}
WHOLE_DAYS = (WarningKind.MISSING_MONTH, WarningKind.EXPIRY)


@transaction.atomic
def settle(*, by: Actor, warning: EarlyWarning, note: str = "") -> EarlyWarning:
    """Done: somebody dealt with it. It stays done while its reason stands; settling twice is once."""
    row = _own(by, warning)
    if row.state == WarningState.DONE:
        return row
    row.state, row.snoozed_until = WarningState.DONE, None
    row.settled_at, row.settled_by_id = clock.now(), by.user_id
    _write_note(row, note)
    return _saved(by, row, "done")


@transaction.atomic
def snooze(*, by: Actor, warning: EarlyWarning, until: dt.date, note: str = "") -> EarlyWarning:
    """Not before that day; it opens again on the day if its reason still stands."""
    row = _own(by, warning)
    _refuse_done(row)
    if not clock.today() < until <= clock.today() + LONGEST_SNOOZE:
        raise Refusal("warning.until", _("Choose a day after today, within a year."), status=422)
    row.state, row.snoozed_until = WarningState.SNOOZED, until
    _write_note(row, note)
    return _saved(by, row, "snooze", until=until.isoformat())


@transaction.atomic
def reopen(*, by: Actor, warning: EarlyWarning) -> EarlyWarning:
    """Back to open: what was snoozed, or what a person called done while its reason still stands."""
    row = _own(by, warning)
    if row.state == WarningState.OPEN:
        return row
    if row.state == WarningState.DONE and (row.settled_by_id is None or "over" in row.data):
        raise Refusal("warning.over", _("The reason of this warning is gone."))
    if row.state == WarningState.DONE:
        others = EarlyWarning.objects.filter(supplier=row.supplier_id, key=row.key)
        if others.exclude(state=WarningState.DONE).exists():
            raise Refusal("warning.twice", _("A newer warning of the same matter is open."))
    row.state, row.snoozed_until = WarningState.OPEN, None
    row.settled_at = row.settled_by = None
    return _saved(by, row, "reopen")


@transaction.atomic
def assign(*, by: Actor, warning: EarlyWarning, owner_id: int | None) -> EarlyWarning:
    """Who deals with it: a member of the company, or nobody."""
    row = _own(by, warning)
    _refuse_done(row)
    members = Membership.objects.live().filter(supplier=row.supplier_id, user__is_active=True)  # type: ignore[attr-defined]
    if owner_id is not None and not members.filter(user_id=owner_id).exists():
        raise Refusal("warning.owner", _("Choose a member of your company."), status=422)
    row.owner_id = owner_id
    return _saved(by, row, "assign", owner=owner_id)


@transaction.atomic
def write_note(*, by: Actor, warning: EarlyWarning, note: str) -> EarlyWarning:
    """A word on it for colleagues; an empty one takes it away."""
    row = _own(by, warning)
    if len(note) > LONGEST_NOTE:
        raise _too_long()
    row.note = note.strip()
    return _saved(by, row, "note")


@transaction.atomic
def set_rule(*, by: Actor, kind: str, is_on: bool, threshold: Decimal | None) -> WarningRule:
    """A program's own setting of a rule; without a threshold the default holds. Some rules are only on or off."""
    by.require(Right.WARNING_RULES)
    if by.buyer is None:
        raise PermissionDenied("not a buyer")
    if kind not in WarningKind.values:
        raise Refusal("warning.kind", _("There is no such rule."), status=422)
    threshold = _checked(kind, threshold)
    row, _new = WarningRule.objects.select_for_update().get_or_create(buyer=by.buyer, kind=kind)
    row.is_on, row.threshold = is_on, threshold
    row.save()
    data = {"kind": kind, "is_on": is_on, "threshold": None if threshold is None else str(threshold)}
    audit.record(by=by, act="warning_rule.set", subject=row, data=data)
    return row


def _checked(kind: str, threshold: Decimal | None) -> Decimal | None:
    if threshold is None or kind not in BOUNDS:
        return None
    lowest, highest = BOUNDS[kind]
    if not (threshold.is_finite() and lowest <= threshold <= highest):
        raise Refusal(
            "warning.threshold",
            _("This threshold lies between %(lowest)s and %(highest)s.")
            % {"lowest": lowest, "highest": highest},
            status=422,
            data={"kind": kind, "lowest": lowest, "highest": highest},
        )
    if kind in WHOLE_DAYS and threshold != int(threshold):
        raise Refusal("warning.days", _("Give whole days."), status=422, data={"kind": kind})
    return threshold


def _own(by: Actor, warning: EarlyWarning) -> EarlyWarning:
    by.require(Right.WARNING_WRITE)
    if not by.scope.is_everyone and by.scope.supplier_id != warning.supplier_id:
        raise PermissionDenied("a warning of another supplier")
    row: EarlyWarning = EarlyWarning.objects.select_for_update(of=("self",)).get(
        pk=warning.pk, supplier=warning.supplier_id
    )
    return row


def _refuse_done(row: EarlyWarning) -> None:
    if row.state == WarningState.DONE:
        raise Refusal("warning.done", _("This warning is done; open it again first."))


def _write_note(row: EarlyWarning, note: str) -> None:
    if len(note) > LONGEST_NOTE:
        raise _too_long()
    row.note = note.strip() or row.note


def _too_long() -> Refusal:
    return Refusal("warning.note", _("A note has at most 2000 characters."), status=422)


def _saved(by: Actor, row: EarlyWarning, deed: str, **data: object) -> EarlyWarning:
    row.save()
    audit.record(by=by, act=f"warning.{deed}", subject=row, data={"kind": row.kind, **data})
    return row
