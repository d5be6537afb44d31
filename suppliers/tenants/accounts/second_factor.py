"""Who must log in with a second factor, and where they are sent until they have one.

Procurement, program admins, verifiers and our own staff, wherever MFA_REQUIRED is on. Machines with a token are
not asked: a token is no password, and a person with a second factor made it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from suppliers.tenants.middleware import error_response, is_api
from suppliers.tenants.roles import TenantKind

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
_ASKED_OF = {TenantKind.BUYER, TenantKind.BODY}
# Open without it: setting it up, leaving, and what needs no account at all.
_OPEN_PREFIXES = ("account", "mfa_", "privacy")
_OPEN_NAMES = {"set_language", "healthz", "choose_tenant"}


def is_asked_of(request: HttpRequest) -> bool:
    """Of a person in any such tenant, whichever of its tenants the request is about."""
    if not settings.MFA_REQUIRED or not request.user.is_authenticated:
        return False
    memberships = getattr(request, "memberships", [])
    return request.user.is_staff or any(one.role_row.kind in _ASKED_OF for one in memberships)


def is_missing(request: HttpRequest) -> bool:
    return is_asked_of(request) and not is_mfa_enabled(request.user, FACTORS)


class SecondFactorMiddleware:
    """Behind TenantMiddleware: the memberships decide."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if getattr(request, "api_token", None) is not None or not is_missing(request):
            return None
        request.second_factor_missing = True  # type: ignore[attr-defined]
        name = request.resolver_match.url_name or "" if request.resolver_match else ""
        if name in _OPEN_NAMES or name.startswith(_OPEN_PREFIXES):
            return None
        return _send_to_set_up(request)


def _send_to_set_up(request: HttpRequest) -> HttpResponse:
    words = _("Your role needs a second factor: set one up to go on.")
    if is_api(request):
        return error_response("mfa.required", words, 403)
    target = reverse("mfa_index")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    messages.warning(request, words)
    return HttpResponseRedirect(target)
