"""What pages, API and reports say of a year's inventory: its figures, lines, coverage, and the year before."""

from __future__ import annotations

import datetime as dt
from calendar import isleap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404

from suppliers.activity.models import ActivityRecord, Output
from suppliers.calc.carriers import CARRIERS
from suppliers.calc.issues import Issue
from suppliers.disclosure.models import Handing
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Supplier
from suppliers.tenants.roles import TenantKind

from . import queries
from .compute import Computation, computed
from .gathering import LARGE_RECORDS, is_large
from .models import Basis, Inventory, InventoryLine, InventoryState
from .terms import Terms

BESIDE = "beside"
_READ_AT_ONCE = 5_000
_DAY_SECONDS = 24 * 3600
SCOPES = ("scope1", "scope2_location", "scope2_market", "scope3")
# What a filter may name, and the column it looks at.
FILTERS = {
    "scope": "scope",
    "iso": "iso_category",
    "category": "category",
    "scope3": "scope3_category",
    "carrier": "carrier",
    "gas": "gas",
    "site": "site_id",
    "month": "month",
    "basis": "basis",
}


@dataclass(frozen=True)
class Sums:
    """Sums of lines [kgCO2e]. Location and market are never added; `beside` counts in neither."""

    located: Decimal = Decimal(0)
    market: Decimal = Decimal(0)
    beside: Decimal = Decimal(0)


@dataclass(frozen=True)
class Cell:
    """Lines of a version that no filter tells apart; `key` by column."""

    key: dict[str, Any]
    lines: int
    kgco2e: Decimal

    @property
    def is_uncounted(self) -> bool:
        """Market lines, and what stands beside, are not in the location-based total."""
        return bool(self.key["basis"] == Basis.MARKET or self.key["category"] == BESIDE)


@dataclass
class Account:
    """A version with its figures: stored of a frozen one, computed now of an open one."""

    inventory: Inventory

    @cached_property
    def is_by_period(self) -> bool:
        """An open year too large to be computed line by line for a page: its lines are sums of a period."""
        said = self.inventory
        return said.frozen_at is None and is_large(said.supplier_id, said.year)

    @cached_property
    def live(self) -> Computation | None:
        if self.inventory.frozen_at is not None:
            return None
        said = self.inventory
        terms = Terms.from_json(said.terms)
        return computed(
            supplier_id=said.supplier_id, year=said.year, terms=terms, by_period=self.is_by_period
        )

    @cached_property
    def cells(self) -> list[Cell]:
        """The lines of a frozen version summed by all that a filter may name: one query. Of a large one it is kept."""
        version = self.inventory
        is_kept = int(version.totals.get("lines") or 0) > LARGE_RECORDS
        key = f"inventory-cells:{version.pk}:{version.digest}"
        found: list[Cell] | None = cache.get(key) if is_kept else None
        if found is None:
            found = _cells_of(version)
            if is_kept:
                cache.set(key, found, timeout=_DAY_SECONDS)
        return found

    @property
    def totals(self) -> dict[str, Any]:
        return self.live.totals if self.live else self.inventory.totals

    @property
    def issues(self) -> list[Issue]:
        return self.live.issues if self.live else []

    def kg(self, name: str) -> Decimal | None:
        """One of the totals [kgCO2e]; None if it was never computed."""
        return _number(self.totals.get(name))

    @property
    def located(self) -> Decimal | None:
        return located(self.totals)

    @property
    def market(self) -> Decimal | None:
        return _sum(self.kg(name) for name in ("scope1", "scope2_market", "scope3"))


@dataclass(frozen=True)
class Year:
    year: int
    inventory: Inventory
    versions: int
    change_percent: Decimal | None


