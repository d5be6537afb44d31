"""What was entered for a year beside energy, and which of the fifteen categories still say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Q, QuerySet, Sum, When
from django.http import Http404

from suppliers.factors.models import Factor, OwnFactor, OwnState
from suppliers.factors.queries import Lookup
from suppliers.tenants import clock
from suppliers.tenants.models import Enrolment, Supplier

from .entries import SCOPE3_SERIES
from .models import Basis, EmissionLine, EntryKind, Inventory, InventoryEntry, InventoryState, Scope3

ENTERED, EXCLUDED, NOTHING = "entered", "excluded", "nothing"
_ITSELF = ("", "CO2", "CO2e")
_NAMED_CATEGORY = re.compile(
    r"^(?:scope\s*3|范围\s*三|范围\s*3)\D{0,12}?(\d{1,2})(?!\d)|(?:category|类别)\s*(\d{1,2})(?!\d)", re.I
)


@dataclass(frozen=True)
class EntryRow:
    """An entry with its emission [kgCO2e], None where a warming potential is missing."""

    entry: InventoryEntry
    kgco2e: Decimal | None

    @property
    def factor_code(self) -> str:
        entry = self.entry
        found = entry.factor or entry.own_factor
        return found.code if found else f"GWP {entry.carrier}"


@dataclass(frozen=True)
class Category:
    """One of the fifteen: entered, excluded with a reason, or nothing yet (missing is not zero)."""

    number: int
    label: str
    state: str
    rows: list[EntryRow]
    reason: str = ""

    @property
    def kgco2e(self) -> Decimal | None:
        return total(self.rows)


@dataclass(frozen=True)
class YearEntries:
    year: int
    categories: list[Category]
    process: list[EntryRow]
    balances: list[EntryRow]
    withdrawn: list[EntryRow]
    frozen: Inventory | None  # the newest version that stands still
    years: list[int]

    @property
    def said(self) -> int:
        """Categories that were entered or excluded, of fifteen."""
        return sum(category.state != NOTHING for category in self.categories)


def of_year(*, supplier: Supplier, year: int, report: str = "AR5") -> YearEntries:
    """Everything of a year: four queries, however many entries. Warming potentials of `report`."""
    lookup = Lookup(report)
    entries = InventoryEntry.objects.filter(supplier=supplier, year=year)
    entries = entries.select_related("site", "evidence", "factor", "own_factor", "created_by")
    rows = [EntryRow(entry, emission(entry, lookup)) for entry in entries.order_by("scope3_category", "id")]
    live = [row for row in rows if row.entry.withdrawn_at is None]
    versions = list(Inventory.objects.filter(supplier=supplier, year=year).order_by("-version"))
    excluded = excluded_categories(versions[0].exclusions if versions else [])
    return YearEntries(
        year=year,
        categories=[_category(number, live, excluded) for number in Scope3],
        process=[row for row in live if row.entry.kind == EntryKind.PROCESS],
        balances=[row for row in live if row.entry.kind == EntryKind.MASS_BALANCE],
        withdrawn=[row for row in rows if row.entry.withdrawn_at is not None],
        frozen=next((row for row in versions if row.state != InventoryState.OPEN), None),
        years=_years(supplier, year),
    )


def _category(number: Scope3, live: Sequence[EntryRow], excluded: dict[int, str]) -> Category:
    rows = [row for row in live if row.entry.scope3_category == number]
    state = ENTERED if rows else EXCLUDED if number in excluded else NOTHING
    return Category(int(number), str(number.label), state, rows, excluded.get(int(number), ""))


def _years(supplier: Supplier, year: int) -> list[int]:
    known = InventoryEntry.objects.filter(supplier=supplier).order_by().values_list("year", flat=True)
    this = clock.today().year
    return sorted({year, *range(this - 4, this + 1), *known.distinct()}, reverse=True)


def excluded_categories(exclusions: Iterable[Any]) -> dict[int, str]:
    """Category -> reason, of the exclusions that name one: by number ("scope3:8", "category 8") or by its name."""
    found: dict[int, str] = {}
    by_name = {str(number.label).casefold(): int(number) for number in Scope3}
    for line in exclusions:
        if not isinstance(line, dict):
            continue
        what = str(line.get("what", "")).strip()
        match = _NAMED_CATEGORY.search(what)
        number = int(match[1] or match[2]) if match else by_name.get(what.casefold(), 0)
        if number in Scope3.values:
            found[number] = str(line.get("reason", ""))
    return found


def emission(entry: InventoryEntry, lookup: Lookup) -> Decimal | None:
    """What the entry makes [kgCO2e] = quantity × factor (× warming potential of the gas it names)."""
    if entry.kind == EntryKind.MASS_BALANCE:
        found = lookup.gwp(entry.carrier)
        return entry.quantity * found.value if found else None
    source = entry.factor or entry.own_factor
    if source is None:
        return None
    if source.gas in _ITSELF:
        return entry.quantity * source.value
    potential = lookup.gwp(source.gas)
    return entry.quantity * source.value * potential.value if potential else None


def total(rows: Sequence[EntryRow]) -> Decimal | None:
    """Sum [kgCO2e] of what is known; None where nothing is: missing is not zero."""
    known = [row.kgco2e for row in rows if row.kgco2e is not None]
    return sum(known, Decimal(0)) if known else None


def entry_or_404(supplier: Supplier, pk: int) -> InventoryEntry:
    found: InventoryEntry | None = (
        InventoryEntry.objects.select_related("supplier", "site", "evidence", "factor", "own_factor")
        .filter(supplier=supplier, pk=pk)
        .first()
    )
    if found is None:
        raise Http404(str(pk))
    return found


def factors_for(kind: str) -> QuerySet[Factor]:
    """What an entry of this kind may take of the database: process emissions take own factors alone."""
    if kind != EntryKind.SCOPE3:
        return Factor.objects.none()
    return Factor.objects.select_related("set").filter(set__series__in=SCOPE3_SERIES)


def search_factors(kind: str, words: str, category: str = "", limit: int = 30) -> list[Factor]:
    """Factors meant for the category first, then screening ones, as many as a page shows; every word must be found."""
    rows = factors_for(kind)
    for word in words.split()[:6]:
        rows = rows.filter(
            Q(code__icontains=word)
            | Q(name__icontains=word)
            | Q(name_en__icontains=word)
            | Q(note__icontains=word)
        )
    order = Case(*(When(set__series=series, then=place) for place, series in enumerate(SCOPE3_SERIES)))
    number = category if category.isdecimal() and category.isascii() else "0"
    meant = Case(When(basis__regex=rf"^scope3:([0-9]+,)*{number}(,|$)", then=0), default=1)
    return list(rows.order_by(meant, order, "-year", "code")[:limit])


def own_factors_for(supplier: Supplier, year: int | None = None) -> QuerySet[Any]:
    """Approved own factors: the supplier's, and those of the programs it is enrolled in; valid in `year` if given."""
    programs = Enrolment.objects.filter(supplier=supplier).active(clock.today())  # type: ignore[attr-defined]
    rows: QuerySet[Any] = OwnFactor.objects.filter(
        Q(supplier=supplier) | Q(buyer__in=programs.values("buyer_id")), state=OwnState.APPROVED
    )
    if year is not None:
        rows = rows.filter(
            Q(valid_to=None) | Q(valid_to__year__gte=year), valid_from__year__lte=year
        )  # fmt: skip
    return rows.order_by("code", "id")


def grid_kwh_by_year(supplier: Supplier) -> dict[int, Decimal]:
    """Grid electricity of each year [kWh], of records in force. One query."""
    lines = EmissionLine.objects.filter(
        supplier=supplier, withdrawn_at=None, basis=Basis.LOCATION, carrier="electricity"
    )
    rows = lines.order_by().values("year").annotate(kwh=Sum("quantity")).values_list("year", "kwh")
    return dict(rows)
