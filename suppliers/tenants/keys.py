"""The platform's signing key (Ed25519): what carries its signature was said by this installation.

In production it comes from GREENLINK_SIGNING_KEY (32 bytes, base64); elsewhere it is made once and kept in VAR_DIR/keys.
"""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VARIABLE = "GREENLINK_SIGNING_KEY"


def sign(message: bytes) -> str:
    return base64.b64encode(_private_key().sign(message)).decode()


def is_signed(message: bytes, signature: str) -> bool:
    """By this installation's own key."""
    try:
        _private_key().public_key().verify(base64.b64decode(signature, validate=True), message)
    except (InvalidSignature, binascii.Error):
        return False
    return True


def public_key() -> str:
    """What others need to check a signature: 32 bytes, base64."""
    own: Ed25519PublicKey = _private_key().public_key()
    return base64.b64encode(own.public_bytes_raw()).decode()


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
