"""Keys for machines: issued once in clear, kept as SHA-256.

A personal token speaks for its person in every tenant of theirs. An integration key belongs to one tenant, has the
rights it was given and outlives whoever made it. A screen key opens a buyer's big screen and nothing else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import audit, clock, scope
from .actors import Actor
from .asking import identified, presenting
from .models import ApiToken, Buyer, ScreenKey, User
from .refusals import Refusal
from .roles import FOR_PEOPLE_ONLY, Right

DEFAULT_DAYS = 365
LONGEST_DAYS = 730
_PREFIX_LENGTH = 8


@dataclass(frozen=True)
class Issued:
    """A key with the secret that is known in this moment and never again."""

    key: ApiToken
    secret: str


def issue(*, user: User, name: str = "", secret: str | None = None) -> str:
    """A new token of `user`; the returned text is shown once and not stored. `secret` lets a demo keep its own."""
    key = secret or _new_secret()
    with identified(user.pk):
        ApiToken.objects.create(user=user, name=name, prefix=key[:_PREFIX_LENGTH], digest=digest(key))
    return key


@transaction.atomic
def issue_personal(*, by: Actor, name: str, expires_on: dt.date | None = None) -> Issued:
    """A token of the one who asks. It may what they may, today and later."""
    assert by.membership is not None
    last_day = _last_day(expires_on)
    secret = _new_secret()
    with identified(by.user_id):
        key = ApiToken.objects.create(
            user=by.user,
            name=name.strip(),
            prefix=secret[:_PREFIX_LENGTH],
            digest=digest(secret),
            expires_at=_end_of(last_day),
            created_by=by.user,
        )
    _record(by, "token.make", key)
    return Issued(key, secret)


@transaction.atomic
def issue_key(
    *, by: Actor, name: str, rights: Collection[Right], expires_on: dt.date | None = None
) -> Issued:
    """A key of the actor's tenant with some of the rights the actor has."""
    by.require(Right.KEY_WRITE)
    if not rights or not set(rights) <= rights_to_give(by):
        raise Refusal("key.rights", _("Choose rights that you have yourself."), status=400)
    last_day = _last_day(expires_on)
    secret = _new_secret()
    key = ApiToken.objects.create(
        **by.tenant_columns,
        name=name.strip(),
        rights=sorted(right.value for right in rights),
        prefix=secret[:_PREFIX_LENGTH],
        digest=digest(secret),
        expires_at=_end_of(last_day),
        created_by=by.user,
    )
    audit.record(
        by=by,
        act="key.make",
        subject=key,
        data={
            "name": key.name,
            "prefix": key.prefix,
            "rights": key.rights,
            "until": last_day.isoformat(),
        },
    )
    return Issued(key, secret)


@transaction.atomic
def revoke(*, by: Actor, key: ApiToken) -> None:
    """One's own token, or a key of the tenant. Refused at its next call."""
    if key.user_id is None:
        by.require(Right.KEY_WRITE)
        own = keys_of(by)
    else:
        own = personal_of(by)
    with identified(by.user_id):
        found = own.select_for_update(of=("self",)).filter(pk=key.pk).first()
        if found is None:
            raise Refusal("key.unknown", _("This key was revoked already."), status=404)
        found.revoked_at = clock.now()
        found.save(update_fields=["revoked_at"])
    if found.user_id is None:
        audit.record(
            by=by, act="key.revoke", subject=found, data={"name": found.name, "prefix": found.prefix}
        )
    else:
        _record(by, "token.revoke", found)


def keys_of(by: Actor) -> QuerySet[ApiToken]:
    """The integration keys of the actor's tenant, without those revoked."""
    return ApiToken.objects.filter(revoked_at=None, user=None, **by.tenant_columns)


def personal_of(by: Actor) -> QuerySet[ApiToken]:
    """The actor's own tokens, without those revoked."""
    assert by.user_id is not None
    return ApiToken.objects.filter(revoked_at=None, user_id=by.user_id)


def rights_to_give(by: Actor) -> frozenset[Right]:
    return by.rights - FOR_PEOPLE_ONLY


def find(key: str) -> ApiToken | None:
    """The token or key with this secret, if it may still be used."""
    shown = digest(key)
    with presenting(shown):
        return (
            ApiToken.objects.select_related("user", "buyer", "body")
            .filter(
                Q(expires_at=None) | Q(expires_at__gt=clock.now()),
                Q(user=None) | Q(user__is_active=True),
                digest=shown,
                revoked_at=None,
            )
            .first()
        )


def note_use(token: ApiToken) -> None:
    """At most once a minute: a gateway calls more often than anybody looks."""
    now = clock.now()
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() > 60:
        with presenting(token.digest):
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def issue_screen_key(*, buyer: Buyer, secret: str | None = None) -> str:
    """For commands and the demo; a person goes through `make_screen_key`."""
    key = secret or f"gls_{secrets.token_urlsafe(24)}"
    with _scope_of(buyer):
        ScreenKey.objects.create(buyer=buyer, digest=digest(key))
    return key


@transaction.atomic
def make_screen_key(*, by: Actor) -> str:
    by.require(Right.KEY_WRITE)
    assert by.buyer is not None
    secret = issue_screen_key(buyer=by.buyer)
    made = ScreenKey.objects.get(buyer=by.buyer, digest=digest(secret))
    audit.record(by=by, act="screen_key.make", subject=made)
    return secret


@transaction.atomic
def revoke_screen_key(*, by: Actor, key: ScreenKey) -> None:
    by.require(Right.KEY_WRITE)
    found = screen_keys_of(by).select_for_update().filter(pk=key.pk).first()
    if found is None:
        raise Refusal("key.unknown", _("This key was revoked already."), status=404)
    found.revoked_at = clock.now()
    found.save(update_fields=["revoked_at"])
    audit.record(by=by, act="screen_key.revoke", subject=found)


def screen_keys_of(by: Actor) -> QuerySet[ScreenKey]:
    return ScreenKey.objects.filter(revoked_at=None, buyer=by.buyer).order_by("-created_at", "-pk")


def buyer_of_screen(key: str) -> Buyer | None:
    shown = digest(key)
    with presenting(shown):
        found = ScreenKey.objects.select_related("buyer").filter(digest=shown, revoked_at=None).first()
    return found.buyer if found else None


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _new_secret() -> str:
    return f"glk_{secrets.token_urlsafe(32)}"


def _last_day(wanted: dt.date | None) -> dt.date:
    today = clock.today()
    last_day = wanted or today + dt.timedelta(days=DEFAULT_DAYS)
    if not today <= last_day <= today + dt.timedelta(days=LONGEST_DAYS):
        raise Refusal("key.expiry", _("A key ends between today and two years from now."), status=400)
    return last_day


def _end_of(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))


def _record(by: Actor, act: str, key: ApiToken) -> None:
    """A personal token names no tenant: its trail is that of the tenant in which it was made."""
    assert by.membership is not None
    audit.record(by=by, act=act, subject=by.membership, data={"name": key.name, "prefix": key.prefix})


@contextmanager
def _scope_of(buyer: Buyer) -> Iterator[None]:
    """The buyer's own scope, unless one is open that may write its rows."""
    if scope.is_open():
        yield
        return
    with scope.entered(scope.Scope(buyer_id=buyer.pk)):
        yield
