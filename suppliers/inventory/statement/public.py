"""What anybody who holds a number reads. The number is the key: the one row it names is seen, and no other.

Whoever asks speaks for no tenant, so lock two has no scope to go by. This is the one place that looks past it, for one
statement by its whole number; on PostgreSQL the row's own policy says the same (asking.presenting).
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from dataclasses import dataclass
from typing import Any

from suppliers.inventory.models import Standing, Statement, standing_on
from suppliers.tenants import clock
from suppliers.tenants.asking import presenting
from suppliers.tenants.scope import ScopedQuerySet

from . import numbers, signing


@dataclass(frozen=True)
class Shown:
    """A statement as the public sees it: what it says, and whether that still holds."""

    number: str
    state: str
    payload: dict[str, Any]
    signature: str
    key_id: str
    superseded_by: str

    @property
    def valid_until(self) -> dt.date | None:
        """As it was signed; most have no end."""
        said = self.payload.get("valid_until")
        return dt.date.fromisoformat(said) if said else None

    @property
    def standing(self) -> Standing:
        return standing_on(clock.today(), self.state, self.valid_until)

    @property
    def is_known_key(self) -> bool:
        """Whether the key is published here: today's, or a former one."""
        return signing.find_key(self.key_id) is not None

    @property
    def content(self) -> bytes:
        return signing.canonical(self.payload)

    @property
    def signature_bytes(self) -> bytes:
        try:
            return base64.b64decode(self.signature, validate=True)
        except binascii.Error:
            return b""

    @property
    def is_signed(self) -> bool:
        """By the key it names, which the platform uses or used."""
        return signing.holds(self.payload, self.signature, self.key_id)


def find(number: str) -> Shown | None:
    wanted = numbers.plain(number)
    if not wanted:
        return None
    with presenting(wanted):
        rows: ScopedQuerySet = ScopedQuerySet(Statement)
        row = (
            rows.filter(number=wanted)
            .values_list("number", "state", "payload", "signature", "key_id", "superseded_by")
            .first()
        )
    if row is None:
        return None
    return Shown(*row)
