"""The platform's signing key (Ed25519): what carries its signature was said by this installation.

In production it comes from GREENLINK_SIGNING_KEY (32 bytes, base64); elsewhere it is made once and kept in VAR_DIR/keys.
After a change of key GREENLINK_FORMER_SIGNING_KEYS holds the public keys used before: what they signed stays signed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VARIABLE = "GREENLINK_SIGNING_KEY"
FORMER = "GREENLINK_FORMER_SIGNING_KEYS"


def sign(message: bytes) -> str:
    return base64.b64encode(_private_key().sign(message)).decode()


def is_signed(message: bytes, signature: str, key_id: str = "") -> bool:
    """By this installation: with the key named, or without a name with any key it uses or used."""
    tried = [key for name, key in public_keys().items() if key_id in ("", name)]
    try:
        signed = base64.b64decode(signature, validate=True)
    except binascii.Error:
        return False
    return any(_holds(key, signed, message) for key in tried)


def public_key() -> str:
    """What others need to check a signature: 32 bytes, base64."""
    return base64.b64encode(_own_public_key()).decode()


def public_keys() -> dict[str, bytes]:
    """Every public key, 32 bytes, by its id: today's first, then the former ones as the operator lists them."""
    own = _own_public_key()
    return {key_id_of(key): key for key in (own, *settings.FORMER_SIGNING_KEYS)}


def key_id_of(key: bytes) -> str:
    """SHA-256 of the 32 bytes, in hexadecimal."""
    return hashlib.sha256(key).hexdigest()


def parse_former(text: str) -> list[bytes]:
    """Public keys of before: base64 of 32 bytes each, apart by commas or spaces."""
    found = []
    for place, one in enumerate(text.replace(",", " ").split(), start=1):
        try:
            key = base64.b64decode(one, validate=True)
            Ed25519PublicKey.from_public_bytes(key)
        except (ValueError, binascii.Error) as error:
            raise ImproperlyConfigured(f"{FORMER}: key {place} is not 32 bytes, base64.") from error
        found.append(key)
    return found


def _holds(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _own_public_key() -> bytes:
    return _private_key().public_key().public_bytes_raw()


def _private_key() -> Ed25519PrivateKey:
    given = os.environ.get(VARIABLE, "")
    if given:
        return _read(given)
    if settings.PRODUCTION:
        raise ImproperlyConfigured(
            f"Set {VARIABLE}: 32 random bytes, base64. Production signs with its own key."
        )
    return _kept(Path(settings.VAR_DIR) / "keys" / "signing")


def _read(text: str) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error) as error:
        raise ImproperlyConfigured(f"{VARIABLE} must be 32 bytes, base64.") from error


def _kept(path: Path) -> Ed25519PrivateKey:
    """Two processes that make it at once agree on the first."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.write_text(base64.b64encode(os.urandom(32)).decode())
        fresh.chmod(0o600)
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return _read(path.read_text())
