"""Options of the charts, as plain data; colours and manners are added in the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

KG_PER_TONNE = 1000


def tonnes_value(kg: Decimal | float | None) -> float | None:
    """For drawing only: tonnes with three decimals; None where nothing is known, which leaves a gap."""
    return None if kg is None else round(float(kg) / KG_PER_TONNE, 3)


def stacked_bars(
    labels: Sequence[str], series: Mapping[str, Sequence[float | None]], *, unit: str
) -> dict[str, Any]:
    return {
        "legend": {},
        "xAxis": {"type": "category", "data": list(labels)},
        "yAxis": {"type": "value", "name": unit, "nameTextStyle": {"align": "left"}},
        "series": [
            {"name": name, "type": "bar", "stack": "all", "barMaxWidth": 36, "data": list(values)}
            for name, values in series.items()
        ],
    }


def lying_bars(
    labels: Sequence[str], values: Sequence[float | None], *, name: str, unit: str
) -> dict[str, Any]:
    """Longest on top: ECharts draws from the bottom, so the order is turned round."""
    return {
        "grid": {"top": 8, "right": 48},
        "xAxis": {"type": "value", "name": unit},
        "yAxis": {"type": "category", "data": list(reversed(labels))},
        "series": [{"name": name, "type": "bar", "barMaxWidth": 24, "data": list(reversed(values))}],
    }


def lines(
    labels: Sequence[str], series: Mapping[str, Sequence[float | None]], *, unit: str
) -> dict[str, Any]:
    return {
        "legend": {},
        "xAxis": {"type": "category", "data": list(labels), "boundaryGap": False},
        "yAxis": {"type": "value", "name": unit, "nameTextStyle": {"align": "left"}},
        "series": [
            {"name": name, "type": "line", "symbolSize": 6, "data": list(values)}
            for name, values in series.items()
        ],
    }


def radar(names: Sequence[str], values: Sequence[float | None], *, name: str) -> dict[str, Any]:
    return {
        "radar": {"indicator": [{"name": label, "max": 100} for label in names]},
        "series": [
            {
                "type": "radar",
                "data": [
                    {"value": [value or 0 for value in values], "name": name, "areaStyle": {"opacity": 0.2}}
                ],
            }
        ],
    }
