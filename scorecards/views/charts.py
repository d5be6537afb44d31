"""ECharts options of these pages as plain data, with the same figures as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

Rows = list[list[Any]]


def radar(names: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]]) -> dict[str, Any]:
    """Eight axes from 0 to 100; nothing scored draws at 0."""
    return {
        "legend": {"data": [name for name, _points in series]} if len(series) > 1 else None,
        "radar": {
            "indicator": [{"name": name, "max": 100} for name in names],
            "axisName": {"fontSize": 12, "width": 92, "overflow": "break"},
        },
        "series": [
            {
                "type": "radar",
                "data": [
                    {
                        "name": name,
                        "value": [round(value or 0, 1) for value in points],
                        "areaStyle": {"opacity": 0.15},
                    }
                    for name, points in series
                ],
            }
        ],
    }


def totals(labels: Sequence[str], values: Sequence[float | None]) -> dict[str, Any]:
    """The total quarter by quarter, with the lower limits of the grades left to the axis."""
    return {
        "xAxis": {"type": "category", "data": list(labels)},
        "yAxis": {"type": "value", "min": 0, "max": 100},
        "series": [
            {
                "name": _("Total"),
                "type": "line",
                "data": list(values),
                "symbolSize": 8,
                "label": {"show": True, "position": "top", "color": "$ink"},
                "lineStyle": {"width": 3},
            }
        ],
    }


def curve(dots: Sequence[Sequence[float]], unit: str) -> dict[str, Any]:
    """Straight lines between the dots of a rule: measured value to points."""
    return {
        "xAxis": {"type": "value", "name": unit, "min": dots[0][0], "max": dots[-1][0]},
        "yAxis": {"type": "value", "min": 0, "max": 100},
        "series": [
            {"name": _("points scored"), "type": "line", "data": [list(dot) for dot in dots], "symbolSize": 8}
        ],
    }


def grades(letters: Sequence[str], counts: Sequence[int]) -> dict[str, Any]:
    """How many suppliers reached each grade."""
    return {
        "xAxis": {"type": "category", "data": list(letters)},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "name": _("suppliers"),
                "type": "bar",
                "data": list(counts),
                "barMaxWidth": 64,
                "label": {"show": True, "position": "top", "color": "$ink"},
            }
        ],
    }
