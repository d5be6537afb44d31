"""The tile map: depth and text of each province, and the arrows to the factory. Pure geometry, no database."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, hypot
from typing import Any

from suppliers.factors.regions import PROVINCES
from suppliers.tenants.language import reads_chinese

FACTORY_PROVINCE = "CN-AH"  # Hefei; a buyer has no address of its own yet
ROWS, COLUMNS = 8, 9
TILE_WIDTH, TILE_HEIGHT = 14.0, 10.0
WIDTH, HEIGHT = COLUMNS * TILE_WIDTH, ROWS * TILE_HEIGHT
DEPTHS = 5
# The head of an arrow stops short of the factory's name.
_SHORT_OF_TARGET = 6.5
_BOW = 0.16
_BELOW_NAME = 3.9  # an arrow starts under the name of its province, not through it


def tiles(tonnes: Mapping[str, float], suppliers: Mapping[str, int]) -> list[dict[str, Any]]:
    """A square for each province; depth by rank among those with data, so that one giant does not blank the rest."""
    order = sorted(value for value in tonnes.values() if value > 0)
    chinese = reads_chinese()
    found = []
    for code, province in PROVINCES.items():
        value = tonnes.get(code)
        depth = 0
        if value and value > 0:
            depth = max(1, ceil((order.index(value) + 1) / len(order) * DEPTHS))
        found.append(
            {
                "code": code,
                "name": province.name if chinese else province.code[3:],
                "title": province.name if chinese else province.name_en,
                "row": province.row + 1,
                "column": province.column + 1,
                "depth": depth,
                "text": short_tonnes(value, chinese) if value else "",
                "suppliers": suppliers.get(code, 0),
                "is_home": code == FACTORY_PROVINCE,
            }
        )
    return found


def short_tonnes(value: float, chinese: bool) -> str:
    """Tonnes for a small square: 1.2万 or 12k."""
    if chinese:
        return f"{value / 1e4:,.1f}万" if value >= 1e4 else f"{value:,.0f}"
    return f"{value / 1e3:,.1f}k" if value >= 1e3 else f"{value:,.0f}"


def arrows(suppliers: Mapping[str, int]) -> list[dict[str, Any]]:
    """One bent arrow from each province with suppliers to the factory, wider for more of them."""
    target = _centre(FACTORY_PROVINCE)
    most = max(suppliers.values(), default=1)
    found = []
    for code, count in sorted(suppliers.items()):
        if code not in PROVINCES or code == FACTORY_PROVINCE:
            continue
        found.append(
            {
                "code": code,
                "path": _path(_below_name(code), target),
                "width": round(0.35 + 0.85 * count / most, 2),
            }
        )
    return found


def _centre(code: str) -> tuple[float, float]:
    province = PROVINCES[code]
    return (province.column + 0.5) * TILE_WIDTH, (province.row + 0.5) * TILE_HEIGHT


def _below_name(code: str) -> tuple[float, float]:
    across, down = _centre(code)
    return across, down + _BELOW_NAME


def _path(start: tuple[float, float], end: tuple[float, float]) -> str:
    """A quadratic curve that bows to one side and ends short of the target's centre."""
    across, down = end[0] - start[0], end[1] - start[1]
    bend = (start[0] + end[0]) / 2 + down * _BOW, (start[1] + end[1]) / 2 - across * _BOW
    last = hypot(end[0] - bend[0], end[1] - bend[1])
    share = 1 - _SHORT_OF_TARGET / last if last > _SHORT_OF_TARGET else 0.3
    stop = bend[0] + (end[0] - bend[0]) * share, bend[1] + (end[1] - bend[1]) * share
    return f"M{start[0]:.1f} {start[1]:.1f}Q{bend[0]:.1f} {bend[1]:.1f} {stop[0]:.1f} {stop[1]:.1f}"
