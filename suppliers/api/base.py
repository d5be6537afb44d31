"""What every API view shares: who asks, what it may, how lists, numbers and troubles look."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import ParseError
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

from suppliers.tenants import clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Buyer, Enrolment, Supplier
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right, TenantKind

if TYPE_CHECKING:  # the framework imports this module while it builds its views
    from rest_framework.views import APIView


class ActorAuthentication(SessionAuthentication):
    """The middleware has already found the person; a session must bring its CSRF token, a token need not."""

    def authenticate(self, request: Request) -> Any:
        token = getattr(request._request, "api_token", None)
        if token is not None:
            return (request._request.user, token)
        return super().authenticate(request)

    def authenticate_header(self, request: Request) -> str:
        return "Token"


class HasRights(BasePermission):
    """A view says `rights = {"GET": [Right.X], "POST": [...]}` or one list for every method."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        actor: Actor | None = getattr(request._request, "actor", None)
        wanted = getattr(view, "rights", None)
        if actor is None or wanted is None:
            return False
        if isinstance(wanted, dict):
            method = "GET" if request.method in ("HEAD", "OPTIONS") else request.method
            wanted = wanted.get(method, [])
        return all(actor.may(right) for right in wanted)


class ReadByKind:
    """For what several kinds of tenant read, each by a right of its own (403 without): `reads`."""

    reads: ClassVar[Mapping[TenantKind, Right]]
    rights: ClassVar[dict[str, list[Right]]] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        actor = actor_of(request)
        if actor.kind is None or actor.kind not in self.reads:
            raise PermissionDenied(str(actor.kind))
        actor.require(self.reads[actor.kind])


def actor_of(request: Request) -> Actor:
    actor: Actor | None = getattr(request._request, "actor", None)
    if actor is None:
        raise PermissionDenied("no membership")
    return actor


def supplier_of(request: Request) -> Supplier:
    """The supplier who asks; others have none of their own (403)."""
    supplier = actor_of(request).supplier
    if supplier is None:
        raise PermissionDenied("not a supplier")
    return supplier


def buyer_of(request: Request) -> Buyer:
    """The program meant: the buyer's own, or for a supplier the one it is enrolled with, by ?buyer= if several."""
    actor = actor_of(request)
    if actor.buyer is not None:
        return actor.buyer
    enrolments = Enrolment.objects.filter(supplier=supplier_of(request)).active(clock.today())  # type: ignore
    enrolments = enrolments.select_related("buyer")
    buyers = {enrolment.buyer.code: enrolment.buyer for enrolment in enrolments}
    wanted = request.query_params.get("buyer")
    if wanted:
        if wanted not in buyers:
            raise Http404(wanted)
        return buyers[wanted]
    if len(buyers) > 1:
        raise Refusal(
            "buyer.required", _("You are enrolled with several buyers: name one as ?buyer=CODE."), status=400
        )
    if not buyers:
        raise Http404("buyer")
    return next(iter(buyers.values()))


class ShallowJSONParser(JSONParser):
    """Nothing we take is nested deeply; brackets by the thousand are malformed, not an error of ours."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError(_("The body of this request cannot be read.")) from None


class Pages(PageNumberPagination):
    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000


class Number(serializers.FloatField):
    """A figure as a JSON number. Decimals in the database keep their exact value."""


class _NumbersEncoder(JSONEncoder):
    def default(self, obj: Any) -> Any:
        return float(obj) if isinstance(obj, Decimal) else super().default(obj)


class NumbersRenderer(JSONRenderer):
    encoder_class = _NumbersEncoder
