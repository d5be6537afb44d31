"""Where our rules differ from allauth's: nobody signs up, secrets are encrypted, mail may fail."""

from __future__ import annotations

import logging
import smtplib
from typing import Any

import requests
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from allauth.utils import build_absolute_uri
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from suppliers.tenants.models import User

from . import emails, encryption

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _("Too many failed tries. Wait five minutes and try again."),
        "invalid_password_reset": _("This link has been used or is too old. Ask for a new one."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **hooks: Any) -> HttpResponse | None:  # type: ignore[override]
        """People who were there before their address had a row of its own get it now."""
        emails.keep_in_step(user)
        return super().pre_login(request, user, **hooks)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        return reverse("account") if self.request.user.is_authenticated else reverse("account_login")

    def get_reset_password_from_key_url(self, key: str) -> str:
        uidb36, _dash, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": token})
        return build_absolute_uri(self.request, path)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is away must not undo what was done, nor tell strangers which addresses we know."""
        try:
            super().send_mail(template_prefix, email, context)
        except (smtplib.SMTPException, OSError):
            log.exception("mail %s was not sent", template_prefix)


class SecondFactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # type: ignore[override]
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}


class CompanyLoginAdapter(DefaultSocialAccountAdapter):
    """A company's login opens accounts that exist; it makes none, and joins none to another."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def list_apps(self, request: Any, provider: Any = None, client_id: Any = None) -> list[Any]:
        """Only what the environment names: a row in the database makes no login server."""
        return [app for app in super().list_apps(request, provider, client_id) if app.pk is None]

    def get_requests_session(self) -> requests.Session:
        """A login server that is away, or answers with an error, leads to a page that says so."""
        session = super().get_requests_session()
        session.hooks["response"].append(lambda answer, **_more: answer.raise_for_status())
        ask = session.request

        def asked(*args: Any, **more: Any) -> requests.Response:
            try:
                return ask(*args, **more)
            except requests.RequestException as trouble:
                log.warning("login server: %s", trouble)
                sorry = HttpResponseRedirect(reverse("socialaccount_login_error"))
                raise ImmediateHttpResponse(sorry) from trouble

        session.request = asked  # type: ignore[method-assign]
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.state.get("process", AuthProcess.LOGIN) != AuthProcess.LOGIN:
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account")))
        if not sociallogin.is_existing:
            messages.error(
                request, gettext("No account here has this e-mail address. Ask for an invitation first.")
            )
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        app = login.provider.app
        domains = app.settings.get("domains", []) if app else []
        return email.rpartition("@")[2].lower() in domains

    def authenticate_by_email(self, sociallogin: Any) -> Any:
        found = super().authenticate_by_email(sociallogin)
        if found:
            emails.keep_in_step(found[0])
        return found
