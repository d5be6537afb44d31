"""Records in force: filter, read, export exactly what is filtered, and the tonnes of each."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from suppliers.activity import queries
from suppliers.activity.models import ActivityRecord
from suppliers.calc.carriers import CARRIERS
from suppliers.inventory.breakdown import ADDABLE
from suppliers.inventory.models import EmissionLine
from suppliers.sites.models import Site
from suppliers.templatetags.greenlink import carrier_name
from suppliers.tenants.access import TenantRequest, needs
from suppliers.tenants.models import Supplier
from suppliers.tenants.roles import Right

from .readers import supplier_read

PAGE_SIZE = 50
EXPORT_LIMIT = 200_000
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RecordFilter(forms.Form):
    """What stands in the address, read leniently: a filter that makes no sense filters nothing."""

    use_required_attribute = False

    site = forms.ChoiceField(label=gettext_lazy("Site"), required=False)
    carrier = forms.ChoiceField(label=gettext_lazy("Energy carrier"), required=False)
    from_day = forms.DateField(label=gettext_lazy("From"), required=False, widget=_DAY)
    until_day = forms.DateField(label=gettext_lazy("Until"), required=False, widget=_DAY)
    upload = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, supplier: Supplier) -> None:
        super().__init__(data, auto_id="filter-%s")
        sites = Site.objects.filter(supplier=supplier).order_by("code").values_list("code", "name")
        self.fields["site"].choices = [("", "—"), *((code, f"{code} {name}") for code, name in sites)]  # type: ignore[attr-defined]
        self.fields["carrier"].choices = [("", "—"), *((code, carrier_name(code)) for code in CARRIERS)]  # type: ignore[attr-defined]

    def rows(self, supplier: Supplier) -> QuerySet[ActivityRecord]:
        self.is_valid()
        wanted: dict[str, Any] = getattr(self, "cleaned_data", {})
        rows = queries.records(
            supplier_ids=[supplier.pk],
            site=wanted.get("site"),
            carrier=wanted.get("carrier"),
            from_day=wanted.get("from_day"),
            until_day=wanted.get("until_day"),
        )
        return rows.filter(upload_id=wanted["upload"]) if wanted.get("upload") else rows


@require_GET
@needs(Right.RECORD_READ)
def records(request: TenantRequest) -> HttpResponse:
    supplier = supplier_read(request)
    wanted = RecordFilter(request.GET, supplier=supplier)
    page = Paginator(wanted.rows(supplier), PAGE_SIZE).get_page(request.GET.get("page"))
    weights = kilograms_of([record.pk for record in page], supplier)
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "supplier": supplier,
        "filter": wanted,
        "is_filtered": any(value for key, value in request.GET.items() if key not in ("page", "supplier")),
        "page": page,
        "rows": [{"record": record, "kgco2e": weights.get(record.pk)} for record in page],
        "query": f"{kept.urlencode()}&" if kept else "",
    }
    return render(request, "suppliers/records/list.html", context)


def kilograms_of(record_ids: list[int], supplier: Supplier) -> dict[int, Decimal]:
    """kgCO2e of each record, location-based; a record without lines is absent. One query."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    lines = EmissionLine.objects.filter(
        supplier=supplier, record_id__in=record_ids, withdrawn_at=None, basis__in=ADDABLE
    )
    for record_id, kgco2e in lines.values_list("record_id", "kgco2e"):
        sums[record_id] += kgco2e
    return sums


@require_GET
@needs(Right.RECORD_READ)
def record_detail(request: TenantRequest, pk: int) -> HttpResponse:
    """A record and the lines made of it; each line leads on to its factor and cell."""
    rows = queries.with_upload(
        ActivityRecord.objects.select_related("site", "meter", "supplier", "created_by")
    )
    if request.actor.supplier is not None:
        rows = rows.filter(supplier=request.actor.supplier)
    record = get_object_or_404(rows, pk=pk)
    lines = (
        EmissionLine.objects.filter(supplier_id=record.supplier_id, record=record)
        .select_related("factor")
        .order_by("year", "month", "id")
    )
    template = "_detail.html" if request.htmx else "detail.html"
    return render(request, f"suppliers/records/{template}", {"record": record, "lines": lines})


@require_GET
@needs(Right.RECORD_READ)
def records_export(request: TenantRequest) -> HttpResponse:
    """CSV with a byte-order mark, so that spreadsheets read the Chinese; the columns are those of an upload."""
    supplier = supplier_read(request)
    rows = RecordFilter(request.GET, supplier=supplier).rows(supplier)[:EXPORT_LIMIT]
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="records-{supplier.code}.csv"'
    response.write("\ufeff")
    csv.writer(response).writerows(_export_rows(rows))
    return response


def _export_rows(rows: QuerySet[ActivityRecord]) -> Iterator[list[Any]]:
    yield ["site", "meter", "carrier", "start", "end", "quantity", "unit", "document", "file", "row"]
    for record in rows.iterator(chunk_size=5000):
        yield [
            as_text(record.site.code),
            as_text(record.meter.code if record.meter else ""),
            record.carrier,
            _iso(record.start),
            _iso(record.end),
            f"{record.quantity_given.normalize():f}",
            as_text(record.unit_given),
            as_text(record.document),
            as_text(record.upload.filename if record.upload else ""),
            record.upload_row or "",
        ]


def _iso(day: dt.date) -> str:
    return day.isoformat()


def as_text(text: str) -> str:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


urlpatterns = [
    path("records/", records, name="records"),
    path("records/export/", records_export, name="records_export"),
    path("records/<int:pk>/", record_detail, name="record_detail"),
]
