"""The one door through which code reads across tenants. Who may open it stands in pyproject.toml."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .scope import Scope, entered


@contextmanager
def all_tenants(reason: str) -> Iterator[Scope]:
    """Open the door, saying why. Only from outside any tenant's scope."""
    with entered(Scope(reason=reason)) as scope:
        yield scope
