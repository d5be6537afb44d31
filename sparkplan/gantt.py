"""Bars of a project's stages on one line of time. Pure: dates in, shares of the width out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 1000
_LEAST = 4  # a stage left on the day it was reached still shows


@dataclass(frozen=True)
class Bar:
    """One stage: from its day until the next stage's (`until` is None while it lasts); x and width of 1000."""

    stage: str
    since: dt.date
    until: dt.date | None
    days: int
    x: int
    width: int


def bars(changes: Sequence[tuple[str, dt.date]], today: dt.date) -> list[Bar]:
    """Bars of (stage, day) in the order they were reached; the last one lasts until today unless it is an end."""
    if not changes:
        return []
    first = changes[0][1]
    span = max((max(today, changes[-1][1]) - first).days, 1)
    found = []
    for position, (stage, since) in enumerate(changes):
        is_last = position == len(changes) - 1
        is_end = stage in ("closed", "dropped")
        until = None if is_last else changes[position + 1][1]
        end = since if is_last and is_end else (until or today)
        x = min(round((since - first).days / span * WIDTH), WIDTH - _LEAST)
        width = max(round((end - since).days / span * WIDTH), _LEAST)
        found.append(Bar(stage, since, until, (end - since).days, x, min(width, WIDTH - x)))
    return found
