"""The page behind an invitation's link: who invites, where to, and the way in."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from suppliers.tenants import invitations
from suppliers.tenants.language import reads_chinese
from suppliers.tenants.middleware import SESSION_KEY
from suppliers.tenants.models import Invitation, Membership, User
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import ROLES, TenantKind

from .saving import saved


def _password_rules() -> str:
    return " ".join(password_validators_help_texts())


class JoinForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=gettext_lazy("Your colleagues see it beside what you do."),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=lazy(_password_rules, str)(),
    )
    again = forms.CharField(
        label=gettext_lazy("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        password = cleaned.get("password")
        if password and password != cleaned.get("again"):
            self.add_error("again", gettext_lazy("The two passwords differ."))
        if password:
            try:
                validate_password(password, User(email=self.email, name=cleaned.get("name", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    found = invitations.look_up(key)
    if found is None:
        return _home_or_gone(request, key)
    if request.user.is_authenticated:
        return _accepted(request, found, key)
    if User.objects.filter(email__iexact=found.email).exists():
        return _page(request, found, "log_in")
    return _joined(request, found, key)


def _accepted(request: HttpRequest, found: Invitation, key: str) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    if user.email.lower() != found.email:
        return _page(request, found, "somebody_else", status=403 if request.method == "POST" else 200)
    if request.method != "POST":
        return _page(request, found, "accept")
    try:
        membership = invitations.accept(key=key, user=user)
    except Refusal:
        return _home_or_gone(request, key)
    return _in(request, membership)


def _joined(request: HttpRequest, found: Invitation, key: str) -> HttpResponse:
    form = JoinForm(request.POST or None, email=found.email, initial={"name": found.name})
    made: list[Membership] = []

    def act() -> None:
        data = form.cleaned_data
        made.append(invitations.join(key=key, name=data["name"], password=data["password"]))

    if not (form.is_valid() and saved(form, act)):
        return _page(request, found, "join", form=form, status=422 if form.is_bound else 200)
    user = made[0].user
    record_authentication(request, user, method="password", email=user.email)
    answer = perform_login(request, user, redirect_url=reverse("home"))
    request.session[SESSION_KEY] = made[0].pk
    return answer


def _in(request: HttpRequest, membership: Membership) -> HttpResponse:
    request.session[SESSION_KEY] = membership.pk
    return HttpResponseRedirect(reverse("home"))


def _home_or_gone(request: HttpRequest, key: str) -> HttpResponse:
    """Whoever got in by this very link is let through; for everybody else all dead links are alike."""
    if isinstance(request.user, User):
        membership = invitations.answered_by(key, request.user)
        if membership is not None:
            return _in(request, membership)
    return render(request, "suppliers/tenants/invitation_gone.html", status=404)


def _page(
    request: HttpRequest, found: Invitation, way: str, *, form: forms.Form | None = None, status: int = 200
) -> HttpResponse:
    tenant = found.tenant
    assert tenant is not None
    context = {
        "invitation": found,
        "tenant_name": tenant.name if reads_chinese() else tenant.name_en or tenant.name,
        "is_supplier": found.kind == TenantKind.SUPPLIER,
        "role": ROLES[found.role],
        "way": way,
        "form": form,
        "here": request.path,
    }
    return render(request, "suppliers/tenants/invitation.html", context, status=status)


urlpatterns = [path("invitations/<str:key>/", invitation, name="invitation")]
