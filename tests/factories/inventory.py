"""A frozen inventory with lines, written as the computation would write them. Call with a scope open."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from suppliers.inventory.models import (
    Assignment,
    Finding,
    FindingReply,
    Inventory,
    InventoryEntry,
    InventoryLine,
    InventoryState,
    LineCheck,
    Opinion,
    Statement,
)
from suppliers.tenants.models import Buyer, Supplier, VerificationBody

FROZEN_AT = dt.datetime(2025, 2, 1, 8, 0, tzinfo=dt.UTC)
# 1 000 kWh × 0.5 = 500 kg, located; 10 kg × 2 = 20 kg, burnt
LINES: tuple[dict[str, Any], ...] = (
    {"scope": 2, "category": "purchased_electricity", "iso_category": 2, "basis": "location", "gas": "CO2",
     "carrier": "electricity", "month": 1, "quantity": "1000", "unit": "kWh", "factor_value": "0.5", "kgco2e": "500"},
    {"scope": 2, "category": "purchased_electricity", "iso_category": 2, "basis": "market", "gas": "CO2",
     "carrier": "electricity", "month": 1, "quantity": "1000", "unit": "kWh", "factor_value": "0.5", "kgco2e": "500"},
    {"scope": 1, "category": "stationary", "iso_category": 1, "basis": "direct", "gas": "CO2",
     "carrier": "diesel", "month": 2, "quantity": "10", "unit": "kg", "factor_value": "2", "kgco2e": "20"},
)  # fmt: skip
TOTALS = {
    "scope1": "20.000000",
    "scope2_location": "500.000000",
    "scope2_market": "500.000000",
    "scope3": None,
    "by_iso": {"1": "20.000000", "2": "500.000000"},
    "by_scope3_category": {},
    "by_gas": {"CO2": "520.000000"},
    "tce": "0.000000",
    "uncertainty_percent": "5.0",
    "lines": 3,
}


def frozen(
    supplier: Supplier,
    *,
    year: int = 2024,
    version: int = 1,
    state: str = InventoryState.SUBMITTED,
    lines: tuple[dict[str, Any], ...] = LINES,
    **fields: Any,
) -> Inventory:
    then = {"state": state, "frozen_at": FROZEN_AT,
            "totals": fields.pop("totals", TOTALS), "digest": fields.pop("digest", "0" * 64)}  # fmt: skip
    inventory: Inventory = Inventory.objects.create(supplier=supplier, year=year, version=version, **fields)
    InventoryLine.objects.bulk_create(
        InventoryLine(
            supplier=supplier,
            inventory=inventory,
            number=number,
            year=year,
            factor_code="TEST",
            data_quality=line.get("data_quality", "A"),
            **{
                name: Decimal(value) if name in ("quantity", "factor_value", "kgco2e") else value
                for name, value in line.items()
                if name != "data_quality"
            },
        )
        for number, line in enumerate(lines, start=1)
    )
    # Lines are written while the version is open; from here on the database refuses.
    for name, value in then.items():
        setattr(inventory, name, value)
    inventory.save()
    return inventory


def entry(supplier: Supplier, **fields: Any) -> InventoryEntry:
    """10 kg of a gas, bought and gone."""
    given: dict[str, Any] = {
        "year": 2024, "kind": "mass_balance", "carrier": "R410A", "description": "空调补充", "quantity": 10, "unit": "kg",
        "balance": {"opening_kg": "0", "bought_kg": "10"}, "data_quality": "B",
    }  # fmt: skip
    made: InventoryEntry = InventoryEntry.objects.create(supplier=supplier, **(given | fields))
    return made


def reviewed(
    inventory: Inventory, buyer: Buyer, body: VerificationBody, *, mark: str = "TEST", number: str = ""
) -> Statement:
    """From assignment to statement, one row each, written as the actions would; the signature is none."""
    three = {"supplier": inventory.supplier, "buyer": buyer, "body": body}
    assignment = Assignment.objects.create(**three, inventory=inventory)
    line = inventory.lines.order_by("number").first()
    LineCheck.objects.create(**three, assignment=assignment, line=line, is_right=True, note=f"{mark}-check")
    finding = Finding.objects.create(
        **three, assignment=assignment, line=line, kind="clarification", text=f"{mark}-finding"
    )
    FindingReply.objects.create(**three, finding=finding, text=f"{mark}-reply")
    opinion = Opinion.objects.create(
        **three, assignment=assignment, level="limited", conclusion="unmodified", text=f"{mark}-opinion"
    )
    statement: Statement = Statement.objects.create(
        **three,
        number=number or f"GLS-{mark}-{inventory.pk}",
        inventory=inventory,
        opinion=opinion,
        payload={"supplier": mark},
        signature="00",
        key_id="none",
    )
    return statement
