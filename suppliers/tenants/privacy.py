"""The privacy notice and who agreed to it (PIPL): agreed once a version, taken back at any time, both kept as proof."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from . import clock
from .middleware import error_response, is_api
from .models import Consent, User

# A new one whenever the notice says something else of substance: everybody is asked again.
NOTICE_VERSION = "2026-11"

# Open without consent: the notice itself, one's own data, leaving, and what needs no account at all.
_OPEN_PREFIX = "privacy"
_OPEN_NAMES = {"account_logout", "set_language", "healthz"}


def consent_of(user: User) -> Consent | None:
    """The consent in force to the notice as it stands."""
    return Consent.objects.filter(user=user, version=NOTICE_VERSION, withdrawn_at=None).first()


def agree(*, user: User) -> Consent:
    """Agreeing twice, or in two windows at once, is agreeing once."""
    consent, _new = Consent.objects.get_or_create(
        user=user,
        version=NOTICE_VERSION,
        withdrawn_at=None,
        defaults={"language": (get_language() or settings.LANGUAGE_CODE)[:10]},
    )
    return consent


@transaction.atomic
def withdraw(*, user: User) -> int:
    """Ends every consent in force, whichever version; returns how many."""
    return Consent.objects.filter(user=user, withdrawn_at=None).update(withdrawn_at=clock.now())


class ConsentMiddleware:
    """A person who has not agreed is asked before anything else; machines with a token are not persons."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not settings.CONSENT_REQUIRED or getattr(request, "api_token", None) is not None:
            return None
        user = request.user
        if not isinstance(user, User) or _is_open(request) or consent_of(user) is not None:
            return None
        return _ask(request)


def _is_open(request: HttpRequest) -> bool:
    name = (request.resolver_match.url_name or "") if request.resolver_match else ""
    return name.startswith(_OPEN_PREFIX) or name in _OPEN_NAMES


def _ask(request: HttpRequest) -> HttpResponse:
    if is_api(request):
        words = _("Read the privacy notice and agree to it on the site first.")
        return error_response("privacy.consent", words, 403)
    target = reverse("privacy_consent")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    if request.method == "GET":
        target += "?" + urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(target)
