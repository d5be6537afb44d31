"""Carbon: tonnes by month, scope, carrier and site, and the way from any line back to its cell."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from suppliers.inventory import breakdown, queries
from suppliers.inventory.models import EmissionLine
from suppliers.sites.models import Site
from suppliers.templatetags.greenlink import carrier_name, month_label, named, tonnes_number
from suppliers.tenants import clock
from suppliers.tenants.access import TenantRequest, needs
from suppliers.tenants.language import reads_chinese
from suppliers.tenants.models import Supplier
from suppliers.tenants.roles import Right

from . import charts, upload_pages
from .readers import supplier_read

PAGE_SIZE = 50
MONTHS = range(1, 13)


def scope_word(scope: int) -> str:
    return {1: _("Scope 1"), 2: _("Scope 2"), 3: _("Scope 3")}[scope]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def year_asked(request: TenantRequest) -> int | None:
    return _number(request.GET.get("year"))


@require_GET
@needs(Right.RECORD_READ)
def emissions(request: TenantRequest) -> HttpResponse:
    supplier = supplier_read(request)
    years = breakdown.years_with_lines(supplier_id=supplier.pk)
    year = year_asked(request) or (years[0] if years else clock.today().year)
    found = breakdown.cells(supplier_id=supplier.pk, years=[year, year - 1])
    this_year = [cell for cell in found if cell.year == year]
    context = {
        "supplier": supplier,
        "year": year,
        "year_chips": [
            {"label": str(one), "url": _query(request, year=one), "active": one == year, "icon": ""}
            for one in years
        ],
        "has_lines": bool(this_year),
        "lines_url": _lines_url(supplier, year, is_own=request.actor.supplier is not None),
        "total": breakdown.total(this_year),
        "by_scope": breakdown.summed(this_year, lambda cell: cell.scope),
        "change": _change(this_year, [cell for cell in found if cell.year == year - 1]),
        "by_month": _by_month(year, this_year),
        "by_carrier": _by_carrier(this_year),
        "by_site": _by_site(supplier, this_year),
    }
    return render(request, "suppliers/emissions/page.html", context)


def _lines_url(supplier: Supplier, year: int, *, is_own: bool) -> str:
    asked = {"year": year} if is_own else {"year": year, "supplier": supplier.code}
    return f"{reverse('emission_lines')}?{urlencode(asked)}"


def _query(request: TenantRequest, **values: Any) -> str:
    parameters = request.GET.copy()
    for key, value in values.items():
        parameters[key] = str(value)
    return f"?{parameters.urlencode()}"


def _change(now: list[breakdown.Cell], before: list[breakdown.Cell]) -> dict[str, Any] | None:
    """Against the same months of the year before: a year half told is not compared with a whole one."""
    months_now = {cell.month for cell in now}
    earlier = breakdown.total(cell for cell in before if cell.month in months_now)
    same_months = {cell.month for cell in before} >= months_now
    if not earlier.kgco2e or not same_months:
        return None
    percent = (breakdown.total(now).kgco2e - earlier.kgco2e) / earlier.kgco2e * 100
    falls = percent < 0
    text = f"{'−' if falls else '+'}{abs(percent).quantize(Decimal('0.1'))} %"
    return {"text": text, "tone": "good" if falls else "", "icon": "fall" if falls else "rise"}


def _by_month(year: int, found: list[breakdown.Cell]) -> dict[str, Any]:
    sums = breakdown.summed(found, lambda cell: (cell.month, cell.scope))
    scopes = sorted({cell.scope for cell in found})
    series = {
        scope_word(scope): [charts.tonnes_value(_kg(sums, (month, scope))) for month in MONTHS]
        for scope in scopes
    }
    rows = [
        [month_label(f"{year}-{month:02d}"), *(tonnes_number(_kg(sums, (month, scope))) for scope in scopes)]
        for month in MONTHS
    ]
    labels = [f"{year}-{month:02d}" for month in MONTHS]
    return {
        "options": charts.stacked_bars(labels, series, unit="tCO2e"),
        "columns": [
            {"label": _("Month"), "number": False},
            *({"label": f"{scope_word(scope)}, tCO2e", "number": True} for scope in scopes),
        ],
        "rows": rows,
    }


def _kg(sums: dict[Any, breakdown.Sums], key: Any) -> Decimal | None:
    found = sums.get(key)
    return None if found is None else found.kgco2e


def _by_carrier(found: list[breakdown.Cell]) -> dict[str, Any]:
    sums = breakdown.summed(found, lambda cell: cell.carrier)
    return _ranked({carrier_name(code): value for code, value in sums.items()}, first=_("Energy carrier"))


def _by_site(supplier: Supplier, found: list[breakdown.Cell]) -> dict[str, Any]:
    sites = {site.pk: named(site) for site in Site.objects.filter(supplier=supplier).order_by("code")}
    sums = breakdown.summed(found, lambda cell: cell.site_id)
    return _ranked({sites.get(pk, "?"): value for pk, value in sums.items()}, first=_("Site"))


def _ranked(sums: dict[str, breakdown.Sums], *, first: str) -> dict[str, Any]:
    order = sorted(sums, key=lambda name: -sums[name].kgco2e)
    values = [charts.tonnes_value(sums[name].kgco2e) for name in order]
    return {
        "options": charts.lying_bars(order, values, name="tCO2e", unit=""),
        "columns": [
            {"label": first, "number": False},
            {"label": "tCO2e", "number": True},
            {"label": "tce", "number": True},
        ],
        "rows": [[name, tonnes_number(sums[name].kgco2e), tonnes_number(sums[name].kgce)] for name in order],
    }


@require_GET
@needs(Right.RECORD_READ)
def line_list(request: TenantRequest) -> HttpResponse:
    """Every line behind a figure, each with its trace."""
    supplier = supplier_read(request)
    wanted = {
        "year": _number(request.GET.get("year")),
        "month": _number(request.GET.get("month")),
        "scope": _number(request.GET.get("scope")),
        "carrier": request.GET.get("carrier") or None,
        "record_id": _number(request.GET.get("record")),
        "record__site__code": request.GET.get("site") or None,
    }
    lines = (
        EmissionLine.objects.filter(supplier=supplier, withdrawn_at=None)
        .filter(**{field: value for field, value in wanted.items() if value is not None})
        .select_related("record__site", "record__meter", "factor")
        .order_by("-year", "-month", "record_id", "id")
    )
    page = Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "suppliers/emissions/lines.html",
        {"supplier": supplier, "page": page, "query": _kept(request)},
    )


def _kept(request: TenantRequest) -> str:
    parameters = request.GET.copy()
    parameters.pop("page", None)
    return f"{parameters.urlencode()}&" if parameters else ""


@require_GET
@needs(Right.RECORD_READ)
def line_trace(request: TenantRequest, pk: int) -> HttpResponse:
    """From a figure to its factor, record, file and cell. The scope decides who may see the line; else 404."""
    lines = queries.lines_for_trace()
    if request.actor.supplier is not None:
        lines = lines.filter(supplier=request.actor.supplier)
    line = get_object_or_404(lines, pk=pk)
    context = {
        "line": line,
        "trace": queries.trace(line),
        "supplier": line.supplier,
        "month_text": month_label(f"{line.year}-{line.month:02d}"),
        "is_share": line.quantity != line.record.quantity,
        "cells": _cells_of_row(line),
        "is_fragment": bool(request.htmx),
    }
    template = "_trace.html" if request.htmx else "trace.html"
    return render(request, f"suppliers/emissions/{template}", context)


def _cells_of_row(line: EmissionLine) -> list[dict[str, Any]]:
    """The row as it stands in the file, the quantity marked; nothing for large files and for what was not a file."""
    record = line.record
    if record.upload is None or record.upload_row is None:
        return []
    language = "zh" if reads_chinese() else "en"
    texts = upload_pages.row_cells(record.upload, record.upload_row)
    return [
        {
            "label": upload_pages.field_label(field, language) or field,
            "text": text,
            "marked": field == "quantity",
        }
        for field, text in texts.items()
    ]


urlpatterns = [
    path("carbon/", emissions, name="emissions"),
    path("carbon/lines/", line_list, name="emission_lines"),
    path("carbon/lines/<int:pk>/trace/", line_trace, name="line_trace"),
]
