"""A person with a password, and what a browser of theirs can do."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.http import HttpResponse
from django.test import Client

from suppliers.models import Membership, User

PASSWORD = "green-lamp-41"
PERIOD_SECONDS = 30


@pytest.fixture(autouse=True)
def _tries_afresh(settings: Any) -> None:
    """Names of its own in the cache: clearing one that is shared would take from others what is theirs."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid4().hex}}


def with_password(membership: Membership, password: str = PASSWORD) -> User:
    user = User.objects.get(pk=membership.user_id)
    user.set_password(password)
    user.save()
    return user


def log_in(client: Client, user: User, password: str = PASSWORD) -> HttpResponse:
    return client.post("/accounts/login/", {"login": user.email, "password": password})


def is_in(client: Client) -> bool:
    return client.get("/accounts/").status_code == 200


def show_it_is_me(client: Client, password: str = PASSWORD) -> None:
    """Within the next minutes the account may be changed."""
    assert client.post("/accounts/again/", {"password": password}).status_code == 302


def add_app(user: User) -> str:
    """The secret of an authenticator app that `user` has from now on."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_of(secret: str, *, steps: int = 0) -> str:
    """The code that the app shows now, or showed or will show some steps from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD_SECONDS + steps))


def factors(user: User) -> set[str]:
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
