"""The statements that a tenant may see, newest first."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404

from suppliers.inventory.models import Statement
from suppliers.tenants.actors import Actor


def statements_for(actor: Actor) -> QuerySet[Statement]:
    """Of the supplier, of the body; for a program those it commissioned and those of its enrolled suppliers."""
    scope = actor.scope
    own = Q(buyer=scope.buyer_id) | scope.suppliers() if scope.buyer_id else Q(**actor.tenant_columns)
    found: QuerySet[Statement] = Statement.objects.filter(own)
    return found.select_related("supplier", "body")


def statement_or_404(actor: Actor, number: str) -> Statement:
    found: Statement | None = statements_for(actor).filter(number=number).first()
    if found is None:
        raise Http404(number)
    return found
