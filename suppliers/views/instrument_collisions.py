"""Renewable power held back by a serial number claimed twice; and how much of the grid's kWh the proofs cover."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from suppliers.disclosure import instruments, queries
from suppliers.disclosure.models import Handing, Instrument
from suppliers.disclosure.queries import Standing
from suppliers.inventory.entry_queries import grid_kwh_by_year
from suppliers.tenants.access import TenantRequest, needs, own_buyer
from suppliers.tenants.models import Supplier
from suppliers.tenants.roles import Right, TenantKind

from .evidence_kinds import KINDS, Row, is_held_back

PAGE_SIZE = 50


@require_GET
@needs(Right.EVIDENCE_REVIEW, kind=TenantKind.BUYER)
def collisions(request: TenantRequest) -> HttpResponse:
    rows = instruments.held_back(own_buyer(request.actor))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = [Row(Standing(item), KINDS["instrument"]) for item in page.object_list]
    return render(request, "suppliers/disclosure/collisions.html", {"page": page, "rows": shown})


@require_POST
@needs(Right.EVIDENCE_REVIEW, kind=TenantKind.BUYER)
def clear(request: TenantRequest, pk: int) -> HttpResponse:
    item = queries.item_or_404(Instrument, pk, supplier=None, buyer=own_buyer(request.actor))
    if not isinstance(item, Instrument):
        raise Http404(str(pk))
    instruments.clear(by=request.actor, item=item, note=request.POST.get("note", "")[:2000])
    messages.success(request, _("It counts again. What others claim is not touched by this."))
    return redirect("instrument_collisions")


@dataclass(frozen=True)
class Cover:
    """A year's proven renewable kWh against the kWh from the grid, at which it is capped."""

    year: int
    grid_kwh: Decimal | None
    proven_kwh: Decimal
    held_kwh: Decimal

    @property
    def counted_kwh(self) -> Decimal | None:
        return None if self.grid_kwh is None else min(self.proven_kwh, self.grid_kwh)

    @property
    def share(self) -> Decimal | None:
        if not self.grid_kwh or self.counted_kwh is None:
            return None
        return self.counted_kwh / self.grid_kwh


def covers(supplier: Supplier, standings: Iterable[Standing]) -> list[Cover]:
    """By year, newest first, of what is handed in: one query. Certificates of own PV are no grid power."""
    proven: dict[int, Decimal] = defaultdict(Decimal)
    held: dict[int, Decimal] = defaultdict(Decimal)
    for standing in standings:
        item: Any = standing.item
        if item.state == Handing.SUBMITTED and not item.for_pv:
            (held if is_held_back(item) else proven)[item.year] += item.kwh
    grid = grid_kwh_by_year(supplier)
    years = sorted({*proven, *held}, reverse=True)
    return [Cover(year, grid.get(year), proven[year], held[year]) for year in years]


urlpatterns = [
    path("evidence/desk/collisions/", collisions, name="instrument_collisions"),
    path("evidence/desk/collisions/<int:pk>/clear/", clear, name="instrument_clear"),
]
