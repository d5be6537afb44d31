"""A year's full account from its records, entries and instruments, as its terms say. Set-based; writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from suppliers.calc.issues import Issue
from suppliers.factors.queries import Lookup

from . import energy, entry_lines, market_lines, year_totals
from .blocks import Found, columns_of
from .gathering import gathered
from .terms import Terms


@dataclass(frozen=True)
class Computation:
    """`columns` keyed as InventoryLine names them, without inventory and supplier; `totals` as they are stored."""

    columns: dict[str, list[Any]]
    issues: list[Issue]
    totals: dict[str, Any]


def computed(*, supplier_id: int, year: int, terms: Terms) -> Computation:
    """Lines, troubles and totals of a supplier's year. What has no factor is an issue and no line: never zero.

    Location and market lines say the same kilowatt-hours from two sides and are never added to each other.
    """
    found = found_of(supplier_id=supplier_id, year=year, terms=terms)
    return Computation(
        columns=columns_of(found.blocks), issues=found.issues, totals=year_totals.totals(found.blocks)
    )


def found_of(*, supplier_id: int, year: int, terms: Terms) -> Found:
    """The same as blocks of lines, for who only sums them."""
    lookup = Lookup(terms.gwp_report, as_of=terms.factor_moment)
    rows = gathered(supplier_id=supplier_id, year=year, terms=terms)
    found = Found()
    energy.lines(rows.records, year, lookup, terms, found)
    market_lines.lines(rows, year, lookup, found)
    entry_lines.lines(rows.entries, year, lookup, found)
    return found
