"""The bytes that are signed, and the platform's keys as others need them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from suppliers.tenants import keys
from suppliers.tenants.models.trail import StoredJson

_AS_STORED = StoredJson()


def canonical(payload: dict[str, Any]) -> bytes:
    """Sorted keys, no spaces, UTF-8: exactly the text that the database holds."""
    text: str = _AS_STORED.get_prep_value(payload)
    return text.encode()


def sign(payload: dict[str, Any]) -> str:
    """Ed25519 over the canonical bytes, base64."""
    return keys.sign(canonical(payload))


def holds(payload: dict[str, Any], signature: str, key_id: str) -> bool:
    """With the key it names: today's, or one that was used before."""
    return bool(key_id) and keys.is_signed(canonical(payload), signature, key_id)


def key_id() -> str:
    """Of the key that signs today."""
    return public_keys()[0].id


@dataclass(frozen=True)
class PublicKey:
    """`id`: SHA-256 of the 32 bytes, in hexadecimal, as payloads name the key."""

    id: str
    raw: bytes
    is_in_use: bool

    @property
    def pem(self) -> bytes:
        """As `openssl` reads it (SubjectPublicKeyInfo, PEM)."""
        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def public_keys() -> list[PublicKey]:
    """All that statements are or were signed with, today's first."""
    return [
        PublicKey(name, raw, is_in_use=place == 0)
        for place, (name, raw) in enumerate(keys.public_keys().items())
    ]


def find_key(key_id: str) -> PublicKey | None:
    return next((one for one in public_keys() if one.id == key_id), None)


def public_key_pem() -> bytes:
    """Today's."""
    return public_keys()[0].pem
