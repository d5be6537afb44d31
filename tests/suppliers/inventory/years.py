"""A year of records, written as accepted. Call with a scope open."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from suppliers.factors import actions
from suppliers.models import ActivityRecord, FactorSet, Inventory, InventoryLine, Site
from suppliers.tenants import clock

BEFORE = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def record(
    site: Site, carrier: str, quantity: Any, start: str = "2023-03-01", end: str = "", **fields: Any
) -> ActivityRecord:
    first = dt.date.fromisoformat(start)
    given: dict[str, Any] = {
        "supplier": site.supplier, "site": site, "carrier": carrier, "start": first,
        "end": dt.date.fromisoformat(end) if end else first, "quantity": Decimal(str(quantity)),
        "quantity_given": Decimal(str(quantity)), "unit_given": "x", "document": "BILL-1", "source_kind": "form",
    }  # fmt: skip
    made: ActivityRecord = ActivityRecord.objects.create(**(given | fields))
    return made


def factors_loaded(moment: dt.datetime = BEFORE) -> None:
    """All editions as if loaded long ago: the tests' day is earlier than the day they were loaded on."""
    actions.load()
    FactorSet.objects.update(loaded_at=moment)


def described(inventory: Inventory) -> Inventory:
    inventory.boundary, inventory.organisation = "合肥工厂", "李工"
    inventory.save()
    return inventory


def lines(inventory: Inventory, **conditions: Any) -> list[InventoryLine]:
    return list(InventoryLine.objects.filter(inventory=inventory, **conditions).order_by("number"))


def at(day: str) -> Any:
    return clock.at(dt.date.fromisoformat(day))
