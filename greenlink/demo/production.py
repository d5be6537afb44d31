"""What the factories produced: handed in with each file of energy data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from . import energy
from .companies import Company, on_platform
from .handing import DAY


@dataclass(frozen=True)
class OutputHanding:
    company: Company
    site: str
    start: dt.date
    end: dt.date
    value: Decimal
    day: dt.date
    judged_on: dt.date | None


def outputs() -> list[OutputHanding]:
    """Output of every site, with each file of energy data; the last quarter of a few still waits."""
    found: list[OutputHanding] = []
    for company in on_platform():
        for hand_in in energy.hand_ins(company):
            for site in company.sites:
                found += _outputs(company, site.code, hand_in)
    return sorted(found, key=lambda one: (one.day, one.company.number, one.site, one.start))


def _outputs(company: Company, code: str, hand_in: energy.HandIn) -> Iterator[OutputHanding]:
    """One figure for the months of the file; the history by calendar year."""
    site = next(site for site in company.sites if site.code == code)
    waits = hand_in.last == energy.LAST_MONTH and company.care <= 2
    judged = None if waits else hand_in.day + 5 * DAY
    start, last_day = hand_in.first, energy.month_end(hand_in.last)
    while start <= last_day:
        end = min(dt.date(start.year, 12, 31), last_day)
        quarters = [dt.date(start.year, month, 1) for month in range(start.month, end.month, 3)]
        value = round(sum(energy.output_wan_cny(company, site, quarter) for quarter in quarters), 1)
        yield OutputHanding(company, code, start, end, Decimal(str(value)), hand_in.day, judged)
        start = end + DAY
