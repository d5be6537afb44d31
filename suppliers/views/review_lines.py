"""All lines of a version under review, to choose the sample from, and the proof that its figures come out again."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from suppliers.inventory import background
from suppliers.inventory.accounts import Account
from suppliers.inventory.models import InventoryState
from suppliers.inventory.review import queries
from suppliers.tenants.access import TenantRequest, needs
from suppliers.tenants.roles import Right, TenantKind

from .inventory_trace import lines_context


@require_GET
@needs(Right.INVENTORY_REVIEW, kind=TenantKind.BODY)
def review_lines(request: TenantRequest, pk: int) -> HttpResponse:
    assignment = queries.assignment_or_404(request.actor, pk)
    context = lines_context(request, Account(assignment.inventory)) | {
        "assignment": assignment,
        "sample": set(assignment.sample or queries.suggestion(assignment)),
        "under_review": assignment.inventory.state == InventoryState.UNDER_REVIEW,
    }
    return render(request, "suppliers/reviews/lines.html", context)


@require_POST
@needs(Right.INVENTORY_REVIEW, kind=TenantKind.BODY)
def review_replay(request: TenantRequest, pk: int) -> HttpResponse:
    assignment = queries.assignment_or_404(request.actor, pk)
    background.ask_replay(by=request.actor, inventory=assignment.inventory)
    return redirect("review_detail", pk)


urlpatterns = [
    path("reviews/<int:pk>/lines/", review_lines, name="review_lines"),
    path("reviews/<int:pk>/replay/", review_replay, name="review_replay"),
]
