"""Warnings as pages and API list them. A supplier's own; nobody else reads them."""

from __future__ import annotations

import datetime as dt

from django.db.models import Case, Count, IntegerField, Q, QuerySet, When
from django.http import Http404

from suppliers.tenants import clock
from suppliers.tenants.models import Membership, Supplier, User

from .models import EarlyWarning, WarningState


def _in_state(state: str, day: dt.date) -> Q:
    """As EarlyWarning.state_on says it."""
    slept_enough = Q(state=WarningState.SNOOZED, snoozed_until__lte=day)
    if state == WarningState.OPEN:
        return Q(state=WarningState.OPEN) | slept_enough
    return Q(state=state) & ~slept_enough


def of_supplier(supplier: Supplier, *, state: str = "", kind: str = "") -> QuerySet[EarlyWarning]:
    """Open ones first, the newest first among them; owner and who settled in the same query."""
    rows: QuerySet[EarlyWarning] = EarlyWarning.objects.filter(supplier=supplier)
    rows = rows.select_related("owner", "settled_by")
    today = clock.today()
    if state:
        rows = rows.filter(_in_state(state, today))
    if kind:
        rows = rows.filter(kind=kind)
    states = (WarningState.OPEN, WarningState.SNOOZED, WarningState.DONE)
    places = (When(_in_state(one, today), then=place) for place, one in enumerate(states))
    return rows.order_by(Case(*places, output_field=IntegerField()), "-raised_at", "-id")


def warning_or_404(supplier: Supplier, pk: int) -> EarlyWarning:
    found = of_supplier(supplier).filter(pk=pk).first()
    if found is None:
        raise Http404(str(pk))
    return found


def counts(supplier: Supplier) -> dict[str, int]:
    today = clock.today()
    sums = {state: Count("id", filter=_in_state(state, today)) for state in WarningState.values}
    found: dict[str, int] = EarlyWarning.objects.filter(supplier=supplier).aggregate(**sums)
    return found


def possible_owners(supplier: Supplier) -> list[User]:
    """Members of the company, by name."""
    live = Membership.objects.live().filter(supplier=supplier, user__is_active=True)  # type: ignore[attr-defined]
    return sorted({row.user for row in live.select_related("user")}, key=str)
