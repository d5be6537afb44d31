"""The address under which people reach the site, as mails that no request sends need it."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

DEMO = "http://127.0.0.1:8000"


def read(given: str, *, hosts: Sequence[str], production: bool) -> str:
    """Without a slash at its end. Not given: the first host that may be asked for; empty where that is a pattern."""
    if given:
        return _checked(given)
    if not production:
        return DEMO
    first = hosts[0] if hosts else ""
    return "" if first.startswith((".", "*")) else f"https://{first}"


def _checked(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ImproperlyConfigured("PUBLIC_URL must be an address such as https://greenlink.example.")
    return given.rstrip("/")
