"""Keys for machines: issued once in clear, kept as SHA-256."""

from __future__ import annotations

import hashlib
import secrets

from django.db.models import Q

from . import clock
from .models import ApiToken, Buyer, ScreenKey, User


def issue(*, user: User, name: str = "", secret: str | None = None) -> str:
    """A new token of `user`; the returned text is shown once and not stored. `secret` lets a demo keep its own."""
    key = secret or f"glk_{secrets.token_urlsafe(32)}"
    ApiToken.objects.create(user=user, name=name, prefix=key[:8], digest=digest(key))
    return key


def find(key: str) -> ApiToken | None:
    now = clock.now()
    return (
        ApiToken.objects.select_related("user")
        .filter(
            Q(expires_at=None) | Q(expires_at__gt=now),
            digest=digest(key),
            revoked_at=None,
            user__is_active=True,
        )
        .first()
    )


def issue_screen_key(*, buyer: Buyer, secret: str | None = None) -> str:
    key = secret or f"gls_{secrets.token_urlsafe(24)}"
    ScreenKey.objects.create(buyer=buyer, digest=digest(key))
    return key


def buyer_of_screen(key: str) -> Buyer | None:
    found = ScreenKey.objects.select_related("buyer").filter(digest=digest(key), revoked_at=None).first()
    return found.buyer if found else None


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
