"""What day it is. One place, so that a demo can stand still and history can be replayed at its own date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.utils import timezone

_moment: ContextVar[dt.datetime | None] = ContextVar("clock_moment", default=None)


def now() -> dt.datetime:
    moment = _moment.get()
    if moment is not None:
        return moment
    if settings.GREENLINK_TODAY:
        return _noon(settings.GREENLINK_TODAY)
    return timezone.now()


def today() -> dt.date:
    return timezone.localtime(now()).date()


@contextmanager
def at(day: dt.date) -> Iterator[None]:
    """Inside, it is noon of `day`."""
    token = _moment.set(_noon(day))
    try:
        yield
    finally:
        _moment.reset(token)


def _noon(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))
