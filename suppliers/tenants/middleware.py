"""From request to actor: who is it, for which tenant, and the scope opened around the whole answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _

from . import clock, tokens
from .actors import Actor
from .models import ApiToken, Membership
from .refusals import Refusal
from .scope import entered

TENANT_HEADER = "X-GreenLink-Tenant"
SESSION_KEY = "tenant_membership"

Answer = Callable[[HttpRequest], HttpResponse]


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def error_response(code: str, message: Any, status: int, **more: Any) -> JsonResponse:
    return JsonResponse({"code": code, "message": str(message), **more}, status=status)


class TokenMiddleware:
    """Authenticate `Authorization: Token KEY` before any view, so that the scope can be opened around it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.api_token = None  # type: ignore[attr-defined]
        header = request.headers.get("Authorization", "")
        if is_api(request) and header:
            scheme, _space, key = header.partition(" ")
            token = tokens.find(key.strip()) if scheme.lower() == "token" else None
            if token is None:
                return error_response(
                    "auth.token", _("This token is not known, has expired or was revoked."), 401
                )
            request.user = token.user
            request.api_token = token  # type: ignore[attr-defined]
            self._note_use(token)
        return self.get_response(request)

    @staticmethod
    def _note_use(token: ApiToken) -> None:
        now = clock.now()
        if token.last_used_at is None or (now - token.last_used_at).total_seconds() > 60:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


class TenantMiddleware:
    """Choose the membership the request speaks for, and open its scope."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        request.memberships = []  # type: ignore[attr-defined]
        if not request.user.is_authenticated:
            return self.get_response(request)
        memberships = list(
            Membership.objects.live()
            .filter(user_id=request.user.pk)
            .select_related("user", "supplier", "buyer", "body")
            .order_by("id")
        )
        request.memberships = memberships  # type: ignore[attr-defined]
        try:
            chosen = _choose(request, memberships)
        except Refusal as refusal:
            return error_response(refusal.code, refusal.message, refusal.status)
        if chosen is None:
            return self.get_response(request)
        actor = Actor.of(chosen, request.api_token)  # type: ignore[attr-defined]
        request.actor = actor  # type: ignore[attr-defined]
        with entered(actor.scope):
            return self.get_response(request)


def _choose(request: HttpRequest, memberships: list[Membership]) -> Membership | None:
    if not memberships:
        return None
    wanted = request.headers.get(TENANT_HEADER)
    if wanted:
        for membership in memberships:
            if membership.tenant.code == wanted:
                return membership
        raise Refusal("tenant.unknown", _("You are not a member of this tenant."), status=404)
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


def _same_site_referer(request: HttpRequest) -> str:
    referer = request.headers.get("Referer", "")
    origin = f"{request.scheme}://{request.get_host()}"
    return referer.removeprefix(origin) if referer.startswith(origin + "/") else "/"
