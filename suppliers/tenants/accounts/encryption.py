"""Second factors at rest: encrypted with the first key of GREENLINK_ENCRYPTION_KEYS, read with any of them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VARIABLE = "GREENLINK_ENCRYPTION_KEYS"
KEY_BYTES = 32
_HOW = "make one with: openssl rand -base64 32"


def new_key() -> str:
    return Fernet.generate_key().decode()


def parse_keys(text: str) -> list[str]:
    """The keys named in the environment, newest first; a sentence for the operator where one cannot be used."""
    keys = [key.strip() for key in text.split(",") if key.strip()]
    if not keys:
        raise ImproperlyConfigured(f"{VARIABLE} holds no key; {_HOW}")
    for number, key in enumerate(keys, start=1):
        if _length_bytes(key) != KEY_BYTES:
            raise ImproperlyConfigured(
                f"{VARIABLE}: key {number} is not {KEY_BYTES} bytes written in base64; {_HOW}"
            )
    return keys


def _length_bytes(key: str) -> int:
    try:
        return len(base64.urlsafe_b64decode(key))
    except (binascii.Error, ValueError):
        return 0


def encrypt(text: str) -> str:
    return _box().encrypt(text.encode()).decode()


def decrypt(text: str) -> str:
    with _known_key():
        return _box().decrypt(text.encode()).decode()


def rotate(text: str) -> str:
    """The same secret under the first key, so that older keys can be given up."""
    with _known_key():
        return _box().rotate(text.encode()).decode()


@contextmanager
def _known_key() -> Iterator[None]:
    try:
        yield
    except InvalidToken as trouble:
        raise ImproperlyConfigured(
            f"{VARIABLE} does not hold the key with which this second factor was encrypted"
        ) from trouble


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
