"""What anybody who holds a number reads. The number is the key: the one row it names is seen, and no other.

Whoever asks speaks for no tenant, so lock two has no scope to go by. This is the one place that looks past it, for one
statement by its whole number; on PostgreSQL the row's own policy says the same (asking.presenting).
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from suppliers.inventory.models import Statement
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
    is_own_key: bool
    superseded_by: str

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
        """By the key that the platform uses today."""
        return self.is_own_key and signing.holds(self.payload, self.signature)


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
    found, state, payload, signature, key_id, superseded_by = row
    return Shown(found, state, payload, signature, key_id == signing.key_id(), superseded_by)
