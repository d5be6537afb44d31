"""One's own account: the page that leads to everything, sessions, and allauth's pages at addresses of ours.

Only what is used has an address: no sign-up form, no social connections, no login by code.
"""

from __future__ import annotations

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as company_login
from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from suppliers.tenants.accounts import browsers


@require_GET
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    assert request.user.is_authenticated  # the door is in front of every page
    factors = list(Authenticator.objects.filter(user_id=request.user.pk).values_list("type", flat=True))
    context = {
        "has_password": request.user.has_usable_password(),
        "has_totp": Authenticator.Type.TOTP in factors,
        "passkey_count": factors.count(Authenticator.Type.WEBAUTHN),
        "session_count": len(UserSession.objects.purge_and_list(request.user)),
        "privacy_url": _address_if_there("privacy"),
    }
    return render(request, "account/page.html", context)


def _address_if_there(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@require_http_methods(["GET", "POST"])
@never_cache
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is logged in; POST ends all but this one."""
    own = UserSession.objects.purge_and_list(request.user)
    if request.method == "POST":
        get_adapter().end_sessions([session for session in own if not session.is_current()])
        messages.success(request, _("You are logged out everywhere else."))
        return HttpResponseRedirect(reverse("account_sessions"))
    own.sort(key=lambda session: (not session.is_current(), session.created_at))
    rows = [{"session": session, "browser": browsers.named(session.user_agent)} for session in own]
    return render(request, "account/sessions.html", {"rows": rows})


@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(UserSession, pk=pk, user_id=request.user.pk)
    get_adapter().end_sessions([session])
    messages.success(request, _("That session has ended."))
    return HttpResponseRedirect(reverse("account_sessions"))


_DOOR: list[Any] = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("signup/", account.signup, name="account_signup"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/<str:uidb36>/<str:key>/",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("email/sent/", account.email_verification_sent, name="account_email_verification_sent"),
    path("email/confirm/<str:key>/", account.confirm_email, name="account_confirm_email"),
    path("second-factor/login/", second_factor.authenticate, name="mfa_authenticate"),
    path("passkeys/login/", passkeys.login_webauthn, name="mfa_login_webauthn"),
]

_OWN: list[Any] = [
    path("", page, name="account"),
    path("sessions/", sessions, name="account_sessions"),
    path("sessions/<int:pk>/end/", session_end, name="account_session_end"),
    path("email/", account.email, name="account_email"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("again/", account.reauthenticate, name="account_reauthenticate"),
    path("again/code/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path("again/passkey/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("second-factor/", second_factor.index, name="mfa_index"),
    path("second-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("second-factor/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("second-factor/codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "second-factor/codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"
    ),
    path(
        "second-factor/codes/file/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("passkeys/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("passkeys/new/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/name/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
]


COMPANY_PAGES: list[Any] = [
    path("company/cancelled/", company_login.login_cancelled, name="socialaccount_login_cancelled"),
    # allauth leaves this one shut, though who gets there is not logged in
    path("company/error/", login_not_required(company_login.login_error), name="socialaccount_login_error"),
]


def _company_login() -> list[URLPattern | URLResolver]:
    """The pages of a company's login, where the settings name a login server."""
    found: list[URLPattern | URLResolver] = []
    if settings.COMPANY_LOGIN.has_oidc:
        found.append(path("", include("allauth.socialaccount.providers.openid_connect.urls")))
    if settings.COMPANY_LOGIN.has_saml:
        found.append(path("", include("allauth.socialaccount.providers.saml.urls")))
    return [*found, *COMPANY_PAGES] if found else []


urlpatterns = [*_DOOR, *_OWN, *_company_login()]
