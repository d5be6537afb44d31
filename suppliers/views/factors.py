"""The factor browser: every number the product may reckon with, its source and how well it was checked."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from suppliers.calc.carriers import CARRIERS
from suppliers.factors import queries, regions
from suppliers.factors.models import Factor, FactorSet, Series, Verified
from suppliers.tenants.access import TenantRequest, needs

PAGE_SIZE = 50
OTHERS_SHOWN = 20
# Kept apart: no number of one of these stands for one of another.
ELECTRICITY_SERIES = [
    *(Series.MEE_NBS_AVERAGE, Series.MEE_NBS_RESIDUAL, Series.MEE_NBS_FOSSIL, Series.ENTERPRISE_GUIDELINE),
    *(Series.NDRC_REGIONAL, Series.PROJECT_BASELINE, Series.LIFE_CYCLE, Series.FOREIGN_GRID),
]
_TONES = {Verified.YES: "good", Verified.PARTLY: "warn", Verified.MEMORY: "bad"}


@require_GET
@needs()
def factors(request: TenantRequest) -> HttpResponse:
    """For every member of any tenant: these are reference data."""
    language = get_language() or ""
    asked: dict[str, Any] = {
        name: request.GET.get(name, "").strip().replace("\0", "")
        for name in ("carrier", "region", "series", "words", "factor_set", "verified")
    }
    year = request.GET.get("year", "")
    asked["year"] = int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None
    page = Paginator(queries.browse(**asked), PAGE_SIZE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    places = sorted(set(Factor.objects.values_list("region", flat=True)))
    context = {
        "page": page,
        "query": f"{query.urlencode()}&" if query else "",
        "rows": [_row(one, language) for one in page.object_list],
        "asked": asked,
        "series": Series.choices,
        "electricity": ELECTRICITY_SERIES,
        "sets": FactorSet.objects.order_by("code"),
        "checks": Verified.choices,
        "carriers": [(code, carrier.name(language)) for code, carrier in CARRIERS.items()],
        "places": [(code, regions.name(code, language)) for code in places],
        "years": sorted(set(Factor.objects.values_list("year", flat=True)), reverse=True),
    }
    return render(request, "suppliers/factors/browse.html", context)


@require_GET
@needs()
def factor(request: TenantRequest, code: str) -> HttpResponse:
    """One number with everything known of it, and the same thing in other editions."""
    found = get_object_or_404(queries.browse(), code=code.replace("\0", ""))
    language = get_language() or ""
    context = {
        "row": _row(found, language),
        "is_life_cycle": found.set.series == Series.LIFE_CYCLE,
        "others": [_row(other, language) for other in queries.other_editions(found)[:OTHERS_SHOWN]],
    }
    return render(request, "suppliers/factors/factor.html", context)


@require_GET
@needs()
def factor_set(request: TenantRequest, code: str) -> HttpResponse:
    """One publication: its edition and licence, its numbers, what came before and after."""
    found = get_object_or_404(FactorSet, code=code.replace("\0", ""))
    language = get_language() or ""
    older, newer = queries.neighbours(found)
    page = Paginator(queries.browse(factor_set=found.code), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "set": found,
        "page": page,
        "rows": [_row(row, language) for row in page.object_list],
        "older": older[:OTHERS_SHOWN],
        "newer": newer[:OTHERS_SHOWN],
    }
    return render(request, "suppliers/factors/set.html", context)


def _row(one: Factor, language: str) -> dict[str, Any]:
    carrier = CARRIERS.get(one.carrier)
    return {
        "factor": one,
        "region": regions.name(one.region, language),
        "carrier": carrier.name(language) if carrier else "–",
        "tone": _TONES[Verified(one.verified)],
        "set": one.set,
    }


urlpatterns = [
    path("factors/", factors, name="factors"),
    path("factors/sets/<str:code>/", factor_set, name="factor_set"),
    path("factors/<str:code>/", factor, name="factor"),
]
