"""From records to emission lines: month by month, each piece with its own year's factor.

Own PV and water have no emissions of their own, so they make no line: the record is the whole of it.
A meter that does not account makes none either. Standard coal stands on the same lines, so `pv_self`
adds nothing to it (it is not bought energy).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suppliers.calc import emissions, issues
from suppliers.calc.carriers import CARRIERS
from suppliers.calc.facts import SupplierFacts
from suppliers.calc.issues import Issue
from suppliers.calc.periods import MonthPieces, share_by_days, split_by_month
from suppliers.factors.queries import ChosenFactors, Lookup

from .models import Basis


@dataclass(frozen=True)
class Pieces:
    """Month pieces of the rows that count, with the factor of each."""

    row: NDArray[np.int64]  # position in the frame
    record_start: NDArray[np.datetime64]  # the row's own first day
    months: MonthPieces
    shares: NDArray[np.object_]  # [base unit]
    carrier: NDArray[np.object_]
    province: NDArray[np.object_]
    factors: ChosenFactors

    @property
    def known(self) -> NDArray[np.int64]:
        return np.flatnonzero(self.factors.ids > 0)


def pieces_of(rows: pd.DataFrame, facts: SupplierFacts, lookup: Lookup) -> Pieces:
    """Cut the counting rows into months and choose a factor for each piece."""
    counting = np.flatnonzero(_counts(rows, facts))
    chosen = rows.iloc[counting]
    starts = _days(chosen["start"])
    months = split_by_month(starts, _days(chosen["end"]))
    carrier = chosen["carrier"].to_numpy(dtype=object)[months.row_index]
    provinces = {site.id: site.province for site in facts.sites}
    place = _mapped(chosen["site_id"].to_numpy(), provinces)[months.row_index]
    return Pieces(
        row=counting[months.row_index],
        record_start=starts[months.row_index],
        months=months,
        shares=share_by_days(chosen["quantity"].to_numpy(dtype=object), months),
        carrier=carrier,
        province=place,
        factors=lookup.choose_many(carrier.tolist(), place.tolist(), months.year.tolist()),
    )


def _counts(rows: pd.DataFrame, facts: SupplierFacts) -> NDArray[np.bool_]:
    silent = {meter.id for meter in facts.meters if not meter.accounting}
    emitting = {code for code, carrier in CARRIERS.items() if carrier.scope is not None}
    meters, carriers = rows["meter_id"].to_numpy(), rows["carrier"]
    counts: NDArray[np.bool_] = carriers.isin(emitting).to_numpy() & ~np.isin(meters, list(silent))
    return counts


def missing_factors(pieces: Pieces, rows: pd.DataFrame) -> list[Issue]:
    """`factor.missing` once per row, for its first piece without a factor."""
    found: dict[int, Issue] = {}
    numbers = rows["row"].to_numpy()
    for position in np.flatnonzero(pieces.factors.ids == 0).tolist():
        row = int(pieces.row[position])
        if row in found:
            continue
        carrier = CARRIERS[pieces.carrier[position]]
        found[row] = issues.make(
            "factor.missing",
            row=int(numbers[row]),
            column="carrier",
            carrier=carrier.code,
            carrier_zh=carrier.zh,
            carrier_en=carrier.en,
            region=pieces.province[position],
            year=int(pieces.months.year[position]),
        )
    return list(found.values())


def columns_of(pieces: Pieces, record_ids: list[int], lookup: Lookup) -> dict[str, list[Any]]:
    """Columns of the emission lines, keyed as the table names them; pieces without a factor are left out."""
    known = pieces.known
    carrier = pieces.carrier[known]
    shares = pieces.shares[known]
    record = np.array(record_ids, dtype=np.int64)[pieces.row[known]]
    return {
        "record_id": record.tolist(),
        "record_start": np.datetime_as_string(pieces.record_start[known]).tolist(),
        "year": pieces.months.year[known].tolist(),
        "month": pieces.months.month[known].tolist(),
        "carrier": carrier.tolist(),
        "scope": [_SCOPE[code] for code in carrier],
        "category": [_CATEGORY[code] for code in carrier],
        "basis": [_BASIS[code] for code in carrier],
        "factor_id": pieces.factors.ids[known].tolist(),
        "factor_code": pieces.factors.codes[known].tolist(),
        "quantity": shares.tolist(),
        "kgco2e": emissions.kgco2e(shares, pieces.factors.values[known]).tolist(),
        "kgce": _standard_coal(carrier, shares, lookup),
    }


def _standard_coal(carrier: NDArray[np.object_], shares: NDArray[np.object_], lookup: Lookup) -> list[Any]:
    """[kgce] per line; None for what has no coefficient (gases)."""
    coefficients = {code: lookup.standard_coal(code) for code in set(carrier.tolist())}
    values = np.array(
        [found.value if (found := coefficients[code]) else None for code in carrier], dtype=object
    )
    result = np.full(len(carrier), None, dtype=object)
    has_one = np.flatnonzero(values != None)  # noqa: E711 - elementwise
    result[has_one] = emissions.kgce(shares[has_one], values[has_one])
    listed: list[Any] = result.tolist()
    return listed


_SCOPE: Mapping[str, int] = {code: carrier.scope or 0 for code, carrier in CARRIERS.items()}
_CATEGORY: Mapping[str, str] = {code: carrier.category for code, carrier in CARRIERS.items()}
# Purchased energy is stated by location; what burns or leaks on site is direct. Market lines come with
# market instruments, and until then there are none.
_BASIS: Mapping[str, str] = {
    code: (Basis.LOCATION if carrier.scope == 2 else Basis.DIRECT).value for code, carrier in CARRIERS.items()
}


def _days(column: pd.Series) -> NDArray[np.datetime64]:
    days: NDArray[np.datetime64] = column.to_numpy().astype("datetime64[D]")
    return days


def _mapped(values: Iterable[Any], names: Mapping[int, str]) -> NDArray[np.object_]:
    listed = [names[int(value)] for value in values]
    result = np.empty(len(listed), dtype=object)
    result[:] = listed
    return result