@dataclass(frozen=True)
class Lines:
    """The lines a filter leaves, as rows to page through, with their sums."""

    account: Account
    wanted: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def _stored(self) -> QuerySet[InventoryLine]:
        version = self.account.inventory
        rows: QuerySet[InventoryLine] = InventoryLine.objects.filter(
            supplier_id=version.supplier_id, inventory=version
        )
        rows = rows.filter(**{FILTERS[name]: value for name, value in self._given.items()})
        return rows if not self.wanted.get("total") else rows.exclude(_UNCOUNTED)

    @property
    def _given(self) -> dict[str, Any]:
        return {
            name: value for name, value in self.wanted.items() if name in FILTERS and value not in (None, "")
        }

    @cached_property
    def _places(self) -> list[int]:
        """Places of an open version's lines that fit."""
        assert self.account.live is not None
        columns = self.account.live.columns
        kept = list(range(len(columns["number"])))
        for name, value in self._given.items():
            column = columns[FILTERS[name]]
            kept = [place for place in kept if column[place] == value]
        if self.wanted.get("total"):
            basis, category = columns["basis"], columns["category"]
            kept = [p for p in kept if basis[p] != Basis.MARKET and category[p] != BESIDE]
        return kept

    def __len__(self) -> int:
        return self.count()

    def count(self) -> int:
        return len(self._places) if self.account.live else sum(cell.lines for cell in self._cells)

    def __getitem__(self, part: slice) -> list[InventoryLine]:
        """A page of lines with what a table shows of them."""
        related = ("site", "factor", "own_factor")
        if self.account.live is None:
            return list(self._stored.select_related(*related).order_by("number")[part])
        columns, version = self.account.live.columns, self.account.inventory
        return [
            InventoryLine(
                inventory=version, supplier_id=version.supplier_id,
                **{name: _plain(values[place]) for name, values in columns.items()},
            )
            for place in self._places[part]
        ]  # fmt: skip

    def in_order(self) -> Iterator[InventoryLine]:
        """All of them by number, read on from the last one: no page is slower than the one before."""
        if self.account.live is not None:
            for start in range(0, self.count(), _READ_AT_ONCE):
                yield from self[start : start + _READ_AT_ONCE]
            return
        rows = self._stored.select_related("site").order_by("number")
        last = 0
        while part := list(rows.filter(number__gt=last)[:_READ_AT_ONCE]):
            yield from part
            last = part[-1].number

    @property
    def sums(self) -> Sums:
        groups: dict[tuple[str, bool], Decimal] = defaultdict(Decimal)
        if self.account.live is None:
            for cell in self._cells:
                groups[cell.key["basis"], cell.key["category"] == BESIDE] += cell.kgco2e
        else:
            columns = self.account.live.columns
            for p in self._places:
                groups[columns["basis"][p], columns["category"][p] == BESIDE] += Decimal(columns["kgco2e"][p])
        zero = Decimal(0)
        return Sums(
            located=sum(
                (kg for (basis, aside), kg in groups.items() if basis != Basis.MARKET and not aside), zero
            ),
            market=sum(
                (kg for (basis, aside), kg in groups.items() if basis != Basis.LOCATION and not aside), zero
            ),
            beside=sum((kg for (_basis, aside), kg in groups.items() if aside), zero),
        )

    def values(self, name: str) -> list[Any]:
        """What stands in a column of all lines of the version: the choices of a filter."""
        column = FILTERS[name]
        if self.account.live:
            found = set(self.account.live.columns[column])
        else:
            found = {cell.key[column] for cell in self.account.cells}
        return sorted(_plain(value) for value in found if value not in (None, ""))

    @property
    def _cells(self) -> Iterator[Cell]:
        for cell in self.account.cells:
            fits = all(cell.key[FILTERS[name]] == value for name, value in self._given.items())
            if fits and not (self.wanted.get("total") and cell.is_uncounted):
                yield cell


def located(totals: Mapping[str, Any]) -> Decimal | None:
    """All scopes in the location view [kgCO2e]; None where nothing was said of any."""
    return _sum(_number(totals.get(name)) for name in ("scope1", "scope2_location", "scope3"))


def version_or_404(actor: Actor, pk: int) -> Inventory:
    """The own one; a buyer's: that of an enrolled supplier, from submission on. Otherwise it does not exist."""
    rows = Inventory.objects.filter(actor.scope.suppliers(), pk=pk).select_related("supplier", "supersedes")
    if actor.kind == TenantKind.BUYER:
        rows = rows.filter(Inventory.buyer_sees)
    found: Inventory | None = rows.first()
    if found is None:
        raise Http404(pk)
    return found


_UNCOUNTED = Q(basis=Basis.MARKET) | Q(category=BESIDE)


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


def _cells_of(version: Inventory) -> list[Cell]:
    columns = tuple(FILTERS.values())
    rows = InventoryLine.objects.filter(supplier_id=version.supplier_id, inventory=version)
    sums = rows.order_by().values_list(*columns).annotate(lines=Count("id"), kg=Sum("kgco2e"))
    return [Cell(dict(zip(columns, key, strict=True)), lines, kg) for *key, lines, kg in sums]


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
    kg = _sum(account.kg(name) for name in ("scope1", "scope2_location"))
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


def _plain(value: Any) -> Any:
    """numpy's own kinds as Python's: the columns of a computation hold both."""
    return value.item() if hasattr(value, "item") else value


def _number(text: Any) -> Decimal | None:
    return None if text in (None, "") else Decimal(str(text))


def _sum(values: Any) -> Decimal | None:
    found = [value for value in values if value is not None]
    return sum(found, Decimal(0)) if found else None
