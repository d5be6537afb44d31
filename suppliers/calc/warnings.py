"""What early warnings are found by: comparisons of a company with itself. Pure; Decimal in, findings out.

Emissions are location-based scope 1 and 2 [kgCO2e]. Missing is never zero: what lacks either side of a
comparison is not compared. `Found.data` holds the figures that prove it, as JSON can keep them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Month = tuple[int, int]
SiteMonth = tuple[str, Month]

_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Found:
    """One trouble: `key` names what it is about, so that it warns once; at most 120 characters."""

    key: str
    data: dict[str, Any]


@dataclass(frozen=True)
class OutputPeriod:
    """`value` [`unit`] made at a site from `start` to `end`, both inside."""

    site: str
    start: dt.date
    end: dt.date
    unit: str
    value: Decimal


@dataclass(frozen=True)
class MonthUse:
    """What one site or meter used of a carrier in the bills that begin in one month. `quantity` [base unit]."""

    record: int
    site: str
    meter: str
    carrier: str
    start: dt.date
    end: dt.date
    quantity: Decimal
    closed_on: dt.date | None = None

    @property
    def per_day(self) -> Decimal:
        """[base unit per day]"""
        return self.quantity / ((self.end - self.start).days + 1)


@dataclass(frozen=True)
class TargetLine:
    id: int
    base_year: int
    target_year: int
    reduction_percent: Decimal


@dataclass(frozen=True)
class UsedFactor:
    """Lines of a year that took one factor where the look-up of today takes another. `value` [kgCO2e/base unit]."""

    year: int
    carrier: str
    region: str
    code: str
    new_code: str
    quantity: Decimal
    kgco2e: Decimal
    new_value: Decimal


@dataclass(frozen=True)
class Ending:
    id: int
    kind: str
    expires_on: dt.date
    of: str = "credential"
    number: str = ""  # of the paper, where it bears one


def output_by_month(periods: Iterable[OutputPeriod]) -> dict[tuple[str, SiteMonth], Decimal]:
    """(unit, (site, month)) -> output [unit]: a period across months is shared out by days."""
    sums: dict[tuple[str, SiteMonth], Decimal] = defaultdict(Decimal)
    for one in periods:
        days = (one.end - one.start).days + 1
        for month, inside in _days_by_month(one.start, one.end):
            sums[one.unit, (one.site, month)] += one.value * inside / days
    return dict(sums)


def intensity_up(
    emissions: Mapping[SiteMonth, Decimal], periods: Iterable[OutputPeriod], percent: Decimal
) -> list[Found]:
    """Emissions per output [kgCO2e/unit] up by more than `percent` against the same months a year before.

    Like for like: only site-months with emissions and output in both years are summed, of the latest year
    that has any; one finding a unit. Nothing to compare, nothing found.
    """
    output = output_by_month(periods)
    found = []
    for unit in sorted({unit for unit, _place in output}):
        both = [
            (site, month)
            for one, (site, month) in output
            if one == unit
            and (site, month) in emissions
            and (site, _year_before(month)) in emissions
            and (unit, (site, _year_before(month))) in output
        ]
        if not both:
            continue
        year = max(month[0] for _site, month in both)
        places = [place for place in both if place[1][0] == year]
        now = _ratio(emissions, output, unit, places)
        before = _ratio(emissions, output, unit, [(site, _year_before(month)) for site, month in places])
        if before <= 0:
            continue
        change = (now / before - 1) * _HUNDRED
        if change > percent:
            months = sorted({month[1] for _site, month in places})
            found.append(
                Found(
                    f"intensity_up:{year}:{unit}",
                    {"year": year, "months": months, "unit": unit, "sites": sorted({site for site, _m in places})}
                    | {"now": _text(now), "before": _text(before), "change_percent": _text(change, 1)}
                    | {"threshold": _text(percent)},
                )
            )  # fmt: skip
    return found


def off_target(yearly: Mapping[int, Decimal], targets: Iterable[TargetLine], percent: Decimal) -> list[Found]:
    """The latest full year stands more than `percent` above the straight line from base to target year.

    line(y) = base x (1 - reduction x (y - base year) / (target year - base year)) [kgCO2e], level after the target
    year. `yearly` holds full years only; without the base year's own sum there is no line.
    """
    found = []
    for target in targets:
        base = yearly.get(target.base_year)
        later = [year for year in yearly if year > target.base_year]
        if base is None or not later:
            continue
        year = max(later)
        span = target.target_year - target.base_year
        way = min(Decimal(year - target.base_year) / span, Decimal(1))
        line = base * (1 - target.reduction_percent / _HUNDRED * way)
        if yearly[year] > line * (1 + percent / _HUNDRED):
            found.append(
                Found(
                    f"off_target:{target.id}:{year}",
                    {"target": target.id, "year": year, "base_year": target.base_year}
                    | {"target_year": target.target_year, "reduction_percent": _text(target.reduction_percent)}
                    | {"base": _text(base, 6), "now": _text(yearly[year], 6), "line": _text(line, 6)},
                )
            )  # fmt: skip
    return found


def missing_months(
    uses: Iterable[MonthUse], today: dt.date, days: int, irregular: Collection[str] = ()
) -> list[Found]:
    """Runs of months without data at a site that had data of the carrier before; one finding a run.

    A month is expected once it ended more than `days` days ago; only the last twelve such months are asked for.
    Carriers in `irregular` (gases are topped up when they leak) are expected never.
    """
    covered: dict[tuple[str, str], set[Month]] = defaultdict(set)
    closed: dict[str, dt.date | None] = {}
    for use in uses:
        if use.carrier not in irregular:
            covered[use.site, use.carrier].update(m for m, _d in _days_by_month(use.start, use.end))
            closed[use.site] = use.closed_on
    last = _month_before(today - dt.timedelta(days=days))
    found = []
    for (site, carrier), months in sorted(covered.items()):
        end = closed[site]
        until = last if end is None else min(last, (end.year, end.month))
        first = max(min(months), _shifted(last, -11))
        run: list[Month] = []
        month = first
        while month <= _shifted(until, 1):
            if month <= until and month not in months:
                run.append(month)
            elif run:
                words = [_word(one) for one in run]
                key = f"missing_month:{site}:{carrier}:{words[0]}"
                found.append(Found(key, {"site": site, "carrier": carrier, "months": words}))
                run = []
            month = _shifted(month, 1)
    return found


def factors_outdated(used: Iterable[UsedFactor]) -> list[Found]:
    """One finding a year, old and new factor: how many kilograms the newer one would change [kgCO2e]."""
    groups: dict[tuple[int, str, str], list[UsedFactor]] = defaultdict(list)
    for one in used:
        groups[one.year, one.code, one.new_code].append(one)
    return [
        Found(
            f"factor_outdated:{year}:{code[:48]}:{new[:48]}",
            {"year": year, "code": code, "new_code": new, "regions": sorted({one.region for one in rows})}
            | {"carriers": sorted({one.carrier for one in rows})}
            | {"now": _text(sum((one.kgco2e for one in rows), Decimal(0)), 6)}
            | {"after": _text(sum((one.quantity * one.new_value for one in rows), Decimal(0)), 6)},
        )
        for (year, code, new), rows in sorted(groups.items())
    ]  # fmt: skip


def expiries(endings: Iterable[Ending], today: dt.date, days: int, steps: Sequence[int]) -> list[Found]:
    """What ends within `days` days, or has ended: one finding that moves through the steps; 0 when past."""
    found = []
    for one in endings:
        left = (one.expires_on - today).days
        if left > days:
            continue
        step = 0 if left < 0 else next((step for step in sorted(steps) if left <= step), days)
        data = {one.of: one.id, "kind": one.kind, "expires_on": one.expires_on.isoformat(), "step": step}
        if one.of == "statement":
            data["number"] = one.number
        found.append(Found(f"expiry:{one.of}:{one.id}", data))
    return found


def _ratio(
    emissions: Mapping[SiteMonth, Decimal],
    output: Mapping[tuple[str, SiteMonth], Decimal],
    unit: str,
    places: Sequence[SiteMonth],
) -> Decimal:
    return sum((emissions[place] for place in places), Decimal(0)) / sum(
        (output[unit, place] for place in places), Decimal(0)
    )


def _days_by_month(start: dt.date, end: dt.date) -> list[tuple[Month, int]]:
    pieces, first = [], start
    while first <= end:
        following = dt.date(*_shifted((first.year, first.month), 1), 1)
        last = min(end, following - dt.timedelta(days=1))
        pieces.append(((first.year, first.month), (last - first).days + 1))
        first = following
    return pieces


def _shifted(month: Month, by: int) -> Month:
    number = month[0] * 12 + month[1] - 1 + by
    return number // 12, number % 12 + 1


def _year_before(month: Month) -> Month:
    return month[0] - 1, month[1]


def _month_before(day: dt.date) -> Month:
    """The last month that ended before `day`."""
    return _shifted((day.year, day.month), -1)


def _word(month: Month) -> str:
    return f"{month[0]}-{month[1]:02d}"


def _text(value: Decimal, places: int = 4) -> str:
    return f"{round(value, places):f}"
