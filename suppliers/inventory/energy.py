"""Records to lines: combustion gas by gas, gases that leaked, and purchased energy by location."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from suppliers.calc import STORAGE_PLACES, combustion, gases, issues, scaled
from suppliers.calc.carriers import CARRIERS, Carrier
from suppliers.factors.queries import ChosenFactor, Lookup

from .blocks import QUANTITY_PLACES, Block, Found
from .gathering import Records
from .models import Basis, DataQuality
from .terms import Terms

GRID = ("electricity", "green_power")
_COMBUSTION_GASES = ("CH4", "N2O")
ONE = Decimal(1)


def lines(records: Records, year: int, lookup: Lookup, terms: Terms, found: Found) -> None:
    """Adds everything but the market view of electricity (`market_lines`)."""
    for carrier, province, rows in groups(records):
        if carrier.scope == 2:
            _purchased(records, rows, carrier, province, year, lookup, found)
        elif carrier.category == "fugitive":
            _fugitive(records, rows, carrier, year, lookup, found)
        elif carrier.scope == 1:
            _burnt(records, rows, carrier, year, lookup, terms, found)


def purchased(records: Records, year: int, lookup: Lookup, found: Found) -> None:
    """Adds purchased energy alone."""
    for carrier, province, rows in groups(records):
        if carrier.scope == 2:
            _purchased(records, rows, carrier, province, year, lookup, found)


def groups(records: Records) -> Iterator[tuple[Carrier, str, NDArray[np.int64]]]:
    """Positions of each carrier and province, in their order; own PV and water have no lines."""
    if not len(records):
        return
    keys = np.char.add(np.char.add(records.carrier.astype(str), "\t"), records.province.astype(str))
    distinct, which = np.unique(keys, return_inverse=True)
    for position, key in enumerate(distinct.tolist()):
        code, province = key.split("\t")
        if CARRIERS[code].scope is not None:
            yield CARRIERS[code], province, np.flatnonzero(which == position)


def each_of(records: Records, rows: NDArray[np.int64]) -> dict[str, list[Any]]:
    """The columns that differ from line to line, whatever the factor."""
    grades = np.where(records.is_proven[rows], DataQuality.METERED.value, DataQuality.CALCULATED.value)
    return {
        "record_id": records.id[rows].tolist(),
        "site_id": records.site[rows].tolist(),
        "month": records.month[rows].tolist(),
        "document": records.document[rows].tolist(),
        "upload_id": records.upload[rows].tolist(),
        "upload_row": records.upload_row[rows].tolist(),
        "data_quality": grades.tolist(),
    }


def common(carrier: Carrier, year: int, basis: str, gas: str) -> dict[str, Any]:
    return {
        "year": year, "carrier": carrier.code, "scope": carrier.scope, "category": carrier.category,
        "iso_category": carrier.iso_category, "basis": basis, "gas": gas, "unit": carrier.base_unit,
    }  # fmt: skip


def of_factor(factor: ChosenFactor) -> dict[str, Any]:
    return {"factor_id": factor.id, "factor_code": factor.code, "factor_value": factor.value}


def missing(carrier: Carrier, region: str, year: int, zh: str = "", en: str = "") -> issues.Issue:
    """`factor.missing` of a carrier, or of what is said of it."""
    return issues.make(
        "factor.missing", column="carrier", carrier=carrier.code, carrier_zh=zh or carrier.zh,
        carrier_en=en or carrier.en, region=region, year=year,
    )  # fmt: skip


def _purchased(
    records: Records, rows: NDArray[np.int64], carrier: Carrier, province: str, year: int, lookup: Lookup,
    found: Found,
) -> None:  # fmt: skip
    factor = lookup.factor_for(carrier.code, province, year)
    if factor is None:
        found.trouble(missing(carrier, province, year))
        return
    each, whole = each_of(records, rows), records.whole[rows]
    kg = scaled.times(whole, STORAGE_PLACES, [factor.value], STORAGE_PLACES)
    each["quantity"] = scaled.to_decimals(whole, STORAGE_PLACES)
    same = common(carrier, year, Basis.LOCATION.value, "CO2") | of_factor(factor)
    found.add(Block(same, each, kg, _coal(carrier, whole, lookup)))
    if carrier.code not in GRID:
        # Nothing tells one supplier's heat from another's, so the market view says the same heat again.
        found.add(Block(same | {"basis": Basis.MARKET.value}, each, kg))


def _fugitive(
    records: Records, rows: NDArray[np.int64], carrier: Carrier, year: int, lookup: Lookup, found: Found
) -> None:
    gwp = lookup.gwp(carrier.code)
    if gwp is None:
        found.trouble(missing(carrier, lookup.report, year))
        return
    each, whole = each_of(records, rows), records.whole[rows]
    each["quantity"] = scaled.to_decimals(whole, STORAGE_PLACES)
    kg = scaled.times(whole, STORAGE_PLACES, [gwp.value], STORAGE_PLACES)
    found.add(
        Block(common(carrier, year, Basis.DIRECT.value, carrier.code) | leaked(carrier.code, gwp), each, kg)
    )


def leaked(gas: str, gwp: ChosenFactor) -> dict[str, Any]:
    """A kilogram that leaked is a kilogram: the factor is 1 and the warming potential makes the difference."""
    return {
        "category": "fugitive" if gases.counts_in_total(gas) else "beside",
        "factor_id": gwp.id, "factor_code": gwp.code, "factor_value": ONE, "gwp_code": gwp.code, "gwp_value": gwp.value,
    }  # fmt: skip


def _burnt(
    records: Records, rows: NDArray[np.int64], carrier: Carrier, year: int, lookup: Lookup, terms: Terms,
    found: Found,
) -> None:  # fmt: skip
    factor = lookup.fuel(carrier.code, terms.fuel_set)
    each, whole = each_of(records, rows), records.whole[rows]
    if factor is None:
        found.trouble(missing(carrier, terms.fuel_set, year))
    else:
        kg = scaled.times(whole, STORAGE_PLACES, [factor.value], STORAGE_PLACES)
        same = common(carrier, year, Basis.DIRECT.value, "CO2") | of_factor(factor)
        quantity = scaled.to_decimals(whole, STORAGE_PLACES)
        found.add(Block(same, each | {"quantity": quantity}, kg, _coal(carrier, whole, lookup)))
    ncv = lookup.ncv_mj_per_unit(carrier.code, terms.fuel_set)
    if ncv is None:
        found.trouble(
            missing(carrier, terms.fuel_set, year, f"{carrier.zh}热值", f"calorific value of {carrier.en}")
        )
        return
    energy = scaled.times(whole, STORAGE_PLACES, [combustion.terajoules_factor(ncv)], QUANTITY_PLACES)
    quantity = scaled.to_decimals(energy, QUANTITY_PLACES)
    for gas in _COMBUSTION_GASES:
        per_tj, gwp = lookup.gas_factor(carrier.code, gas), lookup.gwp(gas)
        if per_tj is None or gwp is None:
            found.trouble(
                missing(
                    carrier,
                    lookup.report,
                    year,
                    f"{carrier.zh}燃烧的 {gas}",
                    f"{gas} of burning {carrier.en}",
                )
            )
            continue
        kg = scaled.times(energy, QUANTITY_PLACES, [per_tj.value, gwp.value], STORAGE_PLACES)
        same = common(carrier, year, Basis.DIRECT.value, gas) | of_factor(per_tj)
        same |= {"unit": "TJ", "gwp_code": gwp.code, "gwp_value": gwp.value}
        found.add(Block(same, each | {"quantity": quantity}, kg))


def _coal(carrier: Carrier, whole: scaled.Whole, lookup: Lookup) -> scaled.Whole | None:
    coefficient = lookup.standard_coal(carrier.code)
    if coefficient is None:
        return None
    return scaled.times(whole, STORAGE_PLACES, [coefficient.value], STORAGE_PLACES)
