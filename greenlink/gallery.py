"""Sample values for /components/: every piece once, as its template expects it. No database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class SampleForm(forms.Form):
    site = forms.CharField(
        label=gettext_lazy("Site"), help_text=gettext_lazy("The code as it stands in your workbook.")
    )
    quantity = forms.DecimalField(label=gettext_lazy("Quantity"), min_value=0)
    note = forms.CharField(label=gettext_lazy("Note"), required=False)
    accounting = forms.BooleanField(label=gettext_lazy("Counts in the accounts"), required=False)


MONTHS = [f"2024-{month:02d}" for month in range(1, 13)]
SCOPE_1 = [31.2, 29.8, 30.5, 28.1, 26.4, 25.9, 27.3, 27.8, 26.1, 27.5, 29.4, 32.0]
SCOPE_2 = [148.0, 121.5, 152.3, 149.9, 158.2, 171.6, 183.4, 180.2, 166.0, 151.7, 149.8, 155.1]
INDICATORS = ["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8"]
POINTS = [69.5, 74.0, 38.3, 60.0, 82.0, 60.9, 74.0, 75.0]


def context() -> dict[str, Any]:
    return {
        "sample_chart": _chart(),
        "sample_radar": _radar(),
        "sample_form": SampleForm({"site": "HF1", "quantity": "-3"}, auto_id="sample_%s"),
        "sample_page": Paginator(range(137), 25).page(2),
        "sample_duties": _duties(),
        "sample_tabs": [
            {"label": _("Uploads"), "url": "#uploads", "active": True},
            {"label": _("Records"), "url": "#records", "active": False},
        ],
        "sample_steps": [
            {"label": _("Choose file"), "state": "done"},
            {"label": _("Check"), "state": "now"},
            {"label": _("Accept"), "state": "next"},
        ],
        "sample_issues": _issues(),
        "sample_months": MONTHS[:6],
        "sample_coverage": _coverage(),
        "sample_acts": [
            {"when": "2025-02-03 09:12", "who": "王敏", "what": _("Accepted"), "detail": "energy-2024.xlsx"},
            {
                "when": "2025-02-03 09:05",
                "who": "王敏",
                "what": _("Cell corrected"),
                "detail": "F14: n/a → 12,480",
            },
        ],
        "sample_chips": [
            {"label": _("All"), "url": "#chips", "active": True, "icon": ""},
            {"label": _("Batteries"), "url": "#chips", "active": False, "icon": ""},
        ],
        "sample_downloads": [{"label": "XLSX", "url": "#download"}, {"label": "CSV", "url": "#download"}],
        "sample_quarters": [
            {"label": "FY24Q4", "url": "#quarter", "active": True},
            {"label": "FY24Q3", "url": "#quarter", "active": False},
        ],
        "sample_change": {"text": "−4.2 %", "tone": "good", "icon": "fall"},
        "sample_heat": [
            {"name": f"{name}: {points}", "level": max(1, min(5, int(points // 20) + 1))}
            for name, points in zip(INDICATORS, POINTS, strict=True)
        ],
        "sample_kwh": Decimal("275367"),
        "sample_kg": Decimal("147760.43"),
        "sample_day": dt.date(2025, 2, 10),
    }


def _chart() -> dict[str, Any]:
    return {
        "sentence": _("Tonnes of CO2e by month, scopes 1 and 2, sample figures."),
        "options": {
            "legend": {},
            "xAxis": {"type": "category", "data": MONTHS},
            "yAxis": {"type": "value", "name": "tCO2e"},
            "series": [
                {"name": _("Scope 1"), "type": "bar", "stack": "t", "data": SCOPE_1},
                {"name": _("Scope 2"), "type": "bar", "stack": "t", "data": SCOPE_2},
            ],
        },
        "columns": [
            {"label": _("Month"), "number": False},
            {"label": _("Scope 1"), "number": True},
            {"label": _("Scope 2"), "number": True},
        ],
        "rows": [list(row) for row in zip(MONTHS, SCOPE_1, SCOPE_2, strict=True)],
    }


def _radar() -> dict[str, Any]:
    return {
        "sentence": _("Points of the eight indicators, sample figures."),
        "options": {
            "radar": {"indicator": [{"name": name, "max": 100} for name in INDICATORS]},
            "series": [
                {
                    "type": "radar",
                    "data": [{"value": POINTS, "name": _("Points"), "areaStyle": {"opacity": 0.2}}],
                }
            ],
        },
        "columns": [{"label": _("Indicator"), "number": False}, {"label": _("Points"), "number": True}],
        "rows": [list(row) for row in zip(INDICATORS, POINTS, strict=True)],
    }


def _duties() -> list[dict[str, Any]]:
    return [
        {
            "title": _("Fix 2 cells in energy-2024.xlsx"), "why": _("The other 22 rows are right and wait."),
            "url": "#duty", "icon": "data", "tone": "bad", "word": _("wrong"),
        },
        {
            "title": _("ISO 14001 expires in 38 days"), "why": _("20 points of indicator I2 hang on it."),
            "url": "#duty", "icon": "evidence", "tone": "warn", "word": _("expires"),
        },
    ]  # fmt: skip


def _issues() -> list[dict[str, Any]]:
    cells = [
        {
            "row": 14,
            "column": _("Quantity"),
            "value": "n/a",
            "message": _("Not a number we can read; write it like 1234.5."),
        },
        {"row": 19, "column": _("Quantity"), "value": "1.234,5", "message": _("Looks like a decimal comma.")},
    ]
    return [
        {"code": "row.number", "title": _("Not a number"), "count": 2, "severity": "error", "cells": cells}
    ]


def _coverage() -> list[dict[str, Any]]:
    states = ["full", "full", "part", "waiting", "none", "full"]
    words = {
        "full": _("complete"),
        "part": _("partly"),
        "waiting": _("waits for fixing"),
        "none": _("missing"),
    }
    return [{"name": "HF1", "cells": [{"state": state, "word": words[state]} for state in states]}]
