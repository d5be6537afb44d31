"""Keys for machines: of the own tenant, of oneself, and those of the big screen."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from suppliers.tenants import clock, tokens
from suppliers.tenants.access import TenantRequest, needs
from suppliers.tenants.models import ApiToken
from suppliers.tenants.roles import RIGHT_LABELS, Right, TenantKind

from .saving import saved, site_of


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy(
            "So that you know later which machine uses it: “ERP Hefei”, “gateway hall 2”."
        ),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("At most two years from now."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expires_on"].initial = clock.today() + dt.timedelta(days=tokens.DEFAULT_DAYS)


class KeyForm(TokenForm):
    rights = forms.TypedMultipleChoiceField(
        label=gettext_lazy("What this key may do"), coerce=Right, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, rights: frozenset[Right], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["rights"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(right.value, RIGHT_LABELS[right]) for right in Right if right in rights]


@require_GET
@needs()
def keys(request: TenantRequest) -> HttpResponse:
    by = request.actor
    may_write = by.may(Right.KEY_WRITE)
    has_screen = may_write and by.kind == TenantKind.BUYER
    context = {
        "may_write": may_write,
        "has_screen": has_screen,
        "keys": _rows(tokens.keys_of(by).select_related("created_by")) if may_write else [],
        "personal": _rows(tokens.personal_of(by)),
        "screen_keys": tokens.screen_keys_of(by) if has_screen else [],
    }
    return render(request, "suppliers/tenants/keys.html", context)


def _rows(found: Any) -> list[dict[str, Any]]:
    now = clock.now()
    return [
        {
            "key": key,
            "rights": [RIGHT_LABELS[right] for right in Right if right.value in key.rights],
            "is_over": key.expires_at is not None and key.expires_at <= now,
            # the key holds through this day, not to its first minute
            "last_day": key.expires_at and key.expires_at - dt.timedelta(seconds=1),
        }
        for key in found
    ]


@require_http_methods(["GET", "POST"])
@needs(Right.KEY_WRITE)
@never_cache
def key_create(request: TenantRequest) -> HttpResponse:
    form = KeyForm(request.POST or None, rights=tokens.rights_to_give(request.actor))
    made: list[tokens.Issued] = []
    if form.is_valid() and saved(
        form, lambda: made.append(tokens.issue_key(by=request.actor, **form.cleaned_data))
    ):
        return _shown_once(request, made[0].secret, made[0].key.name)
    return _form_page(request, form)


@require_http_methods(["GET", "POST"])
@needs()
@never_cache
def token_create(request: TenantRequest) -> HttpResponse:
    form = TokenForm(request.POST or None)
    made: list[tokens.Issued] = []
    if form.is_valid() and saved(
        form, lambda: made.append(tokens.issue_personal(by=request.actor, **form.cleaned_data))
    ):
        return _shown_once(request, made[0].secret, made[0].key.name)
    return _form_page(request, form)


@require_POST
@needs(Right.KEY_WRITE, kind=TenantKind.BUYER)
@never_cache
def screen_key_create(request: TenantRequest) -> HttpResponse:
    secret = tokens.make_screen_key(by=request.actor)
    context = {"link": f"{site_of(request)}{reverse('screen')}?key={secret}"}
    return render(request, "suppliers/tenants/key_made.html", context)


@require_POST
@needs(Right.KEY_WRITE)
def key_revoke(request: TenantRequest, pk: int) -> HttpResponse:
    return _revoked(request, get_object_or_404(tokens.keys_of(request.actor), pk=pk))


@require_POST
@needs()
def token_revoke(request: TenantRequest, pk: int) -> HttpResponse:
    return _revoked(request, get_object_or_404(tokens.personal_of(request.actor), pk=pk))


@require_POST
@needs(Right.KEY_WRITE, kind=TenantKind.BUYER)
def screen_key_revoke(request: TenantRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(tokens.screen_keys_of(request.actor), pk=pk)
    tokens.revoke_screen_key(by=request.actor, key=key)
    messages.success(request, _("The screen key is revoked."))
    return HttpResponseRedirect(reverse("keys"))


def _revoked(request: TenantRequest, key: ApiToken) -> HttpResponse:
    tokens.revoke(by=request.actor, key=key)
    messages.success(request, _("%(key)s is revoked.") % {"key": key.name or key.prefix})
    return HttpResponseRedirect(reverse("keys"))


def _shown_once(request: TenantRequest, secret: str, name: str) -> HttpResponse:
    return render(request, "suppliers/tenants/key_made.html", {"secret": secret, "name": name})


def _form_page(request: TenantRequest, form: TokenForm) -> HttpResponse:
    context = {"form": form, "is_personal": not isinstance(form, KeyForm)}
    status = 422 if form.is_bound else 200
    return render(request, "suppliers/tenants/key_form.html", context, status=status)


urlpatterns = [
    path("keys/", keys, name="keys"),
    path("keys/new/", key_create, name="key_create"),
    path("keys/<int:pk>/revoke/", key_revoke, name="key_revoke"),
    path("keys/personal/new/", token_create, name="token_create"),
    path("keys/personal/<int:pk>/revoke/", token_revoke, name="token_revoke"),
    path("keys/screen/new/", screen_key_create, name="screen_key_create"),
    path("keys/screen/<int:pk>/revoke/", screen_key_revoke, name="screen_key_revoke"),
]
