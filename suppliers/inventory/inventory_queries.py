"""What pages, API and reports say of a year's inventory beside its account: versions, coverage, intensity, factors."""

from __future__ import annotations

import datetime as dt
from calendar import isleap
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404

from suppliers.activity.models import ActivityRecord
from suppliers.calc.carriers import CARRIERS
from suppliers.factors.models import Factor, OwnFactor
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Supplier
from suppliers.tenants.roles import TenantKind

from . import queries
from .accounts import Account, summed
from .gathering import outputs, standing
from .models import Inventory, InventoryLine, InventoryState
from .terms import Terms


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
    version, edge = account.inventory, Terms.from_json(account.inventory.terms).edge
    kg = summed(account.kg(name) for name in ("scope1", "scope2_location"))
    if kg is None:
        return []
    if edge is not None and edge.outputs is not None:
        made = {unit: Decimal(said) for unit, said in edge.outputs.items()}
    else:
        made = outputs(version.supplier_id, version.year)
    chosen = version.intensity_unit
    return [Intensity(unit, of, kg) for unit, of in made.items() if of and chosen in ("", unit)]


def coverage(inventory: Inventory) -> list[dict[str, Any]]:
    """Site x carrier x month, of a frozen version as it was. What is topped up when it leaks has no months to cover."""
    rows = queries.coverage(inventory.supplier, inventory.year, standing(Terms.from_json(inventory.terms)))
    return [row for row in rows if CARRIERS[row["carrier"]].category != "fugitive"]


def covered_percent(supplier_id: int, years: Iterable[int], terms: Terms | None = None) -> dict[int, Decimal]:
    """Share of the days with data over site and carrier, by year [%]; a year without records is absent. One query.

    Of the records that stand now, or stood at the moment of `terms`.
    """
    wanted = sorted(set(years))
    if not wanted:
        return {}
    rows = ActivityRecord.objects.filter(
        standing(terms or Terms()), supplier_id=supplier_id, start__lte=dt.date(wanted[-1], 12, 31),
        end__gte=dt.date(wanted[0], 1, 1),
    )  # fmt: skip
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


# A line's factor and its warming potential: what a list of factors is made from.
_USED = ("factor_code", "factor_value", "factor_id", "own_factor_id", "gwp_code", "gwp_value")


def factors_used(account: Account) -> list[dict[str, Any]]:
    """Each factor, own factor and warming potential of a frozen version's lines once: `code`, `value`, and `of`, its row.

    Four queries. An instrument and a contract without a factor of its own have no row (`of` None).
    """
    version = account.inventory
    if account.live is not None:
        return []
    rows = InventoryLine.objects.filter(supplier_id=version.supplier_id, inventory=version)
    lines = list(rows.order_by().values_list(*_USED).distinct())
    potentials = {gwp: value for *_factor, gwp, value in lines if gwp}
    # A gas that leaked names its potential as the factor, times one: it is listed as the potential alone.
    used = {line[0]: line[1:4] for line in lines if line[0] not in potentials}
    factors = _by(Factor, "pk", (factor for _value, factor, _own in used.values()))
    own_factors = _by(OwnFactor, "pk", (own for _value, _factor, own in used.values()))
    warming = _by(Factor, "code", potentials)
    found = [
        {"code": code, "value": value, "of": factors.get(factor) or own_factors.get(own)}
        for code, (value, factor, own) in used.items()
    ]
    found += [{"code": code, "value": value, "of": warming.get(code)} for code, value in potentials.items()]
    return sorted(found, key=lambda one: str(one["code"]))


def _by(model: type[Factor] | type[OwnFactor], column: str, wanted: Iterable[Any]) -> dict[Any, Any]:
    rows: Any = model.objects.filter(**{f"{column}__in": {one for one in wanted if one}})
    rows = rows.select_related("set") if model is Factor else rows
    return {getattr(row, column): row for row in rows}
