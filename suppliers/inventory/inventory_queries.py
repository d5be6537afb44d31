"""What pages, API and reports say of a year's inventory beside its account: versions, coverage, intensity, factors."""

from __future__ import annotations

import datetime as dt
from calendar import isleap
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.http import Http404

from suppliers.activity.models import ActivityRecord, Output
from suppliers.calc.carriers import CARRIERS
from suppliers.disclosure.models import Handing
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Supplier
from suppliers.tenants.roles import TenantKind

from . import queries
from .accounts import Account, summed
from .models import Inventory, InventoryLine, InventoryState


@dataclass(frozen=True)
class Year:
    year: int
    inventory: Inventory
    versions: int
    change_percent: Decimal | None


def version_or_404(actor: Actor, pk: int) -> Inventory:
    """The own one; a buyer's: that of an enrolled supplier, from submission on. Otherwise it does not exist."""
    rows = Inventory.objects.filter(actor.scope.suppliers(), pk=pk).select_related("supplier", "supersedes")
    if actor.kind == TenantKind.BUYER:
        rows = rows.filter(Inventory.buyer_sees)
    found: Inventory | None = rows.first()
    if found is None:
        raise Http404(pk)
    return found


def of_supplier(supplier: Supplier) -> list[Year]:
    """The newest version of each year, newest year first. One query."""
    newest: dict[int, Inventory] = {}
    count: dict[int, int] = defaultdict(int)
    for version in Inventory.objects.filter(supplier=supplier).order_by("year", "version"):
        newest[version.year] = version
        count[version.year] += 1
    return [
        Year(year, newest[year], count[year], _change(Account(newest[year]), newest.get(year - 1)))
        for year in sorted(newest, reverse=True)
    ]


def _change(now: Account, before: Inventory | None) -> Decimal | None:
    if before is None or not before.totals or not now.inventory.totals:
        return None
    here, there = now.located, Account(before).located
    return None if here is None or not there else (here - there) / there * 100


def versions(inventory: Inventory) -> list[Inventory]:
    """All versions of the year that the reader may see, newest first."""
    rows = Inventory.objects.filter(supplier_id=inventory.supplier_id, year=inventory.year)
    return list(rows.select_related("created_by", "submitted_by").order_by("-version"))


def year_before(inventory: Inventory) -> Inventory | None:
    """The newest frozen version of the year before."""
    rows = Inventory.objects.filter(supplier_id=inventory.supplier_id, year=inventory.year - 1)
    found: Inventory | None = rows.exclude(state=InventoryState.OPEN).order_by("-version").first()
    return found


@dataclass(frozen=True)
class Intensity:
    """Emissions of scopes 1 and 2, location-based, per unit of output [kgCO2e/unit]."""

    unit: str
    output: Decimal
    kgco2e: Decimal

    @property
    def value(self) -> Decimal:
        return self.kgco2e / self.output


def intensities(account: Account) -> list[Intensity]:
    """One for each unit of output handed in for the year, or for the one the version chose; no output, no intensity."""
    version = account.inventory
    chosen = Q(unit=version.intensity_unit) if version.intensity_unit else Q()
    kg = summed(account.kg(name) for name in ("scope1", "scope2_location"))
    if kg is None:
        return []
    rows = (
        Output.objects.filter(
            chosen, supplier_id=version.supplier_id, state=Handing.SUBMITTED,
            start__gte=dt.date(version.year, 1, 1), end__lte=dt.date(version.year, 12, 31),
        )
        .order_by().values_list("unit").annotate(made=Sum("value")).order_by("unit")
    )  # fmt: skip
    return [Intensity(unit, made, kg) for unit, made in rows if made]


def coverage(inventory: Inventory) -> list[dict[str, Any]]:
    """Site x carrier x month. What is topped up when it leaks has no months to cover."""
    rows = queries.coverage(inventory.supplier, inventory.year)
    return [row for row in rows if CARRIERS[row["carrier"]].category != "fugitive"]


def covered_percent(supplier_id: int, years: Iterable[int]) -> dict[int, Decimal]:
    """Share of the days with data over site and carrier, by year [%]; a year without records is absent. One query."""
    wanted = sorted(set(years))
    if not wanted:
        return {}
    rows = ActivityRecord.objects.filter(
        supplier_id=supplier_id, withdrawn_at=None, start__lte=dt.date(wanted[-1], 12, 31),
        end__gte=dt.date(wanted[0], 1, 1),
    ).filter(Q(meter=None) | Q(meter__accounting=True))  # fmt: skip
    periods = rows.order_by().values_list("site_id", "carrier", "start", "end").distinct()
    days: dict[int, dict[tuple[int, str], set[int]]] = {year: defaultdict(set) for year in wanted}
    for site, carrier, start, end in periods:
        if CARRIERS[carrier].category == "fugitive":
            continue
        for year in range(max(start.year, wanted[0]), min(end.year, wanted[-1]) + 1):
            if year in days:
                first = max(start, dt.date(year, 1, 1)).toordinal()
                days[year][site, carrier].update(
                    range(first, min(end, dt.date(year, 12, 31)).toordinal() + 1)
                )
    return {
        year: Decimal(sum(map(len, of_year.values()))) / (len(of_year) * (366 if isleap(year) else 365)) * 100
        for year, of_year in days.items()
        if of_year
    }


def factors_used(account: Account) -> list[dict[str, Any]]:
    """Each factor of a version's lines once: code, value, name, source, edition, lines."""
    version = account.inventory
    if account.live is not None:
        return []
    rows = InventoryLine.objects.filter(supplier_id=version.supplier_id, inventory=version)
    names = ("factor_code", "factor_value", "factor__name", "factor__name_en", "factor__unit", "factor__year",
             "factor__set__source", "factor__set__edition", "gwp_code", "gwp_value")  # fmt: skip
    return list(rows.order_by(*names).values(*names).distinct())
