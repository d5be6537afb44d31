"""Own factors: list, form, one with its document and verdict. For suppliers and buyers."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Case, When
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from suppliers.calc.carriers import CARRIERS
from suppliers.factors import own, regions
from suppliers.factors.models import OwnFactor, OwnState
from suppliers.factors.own_forms import APPROVE, OwnFactorForm, VerdictForm
from suppliers.tenants.access import TenantRequest, needs
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right, TenantKind

PAGE_SIZE = 50
# Refusals of the actions that have a field to stand at.
_FIELDS = {"own_factor.code": "code", "own_factor.evidence": "document", "factor.life_cycle": "series"}
_TONES = {
    OwnState.DRAFT: "",
    OwnState.SUBMITTED: "info",
    OwnState.APPROVED: "good",
    OwnState.RETURNED: "bad",
    OwnState.RETIRED: "",
}


@require_GET
@needs(Right.RECORD_READ)
def own_factors(request: TenantRequest) -> HttpResponse:
    waits_first = Case(When(state=OwnState.SUBMITTED, then=0), default=1)
    rows = own.seen_by(request.actor).order_by(waits_first, "-created_at", "-id")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_row(row) for row in page.object_list],
        "may_write": request.actor.may(Right.FACTOR_WRITE),
    }
    return render(request, "suppliers/factors/own_list.html", context)


@require_http_methods(["GET", "POST"])
@needs(Right.FACTOR_WRITE)
def create(request: TenantRequest) -> HttpResponse:
    return _written(request, _form(request))


@require_http_methods(["GET", "POST"])
@needs(Right.FACTOR_WRITE)
def change(request: TenantRequest, pk: int) -> HttpResponse:
    row = _mine(request, pk)
    return _written(request, _form(request, row), row)


@require_GET
@needs(Right.RECORD_READ)
def detail(request: TenantRequest, pk: int) -> HttpResponse:
    return render(request, "suppliers/factors/own_detail.html", _detail(request, pk))


@require_POST
@needs(Right.FACTOR_WRITE)
def submit(request: TenantRequest, pk: int) -> HttpResponse:
    own.submit(by=request.actor, row=_mine(request, pk))
    messages.success(request, _("Handed in. Somebody else judges it next."))
    return redirect("own_factor_detail", pk)


@require_POST
@needs(Right.FACTOR_WRITE)
def retire(request: TenantRequest, pk: int) -> HttpResponse:
    own.retire(by=request.actor, row=_mine(request, pk))
    messages.success(request, _("Retired. Inventories that took it keep it."))
    return redirect("own_factor_detail", pk)


@require_POST
@needs(Right.EVIDENCE_REVIEW, kind=TenantKind.BUYER)
def review(request: TenantRequest, pk: int) -> HttpResponse:
    row = own.one_or_404(request.actor, pk)
    form = VerdictForm(request.POST)
    if not form.is_valid():
        return render(request, "suppliers/factors/own_detail.html", _detail(request, pk, form), status=422)
    judge = own.approve if form.cleaned_data["verdict"] == APPROVE else own.send_back
    judge(by=request.actor, row=row, note=form.cleaned_data["note"])
    messages.success(request, _("Your verdict is kept; who brought the factor can read it."))
    return redirect("own_factor_detail", pk)


@require_GET
@needs()
def document(request: TenantRequest, pk: int) -> HttpResponse:
    """The document of a factor, for whoever may see the factor, a verifier too; only as a download."""
    is_body = request.actor.kind == TenantKind.BODY
    request.actor.require(Right.INVENTORY_REVIEW if is_body else Right.RECORD_READ)
    found = own.one_or_404(request.actor, pk).document
    if found is None:
        raise Http404(str(pk))
    response = FileResponse(found.file.open("rb"), as_attachment=True, filename=found.filename)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return cast(HttpResponse, response)  # a stream is not one for the types


def _mine(request: TenantRequest, pk: int) -> OwnFactor:
    """Another's factor that may be read is not there to be changed."""
    row = own.one_or_404(request.actor, pk)
    if not own.is_own(request.actor, row):
        raise Http404(str(pk))
    return row


def _form(request: TenantRequest, row: OwnFactor | None = None) -> OwnFactorForm:
    return OwnFactorForm(request.POST or None, request.FILES or None, instance=row)


def _form_page(request: TenantRequest, form: OwnFactorForm, row: OwnFactor | None = None) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, "suppliers/factors/own_form.html", {"form": form, "row": row}, status=status)


def _written(request: TenantRequest, form: OwnFactorForm, row: OwnFactor | None = None) -> HttpResponse:
    """Kept and, if so asked, handed in, both or neither; what is refused is said at its field, and nothing typed is lost."""
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, form, row)
    hands_in = request.POST.get("act") == "submit"
    if hands_in and not form.cleaned_data.get("document") and (row is None or row.document is None):
        form.add_error("document", str(own.NO_DOCUMENT))
        return _form_page(request, form, row)
    try:
        pk = _keep(request, form, row, hands_in=hands_in)
    except Refusal as refusal:
        if refusal.code not in _FIELDS:
            raise
        form.add_error(_FIELDS[refusal.code], str(refusal.message))
        return _form_page(request, form, row)
    said = (
        _("Handed in. Somebody else judges it next.")
        if hands_in
        else _("Draft kept. Nobody else sees it until you hand it in.")
    )
    messages.success(request, said)
    return redirect("own_factor_detail", pk)


@transaction.atomic
def _keep(request: TenantRequest, form: OwnFactorForm, row: OwnFactor | None, *, hands_in: bool) -> int:
    by, fields, sent = request.actor, form.row_fields(), form.attachment()
    if row is None:
        kept = own.draft(by=by, fields=fields, document=sent)
    else:  # read again: the form has written on its own copy
        kept = own.edit(by=by, row=_mine(request, row.pk), fields=fields, document=sent)
    if hands_in:
        own.submit(by=by, row=kept)
    return kept.pk


def _row(row: OwnFactor) -> dict[str, Any]:
    language = get_language() or ""
    carrier = CARRIERS.get(row.carrier)
    return {
        "factor": row,
        "owner": row.supplier or row.buyer,
        "carrier": carrier.name(language) if carrier else "–",
        "region": regions.name(row.region, language) if row.region else "–",
        "tone": _TONES[OwnState(row.state)],
    }


def _detail(request: TenantRequest, pk: int, form: VerdictForm | None = None) -> dict[str, Any]:
    row = own.one_or_404(request.actor, pk)
    may_write = request.actor.may(Right.FACTOR_WRITE) and own.is_own(request.actor, row)
    return {
        "row": _row(row),
        "factor": row,
        "may_edit": may_write and row.state in (OwnState.DRAFT, OwnState.RETURNED),
        "may_retire": may_write and row.state == OwnState.APPROVED,
        "review_form": (form or VerdictForm()) if own.may_review(request.actor, row) else None,
    }


urlpatterns = [
    path("own-factors/", own_factors, name="own_factors"),
    path("own-factors/new/", create, name="own_factor_new"),
    path("own-factors/<int:pk>/", detail, name="own_factor_detail"),
    path("own-factors/<int:pk>/edit/", change, name="own_factor_edit"),
    path("own-factors/<int:pk>/submit/", submit, name="own_factor_submit"),
    path("own-factors/<int:pk>/retire/", retire, name="own_factor_retire"),
    path("own-factors/<int:pk>/review/", review, name="own_factor_review"),
    path("own-factors/<int:pk>/document/", document, name="own_factor_document"),
]
