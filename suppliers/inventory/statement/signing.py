"""The bytes that are signed, and the platform's key as others need it."""

from __future__ import annotations

import base64
import hashlib
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


def holds(payload: dict[str, Any], signature: str) -> bool:
    return keys.is_signed(canonical(payload), signature)


def public_key_pem() -> bytes:
    """The public key as `openssl` reads it (SubjectPublicKeyInfo, PEM)."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(keys.public_key()))
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def key_id() -> str:
    """SHA-256 of the 32 bytes of the public key, in hexadecimal."""
    return hashlib.sha256(base64.b64decode(keys.public_key())).hexdigest()
