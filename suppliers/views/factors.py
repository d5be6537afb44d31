"""The factor browser: every number the product may reckon with, its source and how well it was checked."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from suppliers.calc.carriers import CARRIERS
from suppliers.factors import queries, regions
from suppliers.factors.models import Factor, Series, Verified
from suppliers.tenants.access import TenantRequest, needs

PAGE_SIZE = 50
_TONES = {Verified.YES: "good", Verified.PARTLY: "warn", Verified.MEMORY: "bad"}


@require_GET
@needs()
def factors(request: TenantRequest) -> HttpResponse:
    """For every member of any tenant: these are reference data."""
    language = get_language() or ""
    asked: dict[str, Any] = {
        name: request.GET.get(name, "").strip() for name in ("carrier", "region", "series", "words")
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
        "rows": [_row(factor, language) for factor in page.object_list],
        "asked": asked,
        "series": Series.choices,
        "carriers": [(code, carrier.name(language)) for code, carrier in CARRIERS.items()],
        "places": [(code, regions.name(code, language)) for code in places],
        "years": sorted(set(Factor.objects.values_list("year", flat=True)), reverse=True),
    }
    return render(request, "suppliers/factors/browse.html", context)


def _row(factor: Factor, language: str) -> dict[str, Any]:
    carrier = CARRIERS.get(factor.carrier)
    return {
        "factor": factor,
        "region": regions.name(factor.region, language),
        "carrier": carrier.name(language) if carrier else "–",
        "tone": _TONES[Verified(factor.verified)],
        "set": factor.set,
    }


urlpatterns = [path("factors/", factors, name="factors")]
