"""Procurement's evidence desk: what waits over all enrolled suppliers, ratings it enters itself, gate findings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from suppliers.disclosure import actions, documents, queries
from suppliers.disclosure.forms import CloseForm, EnterForm, IncidentForm
from suppliers.disclosure.models import Credential, Incident
from suppliers.tenants import clock
from suppliers.tenants.access import TenantRequest, needs, own_buyer
from suppliers.tenants.models import Buyer, Commodity, Enrolment, Supplier
from suppliers.tenants.roles import Right, TenantKind

from .evidence_kinds import KINDS, Row

PAGE_SIZE = 50
_VERDICTS = ("", "accepted", "returned")


@require_GET
@needs(Right.EVIDENCE_REVIEW, kind=TenantKind.BUYER)
def desk(request: TenantRequest) -> HttpResponse:
    buyer = own_buyer(request.actor)
    asked = {name: request.GET.get(name, "").strip() for name in ("kind", "commodity", "words", "verdict")}
    if asked["verdict"] not in _VERDICTS or asked["kind"] not in ("", *KINDS):
        raise Http404("filter")
    page = Paginator(queries.waiting(buyer, **asked), PAGE_SIZE).get_page(request.GET.get("page"))
    standings = queries.items_of(buyer, list(page.object_list))
    rows = [Row(standing, KINDS[standing.item._meta.model_name or ""]) for standing in standings]
    commodities = {row.code: row for row in Commodity.objects.filter(buyer=buyer)}
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "query": f"{query.urlencode()}&" if query else "",
        "rows": rows,
        "asked": asked,
        "kinds": KINDS.values(),
        "commodities": commodities.values(),
        "verdicts": _verdict_chips(request, asked["verdict"]),
    }
    return render(request, "suppliers/disclosure/desk.html", context)


def _verdict_chips(request: TenantRequest, chosen: str) -> list[dict[str, Any]]:
    words = {"": _("Waiting"), "accepted": pgettext("evidence", "Accepted"), "returned": _("Returned")}
    chips = []
    for verdict, label in words.items():
        query = request.GET.copy()
        query.pop("page", None)
        query["verdict"] = verdict
        chips.append({"label": label, "url": f"?{query.urlencode()}", "active": verdict == chosen})
    return chips


@require_http_methods(["GET", "POST"])
@needs(Right.EVIDENCE_REVIEW, kind=TenantKind.BUYER)
def enter(request: TenantRequest) -> HttpResponse:
    buyer = own_buyer(request.actor)
    initial = {"company": request.GET.get("supplier", "")}
    form = EnterForm(
        request.POST or None,
        request.FILES or None,
        companies=_companies(buyer),
        initial=_initial(buyer, initial),
    )
    if request.method == "POST" and form.is_valid():
        supplier = form.cleaned_data["company"]
        document = form.keep_document(by=request.actor, supplier=supplier)
        item = actions.enter(
            by=request.actor,
            supplier=supplier,
            model=Credential,
            fields=form.item_fields(),
            evidence=document,
        )
        messages.success(request, _("Kept for your program and counted as reviewed."))
        return redirect("credential_detail", item.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "suppliers/disclosure/enter.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@needs(Right.EVIDENCE_REVIEW, kind=TenantKind.BUYER)
def incidents(request: TenantRequest) -> HttpResponse:
    buyer = own_buyer(request.actor)
    form = IncidentForm(request.POST or None, request.FILES or None, companies=_companies(buyer))
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        supplier, file = values.pop("company"), values.pop("document")
        document = None
        if file:
            document = documents.keep(
                by=request.actor, supplier=supplier, content=file.read(), filename=file.name
            )
        actions.open_incident(by=request.actor, supplier=supplier, evidence=document, **values)
        messages.success(request, _("The finding is open. The grade is at most D until it is closed."))
        return redirect("incidents")
    page = Paginator(queries.incidents(buyer), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "close_form": CloseForm(initial={"closed_on": clock.today()})}
    status = 422 if request.method == "POST" else 200
    return render(request, "suppliers/disclosure/incidents.html", context, status=status)


@require_POST
@needs(Right.EVIDENCE_REVIEW, kind=TenantKind.BUYER)
def incident_close(request: TenantRequest, pk: int) -> HttpResponse:
    incident: Incident | None = queries.incidents(own_buyer(request.actor)).filter(pk=pk).first()
    if incident is None:
        raise Http404(str(pk))
    form = CloseForm(request.POST)
    if form.is_valid():
        actions.close_incident(by=request.actor, incident=incident, **form.cleaned_data)
        messages.success(request, _("The finding is closed. The grade is held for two quarters more."))
    else:
        messages.error(request, _("Enter the day on which the finding was closed."))
    return redirect("incidents")


def _companies(buyer: Buyer) -> QuerySet[Supplier]:
    enrolled = Enrolment.objects.filter(buyer=buyer).active(clock.today())  # type: ignore[attr-defined]
    companies: QuerySet[Supplier] = Supplier.objects.filter(pk__in=enrolled.values("supplier_id"))
    return companies.order_by("code")


def _initial(buyer: Buyer, asked: dict[str, str]) -> dict[str, Any]:
    return {"company": _companies(buyer).filter(code=asked["company"]).first()} if asked["company"] else {}


urlpatterns = [
    path("evidence/desk/", desk, name="evidence_desk"),
    path("evidence/desk/enter/", enter, name="evidence_enter"),
    path("evidence/desk/incidents/", incidents, name="incidents"),
    path("evidence/desk/incidents/<int:pk>/close/", incident_close, name="incident_close"),
]
