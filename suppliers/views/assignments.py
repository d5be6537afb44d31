"""The program's desk: which submitted inventory is reviewed by whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from suppliers.inventory.models import Assignment
from suppliers.inventory.review import actions, queries
from suppliers.tenants import clock
from suppliers.tenants.access import TenantRequest, needs, own_buyer
from suppliers.tenants.models import Buyer, Enrolment, VerificationBody
from suppliers.tenants.roles import Right, TenantKind

from .review_words import INVENTORY_TONES


class AssignForm(forms.Form):
    body = forms.ModelChoiceField(VerificationBody.objects.none(), label=gettext_lazy("Verification body"))
    materiality_percent = forms.DecimalField(
        label=gettext_lazy("Materiality, %"), min_value=0, max_value=100, decimal_places=1, max_digits=4
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accredited = VerificationBody.objects.filter(accreditation_expires_on__gte=clock.today())
        self.fields["body"].queryset = accredited.order_by("name")  # type: ignore[attr-defined]


@require_GET
@needs(Right.INVENTORY_ASSIGN, kind=TenantKind.BUYER)
def assignments(request: TenantRequest) -> HttpResponse:
    buyer = own_buyer(request.actor)
    inventories = list(queries.assignable(buyer.pk, _enrolled(buyer)))
    assigned = {
        one.inventory_id: one
        for one in Assignment.objects.filter(buyer=buyer, ended_at=None).select_related("body", "verifier")
    }
    rows = [
        {
            "inventory": one,
            "assignment": assigned.get(one.pk),
            "total": queries.total(one),
            "tone": INVENTORY_TONES[one.state],
            "waits": one.state == "submitted" and one.pk not in assigned,
            "may_withdraw": one.state == "submitted" and one.pk in assigned,
        }
        for one in inventories
    ]
    form = AssignForm(initial={"materiality_percent": actions.MATERIALITY_PERCENT}, auto_id=False)
    context = {"rows": rows, "form": form, "waiting": sum(bool(row["waits"]) for row in rows)}
    return render(request, "suppliers/reviews/assignments.html", context)


@require_POST
@needs(Right.INVENTORY_ASSIGN, kind=TenantKind.BUYER)
def assign(request: TenantRequest, pk: int) -> HttpResponse:
    buyer = own_buyer(request.actor)
    inventory = queries.assignable(buyer.pk, _enrolled(buyer)).filter(pk=pk).first()
    if inventory is None:
        raise Http404(pk)
    form = AssignForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose an accredited verification body and a materiality up to 100 %."))
        return redirect("assignments")
    actions.assign(by=request.actor, inventory=inventory, **form.cleaned_data)
    messages.success(request, _("Assigned. The verification body finds it among its reviews."))
    return redirect("assignments")


@require_POST
@needs(Right.INVENTORY_ASSIGN, kind=TenantKind.BUYER)
def withdraw(request: TenantRequest, pk: int) -> HttpResponse:
    actions.withdraw(by=request.actor, assignment=queries.assignment_or_404(request.actor, pk))
    messages.success(request, _("The assignment is taken back."))
    return redirect("assignments")


def _enrolled(buyer: Buyer) -> list[int]:
    enrolments = Enrolment.objects.filter(buyer=buyer).active(clock.today())  # type: ignore[attr-defined]
    return list(enrolments.values_list("supplier_id", flat=True))


urlpatterns = [
    path("assignments/", assignments, name="assignments"),
    path("assignments/inventories/<int:pk>/", assign, name="assignment_make"),
    path("assignments/<int:pk>/withdraw/", withdraw, name="assignment_withdraw"),
]
