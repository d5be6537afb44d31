"""One piece of evidence on its way: what it says, when it is handed in, when it is judged."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from . import TODAY
from .companies import Company

DAY = dt.timedelta(days=1)
YEAR = 365 * DAY


@dataclass(frozen=True)
class Handing:
    """One piece of evidence: handed in on a day, judged some days later (or not yet)."""

    company: Company
    model: type[Any]
    fields: dict[str, Any]
    day: dt.date
    judged_on: dt.date | None
    paper: tuple[str, ...] = ()
    returned: str = ""  # why it was returned at first; it is mended the day after and then accepted
    stays_returned: bool = False


def handed_in(
    company: Company, model: type[Any], fields: dict[str, Any], day: dt.date, *paper: str
) -> Handing:
    wait = company.dice("desk", model.__name__, day).randint(3, 11) * DAY
    judged = day + wait
    title = (f"{company.name_en} ({company.code})", *paper) if company.care >= 2 else ()
    return Handing(company, model, fields, day, judged if judged <= TODAY else TODAY, title)


def returned(handing: Handing, why: str) -> Handing:
    return replace(handing, returned=why)


def years_later(day: dt.date, years: int) -> dt.date:
    year = day.year + years
    return dt.date(year, day.month, 28) if (day.month, day.day) == (2, 29) else day.replace(year=year)
