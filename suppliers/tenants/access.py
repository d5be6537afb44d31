"""What a view says about who may use it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from .actors import Actor
from .models import Buyer, Supplier
from .roles import Right, TenantKind

View = Callable[..., HttpResponse]


class TenantRequest(HttpRequest):
    """A request that went through TenantMiddleware; `needs` guarantees the actor."""

    actor: Actor
    memberships: list[Any]
    htmx: Any


def needs(*rights: Right, kind: TenantKind | None = None) -> Callable[[View], View]:
    """The view asks for every one of `rights` (403 without); `kind` for one kind of tenant (403 for others)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = cast(Actor | None, getattr(request, "actor", None))
            if actor is None:
                raise PermissionDenied("no membership")
            for right in rights:
                actor.require(right)
            if kind is not None and actor.kind != kind:
                raise PermissionDenied(str(kind))
            return view(request, *args, **kwargs)

        guarded.needed_rights = rights  # type: ignore[attr-defined]
        return guarded

    return decorate


def own_supplier(actor: Actor) -> Supplier:
    if actor.supplier is None:
        raise PermissionDenied("not a supplier")
    return actor.supplier


def own_buyer(actor: Actor) -> Buyer:
    if actor.buyer is None:
        raise PermissionDenied("not a buyer")
    return actor.buyer


def supplier_for(actor: Actor, code: str) -> Supplier:
    """The supplier of that code whose data the actor may see today; otherwise it does not exist (404)."""
    return _found(Supplier.objects.filter(actor.scope.suppliers("pk"), code=code), code)


def supplier_known(actor: Actor, code: str) -> Supplier:
    """The same, and for a buyer also one that has left: its published scorecards stay readable."""
    return _found(Supplier.objects.filter(code=code), code)


def _found(suppliers: QuerySet[Supplier], code: str) -> Supplier:
    found = suppliers.first()
    if found is None:
        raise Http404(code)
    return found
