"""Lines written once, and the digest by which they are recognised."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from suppliers.tenants import bulk

from .blocks import COLUMNS
from .compute import Computation
from .models import Inventory, InventoryLine

_PLACES = {
    field.column: field.decimal_places
    for field in InventoryLine._meta.concrete_fields
    if hasattr(field, "decimal_places")
}
_ROWS_AT_ONCE = 10_000
_quoted = json.JSONEncoder(ensure_ascii=False).encode


def write_lines(inventory: Inventory, found: Computation) -> int:
    """Write the lines of a version that is still open. Call inside the transaction that freezes it."""
    count = len(found.columns["number"])
    columns: dict[str, Sequence[Any]] = {
        "inventory_id": [inventory.pk] * count,
        "supplier_id": [inventory.supplier_id] * count,
        **found.columns,
    }
    return bulk.insert_columns(InventoryLine, columns, tenant_id=inventory.supplier_id)


def stored_columns(inventory: Inventory) -> dict[str, list[Any]]:
    """The lines of a frozen version as columns, in their order. One query."""
    rows = InventoryLine.objects.filter(supplier_id=inventory.supplier_id, inventory=inventory)
    found = list(rows.order_by("number").values_list(*COLUMNS))
    if not found:
        return {name: [] for name in COLUMNS}
    return {name: list(values) for name, values in zip(COLUMNS, zip(*found, strict=True), strict=True)}


def digest(columns: Mapping[str, Sequence[Any]], totals: Mapping[str, Any]) -> str:
    """SHA-256 [hex] of the canonical text: a line a row, fields parted by tabs, then the totals as sorted JSON.

    Decimals stand with the places of their column, missing as `~`, texts as JSON strings.
    """
    made = hashlib.sha256()
    made.update(("\t".join(COLUMNS) + "\n").encode())
    rows = map("\t".join, zip(*(texts(name, columns[name]) for name in COLUMNS), strict=True))
    while part := list(islice(rows, _ROWS_AT_ONCE)):
        made.update(("\n".join(part) + "\n").encode())
    made.update(json.dumps(totals, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())
    return made.hexdigest()


def texts(name: str, values: Sequence[Any]) -> list[str]:
    """A column as the digest reads it; equal texts are equal values to the last digit."""
    places = _PLACES.get(name)
    if places is None:
        written = {value: _text(value, None) for value in set(values)}
        return [written[value] for value in values]
    # Equal Decimals are mostly one object, and looking at which it is costs less than hashing its number.
    by_object = {id(value): value for value in values}
    said = {known: _text(value, places) for known, value in by_object.items()}
    return [said[known] for known in map(id, values)]


def _text(value: Any, places: int | None) -> str:
    if value is None:
        return "~"
    if places is not None:
        return f"{Decimal(value):.{places}f}"
    return _quoted(value) if isinstance(value, str) else str(value)
