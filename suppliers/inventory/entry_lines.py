"""Entries to lines: the value chain, process emissions, and gases by mass balance."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from suppliers.calc import STORAGE_PLACES, issues, mass_balance, scaled, units
from suppliers.calc.carriers import CARRIERS
from suppliers.factors.queries import ChosenFactor, Lookup

from .blocks import Block, Found
from .energy import leaked
from .models import Basis, EntryKind

# ISO 14064-1:2018, annex B: 3 transport, 4 what the organization uses, 5 what is done with its products.
ISO_OF_SCOPE3 = {
    1: 4, 2: 4, 3: 4, 4: 3, 5: 4, 6: 3, 7: 3, 8: 4, 9: 3, 10: 5, 11: 5, 12: 5, 13: 5, 14: 5, 15: 5,
}  # fmt: skip
_ITSELF = ("", "CO2", "CO2e")


def lines(entries: list[dict[str, Any]], year: int, lookup: Lookup, found: Found) -> None:
    for entry in entries:
        same: dict[str, Any] = {
            "entry_id": entry["id"], "site_id": entry["site_id"], "year": year, "month": entry["month"],
            "description": entry["description"], "document": entry["document"], "evidence_id": entry["evidence_id"],
            "data_quality": entry["data_quality"], "basis": Basis.DIRECT.value,
        }  # fmt: skip
        if entry["kind"] == EntryKind.MASS_BALANCE:
            found.add(_balance(entry, same, year, lookup, found))
        else:
            found.add(_activity(entry, same, year, lookup, found))


def _balance(
    entry: dict[str, Any], same: dict[str, Any], year: int, lookup: Lookup, found: Found
) -> Block | None:
    balance = entry["balance"] or {}
    try:
        lost = mass_balance.lost_kg(*(Decimal(balance[part]) for part in mass_balance.PARTS))
    except (KeyError, TypeError, ValueError, InvalidOperation):
        found.trouble(issues.make("entry.balance", entry=entry["id"], gas=entry["carrier"]))
        return None
    gwp = lookup.gwp(entry["carrier"])
    if gwp is None:
        found.trouble(_missing(entry["carrier"], lookup.report, year))
        return None
    same |= {
        "carrier": entry["carrier"],
        "gas": entry["carrier"],
        "scope": 1,
        "iso_category": 1,
        "unit": "kg",
    }
    return _made(same | leaked(entry["carrier"], gwp), lost, [gwp.value])


def _activity(
    entry: dict[str, Any], same: dict[str, Any], year: int, lookup: Lookup, found: Found
) -> Block | None:
    side = "factor" if entry["factor_id"] is not None else "own_factor"
    value, gas = entry[f"{side}__value"], entry[f"{side}__gas"]
    if value is None:
        found.trouble(_missing(entry["description"], "", year))
        return None
    quantity = _in_unit(entry["quantity"], entry["unit"], entry[f"{side}__per_unit"])
    if quantity is None:
        found.trouble(
            issues.make(
                "entry.unit", entry=entry["id"], unit=entry["unit"], per_unit=entry[f"{side}__per_unit"]
            )
        )
        return None
    gwp: ChosenFactor | None = None
    if gas not in _ITSELF:
        gwp = lookup.gwp(gas)
        if gwp is None:
            found.trouble(_missing(gas, lookup.report, year))
            return None
    potential = gwp.value if gwp else Decimal(1)
    category = entry["scope3_category"]
    same |= {
        "carrier": entry["carrier"], "scope": 3 if category else 1, "scope3_category": category,
        "category": f"scope3_{category}" if category else "process",
        "iso_category": ISO_OF_SCOPE3[category] if category else 1,
        "gas": gas or "CO2e", "unit": entry[f"{side}__per_unit"],
        "factor_id": entry["factor_id"], "own_factor_id": entry["own_factor_id"], "factor_code": entry[f"{side}__code"],
        "factor_value": value, "gwp_code": gwp.code if gwp else "", "gwp_value": potential,
    }  # fmt: skip
    return _made(same, quantity, [value, potential])


def _made(same: dict[str, Any], quantity: Decimal, constants: list[Decimal]) -> Block:
    places = max(STORAGE_PLACES, -int(quantity.normalize().as_tuple().exponent))
    whole = scaled.from_decimals([quantity], places)
    return Block(same | {"quantity": quantity}, {}, scaled.times(whole, places, constants, STORAGE_PLACES))


def _in_unit(quantity: Decimal, unit: str, per_unit: str) -> Decimal | None:
    if units.plain_unit(unit) == units.plain_unit(per_unit):
        return quantity
    one, other = units.find(unit), units.find(per_unit)
    if one is None or other is None or one.dimension != other.dimension:
        return None
    return (quantity * one.size / other.size).quantize(Decimal("0.000000000001"))


def _missing(what: str, region: str, year: int) -> issues.Issue:
    known = CARRIERS.get(what)
    return issues.make(
        "factor.missing", column="carrier", carrier=what, carrier_zh=known.zh if known else what,
        carrier_en=known.en if known else what, region=region, year=year,
    )  # fmt: skip
