"""Privacy: the notice, agreeing to it, and what a person may do with their own data.

These pages belong to a person, not to a tenant: no scope is open here (see TenantMiddleware).
"""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from suppliers.tenants import erasure, personal_data, privacy
from suppliers.tenants.models import User
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import ROLES


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


@login_not_required
@require_GET
def notice(request: HttpRequest) -> HttpResponse:
    return render(request, "privacy/notice.html", _notice_facts())


def _notice_facts() -> dict[str, Any]:
    return {
        "version": privacy.NOTICE_VERSION,
        "handler": settings.PRIVACY_HANDLER,
        "contact": settings.PRIVACY_CONTACT,
    }


@require_http_methods(["GET", "POST"])
@never_cache
def consent(request: HttpRequest) -> HttpResponse:
    after = _own_address(request, request.POST.get("next") or request.GET.get("next") or "")
    if request.method == "POST":
        privacy.agree(user=_person(request))
        return HttpResponseRedirect(after)
    given = privacy.consent_of(_person(request))
    return render(request, "privacy/consent.html", _notice_facts() | {"given": given, "next": after})


def _own_address(request: HttpRequest, wanted: str) -> str:
    own = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if own else reverse("home")


@require_GET
@never_cache
def my_data(request: HttpRequest) -> HttpResponse:
    person = _person(request)
    rows = personal_data.memberships_of(person)
    context = {
        "person": person,
        "consent": privacy.consent_of(person),
        "version": privacy.NOTICE_VERSION,
        "memberships": [row | {"role": ROLES[row["role"]].label} for row in rows],
    }
    return render(request, "privacy/my_data.html", context)


@require_GET
@never_cache
def download(request: HttpRequest) -> HttpResponse:
    response = JsonResponse(
        personal_data.copy_of(_person(request)), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def change_name(request: HttpRequest) -> HttpResponse:
    name = " ".join(request.POST.get("name", "").split())
    if len(name) > 80:
        raise Refusal("person.name", _("A name has at most 80 characters."), status=422)
    User.objects.filter(pk=_person(request).pk).update(name=name)
    messages.success(request, _("Your name is changed."))
    return HttpResponseRedirect(reverse("privacy_my_data"))


@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    privacy.withdraw(user=_person(request))
    messages.success(request, _("Your consent is withdrawn. You can agree again at any time."))
    return HttpResponseRedirect(reverse("privacy_my_data"))


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """For good. The person's own address, typed, is the confirmation."""
    person = _person(request)
    if request.POST.get("word", "").strip().lower() != person.email:
        raise Refusal(
            "person.confirm", _("Type your own e-mail address to confirm; nothing was removed."), status=422
        )
    erasure.pseudonymise(user=person, by=person)
    logout(request)
    return HttpResponseRedirect(reverse("privacy_gone"))


@login_not_required
@require_GET
def gone(request: HttpRequest) -> HttpResponse:
    return render(request, "privacy/gone.html")


urlpatterns: list[Any] = [
    path("privacy/", notice, name="privacy"),
    path("privacy/consent/", consent, name="privacy_consent"),
    path("privacy/my-data/", my_data, name="privacy_my_data"),
    path("privacy/my-data/download/", download, name="privacy_download"),
    path("privacy/my-data/name/", change_name, name="privacy_name"),
    path("privacy/my-data/withdraw/", withdraw, name="privacy_withdraw"),
    path("privacy/my-data/remove/", remove, name="privacy_remove"),
    path("privacy/removed/", gone, name="privacy_gone"),
]
