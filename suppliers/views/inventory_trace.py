"""The lines of a version and the way from each of them to its cell: total, line, file are three clicks."""

from __future__ import annotations

from calendar import monthrange
from typing import Any, cast
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_GET

from suppliers.inventory import inventory_trace
from suppliers.inventory.accounts import Account, Lines
from suppliers.inventory.inventory_queries import version_or_404
from suppliers.inventory.models import InventoryLine
from suppliers.tenants.access import TenantRequest, needs
from suppliers.tenants.language import reads_chinese
from suppliers.tenants.roles import Right

from . import upload_pages
from .inventory_forms import LineFilter
from .inventory_page import lines_found

PAGE_SIZE = 50


def lines_context(request: TenantRequest, account: Account) -> dict[str, Any]:
    """The lines that the address asks for: a page of them, their sums, and the filter."""
    asked = LineFilter(request.GET, lines=Lines(account))
    wanted = asked.wanted()
    lines = Lines(account, wanted)
    page: Any = Paginator(cast(Any, lines), PAGE_SIZE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    return {
        "inventory": account.inventory,
        "filter": asked,
        "is_filtered": any(value for key, value in request.GET.items() if key != "page"),
        "page": page,
        "sums": lines.sums,
        # What a total leaves out has no sum of its own here.
        "view": wanted.get("total"),
        "found": lines_found(page.paginator.count),
        "query": f"{kept.urlencode()}&" if kept else "",
    }


@require_GET
@needs(Right.RECORD_READ)
def inventory_lines(request: TenantRequest, pk: int) -> HttpResponse:
    account = Account(version_or_404(request.actor, pk))
    context = lines_context(request, account) | {"is_by_period": account.is_by_period}
    if account.is_by_period:
        _name_records(context["page"].object_list)
    return render(request, "suppliers/inventories/lines.html", context)


def _name_records(lines: list[InventoryLine]) -> None:
    """A line that stands for many records leads to their list."""
    for line in lines:
        if line.record_id and line.month and line.site:
            last = monthrange(line.year, line.month)[1]
            asked = {
                "site": line.site.code, "carrier": line.carrier, "from_day": f"{line.year}-{line.month:02d}-01",
                "until_day": f"{line.year}-{line.month:02d}-{last}",
            }  # fmt: skip
            line.records_url = f"{reverse('records')}?{urlencode(asked)}"  # type: ignore[attr-defined]


@require_GET
@needs(Right.RECORD_READ)
def inventory_line(request: TenantRequest, pk: int, number: int) -> HttpResponse:
    account = Account(version_or_404(request.actor, pk))
    line = inventory_trace.line_or_404(account, number)
    context = {
        "inventory": account.inventory,
        "line": line,
        "trace": inventory_trace.trace(line, by_period=account.is_by_period),
        "cells": _cells(line),
        "is_fragment": bool(request.htmx),
    }
    template = "_trace.html" if request.htmx else "trace.html"
    return render(request, f"suppliers/inventories/{template}", context)


def _cells(line: InventoryLine) -> list[dict[str, Any]]:
    upload = inventory_trace.upload_of(line.inventory, line)
    if upload is None or line.upload_row is None:
        return []
    language = "zh" if reads_chinese() else "en"
    texts = upload_pages.row_cells(upload, line.upload_row)
    return [
        {
            "label": upload_pages.field_label(field, language) or field,
            "text": text,
            "marked": field == "quantity",
        }
        for field, text in texts.items()
    ]


urlpatterns = [
    path("inventory/<int:pk>/lines/", inventory_lines, name="inventory_lines"),
    path("inventory/<int:pk>/lines/<int:number>/", inventory_line, name="inventory_line"),
]
