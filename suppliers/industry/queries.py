"""The published groups for a program, and for a supplier its own group with its own place in it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from suppliers.calc import percentiles
from suppliers.tenants import clock
from suppliers.tenants.models import Buyer, Commodity, Enrolment, Supplier

from . import intensity
from .models import IndustryFigure


@dataclass(frozen=True)
class Row:
    """A published group; of a supplier that asks also its own value and the quarter it falls into (1 is lowest)."""

    figure: IndustryFigure
    own: Decimal | None = None
    quarter: int | None = None


def of_program(buyer: Buyer, **asked: Any) -> QuerySet[IndustryFigure]:
    return _asked(IndustryFigure.objects.filter(buyer=buyer), asked)


def of_supplier(supplier: Supplier, **asked: Any) -> list[Row]:
    """Its own group in each of its programs, and no other group: one query, and two a published year."""
    rows = _asked(IndustryFigure.objects.filter(_own_groups(supplier)), asked).select_related("buyer")
    figures = list(rows)
    own = {year: intensity.of_year([supplier.pk], year) for year in {figure.year for figure in figures}}
    return [_row(figure, own[figure.year].get(supplier.pk)) for figure in figures]


def commodities(buyers: set[int]) -> dict[tuple[int, str], Commodity]:
    rows = Commodity.objects.filter(buyer_id__in=sorted(buyers))
    return {(row.buyer_id, row.code): row for row in rows}


def _asked(rows: QuerySet[IndustryFigure], asked: dict[str, Any]) -> QuerySet[IndustryFigure]:
    rows = rows.filter(**{name: value for name, value in asked.items() if value not in ("", None)})
    return rows.order_by("-year", "commodity", "size_band", "unit")


def _own_groups(supplier: Supplier) -> Q:
    enrolments = Enrolment.objects.filter(supplier=supplier).active(clock.today()).select_related("buyer")
    own = Q(pk__in=[])
    for row in enrolments:
        band = row.buyer.size_band(supplier.employees)
        if band:
            own |= Q(buyer_id=row.buyer_id, commodity=row.commodity, size_band=band)
    return own


def _row(figure: IndustryFigure, own: intensity.Intensity | None) -> Row:
    if own is None or own.unit != figure.unit:
        return Row(figure)
    quarter = percentiles.place(own.value, figure.p25, figure.p50, figure.p75)
    return Row(figure, percentiles.rounded(own.value), quarter)
