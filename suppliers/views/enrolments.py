"""Procurement's pages of its suppliers: who is enrolled, how far their data reach, and one of them in full."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Max, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from suppliers.activity.models import ActivityRecord
from suppliers.disclosure import queries as disclosure
from suppliers.factors import regions
from suppliers.inventory.queries import totals
from suppliers.sites.models import Site
from suppliers.tenants import clock, first_managers
from suppliers.tenants.access import TenantRequest, needs, own_buyer, supplier_for
from suppliers.tenants.models import Buyer, Commodity, Enrolment
from suppliers.tenants.roles import Right, TenantKind
from suppliers.uploads.models import Upload

from . import commodities, enrol
from .evidence_kinds import KINDS, Row

PAGE_SIZE = 50
UPLOADS_SHOWN = 20
_ORDERS = {
    "code": "supplier__code",
    "name": "supplier__name",
    "commodity": "commodity",
    "employees": "supplier__employees",
    "since": "started_on",
}


@require_GET
@needs(Right.SUPPLIER_LIST, kind=TenantKind.BUYER)
def suppliers(request: TenantRequest) -> HttpResponse:
    buyer = own_buyer(request.actor)
    asked = {name: request.GET.get(name, "").strip() for name in ("words", "commodity", "platform", "order")}
    page = Paginator(_enrolled(buyer, asked), PAGE_SIZE).get_page(request.GET.get("page"))
    commodities = {row.code: row for row in Commodity.objects.filter(buyer=buyer)}
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "query": f"{query.urlencode()}&" if query else "",
        "rows": _rows(buyer, list(page.object_list), commodities),
        "commodities": commodities.values(),
        "asked": asked,
        "is_filtered": any(asked[name] for name in ("words", "commodity", "platform")),
        "sorts": _sorts(request, asked["order"]),
    }
    return render(request, "suppliers/enrolments/list.html", context)


def _enrolled(buyer: Buyer, asked: dict[str, str]) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.filter(buyer=buyer).active(clock.today())  # type: ignore[attr-defined]
    rows = rows.select_related("supplier")
    if asked["commodity"]:
        rows = rows.filter(commodity=asked["commodity"])
    if asked["platform"] in ("yes", "no"):
        rows = rows.filter(supplier__on_platform_since__isnull=asked["platform"] == "no")
    for word in asked["words"].split():
        rows = rows.filter(
            Q(supplier__code__icontains=word)
            | Q(supplier__name__icontains=word)
            | Q(supplier__name_en__icontains=word)
            | Q(erp_code__icontains=word)
        )
    descending = "-" if asked["order"].startswith("-") else ""
    order = _ORDERS.get(asked["order"].removeprefix("-"), "supplier__code")
    sorted_rows: QuerySet[Enrolment] = rows.order_by(f"{descending}{order}", "supplier__code")
    return sorted_rows


def _rows(
    buyer: Buyer, enrolments: list[Enrolment], commodities: dict[str, Commodity]
) -> list[dict[str, Any]]:
    """One query for uploads and one for records, whatever the number of suppliers on the page."""
    ids = [enrolment.supplier_id for enrolment in enrolments]
    in_force = Q(supplier__in=ids, withdrawn_at=None)
    uploads = Upload.objects.filter(in_force, accepted_at__isnull=False).order_by()
    accepted = dict(uploads.values("supplier").annotate(at=Max("accepted_at")).values_list("supplier", "at"))
    records = ActivityRecord.objects.filter(in_force).order_by()
    reach = dict(records.values("supplier").annotate(to=Max("end")).values_list("supplier", "to"))
    language = get_language() or ""
    return [
        {
            "enrolment": enrolment,
            "supplier": enrolment.supplier,
            "commodity": commodities.get(enrolment.commodity),
            "size": buyer.size_band(enrolment.supplier.employees),
            "province": regions.name(enrolment.supplier.province, language),
            "accepted_at": accepted.get(enrolment.supplier_id),
            "reach": reach.get(enrolment.supplier_id),
        }
        for enrolment in enrolments
    ]


def _sorts(request: TenantRequest, order: str) -> dict[str, dict[str, str]]:
    sorts = {}
    for name in _ORDERS:
        query = request.GET.copy()
        query.pop("page", None)
        query["order"] = f"-{name}" if order == name else name
        direction = {name: "ascending", f"-{name}": "descending"}.get(order, "")
        sorts[name] = {"url": f"?{query.urlencode()}", "direction": direction}
    return sorts


@require_GET
@needs(Right.SUPPLIER_LIST, kind=TenantKind.BUYER)
def supplier(request: TenantRequest, code: str) -> HttpResponse:
    buyer = own_buyer(request.actor)
    one = supplier_for(request.actor, code)
    enrolment = (
        Enrolment.objects.filter(buyer=buyer, supplier=one).active(clock.today()).first()  # type: ignore
    )
    if enrolment is None:
        raise Http404(code)
    language = get_language() or ""
    standings = disclosure.of_supplier(one)
    uploads = Upload.objects.filter(supplier=one, accepted_at__isnull=False).select_related("accepted_by")
    context = {
        "supplier": one,
        "enrolment": enrolment,
        "commodity": Commodity.objects.filter(buyer=buyer, code=enrolment.commodity).first(),
        "size": buyer.size_band(one.employees),
        "province": regions.name(one.province, language),
        "sites": [
            (site, regions.name(site.province, language)) for site in Site.objects.filter(supplier=one)
        ],
        "sections": [
            {"kind": kind, "rows": [Row(standing, kind) for standing in standings[kind.slug]]}
            for kind in KINDS.values()
            if standings[kind.slug]
        ],
        "uploads": uploads.order_by("-accepted_at", "-id")[:UPLOADS_SHOWN],
        "years": totals(supplier_ids=[one.pk], by="year"),
        "incidents": disclosure.incidents(buyer).filter(supplier=one),
        "links": _links(buyer, one.code),
        "may_invite": request.actor.may(Right.ENROLMENT_WRITE) and not first_managers.staffed([one.pk]),
    }
    return render(request, "suppliers/enrolments/detail.html", context)


def _links(buyer: Buyer, code: str) -> dict[str, str]:
    """Pages of the upper rooms, by the names of their addresses; one that is not there is not shown."""
    label = buyer.quarter_of(clock.today()).label
    wanted = {
        "scorecard": ("scorecard_detail", [label, code]),
        "spark": ("spark", []),
        "ranking": ("ranking", []),
    }
    links = {}
    for name, (url_name, arguments) in wanted.items():
        try:
            links[name] = reverse(url_name, args=arguments)
        except NoReverseMatch:
            continue
    return links


urlpatterns = [
    # before the companies' own pages: "enrol" and "commodities" are no companies
    *enrol.urlpatterns,
    *commodities.urlpatterns,
    path("suppliers/", suppliers, name="suppliers"),
    path("suppliers/<slug:code>/", supplier, name="supplier_detail"),
]
