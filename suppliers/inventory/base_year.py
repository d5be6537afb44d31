"""The base year beside a year: how far emissions have moved since, and whether it has to be computed anew.

It has to if, computed from the records of today under the terms of the year it is compared with (assessment report, fuel
parameters, factor editions), it differs from what stands by at least `recalculation_percent` (ISO 14064-1, 6.4.2). The
restatement itself is the supplier's act, so that both numbers and the reason are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .accounts import Account, located
from .compute import computed
from .gathering import is_large
from .models import Inventory, InventoryState
from .terms import Terms


@dataclass(frozen=True)
class BaseYear:
    """Location view of all scopes [kgCO2e]; None where nobody said anything, or the reader may not compute it."""

    year: int
    version: Inventory | None
    kgco2e: Decimal | None = None
    would_be_kgco2e: Decimal | None = None
    threshold_percent: Decimal = Decimal(5)
    now_kgco2e: Decimal | None = None

    @property
    def change_percent(self) -> Decimal | None:
        """Of the year against its base year."""
        return _percent(self.kgco2e, self.now_kgco2e)

    @property
    def off_percent(self) -> Decimal | None:
        """Of the base year computed today against what stands of it."""
        return _percent(self.kgco2e, self.would_be_kgco2e)

    @property
    def is_due(self) -> bool:
        off = self.off_percent
        return off is not None and off != 0 and abs(off) >= self.threshold_percent


def base_year(account: Account, *, may_compute: bool) -> BaseYear | None:
    """None without a base year, or for the base year itself. `may_compute`: the reader sees all records."""
    inventory = account.inventory
    year = inventory.base_year
    if year is None or year == inventory.year:
        return None
    rows = Inventory.objects.filter(supplier_id=inventory.supplier_id, year=year)
    version: Inventory | None = rows.exclude(state=InventoryState.OPEN).order_by("-version").first()
    if version is None:
        return BaseYear(year, None)
    return BaseYear(
        year, version, Account(version).located, _would_be(inventory, year) if may_compute else None,
        inventory.recalculation_percent, account.located,
    )  # fmt: skip


def _would_be(inventory: Inventory, year: int) -> Decimal | None:
    said = Terms.from_json(inventory.terms)
    terms = Terms(gwp_report=said.gwp_report, fuel_set=said.fuel_set)
    by_period = is_large(inventory.supplier_id, year)
    found = computed(supplier_id=inventory.supplier_id, year=year, terms=terms, by_period=by_period)
    return located(found.totals)


def _percent(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    return None if not before or after is None else (after - before) / before * 100
