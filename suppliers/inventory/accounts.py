"""A version with its figures and its lines: stored of a frozen one, computed now of an open one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet, Sum

from suppliers.calc.issues import Issue

from .compute import Computation, computed
from .gathering import LARGE_RECORDS, is_large
from .models import Basis, Inventory, InventoryLine
from .terms import Terms

BESIDE = "beside"
# What `total` of a filter may ask for beside True, the total of the location view.
MARKET_TOTAL = "market"
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
    """Sums of lines [kgCO2e, standard coal kgce]. Location and market are never added; `beside` counts in neither."""

    located: Decimal = Decimal(0)
    market: Decimal = Decimal(0)
    beside: Decimal = Decimal(0)
    kgce: Decimal = Decimal(0)


@dataclass(frozen=True)
class Cell:
    """Lines of a version that no filter tells apart; `key` by column."""

    key: dict[str, Any]
    lines: int
    kgco2e: Decimal
    kgce: Decimal


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
        return summed(self.kg(name) for name in ("scope1", "scope2_market", "scope3"))


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
        return rows.exclude(Q(basis=self._other_view) | Q(category=BESIDE)) if self._other_view else rows

    @property
    def _other_view(self) -> str:
        """The basis whose lines the total that is asked for does not count; nor does it count what stands beside."""
        asked = self.wanted.get("total")
        return "" if not asked else str(Basis.LOCATION if asked == MARKET_TOTAL else Basis.MARKET)

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
        if self._other_view:
            basis, category = columns["basis"], columns["category"]
            kept = [p for p in kept if basis[p] != self._other_view and category[p] != BESIDE]
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
        coal = Decimal(0)
        if self.account.live is None:
            for cell in self._cells:
                groups[cell.key["basis"], cell.key["category"] == BESIDE] += cell.kgco2e
                coal += cell.kgce
        else:
            columns = self.account.live.columns
            for p in self._places:
                groups[columns["basis"][p], columns["category"][p] == BESIDE] += Decimal(columns["kgco2e"][p])
                coal += columns["kgce"][p] or 0
        zero = Decimal(0)
        return Sums(
            located=sum(
                (kg for (basis, aside), kg in groups.items() if basis != Basis.MARKET and not aside), zero
            ),
            market=sum(
                (kg for (basis, aside), kg in groups.items() if basis != Basis.LOCATION and not aside), zero
            ),
            beside=sum((kg for (_basis, aside), kg in groups.items() if aside), zero),
            kgce=coal,
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
            aside = self._other_view and (
                cell.key["basis"] == self._other_view or cell.key["category"] == BESIDE
            )
            if fits and not aside:
                yield cell


def located(totals: Mapping[str, Any]) -> Decimal | None:
    """All scopes in the location view [kgCO2e]; None where nothing was said of any."""
    return summed(_number(totals.get(name)) for name in ("scope1", "scope2_location", "scope3"))


def _cells_of(version: Inventory) -> list[Cell]:
    columns = tuple(FILTERS.values())
    rows = InventoryLine.objects.filter(supplier_id=version.supplier_id, inventory=version)
    sums = (
        rows.order_by().values_list(*columns).annotate(lines=Count("id"), kg=Sum("kgco2e"), coal=Sum("kgce"))
    )
    return [
        Cell(dict(zip(columns, key, strict=True)), lines, kg, coal or Decimal(0))
        for *key, lines, kg, coal in sums
    ]


def _plain(value: Any) -> Any:
    """numpy's own kinds as Python's: the columns of a computation hold both."""
    return value.item() if hasattr(value, "item") else value


def _number(text: Any) -> Decimal | None:
    return None if text in (None, "") else Decimal(str(text))


def summed(values: Iterable[Decimal | None]) -> Decimal | None:
    found = [value for value in values if value is not None]
    return sum(found, Decimal(0)) if found else None
