"""The market view of a year's purchased energy, summed for a page: a fixed number of queries, nothing written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from suppliers.calc import STORAGE_PLACES
from suppliers.factors.queries import Lookup
from suppliers.sites.models import Site
from suppliers.tenants.scope import current

from . import energy, market_lines
from .blocks import Block, Found
from .gathering import gathered, is_large
from .models import Basis
from .terms import Terms


def sums(*, supplier_ids: Sequence[int], year: int | None, by: str) -> dict[Any, Decimal] | None:
    """Scope 2 by the market [kgCO2e] by scope, site, month, carrier, category or year; None where it cannot be said.

    That is so for several companies or years at once, for a reader who may not see all records of the year (what a
    certificate covers depends on all of them), and where a factor is missing.
    """
    if year is None or len(supplier_ids) != 1 or not _sees_all(supplier_ids[0]):
        return None
    found = Found()
    by_period = is_large(supplier_ids[0], year)
    rows = gathered(supplier_id=supplier_ids[0], year=year, terms=Terms(), by_period=by_period)
    lookup = Lookup()
    energy.purchased(rows.records, year, lookup, found)
    market_lines.lines(rows, year, lookup, found)
    if any(issue.code == "factor.missing" for issue in found.issues):
        return None
    codes = dict(Site.objects.filter(supplier_id=supplier_ids[0]).values_list("id", "code"))
    totals: dict[Any, Decimal] = defaultdict(Decimal)
    for block in found.blocks:
        # A certificate's own line weighs nothing and has no month or site.
        if block.same["basis"] == Basis.MARKET and "record_id" in block.each:
            for key, kilograms in _by(block, by, codes):
                totals[key] += Decimal(kilograms).scaleb(-STORAGE_PLACES)
    return dict(totals)


def _by(block: Block, by: str, sites: dict[int, str]) -> list[tuple[Any, int]]:
    whole = block.kg.tolist()
    if by == "site":
        return list(zip([sites[site] for site in block.each["site_id"]], whole, strict=True))
    if by == "month":
        year = block.same["year"]
        return [
            (f"{year}-{month:02d}", kilograms)
            for month, kilograms in zip(block.each["month"], whole, strict=True)
        ]
    return [(block.same[by], sum(whole))]


def _sees_all(supplier_id: int) -> bool:
    scope = current()
    return scope.is_everyone or scope.supplier_id == supplier_id
