"""From request to actor: who is it, for which tenant, and the scope opened around the whole answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import get_resolver
from django.utils.translation import gettext as _

from . import row_security, tokens
from .actors import Actor
from .asking import coming_from, identified
from .models import ApiToken, Membership
from .refusals import Refusal
from .scope import entered

TENANT_HEADER = "X-GreenLink-Tenant"
SESSION_KEY = "tenant_membership"
# Who answers an invitation speaks for no tenant yet, whichever others they are in.
BEFORE_ANY_TENANT = "/invitations/"
# One's own data are a person's affair in all its tenants at once: the actor is known, no scope is open.
OF_THE_PERSON = "/privacy/"

logger = logging.getLogger(__name__)
Answer = Callable[[HttpRequest], HttpResponse]


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def error_response(code: str, message: Any, status: int, **more: Any) -> JsonResponse:
    return JsonResponse({"code": code, "message": str(message), **more}, status=status)


class TokenMiddleware:
    """Authenticate `Authorization: Token KEY` before any view, so that the scope can be opened around it.

    The first of ours to ask the database, so the transaction of a request that reads begins here.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.api_token = None  # type: ignore[attr-defined]
        with _one_transaction(request):
            response = self._answered(request)
            if response.status_code >= 500 and connection.in_atomic_block:
                transaction.set_rollback(True)
        token = request.api_token  # type: ignore[attr-defined]
        if token is not None:
            # After the answer: what notes the use of a key locks its row, and the key's other calls would wait.
            tokens.note_use(token)
        return response

    def _answered(self, request: HttpRequest) -> HttpResponse:
        header = request.headers.get("Authorization", "")
        if is_api(request) and header:
            scheme, _space, key = header.partition(" ")
            token = tokens.find(key.strip()) if scheme.lower() == "token" else None
            if token is None:
                return error_response(
                    "auth.token", _("This token is not known, has expired or was revoked."), 401
                )
            request.user = token.user or Machine()
            request.api_token = token  # type: ignore[attr-defined]
        return self.get_response(request)


class Machine(AnonymousUser):
    """Stands where a view looks for a person, when an integration's key asks. Its rights are the key's."""

    is_authenticated = True  # type: ignore[assignment]
    is_anonymous = False  # type: ignore[assignment]


class TenantMiddleware:
    """Choose the membership the request speaks for, and open its scope."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        request.memberships = []  # type: ignore[attr-defined]
        with coming_from(_origin(request)), identified(request.user.pk):
            return self._answered(request)

    def _answered(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated or request.path.startswith(BEFORE_ANY_TENANT):
            return self.get_response(request)
        try:
            actor = _actor(request)
        except Refusal as refusal:
            return error_response(refusal.code, refusal.message, refusal.status)
        if actor is None:
            return self.get_response(request)
        request.actor = actor  # type: ignore[attr-defined]
        if request.path.startswith(OF_THE_PERSON):
            return self.get_response(request)
        with entered(actor.scope):
            return self.get_response(request)


def _one_transaction(request: HttpRequest) -> AbstractContextManager[Any]:
    """A page that only reads is read at one moment, from who asks to the last row: one BEGIN and one COMMIT.

    What writes has transactions of its own: work it leaves for the queue must start before it answers.
    """
    reads = request.method in ("GET", "HEAD") and connection.vendor == "postgresql"
    return transaction.atomic() if reads else nullcontext()


def _origin(request: HttpRequest) -> str:
    token: ApiToken | None = request.api_token  # type: ignore[attr-defined]
    try:
        address = get_adapter(request).get_client_ip(request)
    except (ImproperlyConfigured, PermissionDenied):
        # not by way of the proxies that the settings promise
        address = str(request.META.get("REMOTE_ADDR", ""))
    return f"{address} {token.prefix}…" if token is not None else address


def _actor(request: HttpRequest) -> Actor | None:
    token: ApiToken | None = request.api_token  # type: ignore[attr-defined]
    if token is not None and token.user_id is None:
        return _key_actor(token, request.headers.get(TENANT_HEADER))
    memberships = list(
        Membership.objects.live()  # type: ignore[attr-defined,misc]
        .filter(user=request.user)
        .select_related("user", "supplier", "buyer", "body")
        .order_by("id")
    )
    request.memberships = memberships  # type: ignore[attr-defined]
    chosen = _choose(request, memberships)
    return Actor.of(chosen, token) if chosen else None


def _key_actor(key: ApiToken, wanted: str | None) -> Actor:
    with entered(key.scope):
        tenant = key.tenant
    if wanted and (tenant is None or tenant.code != wanted):
        raise _not_a_member()
    return Actor.of_key(key)


def _not_a_member() -> Refusal:
    return Refusal("tenant.unknown", _("You are not a member of this tenant."), status=404)


def _choose(request: HttpRequest, memberships: list[Membership]) -> Membership | None:
    if not memberships:
        return None
    wanted = request.headers.get(TENANT_HEADER)
    if wanted:
        for membership in memberships:
            if membership.tenant is not None and membership.tenant.code == wanted:
                return membership
        raise _not_a_member()
    if len(memberships) == 1:
        return memberships[0]
    if request.api_token is not None:  # type: ignore[attr-defined]
        raise Refusal(
            "tenant.required",
            _("You belong to several tenants: name one in the header X-GreenLink-Tenant."),
            status=400,
        )
    kept = request.session.get(SESSION_KEY)
    return next((membership for membership in memberships if membership.pk == kept), memberships[0])


class MemberRequiredMiddleware(LoginRequiredMiddleware):
    """Everything is behind login unless a view says otherwise; the API answers 401 instead of a login page."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        if is_api(request):
            response = error_response("auth.required", _("Log in, or send a token."), 401)
            response["WWW-Authenticate"] = "Token"
            return response
        return super().handle_no_permission(request, view_func)


class RefusalMiddleware:
    """A refusal on a page becomes a message where the reader came from, never a 500."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if row_security.refused(exception):
            # A row of somebody else was about to be written. For who asks, it is not there.
            logger.error("row-level security refused %s %s", request.method, request.path, exc_info=exception)
            return _not_found(request, exception)
        if not isinstance(exception, Refusal):
            return None
        if is_api(request):
            return error_response(exception.code, exception.message, exception.status)
        messages.error(request, str(exception.message), extra_tags=exception.code)
        target = _same_site_referer(request)
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": target})
        return (
            HttpResponseRedirect(target, status=303)
            if target != request.path or request.method != "GET"
            else None
        )


def _not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    answer: HttpResponse = get_resolver().resolve_error_handler(404)(request, exception)  # type: ignore[call-arg]
    return answer


def _same_site_referer(request: HttpRequest) -> str:
    referer = request.headers.get("Referer", "")
    origin = f"{request.scheme}://{request.get_host()}"
    return referer.removeprefix(origin) if referer.startswith(origin + "/") else "/"
