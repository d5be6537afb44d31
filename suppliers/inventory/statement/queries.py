"""The statements that a tenant may see, newest first."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404

from suppliers.inventory.models import Standing, Statement, StatementState
from suppliers.tenants import clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.roles import Right, TenantKind

from . import numbers

# The right by which each kind of tenant reads statements.
READS = {
    TenantKind.SUPPLIER: Right.RECORD_READ,
    TenantKind.BUYER: Right.RECORD_READ,
    TenantKind.BODY: Right.INVENTORY_REVIEW,
}


def statements_for(actor: Actor) -> QuerySet[Statement]:
    """Of the supplier, of the body; for a program those it commissioned and those of its enrolled suppliers."""
    scope = actor.scope
    own = Q(buyer=scope.buyer_id) | scope.suppliers() if scope.buyer_id else Q(**actor.tenant_columns)
    found: QuerySet[Statement] = Statement.objects.filter(own)
    return found.select_related("supplier", "body")


def of_year(found: QuerySet[Statement], year: int) -> QuerySet[Statement]:
    """By its number, which carries the year: the inventory itself may be out of a buyer's sight by now."""
    return found.filter(number__startswith=numbers.of_year(year))


def standing_as(found: QuerySet[Statement], standing: str) -> QuerySet[Statement]:
    """As `models.standing_on` says of one."""
    gone = Q(valid_until__lt=clock.today())
    if standing == Standing.ENDED:
        return found.filter(gone, state=StatementState.VALID)
    found = found.filter(state=standing)
    return found.exclude(gone) if standing == Standing.VALID else found


def statement_or_404(actor: Actor, number: str) -> Statement:
    found: Statement | None = statements_for(actor).filter(number=number).first()
    if found is None:
        raise Http404(number)
    return found
