"""Intensity of a company in a calendar year: location-based scope 1 and 2 [kgCO2e] per output [unit].

Only complete years: every site with emissions has them in all twelve months, and has output of one unit for every day of
the year. Two queries, whatever the rows.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Sum

from suppliers.activity.models import Output
from suppliers.disclosure.models import Handing
from suppliers.inventory.models import Basis, EmissionLine

# The unit taken where a company states its whole output in several: a company stands in one group only.
FIRST_UNIT = "万元"


@dataclass(frozen=True)
class Intensity:
    value: Decimal  # [kgCO2e/unit]
    unit: str


def of_year(supplier_ids: Sequence[int], year: int) -> dict[int, Intensity]:
    """By supplier; who has no complete year is left out, never counted as zero."""
    kilograms, sites = _emissions(supplier_ids, year)
    output = _outputs(supplier_ids, year)
    found = {}
    for supplier_id, months in sites.items():
        if any(len(of_site) < 12 for of_site in months.values()):
            continue
        unit = _unit(output[supplier_id], set(months), year)
        if unit:
            made = sum((output[supplier_id][unit, site][1] for site in months), Decimal(0))
            found[supplier_id] = Intensity(kilograms[supplier_id] / made, unit)
    return found


def _emissions(
    supplier_ids: Sequence[int], year: int
) -> tuple[dict[int, Decimal], dict[int, dict[int, set[int]]]]:
    rows = (
        EmissionLine.objects.filter(
            supplier_id__in=list(supplier_ids),
            withdrawn_at=None,
            year=year,
            scope__in=(1, 2),
            basis__in=(Basis.DIRECT, Basis.LOCATION),
        )
        .annotate(site=F("record__site_id"))
        .order_by()
        .values_list("supplier_id", "site", "month")
        .annotate(kilograms=Sum("kgco2e"))
    )
    kilograms: dict[int, Decimal] = defaultdict(Decimal)
    months: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for supplier_id, site, month, amount in rows:
        kilograms[supplier_id] += amount
        months[supplier_id][site].add(month)
    return kilograms, months


_Outputs = dict[int, dict[tuple[str, int], tuple[int, Decimal]]]


def _outputs(supplier_ids: Sequence[int], year: int) -> _Outputs:
    """supplier -> (unit, site) -> days covered, output inside the year: periods of a site never overlap."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    rows = Output.objects.filter(
        supplier_id__in=list(supplier_ids), state=Handing.SUBMITTED, start__lte=last, end__gte=first
    ).values_list("supplier_id", "site_id", "unit", "start", "end", "value")
    found: _Outputs = defaultdict(dict)
    for supplier_id, site, unit, start, end, value in rows:
        inside = (min(end, last) - max(start, first)).days + 1
        days, made = found[supplier_id].get((unit, site), (0, Decimal(0)))
        found[supplier_id][unit, site] = (days + inside, made + value * inside / ((end - start).days + 1))
    return found


def _unit(output: dict[tuple[str, int], tuple[int, Decimal]], sites: set[int], year: int) -> str:
    """The unit in which every one of the sites states the whole year; empty if none."""
    days = 366 if calendar.isleap(year) else 365
    units = sorted({unit for unit, _site in output}, key=lambda unit: (unit != FIRST_UNIT, unit))
    for unit in units:
        if all(output.get((unit, site), (0, None))[0] >= days for site in sites):
            return unit
    return ""
