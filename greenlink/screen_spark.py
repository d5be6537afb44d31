"""Scene two of the big screen: the Spark Action portfolio, a year and over many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from greenlink.screen_figures import figure, scaled
from sparkplan import queries
from suppliers.models import Buyer
from suppliers.tenants.language import reads_chinese


def scene(buyer: Buyer) -> dict[str, Any]:
    found = queries.summary(buyer=buyer)
    kwh, cny, long = found["kwh_per_year"], found["cny_per_year"], found["twenty_years"]
    million = _("million CNY")
    return {
        "title": _("Spark Action"),
        "figures": [
            figure("spark.projects", _("Projects landed"), float(found["projects"]), _("projects")),
            figure("spark.partners", _("Partners"), float(found["partners"]), _("companies")),
            scaled("spark.kwh", _("Electricity saved a year"), kwh, (1e4, "万度", 0), (1e6, "GWh", 2)),
            scaled("spark.cny", _("Money saved a year"), cny, (1e4, "万元", 0), (1e6, million, 2)),
            figure(
                "spark.tonnes",
                _("CO2 avoided a year"),
                found["tco2_per_year"],
                _("t CO2"),
                0,
                _factor_note(found),
            ),
        ],
        "factor_note": _("factor %(code)s") % {"code": long["factor_code"]} if long["factor_code"] else "",
        "measures": _measures(found["by_measure"]),
        "long_title": _("Over %(years)s years") % {"years": long["years"]},
        "long": [
            scaled("spark.long_kwh", _("Power saved"), long["kwh"], (1e8, "亿度", 2), (1e6, "GWh", 0)),
            scaled("spark.long_cny", _("Money saved"), long["cny"], (1e8, "亿元", 2), (1e6, million, 0)),
            scaled("spark.long_tonnes", _("CO2 avoided"), long["tco2"], (1e4, "万吨", 1), (1e3, "kt", 0)),
        ],
    }


def _factor_note(found: dict[str, Any]) -> str:
    """Both reckonings are named: the program's declared factor, and today's."""
    declared = _("factor %(code)s") % {"code": found["factor_code"]} if found["factor_code"] else ""
    if found["tco2_per_year_current"] is None:
        return declared
    tonnes = f"{found['tco2_per_year_current']:,.0f}"
    current = _("%(tonnes)s t with %(code)s") % {"tonnes": tonnes, "code": found["factor_code_current"]}
    return f"{declared} · {current}" if declared else current


def _measures(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    zh = reads_chinese()
    ordered = sorted(rows, key=lambda row: -row["kwh_per_year"])
    unit, size = ("万度", 1e4) if zh else ("MWh", 1e3)
    names = [row["name"] if zh else row["name_en"] for row in ordered]
    bars = [round(row["kwh_per_year"] / size, 1) for row in ordered]
    return {
        "sentence": _("Electricity saved a year by kind of retrofit, %(unit)s.") % {"unit": unit},
        "options": {
            "grid": {"right": 90},
            "xAxis": {"type": "value"},
            "yAxis": {"type": "category", "data": names[::-1]},
            "series": [
                {
                    "name": unit,
                    "type": "bar",
                    "data": [{"value": bar, "label": {"formatter": f"{bar:,.0f}"}} for bar in bars[::-1]],
                    "barMaxWidth": 34,
                    "label": {"show": True, "position": "right", "color": "$ink"},
                }
            ],
        }
        if ordered
        else None,
        "columns": [
            _("Measure"),
            _("Projects"),
            unit,
            "万元" if zh else _("thousand CNY"),
            _("t CO2"),
        ],
        "rows": [
            [
                name,
                str(row["projects"]),
                f"{row['kwh_per_year'] / size:,.0f}",
                f"{row['cny_per_year'] / (1e4 if zh else 1e3):,.0f}",
                "–" if row["tco2_per_year"] is None else f"{row['tco2_per_year']:,.0f}",
            ]
            for name, row in zip(names, ordered, strict=True)
        ],
    }
