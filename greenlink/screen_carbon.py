"""Scene one of the big screen: tonnes, energy and suppliers with data over four quarters, map and trend."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from greenlink import screen_map
from greenlink.screen_figures import figure, scaled
from suppliers.calc.periods import FiscalQuarter
from suppliers.inventory import queries as inventory
from suppliers.inventory.models import Basis
from suppliers.models import ActivityRecord, EmissionLine

_LOCATION_VIEW = (Basis.DIRECT, Basis.LOCATION)
_RENEWABLE = ("pv_self", "green_power")
_ALL_ELECTRICITY = ("electricity", *_RENEWABLE)


def scene(quarter: FiscalQuarter, enrolled: dict[int, str]) -> dict[str, Any]:
    first, last = quarter.previous(7).first_day, quarter.last_day
    year_from = quarter.previous(3).first_day
    lines = inventory.lines_in_force(supplier_ids=list(enrolled), from_day=first, until_day=last)
    lines = lines.filter(basis__in=_LOCATION_VIEW, scope__in=(1, 2)).order_by()
    by_month = _by_month(lines)
    of_year = lines.filter(Q(year__gt=year_from.year) | Q(year=year_from.year, month__gte=year_from.month))
    by_province: dict[str, float] = {}
    for province, kgco2e in of_year.values_list("record__site__province").annotate(sum=Sum("kgco2e")):
        by_province[province] = float(kgco2e) / 1000
    reporting = of_year.aggregate(suppliers=Count("supplier", distinct=True), kgce=Sum("kgce"))
    months = [month for month in by_month if month >= f"{year_from:%Y-%m}"]
    year_t = sum(sum(by_month[month]) for month in months)
    suppliers = Counter(province for province in enrolled.values() if province)
    return {
        "title": _("Carbon of the supply chain"),
        "data_until": max(by_month, default=""),
        "figures": _carbon_figures(year_t if months else None, reporting, enrolled, year_from, last),
        "tiles": screen_map.tiles(by_province, suppliers),
        "arrows": screen_map.arrows(suppliers),
        "map_sentence": _(
            "Tonnes CO2e by province of the sites; arrows run from suppliers' provinces to the factory."
        ),
        "trend": _trend(by_month),
    }


def _by_month(lines: QuerySet[EmissionLine]) -> dict[str, tuple[float, float]]:
    """Scope 1 and scope 2 [t] by month that has data."""
    months: dict[str, list[float]] = {}
    for year, month, scope, kgco2e in lines.values_list("year", "month", "scope").annotate(sum=Sum("kgco2e")):
        months.setdefault(f"{year}-{month:02d}", [0.0, 0.0])[scope - 1] += float(kgco2e) / 1000
    return {month: (tonnes[0], tonnes[1]) for month, tonnes in sorted(months.items())}


def _carbon_figures(
    year_t: float | None,
    reporting: dict[str, Any],
    enrolled: dict[int, str],
    first: dt.date,
    last: dt.date,
) -> list[dict[str, Any]]:
    kwh = _kwh_by_carrier(enrolled, first, last)
    all_kwh = float(sum(kwh.values()))
    renewable = float(sum(kwh.get(carrier, 0) for carrier in _RENEWABLE))
    tce = float(reporting["kgce"]) / 1000 if reporting["kgce"] is not None else None
    return [
        figure(
            "carbon.total",
            _("Emissions, four quarters"),
            year_t,
            _("t CO2e"),
            0,
            _("scope 1 and 2, location-based"),
        ),
        figure("carbon.energy", _("Energy, standard coal"), tce, _("tce"), 0, _("last four quarters")),
        scaled(
            "carbon.electricity",
            _("Electricity, four quarters"),
            all_kwh if kwh else None,
            (1e4, "万度", 0),
            (1e6, "GWh", 1),
        ),
        figure(
            "carbon.renewable",
            _("Own PV and green power"),
            renewable / all_kwh * 100 if all_kwh else None,
            "%",
            1,
            _("share of electricity"),
        ),
        figure(
            "carbon.suppliers",
            _("Suppliers with data"),
            float(reporting["suppliers"]),
            _("suppliers"),
            0,
            _("of %(count)s enrolled") % {"count": len(enrolled)},
        ),
    ]


def _kwh_by_carrier(enrolled: dict[int, str], first: dt.date, last: dt.date) -> dict[str, Any]:
    """Electricity of accounting meters [kWh] by carrier."""
    return dict(
        ActivityRecord.objects.filter(
            Q(meter=None) | Q(meter__accounting=True),
            supplier_id__in=list(enrolled),
            withdrawn_at=None,
            carrier__in=_ALL_ELECTRICITY,
            start__gte=first,
            end__lte=last,
        )
        .order_by()
        .values_list("carrier")
        .annotate(sum=Sum("quantity"))
    )


def _trend(by_month: dict[str, tuple[float, float]]) -> dict[str, Any]:
    names = [_("Scope 1"), _("Scope 2, location-based")]
    series = [
        {
            "name": name,
            "type": "bar",
            "stack": "t",
            "itemStyle": {"color": colour},
            "data": [round(tonnes[place], 1) for tonnes in by_month.values()],
            "barMaxWidth": 26,
        }
        for place, (name, colour) in enumerate(zip(names, ("$amber", "$green"), strict=True))
    ]
    return {
        "sentence": _("Monthly emissions in tonnes CO2e over up to 24 months."),
        "options": {
            "legend": {"data": names},
            "grid": {"top": 64, "right": 48},
            "xAxis": {"type": "category", "data": list(by_month)},
            "yAxis": {"type": "value"},
            "series": series,
        }
        if by_month
        else None,
        "columns": [_("Month"), *names],
        "rows": [[month, f"{one:,.0f}", f"{two:,.0f}"] for month, (one, two) in by_month.items()],
    }
