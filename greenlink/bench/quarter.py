"""A quarter of 5 000 suppliers, against one wide query + numpy + one wide write over the same tables.

Floor (quarter_floor.py): a single statement aggregates the tables to one row a supplier, numpy puts the eight
curves, totals and ranks on it, one wide row a supplier is written. No reasons, no states, no next steps, no row
per indicator. Ours: the action as the admin calls it. Both run alternately in one transaction that is rolled back.
"""

from __future__ import annotations

import datetime as dt
import resource
import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import transaction

from greenlink.bench.quarter_floor import floor_of
from greenlink.bench.quarter_rows import BY, built, check_keys
from scorecards import actions
from suppliers.tenants import clock
from suppliers.tenants.all_tenants import all_tenants


class _Undo(Exception):
    """Leaves the transaction, so that a benchmark leaves nothing behind."""


def run(runs: int = 5) -> str:
    ours: list[float] = []
    floor: list[float] = []
    try:
        with all_tenants("bench quarter"), clock.at(dt.date(2025, 2, 10)), transaction.atomic():
            edition = built()
            for _ in range(runs):
                floor.append(_measured(lambda: floor_of(edition)))
                ours.append(_measured(lambda: actions.compute(by=BY, edition=edition)))
            raise _Undo
    except _Undo:
        pass
    ratios = [a / b for a, b in zip(ours, floor, strict=True)]
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{'quarter':<10} {statistics.median(ours):>9.3f} {statistics.median(floor):>9.3f} "
        f"{statistics.median(ratios):>7.2f} {peak_mb:>8.0f}  {min(ratios):.2f}–{max(ratios):.2f}"
    )


def _measured(work: Callable[[], Any]) -> float:
    """Seconds of one run, keys checked, and everything it wrote taken back."""
    seconds = 0.0
    try:
        with transaction.atomic():
            began = time.perf_counter()
            work()
            check_keys()
            seconds = time.perf_counter() - began
            raise _Undo
    except _Undo:
        pass
    return seconds
