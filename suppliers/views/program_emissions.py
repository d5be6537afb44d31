"""A program's emissions by supplier: from the one total of its home to the lines of a company."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from suppliers.inventory import breakdown
from suppliers.tenants import clock
from suppliers.tenants.access import TenantRequest, needs, own_buyer
from suppliers.tenants.models import Enrolment
from suppliers.tenants.roles import Right, TenantKind

from .emissions import year_asked


@require_GET
@needs(Right.RECORD_READ, kind=TenantKind.BUYER)
def program_emissions(request: TenantRequest) -> HttpResponse:
    last = clock.today().year - 1
    year = year_asked(request) or last
    enrolled = Enrolment.objects.filter(buyer=own_buyer(request.actor)).active(clock.today())  # type: ignore[attr-defined]
    suppliers = [one.supplier for one in enrolled.select_related("supplier")]
    found = breakdown.by_supplier(supplier_ids=[one.pk for one in suppliers], year=year)
    rows = [
        {
            "supplier": one,
            "scopes": [found[one.pk].get(scope) for scope in (1, 2)],
            "total": sum(found[one.pk].values()),
        }
        for one in suppliers
        if one.pk in found
    ]
    rows.sort(key=lambda row: (-row["total"], row["supplier"].code))
    context = {
        "rows": rows,
        "year": year,
        "total": sum((row["total"] for row in rows), Decimal(0)),
        "silent": len(suppliers) - len(rows),
        "chips": [
            {"label": str(one), "url": f"?year={one}", "active": one == year, "icon": ""}
            for one in range(last + 1, last - 4, -1)
        ],
    }
    return render(request, "suppliers/emissions/program.html", context)


urlpatterns = [path("program/carbon/", program_emissions, name="program_emissions")]
