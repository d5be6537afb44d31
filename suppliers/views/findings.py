"""What verifiers raised to the company, and its answers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from suppliers.disclosure import documents
from suppliers.inventory.models import Finding
from suppliers.inventory.review import findings, queries
from suppliers.tenants.access import TenantRequest, needs, own_supplier
from suppliers.tenants.roles import Right, TenantKind

from .review_forms import AnswerForm
from .review_words import FINDING_TONES


@require_GET
@needs(Right.RECORD_READ, kind=TenantKind.SUPPLIER)
def finding_list(request: TenantRequest) -> HttpResponse:
    return _page(request)


def _page(request: TenantRequest, status: int = 200, pk: int = 0, form: Any = None) -> HttpResponse:
    may_answer = request.actor.may(Right.INVENTORY_WRITE) or request.actor.may(Right.EVIDENCE_WRITE)
    rows = [
        {
            "finding": one.finding,
            "replies": one.replies,
            "tone": FINDING_TONES[one.finding.state],
            "form": (form if one.finding.pk == pk else AnswerForm(auto_id=f"id_{one.finding.pk}_%s"))
            if may_answer and one.finding.state != "closed"
            else None,
        }
        for one in queries.findings_for(own_supplier(request.actor).pk)
    ]
    return render(request, "suppliers/reviews/findings.html", {"rows": rows}, status=status)


@require_POST
@needs(Right.INVENTORY_WRITE, kind=TenantKind.SUPPLIER)
def answer(request: TenantRequest, pk: int) -> HttpResponse:
    supplier = own_supplier(request.actor)
    finding = Finding.objects.filter(pk=pk, supplier=supplier).first()
    if finding is None:
        raise Http404(pk)
    form = AnswerForm(request.POST, request.FILES, auto_id=f"id_{pk}_%s")
    if not form.is_valid():
        return _page(request, status=422, pk=pk, form=form)
    file, document = form.cleaned_data["document"], None
    if file:
        document = documents.keep(
            by=request.actor, supplier=supplier, content=file.read(), filename=file.name
        )
    findings.answer(by=request.actor, finding=finding, text=form.cleaned_data["text"], evidence=document)
    messages.success(request, _("Answered. The verifier closes the finding or asks again."))
    return redirect("findings")


urlpatterns = [
    path("findings/", finding_list, name="findings"),
    path("findings/<int:pk>/answer/", answer, name="finding_answer"),
]
