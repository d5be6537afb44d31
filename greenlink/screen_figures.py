"""Key figures of the big screen: the number for counting up, its text, and the unit its readers expect."""

from __future__ import annotations

from typing import Any

from suppliers.tenants.language import reads_chinese


def figure(
    key: str, label: str, value: float | None, unit: str, digits: int = 0, note: str = ""
) -> dict[str, Any]:
    """A key figure: the number for counting up, and its text as it ends."""
    text = "–" if value is None else f"{value:,.{digits}f}"
    return {
        "key": key,
        "label": label,
        "value": value,
        "text": text,
        "unit": unit,
        "digits": digits,
        "note": note,
    }


Scale = tuple[float, str, int]


def scaled(key: str, label: str, value: float | None, zh: Scale, en: Scale) -> dict[str, Any]:
    """A figure in the unit readers of the language expect: (how many base units it holds, its name, decimals)."""
    size, unit, digits = zh if reads_chinese() else en
    return figure(key, label, None if value is None else value / size, unit, digits)
