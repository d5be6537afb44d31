"""Django's admin: entered by our own door, and without the tables that hold second factors and sessions."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.admin import AdminSite

# Registered by allauth. Addresses follow User.email, login servers come from the environment (docs/accounts.md).
_NOT_FOR_STAFF = (Authenticator, UserSession, EmailAddress, SocialAccount, SocialApp, SocialToken)


def shut(site: AdminSite) -> AdminSite:
    site.login = secure_admin_login(site.login)  # type: ignore[method-assign]
    for model in _NOT_FOR_STAFF:
        if site.is_registered(model):
            site.unregister(model)
    return site
