"""The market view of grid electricity: contracts, then certificates, then the residual mix, else the location factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from suppliers.calc import STORAGE_PLACES, issues, market, scaled
from suppliers.calc.carriers import CARRIERS
from suppliers.disclosure.models import Instrument, InstrumentKind
from suppliers.factors.models import OwnFactor, OwnKind
from suppliers.factors.queries import Lookup

from .blocks import Block, Found
from .energy import common, each_of, groups, missing, of_factor
from .gathering import Gathered, Records
from .models import Basis, DataQuality

CONTRACTED = "CONTRACT-0"
_KWH = "kWh"


@dataclass(frozen=True)
class Chosen:
    """What a market line takes: a value [kgCO2e/kWh] and where it is from."""

    value: Decimal
    same: dict[str, Any]


def lines(gathered: Gathered, year: int, lookup: Lookup, found: Found) -> None:
    records = gathered.records
    for one in gathered.held_back:
        found.trouble(issues.make("instrument.held_back", kind=one.kind, year=year, kwh=str(one.kwh)))
    rest = _after_instruments(gathered, year, found)
    for carrier, province, rows in groups(records):
        if carrier.code not in ("electricity", "green_power"):
            continue
        for month in np.unique(records.month[rows]).tolist():
            these = rows[records.month[rows] == month]
            first_day = np.datetime64(f"{year}-{month:02d}-01")
            chosen: Chosen | None
            if carrier.code == "green_power":
                chosen = _contract(gathered.own_factors, province, first_day, lookup)
            else:
                chosen = _uncovered(gathered.own_factors, province, first_day, year, lookup)
            if chosen is None:
                found.trouble(missing(carrier, province, year))
                continue
            # What is covered whole has no rest to state; what was nothing to begin with stays nothing.
            kept = these[(rest[these] != 0) | (records.whole[these] == 0)]
            found.add(
                _block(records, kept, rest[kept], common(carrier, year, Basis.MARKET.value, "CO2"), chosen)
            )


def _block(
    records: Records, rows: NDArray[np.int64], whole: scaled.Whole, same: dict[str, Any], chosen: Chosen
) -> Block:
    each = each_of(records, rows) | {"quantity": scaled.to_decimals(whole, STORAGE_PLACES)}
    kg = scaled.times(whole, STORAGE_PLACES, [chosen.value], STORAGE_PLACES)
    return Block(same | chosen.same, each, kg)


def _after_instruments(gathered: Gathered, year: int, found: Found) -> scaled.Whole:
    """What certificates leave uncovered [10^-6 kWh] of each piece. Chinese ones cover sites in China alone."""
    records = gathered.records
    rest = records.whole.copy()
    grid = np.flatnonzero(records.carrier == "electricity")
    # An order that has nothing to do with the order in which records came.
    grid = grid[
        np.lexsort(
            (records.id[grid], records.whole[grid].astype(float), records.site[grid], records.start[grid])
        )
    ]
    at_home = grid[[place == "CN" or place.startswith("CN-") for place in records.province[grid]]]
    certificates = [one for one in gathered.instruments if one.kind != InstrumentKind.PPA]
    contracts = [one for one in gathered.instruments if one.kind == InstrumentKind.PPA]
    for instruments, rows in ((contracts, grid), (certificates, at_home)):
        claims = [int(one.kwh.scaleb(STORAGE_PLACES)) for one in instruments]
        counted = market.granted(claims, sum(rest[rows].tolist()))
        rest[rows] -= market.spread(sum(counted), rest[rows])
        for one, claim, part in zip(instruments, claims, counted, strict=True):
            if part < claim:
                found.trouble(issues.make("instrument.beyond_grid", kind=one.kind, year=year,
                                          kwh=str(one.kwh), counted=str(Decimal(part).scaleb(-STORAGE_PLACES))))  # fmt: skip
            if part:
                found.add(_of_instrument(one, part, year))
    return rest


def _of_instrument(one: Instrument, part: int, year: int) -> Block:
    same = common(CARRIERS["electricity"], year, Basis.MARKET.value, "CO2") | {
        "instrument_id": one.pk, "factor_code": f"{one.kind.upper()}-{one.year}", "data_quality": DataQuality.METERED.value,
        "quantity": Decimal(part).scaleb(-STORAGE_PLACES), "evidence_id": one.evidence_id,
        "description": str(one)[:200], "document": (one.serial_from and f"{one.serial_from} – {one.serial_to}")[:120],
    }  # fmt: skip
    return Block(same, {}, np.zeros(1, dtype=np.int64))


def _contract(own: Sequence[OwnFactor], province: str, day: np.datetime64, lookup: Lookup) -> Chosen:
    mine = _own(own, OwnKind.CONTRACT, province, day, lookup)
    return mine or Chosen(Decimal(0), {"factor_code": CONTRACTED, "factor_value": Decimal(0)})


def _uncovered(
    own: Sequence[OwnFactor], province: str, day: np.datetime64, year: int, lookup: Lookup
) -> Chosen | None:
    mine = _own(own, OwnKind.RESIDUAL_MIX, province, day, lookup)
    if mine is not None:
        return mine
    factor = lookup.residual(province, year) or lookup.electricity(province, year)
    return Chosen(factor.value, of_factor(factor)) if factor else None


def _own(
    own: Sequence[OwnFactor], kind: str, province: str, day: np.datetime64, lookup: Lookup
) -> Chosen | None:
    for one in own:
        is_valid = np.datetime64(one.valid_from) <= day and (
            one.valid_to is None or day <= np.datetime64(one.valid_to)
        )
        is_here = one.region in ("", province) or province.startswith(f"{one.region}-")
        if one.kind != kind or not is_valid or not is_here or one.per_unit != _KWH:
            continue
        # Carbon dioxide is its own measure in every assessment report.
        gwp = None if one.gas in ("", "CO2", "CO2e") else lookup.gwp(one.gas)
        potential = gwp.value if gwp else Decimal(1)
        if gwp is None and one.gas not in ("", "CO2", "CO2e"):
            continue
        same = {"own_factor_id": one.pk, "factor_code": one.code, "factor_value": one.value,
                "gwp_code": gwp.code if gwp else "", "gwp_value": potential, "evidence_id": one.evidence_id}  # fmt: skip
        return Chosen(one.value * potential, same)
    return None
