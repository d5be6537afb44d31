"""Which months of which site have data: what a supplier sees as a calendar, and what an upload added to it."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from suppliers.sites.models import Site

from .models import ActivityRecord

Period = tuple[int, dt.date, dt.date]  # site, start, end (inclusive)
Month = tuple[int, int]


@dataclass(frozen=True)
class SiteMonths:
    """Days with data per month of one site, of any carrier."""

    site: Site
    days: dict[Month, int]

    def state(self, month: Month) -> str:
        """full, part or none."""
        found = self.days.get(month, 0)
        if not found:
            return "none"
        return "full" if found >= calendar.monthrange(*month)[1] else "part"


def calendar_of(*, supplier_id: int, months: list[Month]) -> list[SiteMonths]:
    """Two queries. Sites that closed before the first month are left out."""
    first = dt.date(*months[0], 1)
    sites = [site for site in _sites(supplier_id) if site.closed_on is None or site.closed_on >= first]
    days = days_with_data(_periods(supplier_id, months))
    return [SiteMonths(site, {month: days.get((site.pk, month), 0) for month in months}) for site in sites]


def share_before_and_after(*, supplier_id: int, upload_id: int, months: list[Month]) -> tuple[float, float]:
    """Share [0..1] of site-months with complete data, without and with the records of one upload."""
    count = len(_sites(supplier_id)) * len(months)
    if not count:
        return 0.0, 0.0
    shares = []
    for exclude in (upload_id, None):
        days = days_with_data(_periods(supplier_id, months, exclude_upload=exclude))
        full = sum(
            1
            for (_site, month), found in days.items()
            if found >= calendar.monthrange(*month)[1] and month in months
        )
        shares.append(full / count)
    return shares[0], shares[1]


def months_of_upload(*, supplier_id: int, upload_id: int, until: dt.date) -> list[Month]:
    """The calendar years an upload touches, as whole months before the running one."""
    rows = ActivityRecord.objects.filter(supplier_id=supplier_id, upload_id=upload_id, withdrawn_at=None)
    years = {day.year for pair in rows.values_list("start", "end").distinct() for day in pair}
    return [
        (year, month)
        for year in sorted(years)
        for month in range(1, 13)
        if (year, month) < (until.year, until.month)
    ]


def days_with_data(periods: Iterable[Period]) -> dict[tuple[int, Month], int]:
    """Days of each site and month that at least one period covers."""
    covered: dict[tuple[int, Month], set[int]] = defaultdict(set)
    for site_id, start, end in periods:
        year, month = start.year, start.month
        while (year, month) <= (end.year, end.month):
            last = calendar.monthrange(year, month)[1]
            first_day = start.day if (year, month) == (start.year, start.month) else 1
            last_day = end.day if (year, month) == (end.year, end.month) else last
            covered[site_id, (year, month)].update(range(first_day, last_day + 1))
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return {key: len(days) for key, days in covered.items()}


def _sites(supplier_id: int) -> list[Site]:
    return list(Site.objects.filter(supplier_id=supplier_id).order_by("code"))


def _periods(supplier_id: int, months: list[Month], *, exclude_upload: int | None = None) -> list[Period]:
    """Distinct periods only: fifty thousand rows of a site are a few dozen months."""
    last_year, last_month = months[-1]
    rows = ActivityRecord.objects.filter(
        supplier_id=supplier_id,
        withdrawn_at=None,
        start__lte=dt.date(last_year, last_month, calendar.monthrange(last_year, last_month)[1]),
        end__gte=dt.date(*months[0], 1),
    )
    if exclude_upload is not None:
        rows = rows.exclude(upload_id=exclude_upload)
    return list(rows.order_by("site_id", "start", "end").values_list("site_id", "start", "end").distinct())
