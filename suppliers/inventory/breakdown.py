"""A supplier's emissions cut by month, scope, carrier and site: one query, any page's sums from memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from django.db.models import Count, Sum

from .models import Basis, EmissionLine

# Market-based lines say the same kWh again from another side; they are never added to these.
ADDABLE = [Basis.DIRECT, Basis.LOCATION]
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Cell:
    """Sum of the lines of one month, scope, carrier and site. `kgco2e` [kg], `kgce` [kg standard coal]."""

    year: int
    month: int
    scope: int
    carrier: str
    site_id: int
    kgco2e: Decimal
    kgce: Decimal
    line_count: int


@dataclass(frozen=True)
class Sums:
    kgco2e: Decimal = Decimal(0)
    kgce: Decimal = Decimal(0)
    line_count: int = 0


def cells(*, supplier_id: int, years: Iterable[int]) -> list[Cell]:
    """Location-based and direct lines that stand (withdrawn ones do not)."""
    rows = (
        EmissionLine.objects.filter(
            supplier_id=supplier_id, year__in=list(years), withdrawn_at=None, basis__in=ADDABLE
        )
        .values_list("year", "month", "scope", "carrier", "record__site_id")
        .annotate(kg=Sum("kgco2e"), coal=Sum("kgce"), lines=Count("id"))
        .order_by("year", "month", "scope", "carrier", "record__site_id")
    )
    return [
        Cell(year, month, scope, carrier, site_id, kg, coal or Decimal(0), count)
        for year, month, scope, carrier, site_id, kg, coal, count in rows
    ]


def by_supplier(*, supplier_ids: Iterable[int], year: int) -> dict[int, dict[int, Decimal]]:
    """Supplier -> scope -> location-based and direct [kgCO2e]; who has no line is absent. One query."""
    rows = (
        EmissionLine.objects.filter(
            supplier_id__in=list(supplier_ids), year=year, withdrawn_at=None, basis__in=ADDABLE
        )
        .order_by().values_list("supplier_id", "scope").annotate(kg=Sum("kgco2e"))
    )  # fmt: skip
    found: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for supplier_id, scope, kg in rows:
        found[supplier_id][scope] = kg
    return dict(found)


def summed(found: Iterable[Cell], key: Callable[[Cell], Key]) -> dict[Key, Sums]:
    """Sums by any property of the cells; a key without cells is absent, not zero."""
    sums: dict[Key, Sums] = defaultdict(Sums)
    for cell in found:
        before = sums[key(cell)]
        sums[key(cell)] = Sums(
            before.kgco2e + cell.kgco2e, before.kgce + cell.kgce, before.line_count + cell.line_count
        )
    return dict(sums)


def total(found: Iterable[Cell]) -> Sums:
    return summed(found, lambda cell: "all").get("all", Sums())


def years_with_lines(*, supplier_id: int) -> list[int]:
    """Newest first."""
    lines = EmissionLine.objects.filter(supplier_id=supplier_id, withdrawn_at=None)
    return list(lines.order_by("-year").values_list("year", flat=True).distinct())
