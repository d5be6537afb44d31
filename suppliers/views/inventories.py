"""The yearly inventory: its years, one version with its totals, what opens, edits, submits and restates it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from suppliers.inventory import accounts, background, inventories, inventory_queries, restatement
from suppliers.inventory.accounts import Account
from suppliers.inventory.inventory_queries import version_or_404
from suppliers.inventory.models import Inventory, InventoryState
from suppliers.inventory.report.words import TOTALS
from suppliers.inventory.terms import Terms
from suppliers.tenants import clock
from suppliers.tenants.access import TenantRequest, needs, own_supplier
from suppliers.tenants.actors import Actor
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right, TenantKind

from .inventory_forms import InventoryForm, ReasonForm, TermsForm, YearForm
from .inventory_page import page_context
from .readers import supplier_read
from .review_words import INVENTORY_TONES

CHANGES_SHOWN = 100


@require_GET
@needs(Right.RECORD_READ)
def inventory_list(request: TenantRequest) -> HttpResponse:
    supplier = supplier_read(request)
    years = inventory_queries.of_supplier(supplier)
    covered = inventory_queries.covered_percent(supplier.pk, [row.year for row in years])
    last = clock.today().year - 1
    context = {
        "supplier": supplier,
        "rows": [_row(row, covered, request.actor) for row in years],
        "may_write": request.actor.may(Right.INVENTORY_WRITE) and request.actor.kind == TenantKind.SUPPLIER,
        "due_year": None if any(row.year == last for row in years) else last,
        "form": YearForm(initial={"year": last}),
    }
    return render(request, "suppliers/inventories/list.html", context)


def _row(row: inventory_queries.Year, covered: dict[int, Decimal], actor: Actor) -> dict[str, Any]:
    account = Account(row.inventory)
    return {
        "year": row,
        "inventory": row.inventory,
        "tone": INVENTORY_TONES[row.inventory.state],
        # What an open version will say is computed on its own page, not for a list.
        "figures": [account.kg(name) if row.inventory.totals else None for name in accounts.SCOPES],
        "covered": covered.get(row.year),
        "due": _due(row.inventory, actor),
    }


def _due(inventory: Inventory, actor: Actor) -> str:
    if inventory.state == InventoryState.OPEN:
        missing = not (inventory.boundary.strip() and inventory.organisation.strip())
        return _("Describe organisation and boundary") if missing else _("Check and submit")
    if inventory.state == InventoryState.RETURNED:
        return _("Reopen, correct and submit again")
    if inventory.state == InventoryState.VERIFIED:
        return _("Nothing")
    return (
        _("With the verifier")
        if inventory.state == InventoryState.UNDER_REVIEW
        else _("Waits for a verifier")
    )


@require_POST
@needs(Right.INVENTORY_WRITE, kind=TenantKind.SUPPLIER)
def inventory_open(request: TenantRequest) -> HttpResponse:
    form = YearForm(request.POST)
    if not form.is_valid():
        raise Refusal("inventory.year", _("An inventory is of a year from 1990 to this one."), status=422)
    made = inventories.open_year(
        by=request.actor, supplier=own_supplier(request.actor), year=form.cleaned_data["year"]
    )
    return redirect("inventory", made.pk)


@require_GET
@needs(Right.RECORD_READ)
def inventory_detail(request: TenantRequest, pk: int) -> HttpResponse:
    inventory = version_or_404(request.actor, pk)
    if request.htmx:  # the page asks whether what it waits for is done
        answer = HttpResponse(status=204)
        if not background.under_way(inventory):
            answer["HX-Refresh"] = "true"
        return answer
    return render(request, "suppliers/inventories/detail.html", page_context(inventory, request.actor))


@require_http_methods(["GET", "POST"])
@needs(Right.INVENTORY_WRITE, kind=TenantKind.SUPPLIER)
def inventory_edit(request: TenantRequest, pk: int) -> HttpResponse:
    inventory = version_or_404(request.actor, pk)
    form = InventoryForm(request.POST or None, inventory=inventory)
    if request.method == "POST" and form.is_valid():
        try:
            inventories.edit(by=request.actor, inventory=inventory, fields=form.given())
        except Refusal as refusal:
            form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _("Kept."))
            return redirect("inventory", pk)
    status = 422 if request.method == "POST" else 200
    return render(
        request, "suppliers/inventories/edit.html", {"inventory": inventory, "form": form}, status=status
    )


@require_POST
@needs(Right.INVENTORY_SUBMIT, kind=TenantKind.SUPPLIER)
def inventory_submit(request: TenantRequest, pk: int) -> HttpResponse:
    if background.submit(by=request.actor, inventory=version_or_404(request.actor, pk)):
        messages.success(request, _("Submitted. The lines of this version no longer change."))
    return redirect("inventory", pk)


@require_POST
@needs(Right.INVENTORY_WRITE, kind=TenantKind.SUPPLIER)
def inventory_replay(request: TenantRequest, pk: int) -> HttpResponse:
    background.ask_replay(by=request.actor, inventory=version_or_404(request.actor, pk))
    return redirect(f"{reverse('inventory', args=[pk])}#replay")


@require_http_methods(["GET", "POST"])
@needs(Right.INVENTORY_SUBMIT, kind=TenantKind.SUPPLIER)
def inventory_reopen(request: TenantRequest, pk: int) -> HttpResponse:
    inventory = version_or_404(request.actor, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        following = inventories.reopen(
            by=request.actor, inventory=inventory, reason=form.cleaned_data["reason"]
        )
        messages.success(request, _("Version %(number)s is open.") % {"number": following.version})
        return redirect("inventory", following.pk)
    status = 422 if request.method == "POST" else 200
    return render(
        request, "suppliers/inventories/reopen.html", {"inventory": inventory, "form": form}, status=status
    )


@require_http_methods(["GET", "POST"])
@needs(Right.INVENTORY_SUBMIT, kind=TenantKind.SUPPLIER)
def inventory_restatement(request: TenantRequest, pk: int) -> HttpResponse:
    """The effect of other terms, today's factors and today's records: shown first, adopted with a reason."""
    inventory = version_or_404(request.actor, pk)
    terms = Terms.from_json(inventory.terms)
    data = request.POST if request.method == "POST" else request.GET if "gwp_report" in request.GET else None
    form, reason = TermsForm(data, terms=terms), ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and reason.is_valid():
        following = background.restate(
            by=request.actor, inventory=inventory, terms=form.wanted(), reason=reason.cleaned_data["reason"]
        )
        if following.frozen_at is not None:
            said = _("Version %(number)s stands beside the old one.") % {"number": following.version}
            messages.success(request, said)
        return redirect("inventory", following.pk)
    is_asked_well = not form.is_bound or form.is_valid()
    effect = (
        restatement.preview(inventory=inventory, terms=form.wanted())
        if inventory.frozen_at and is_asked_well
        else None
    )
    context = {
        "inventory": inventory,
        "form": form,
        "wanted": form.wanted(),
        "reason": reason,
        "effect": effect,
        "totals": _moves(effect) if effect else [],
        "changes": effect.changes[:CHANGES_SHOWN] if effect else [],
        "more": max(len(effect.changes) - CHANGES_SHOWN, 0) if effect else 0,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "suppliers/inventories/restatement.html", context, status=status)


def _moves(effect: restatement.Effect) -> list[dict[str, Any]]:
    return [
        {
            "label": TOTALS[name],
            "before": effect.totals_before.get(name),
            "after": effect.totals_after.get(name),
            "by": effect.by(name) / 1000,
        }
        for name in accounts.SCOPES
    ]


urlpatterns = [
    path("inventory/", inventory_list, name="inventories"),
    path("inventory/open/", inventory_open, name="inventory_open"),
    path("inventory/<int:pk>/", inventory_detail, name="inventory"),
    path("inventory/<int:pk>/edit/", inventory_edit, name="inventory_edit"),
    path("inventory/<int:pk>/submit/", inventory_submit, name="inventory_submit"),
    path("inventory/<int:pk>/replay/", inventory_replay, name="inventory_replay"),
    path("inventory/<int:pk>/reopen/", inventory_reopen, name="inventory_reopen"),
    path("inventory/<int:pk>/restatement/", inventory_restatement, name="inventory_restatement"),
]
