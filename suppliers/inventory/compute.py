"""A year's full account from its records, entries and instruments, as its terms say. Set-based; writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from suppliers.calc.issues import Issue
from suppliers.factors.queries import Lookup
from suppliers.tenants.refusals import Refusal

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


def computed(*, supplier_id: int, year: int, terms: Terms, by_period: bool = False) -> Computation:
    """Lines, troubles and totals of a supplier's year. What has no factor is an issue and no line: never zero.

    Location and market lines say the same kilowatt-hours from two sides and are never added to each other.
    `by_period` takes all records of one site, carrier and period as one: figures of an open year too large to be
    listed, which differ from those of its lines by at most 10^-6 kg a line.
    """
    found = found_of(supplier_id=supplier_id, year=year, terms=terms, by_period=by_period)
    return Computation(
        columns=columns_of(found.blocks), issues=found.issues, totals=year_totals.totals(found.blocks)
    )


def found_of(*, supplier_id: int, year: int, terms: Terms, by_period: bool = False) -> Found:
    """The same as blocks of lines, for who only sums them. `inventory.method` of terms no code is left for."""
    method = METHODS.get(terms.method)
    if method is None:
        raise Refusal(
            "inventory.method",
            _("This version was computed by method %(number)s, which this installation does not know.")
            % {"number": terms.method},
        )
    return method(supplier_id, year, terms, by_period)


def _first_method(supplier_id: int, year: int, terms: Terms, by_period: bool) -> Found:
    lookup = Lookup(terms.gwp_report, as_of=terms.factor_moment)
    rows = gathered(supplier_id=supplier_id, year=year, terms=terms, by_period=by_period)
    found = Found()
    energy.lines(rows.records, year, lookup, terms, found)
    market_lines.lines(rows, year, lookup, found)
    entry_lines.lines(rows.entries, year, lookup, found)
    return found


# A change that moves any figure of a line is a new method beside the old one, so that every version replays as it was
# made. tests/suppliers/inventory/test_method.py holds the figures of each.
METHODS: Mapping[int, Callable[[int, int, Terms, bool], Found]] = {1: _first_method}
