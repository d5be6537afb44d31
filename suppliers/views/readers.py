"""Whose data a page shows: the own company's, or for a buyer the one it names."""

from __future__ import annotations

from django.http import Http404

from suppliers.tenants.access import TenantRequest, supplier_for
from suppliers.tenants.models import Supplier


def supplier_read(request: TenantRequest) -> Supplier:
    """A supplier reads itself; a buyer says which enrolled supplier by `?supplier=CODE` (404 without or for strangers)."""
    if request.actor.supplier is not None:
        return request.actor.supplier
    code = request.GET.get("supplier", "")
    if not code:
        raise Http404("supplier")
    return supplier_for(request.actor, code)
