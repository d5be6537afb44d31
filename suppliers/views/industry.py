"""The industry database: for a supplier its own group and its place in it, for procurement the groups."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from suppliers.industry import actions, queries
from suppliers.industry.queries import Row
from suppliers.templatetags.greenlink import named
from suppliers.tenants import clock
from suppliers.tenants.access import TenantRequest, needs
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right, TenantKind

YEARS_OFFERED = 5


@require_GET
@needs(Right.RECORD_READ)
def industry(request: TenantRequest) -> HttpResponse:
    rows = _rows(request)
    names = queries.commodities({row.figure.buyer_id for row in rows})
    years = sorted({row.figure.year for row in rows}, reverse=True)
    may_publish = request.actor.kind == TenantKind.BUYER and request.actor.may(Right.INDUSTRY_PUBLISH)
    last = clock.today().year - 1
    context = {
        "rows": [_shown(row, names) for row in rows],
        "is_supplier": request.actor.kind == TenantKind.SUPPLIER,
        "may_publish": may_publish,
        "years": [year for year in range(last, last - YEARS_OFFERED, -1) if year not in years],
    }
    return render(request, "suppliers/industry/page.html", context)


def _rows(request: TenantRequest) -> list[Row]:
    actor = request.actor
    if actor.supplier is not None:
        return queries.of_supplier(actor.supplier)
    if actor.buyer is not None:
        return [Row(figure) for figure in queries.of_program(actor.buyer)]
    return []


def _shown(row: Row, names: dict[tuple[int, str], Any]) -> dict[str, Any]:
    figure = row.figure
    commodity = names.get((figure.buyer_id, figure.commodity))
    words = {
        1: (_("lowest quarter"), "good"),
        2: (_("second quarter"), "good"),
        3: (_("third quarter"), "warn"),
        4: (_("highest quarter"), "bad"),
    }
    word, tone = words[row.quarter] if row.quarter else ("", "")
    return {
        "figure": figure,
        "commodity": named(commodity) if commodity else figure.commodity,
        "unit": f"kgCO2e/{figure.unit}",
        "own": row.own,
        "word": word,
        "tone": tone,
    }


@require_POST
@needs(Right.INDUSTRY_PUBLISH, kind=TenantKind.BUYER)
def publish(request: TenantRequest) -> HttpResponse:
    year = request.POST.get("year", "")
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        raise Refusal("industry.year", _("Only a calendar year that is over can be published."), status=422)
    result = actions.publish(by=request.actor, year=int(year))
    words = ngettext(
        "%(count)s group is published; %(held)s were too small or changed too little.",
        "%(count)s groups are published; %(held)s were too small or changed too little.",
        len(result.figures),
    )
    messages.success(request, words % {"count": len(result.figures), "held": result.held_back})
    return redirect("industry")


urlpatterns = [
    path("industry/", industry, name="industry"),
    path("industry/publish/", publish, name="industry_publish"),
]
