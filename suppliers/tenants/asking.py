"""Who asks and from where, known before any tenant is.

The database reads it: a person's own memberships and keys, and the row whose secret is presented, can be found
while everything else is still shut; the audit trail writes down person and origin.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Asking:
    """`origin`: where a deed comes from, as the audit trail keeps it: an address, or the name of a command."""

    person_id: int | None = None
    presented_digest: str = ""
    origin: str = ""


_NOBODY = Asking()
_asking: ContextVar[Asking] = ContextVar("asking", default=_NOBODY)


def current() -> Asking:
    return _asking.get()


@contextmanager
def _changed(asking: Asking) -> Iterator[None]:
    token = _asking.set(asking)
    try:
        yield
    finally:
        _asking.reset(token)


@contextmanager
def identified(person_id: int | None) -> Iterator[None]:
    """Inside, this person asks."""
    with _changed(replace(current(), person_id=person_id)):
        yield


@contextmanager
def presenting(digest: str) -> Iterator[None]:
    """Inside, whoever asks has shown the secret with this digest."""
    with _changed(replace(current(), presented_digest=digest)):
        yield


@contextmanager
def coming_from(origin: str) -> Iterator[None]:
    """Inside, deeds come from there."""
    with _changed(replace(current(), origin=origin[:200])):
        yield
