"""Lines as rows of a table for spreadsheets: exact figures, and no text that would run as a formula."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from suppliers.inventory.accounts import Lines
from suppliers.inventory.models import InventoryLine

HEADER = ("number", "year", "month", "scope", "iso_category", "scope3_category", "category", "basis", "gas", "carrier", "site",
          "quantity", "unit", "factor_code", "factor_value", "gwp_code", "gwp_value", "kgco2e", "kgce", "data_quality",
          "description", "document", "file_row")  # fmt: skip


def csv_rows(lines: Lines) -> Iterator[list[Any]]:
    yield list(HEADER)
    yield from map(_row, lines.in_order())


def _row(line: InventoryLine) -> list[Any]:
    return [
        line.number, line.year, line.month or "", line.scope, line.iso_category, line.scope3_category or "",
        line.category, line.basis, line.gas, line.carrier, as_text(line.site.code if line.site else ""),
        plain(line.quantity), as_text(line.unit), as_text(line.factor_code), plain(line.factor_value),
        as_text(line.gwp_code), plain(line.gwp_value), plain(line.kgco2e), plain(line.kgce), line.data_quality,
        as_text(line.description), as_text(line.document), line.upload_row or "",
    ]  # fmt: skip


def plain(number: Any) -> str:
    """Every digit, no thousands, no exponent; missing stays empty."""
    if number is None:
        return ""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def as_text(text: str) -> str:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
