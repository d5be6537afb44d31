"""Warnings as pages and API list them. A supplier's own; nobody else reads them."""

from __future__ import annotations

from django.db.models import Case, Count, IntegerField, QuerySet, When
from django.http import Http404

from suppliers.tenants.models import Membership, Supplier, User

from .models import EarlyWarning, WarningState

_ORDER = Case(
    *(
        When(state=state, then=place)
        for place, state in enumerate((WarningState.OPEN, WarningState.SNOOZED, WarningState.DONE))
    ),
    output_field=IntegerField(),
)


def of_supplier(supplier: Supplier, *, state: str = "", kind: str = "") -> QuerySet[EarlyWarning]:
    """Open ones first, the newest first among them; owner and who settled in the same query."""
    rows: QuerySet[EarlyWarning] = EarlyWarning.objects.filter(supplier=supplier)
    rows = rows.select_related("owner", "settled_by")
    if state:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.order_by(_ORDER, "-raised_at", "-id")


def warning_or_404(supplier: Supplier, pk: int) -> EarlyWarning:
    found = of_supplier(supplier).filter(pk=pk).first()
    if found is None:
        raise Http404(str(pk))
    return found


def counts(supplier: Supplier) -> dict[str, int]:
    rows = EarlyWarning.objects.filter(supplier=supplier).order_by().values_list("state")
    found = dict(rows.annotate(count=Count("id")))
    return {state: found.get(state, 0) for state in WarningState.values}


def possible_owners(supplier: Supplier) -> list[User]:
    """Members of the company, by name."""
    live = Membership.objects.live().filter(supplier=supplier, user__is_active=True)  # type: ignore[attr-defined]
    return sorted({row.user for row in live.select_related("user")}, key=str)
