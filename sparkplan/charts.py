"""Charts of Spark Action as plain ECharts options, each with its sentence and its table."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from suppliers.templatetags.greenlink import exact, kwh, month_label, quantity
from suppliers.tenants.language import reads_chinese


def _column(label: str, *, number: bool = False) -> dict[str, Any]:
    return {"label": label, "number": number}


def _kwh_by_month(labels: list[str], series: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "legend": {},
        "xAxis": {"type": "category", "data": labels},
        "yAxis": {"type": "value", "name": "kWh"},
        "series": series,
    }


def _bars(name: str, kwh_by_month: list[float], colour: str) -> dict[str, Any]:
    return {"type": "bar", "name": name, "data": kwh_by_month, "color": colour}


def by_measure(entries: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Yearly saving by kind of retrofit, largest on top."""
    if not entries:
        return None
    ordered = sorted(entries, key=lambda entry: -entry["kwh_per_year"])
    names = [entry["name"] if reads_chinese() else entry["name_en"] for entry in ordered]
    per_unit, unit = (10_000, "万度") if reads_chinese() else (1_000, "MWh")
    values = [round(entry["kwh_per_year"] / per_unit, 3) for entry in ordered]
    return {
        "id": "spark-by-measure",
        "title": _("Saving a year by measure"),
        "sentence": _("Expected electricity saved a year by each kind of retrofit, in %(unit)s.")
        % {"unit": unit},
        "options": {
            "yAxis": {"type": "category", "data": names, "inverse": True},
            "xAxis": {"type": "value", "name": unit},
            "grid": {"right": 64},
            "series": [
                {
                    "type": "bar",
                    "name": unit,
                    "data": values,
                    "barMaxWidth": 24,
                    "label": {"show": True, "position": "right", "color": "$ink"},
                }
            ],
        },
        "columns": [
            _column(_("Measure")),
            _column(_("Projects"), number=True),
            _column(_("Capacity, kW"), number=True),
            _column(_("Expected a year"), number=True),
            _column(_("Money a year, CNY"), number=True),
            _column(_("Declared factor, t CO2"), number=True),
        ],
        "rows": [_measure_row(name, entry) for name, entry in zip(names, ordered, strict=True)],
    }


def _measure_row(name: str, entry: dict[str, Any]) -> list[Any]:
    return [
        name,
        entry["projects"],
        quantity(entry["capacity_kw"]),
        kwh(entry["kwh_per_year"]),
        quantity(entry["cny_per_year"]),
        quantity(entry["tco2_per_year"]),
    ]


def expected_and_measured(months: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Measured months of a project against what was expected of them."""
    if not months:
        return None
    labels = [month_label(entry["month"]) for entry in months]
    return {
        "id": "spark-months",
        "title": _("Measured against expected"),
        "sentence": _(
            "Electricity saved in each measured month, in kWh, beside the expected share of the year."
        ),
        "options": _kwh_by_month(
            labels,
            [
                {
                    "type": "bar",
                    "name": _("Measured"),
                    "data": [entry["saved"] for entry in months],
                    "barMaxWidth": 28,
                },
                {
                    "type": "line",
                    "name": _("Expected"),
                    "data": [round(entry["expected"], 1) for entry in months],
                    "symbol": "none",
                    "step": "middle",
                },
            ],
        ),
        "columns": [
            _column(_("Month")),
            _column(_("Measured, kWh"), number=True),
            _column(_("Expected, kWh"), number=True),
            _column(_("Measured ÷ expected"), number=True),
        ],
        "rows": [
            [label, exact(entry["saving"].saved_kwh), quantity(entry["expected"]), _share(entry)]
            for label, entry in zip(labels, months, strict=True)
        ],
    }


def before_and_after(months: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The meter before and after: baseline and metered consumption, where both were entered."""
    known = [
        entry["saving"]
        for entry in months
        if entry["saving"].baseline_kwh is not None and entry["saving"].metered_kwh is not None
    ]
    if not known:
        return None
    labels = [month_label(saving.month) for saving in known]
    return {
        "id": "spark-meter",
        "title": _("Meter before and after"),
        "sentence": _(
            "What the equipment would have used without the retrofit, and what its meter shows, in kWh."
        ),
        "options": _kwh_by_month(
            labels,
            [
                _bars(_("Baseline"), [float(s.baseline_kwh) for s in known], "$slate"),
                _bars(_("Metered"), [float(s.metered_kwh) for s in known], "$green"),
            ],
        ),
        "columns": [
            _column(_("Month")),
            _column(_("Baseline, kWh"), number=True),
            _column(_("Metered, kWh"), number=True),
            _column(_("Saved, kWh"), number=True),
        ],
        "rows": [
            [label, exact(s.baseline_kwh), exact(s.metered_kwh), exact(s.saved_kwh)]
            for label, s in zip(labels, known, strict=True)
        ],
    }


def _share(entry: dict[str, Any]) -> str:
    return f"{entry['saved'] / entry['expected'] * 100:.0f} %" if entry["expected"] else "–"
