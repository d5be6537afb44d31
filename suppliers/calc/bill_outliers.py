"""Bills far from their own history: the modified z-score, within the season where there is one. Pure.

z = (x - median) / max(1.4826 x MAD, least spread), MAD being the median absolute deviation from the median; |z| > 3.5 is
far [1]. (Iglewicz and Hoaglin write 0.6745 (x - median) / MAD: 1 / 0.6745 = 1.4826.) Values that never differ have MAD 0:
a twentieth of the median is the least spread, for a ratio of two values the square root of two times that.

All series go through the months together, one column at a time. Missing is NaN, never zero: it is neither judged nor history.

[1] B. Iglewicz and D. C. Hoaglin, How to Detect and Handle Outliers, ASQC Basic References in Quality Control 16, 1993;
    NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.5.17.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from .warnings import Found, MonthUse

Floats = NDArray[np.float64]

EARLIER_VALUES = 6
# The same month is looked for one year back, then two.
LAGS = (12, 24)
GROWTH_MONTHS = 12
LAST_MONTHS = 24
# So many far bills in a row on the same side are no slips but a new level.
NEW_LEVEL = 3
_MAD_SCALE = 1.4826
_LEAST_SPREAD = 0.05
_LEAST_SPREAD_OF_RATIO = _LEAST_SPREAD * sqrt(2)
_PADDING = max(LAST_MONTHS, GROWTH_MONTHS + max(LAGS))


@dataclass(frozen=True)
class _Judged:
    """Of one month, an entry a series. `z` is NaN where nothing is known; `lag` [months] is 0 without a same month."""

    z: Floats
    usual: Floats
    values: Floats
    lag: Floats


def bill_outliers(uses: Iterable[MonthUse], threshold: Decimal, since: dt.date) -> list[Found]:
    """Bills whose use per day [base unit/d] stands far from what their site, meter and carrier used before.

    A bill is compared with the same month a year before (two years, where that one is missing or was far itself), as it was
    and scaled by the median ratio of the last twelve months to the same months then; the nearer of the two counts, and the
    spread is that of those ratios. With fewer than six ratios, or a former month that was itself doubtful, it must also be far
    from the median of its own last months; without a same month that median alone counts, of at least six values in 24
    months. Fewer: nothing is found.

    `uses` holds one bill a month and series; those from `since` on are reported. A bill judged far stays out of later
    histories, so that one slip hides no other; the third in a row on the same side begins a new level.
    """
    table = _Table(list(uses))
    far_bills = [found for month in table.months() for found in _far(table, month, float(threshold), since)]
    return sorted(far_bills, key=lambda found: found.key)


class _Table:
    """Series x months. `recent` lacks what was far and what lay before a new level.

    `history` lacks what was far from the same month before. What was far from its own last months alone stays, `doubtful`: it
    may have been a slip or the first peak of a season.
    """

    def __init__(self, uses: list[MonthUse]) -> None:
        self.series = sorted({(use.site, use.meter, use.carrier) for use in uses})
        row_of = {one: row for row, one in enumerate(self.series)}
        first = min((_number(use.start) for use in uses), default=0)
        last = max((_number(use.start) for use in uses), default=-1)
        shape = (len(self.series), _PADDING + last - first + 1)
        self.values: Floats = np.full(shape, np.nan)
        self.bills: dict[tuple[int, int], MonthUse] = {}
        for use in uses:
            place = row_of[use.site, use.meter, use.carrier], _PADDING + _number(use.start) - first
            self.values[place] = float(use.per_day)
            self.bills[place] = use
        self.history: Floats = np.full(shape, np.nan)
        self.recent: Floats = np.full(shape, np.nan)
        self.doubtful = np.zeros(shape, dtype=bool)
        self._side = np.zeros(len(self.series))
        self._run = np.zeros(len(self.series), dtype=int)
        self._run_began = np.zeros(len(self.series), dtype=int)

    def months(self) -> range:
        return range(_PADDING, self.values.shape[1])

    def keep(self, month: int, sides: Floats, in_season: NDArray[np.bool_]) -> None:
        """Write a judged month into the histories. `sides`: -1 or 1 where far, else 0."""
        values, far = self.values[:, month], sides != 0
        self.recent[:, month] = np.where(far, np.nan, values)
        self.history[:, month] = np.where(far & in_season, np.nan, values)
        self.doubtful[:, month] = far & ~in_season
        there = ~np.isnan(values)
        goes_on = (sides != 0) & (sides == self._side)
        self._run_began = np.where(there & ~goes_on, month, self._run_began)
        self._run = np.where(there, np.where(goes_on, self._run + 1, np.abs(sides)), self._run).astype(int)
        self._side = np.where(there, sides, self._side)
        for row in np.flatnonzero(self._run >= NEW_LEVEL):
            began = self._run_began[row]
            self.recent[row, :began] = np.nan
            self.history[row, began : month + 1] = self.values[row, began : month + 1]
            self.recent[row, began : month + 1] = self.values[row, began : month + 1]
            self.doubtful[row, began : month + 1] = False
            self._run[row] = self._side[row] = 0


def _far(table: _Table, month: int, threshold: float, since: dt.date) -> list[Found]:
    judged, in_season = _judge(table, month)
    far = np.abs(judged.z) > threshold
    table.keep(month, np.where(far, np.sign(judged.z), 0.0), in_season)
    rows = (int(row) for row in np.flatnonzero(far))
    return [
        _found(table.bills[row, month], judged, row) for row in rows if table.bills[row, month].start >= since
    ]


def _found(bill: MonthUse, judged: _Judged, row: int) -> Found:
    lag = int(judged.lag[row])
    return Found(
        f"bill_outlier:{bill.site}:{bill.meter}:{bill.carrier}:{bill.start}",
        {"record": bill.record, "site": bill.site, "meter": bill.meter, "carrier": bill.carrier}
        | {"start": bill.start.isoformat(), "end": bill.end.isoformat(), "values": int(judged.values[row])}
        | {"per_day": f"{bill.per_day:.4f}", "usual": f"{judged.usual[row]:.4f}", "z": f"{judged.z[row]:.1f}"}
        | ({"same_month": f"{bill.start.year - lag // 12}-{bill.start.month:02d}"} if lag else {}),
    )


def _judge(table: _Table, month: int) -> tuple[_Judged, NDArray[np.bool_]]:
    """And which series have a same month before."""
    own = _by_own_months(table, month)
    chosen, in_season = own, np.zeros(len(own.z), dtype=bool)
    for lag in reversed(LAGS):
        season = _by_season(table, month, lag)
        has_season = ~np.isnan(season.z)
        # Growth not known, or the former month itself a doubtful one: far only where it is far from both.
        unsure = (season.values < EARLIER_VALUES) | table.doubtful[:, month - lag]
        own_is_nearer = unsure & ~(np.abs(season.z) < np.abs(own.z))
        chosen = _either(has_season, _either(own_is_nearer, own, season), chosen)
        in_season |= has_season
    return chosen, in_season


def _either(where: NDArray[np.bool_], one: _Judged, other: _Judged) -> _Judged:
    columns = (
        np.where(where, getattr(one, name), getattr(other, name)) for name in ("z", "usual", "values", "lag")
    )
    return _Judged(*columns)


def _by_own_months(table: _Table, month: int) -> _Judged:
    earlier = table.recent[:, month - LAST_MONTHS : month]
    middle, spread, count = _middle_and_spread(earlier)
    spread = np.maximum(spread, _LEAST_SPREAD * middle)
    z = _z(table.values[:, month], middle, spread)
    z[count < EARLIER_VALUES] = np.nan
    return _Judged(z, middle, count, np.zeros(len(count)))


def _by_season(table: _Table, month: int, lag: int) -> _Judged:
    before = table.history[:, month - lag]
    now = table.recent[:, month - GROWTH_MONTHS : month]
    then = table.history[:, month - GROWTH_MONTHS - lag : month - lag]
    growth, spread, count = _middle_and_spread(_divided(now, then))
    growth, spread = np.where(count > 0, growth, 1.0), np.where(count > 0, spread, 0.0)
    ratio = _divided(table.values[:, month], before)
    # After a step in the year before, the former month may stand on the new level already: as it was, or scaled.
    scales = np.stack([growth, np.ones(len(growth))])
    z_of_scales = _z(ratio, scales, np.maximum(spread, _LEAST_SPREAD_OF_RATIO * scales))
    nearer = np.abs(z_of_scales[0]) <= np.abs(z_of_scales[1])
    z = np.where(nearer, z_of_scales[0], z_of_scales[1])
    usual = before * np.where(nearer, scales[0], scales[1])
    return _Judged(z, usual, count, np.full(len(count), float(lag)))


def _divided(value: Floats, by: Floats) -> Floats:
    """NaN where either is missing or there is nothing to divide by."""
    result: Floats = np.full(value.shape, np.nan)
    np.divide(value, by, out=result, where=by > 0)
    return result


def _z(value: Floats, middle: Floats, spread: Floats) -> Floats:
    """Rounded, so that 3.5 is 3.5. NaN where nothing was used so far: there is no scale to say how far something is."""
    result: Floats = np.round(_divided(value - middle, spread), 9)
    return result


def _middle_and_spread(rows: Floats) -> tuple[Floats, Floats, Floats]:
    """Median, 1.4826 x MAD and number of the values there are, a row each."""
    middle, count = _median(rows)
    deviation, _count = _median(np.abs(rows - middle[:, None]))
    return middle, _MAD_SCALE * deviation, count


def _median(rows: Floats) -> tuple[Floats, Floats]:
    """Of the values there are; NaN of none. Missing ones are sorted to the end."""
    ordered = np.sort(rows, axis=1)
    count = np.sum(~np.isnan(rows), axis=1)
    each = np.arange(len(rows))
    lower = ordered[each, np.maximum(count - 1, 0) // 2]
    upper = ordered[each, np.minimum(count // 2, rows.shape[1] - 1)]
    return (lower + upper) / 2, count.astype(np.float64)


def _number(day: dt.date) -> int:
    """Months since year nought."""
    return day.year * 12 + day.month - 1
