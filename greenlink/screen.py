"""The big screen of a buyer: for its members, or for a wall with a screen key and nobody's session."""

from __future__ import annotations

import contextvars
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from greenlink import screen_scenes
from suppliers.tenants import tokens
from suppliers.tenants.access import own_buyer
from suppliers.tenants.models import Buyer
from suppliers.tenants.roles import Right, TenantKind
from suppliers.tenants.scope import Scope, entered

SCENES = ("carbon", "spark", "ranking")
SECONDS_A_SCENE = 20
SECONDS_BETWEEN_POLLS = 60
KEY_BYTES_AT_MOST = 200


@login_not_required
@never_cache
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Three scenes in turn, or `?scene=` one of them by choice; `?language=en` for an English wall."""
    with translation.override(_language(request)):
        content = _content(request)
        if content is None:
            return redirect_to_login(request.get_full_path())
        scene = request.GET.get("scene", "")
        fixed = scene if scene in SCENES else ""
        kept = {name: request.GET[name] for name in ("key", "language") if name in request.GET}
        address = reverse("screen")
        context = {
            "content": content,
            "scenes": _choices(fixed, address, kept),
            "rotating_url": f"{address}?{urlencode(kept)}" if kept else address,
            "fixed": fixed,
            "first": fixed or SCENES[0],
            "data_url": f"{reverse('screen_data')}?{urlencode(kept)}" if kept else reverse("screen_data"),
            "seconds_a_scene": SECONDS_A_SCENE,
            "seconds_between_polls": SECONDS_BETWEEN_POLLS,
            "home_url": "" if "key" in kept else reverse("home"),
        }
        return render(request, "screen/page.html", context)


@login_not_required
@never_cache
@require_GET
def data(request: HttpRequest) -> JsonResponse:
    """The figures of all scenes, for the page's polling."""
    with translation.override(_language(request)):
        content = _content(request)
        if content is None:
            return JsonResponse(
                {"code": "auth.required", "message": _("Log in, or use a screen key.")}, status=401
            )
        return JsonResponse(content)


def _content(request: HttpRequest) -> dict[str, Any] | None:
    """What this reader may see; None when nobody is logged in and there is no key."""
    if "key" in request.GET:
        key = request.GET["key"]
        buyer = tokens.buyer_of_screen(key) if key and len(key) <= KEY_BYTES_AT_MOST else None
        if buyer is None:
            raise Http404("screen")
        # A key is nobody's session: it is answered in a context of its own, outside the scope of whoever
        # may be logged in beside it, so that it can neither widen that scope nor be narrowed by it.
        return contextvars.Context().run(_of_key, buyer, translation.get_language() or settings.LANGUAGE_CODE)
    if not request.user.is_authenticated:
        return None
    actor = getattr(request, "actor", None)
    if actor is None or actor.kind != TenantKind.BUYER:
        raise PermissionDenied("screen")
    actor.require(Right.SCREEN_READ)
    return screen_scenes.content(own_buyer(actor))


def _of_key(buyer: Buyer, language: str) -> dict[str, Any]:
    with translation.override(language), entered(Scope(buyer_id=buyer.pk)):
        return screen_scenes.content(buyer)


def _language(request: HttpRequest) -> str:
    """Asked for, else the reader's own; a wall with a key speaks the product's first language."""
    wanted = request.GET.get("language", "")
    if wanted in dict(settings.LANGUAGES):
        return wanted
    if "key" in request.GET:
        return settings.LANGUAGE_CODE
    return translation.get_language() or settings.LANGUAGE_CODE


def _choices(fixed: str, address: str, kept: dict[str, str]) -> list[dict[str, Any]]:
    names = {"carbon": _("Carbon"), "spark": _("Spark Action"), "ranking": _("Ranking")}
    return [
        {
            "code": scene,
            "name": names[scene],
            "url": f"{address}?{urlencode({**kept, 'scene': scene})}",
            "active": scene == fixed,
        }
        for scene in SCENES
    ]
