"""The program's desk: which submitted inventory is reviewed by whom."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from suppliers.inventory.models import Assignment, Inventory
from suppliers.inventory.review import actions, independence, queries
from suppliers.templatetags.greenlink import named
from suppliers.tenants import clock
from suppliers.tenants.access import TenantRequest, needs, own_buyer
from suppliers.tenants.models import User, VerificationBody
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right, TenantKind

from .review_words import INVENTORY_TONES


class AssignForm(forms.Form):
    """Which body; and, if one is meant, which person of it.

    The person is named by e-mail address and not chosen from a list: who works for a body is the body's affair, and a
    program reads no memberships of other tenants (independence.verifier_at).
    """

    body = forms.TypedChoiceField(label=gettext_lazy("Verification body"))
    verifier = forms.EmailField(
        label=gettext_lazy("Verifier's e-mail address"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("As the body told you. Left empty, whoever of the body begins takes it on."),
    )
    materiality_percent = forms.DecimalField(
        label=gettext_lazy("Materiality, %"),
        min_value=Decimal("0.1"),
        max_value=100,
        decimal_places=1,
        max_digits=4,
    )

    def __init__(self, *args: Any, bodies: dict[str, VerificationBody], **kwargs: Any) -> None:
        """`bodies`: read once for all forms of the page, by number."""
        super().__init__(*args, **kwargs)
        field = self.fields["body"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [
            (number, f"{named(body)} · {body.accreditation_number}") for number, body in bodies.items()
        ]
        field.coerce = bodies.get

    def verifier_of_body(self) -> User | None:
        address = self.cleaned_data["verifier"]
        return independence.verifier_at(address, self.cleaned_data["body"]) if address else None


def _bodies() -> dict[str, VerificationBody]:
    accredited = VerificationBody.objects.filter(accreditation_expires_on__gte=clock.today())
    return {str(body.pk): body for body in accredited.order_by("name", "code")}


def _form(bodies: dict[str, VerificationBody], pk: int, sent: Any = None) -> AssignForm:
    initial = {"materiality_percent": actions.MATERIALITY_PERCENT}
    return AssignForm(sent, initial=initial, auto_id=f"assign_{pk}_%s", bodies=bodies)


@require_GET
@needs(Right.INVENTORY_ASSIGN, kind=TenantKind.BUYER)
def assignments(request: TenantRequest) -> HttpResponse:
    return _page(request)


def _page(request: TenantRequest, sent: AssignForm | None = None, pk: int = 0) -> HttpResponse:
    buyer, bodies = own_buyer(request.actor), _bodies()
    inventories = list(queries.assignable(buyer))
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
            "form": sent if sent is not None and one.pk == pk else _form(bodies, one.pk),
        }
        for one in inventories
    ]
    context = {"rows": rows, "has_bodies": bool(bodies)}
    return render(request, "suppliers/reviews/assignments.html", context, status=200 if sent is None else 422)


@require_POST
@needs(Right.INVENTORY_ASSIGN, kind=TenantKind.BUYER)
def assign(request: TenantRequest, pk: int) -> HttpResponse:
    inventory = queries.assignable_or_404(own_buyer(request.actor), pk)
    form = _form(_bodies(), pk, request.POST)
    if not form.is_valid() or not _assigned(request, form, inventory):
        return _page(request, form, pk)
    messages.success(request, _("Assigned. The verification body finds it among its reviews."))
    return redirect("assignments")


def _assigned(request: TenantRequest, form: AssignForm, inventory: Inventory) -> bool:
    """A refused person is said beside the field, everything else above the form."""
    said = form.cleaned_data
    try:
        actions.assign(
            by=request.actor, inventory=inventory, body=said["body"], verifier=form.verifier_of_body(),
            materiality_percent=said["materiality_percent"],
        )  # fmt: skip
    except Refusal as refusal:
        if refusal.code in ("review.assigned", "review.state"):
            raise  # it waits for nobody any more: the page has no form of it to say so beside
        beside = "verifier" if refusal.code == "review.verifier" else None
        form.add_error(beside, forms.ValidationError(str(refusal.message), code=refusal.code))
        return False
    return True


@require_POST
@needs(Right.INVENTORY_ASSIGN, kind=TenantKind.BUYER)
def withdraw(request: TenantRequest, pk: int) -> HttpResponse:
    actions.withdraw(by=request.actor, assignment=queries.assignment_or_404(request.actor, pk))
    messages.success(request, _("The assignment is taken back."))
    return redirect("assignments")


urlpatterns = [
    path("assignments/", assignments, name="assignments"),
    path("assignments/inventories/<int:pk>/", assign, name="assignment_make"),
    path("assignments/<int:pk>/withdraw/", withdraw, name="assignment_withdraw"),
]
