"""All lines of a version under review, to choose the sample from, and the proof that its figures come out again."""

from __future__ import annotations

from typing import Any, cast

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from suppliers.inventory import background
from suppliers.inventory.accounts import Account, Lines
from suppliers.inventory.models import InventoryState
from suppliers.inventory.review import queries
from suppliers.tenants.access import TenantRequest, needs
from suppliers.tenants.roles import Right, TenantKind

from .inventory_forms import LineFilter
from .inventory_page import lines_found

PAGE_SIZE = 50


@require_GET
@needs(Right.INVENTORY_REVIEW, kind=TenantKind.BODY)
def review_lines(request: TenantRequest, pk: int) -> HttpResponse:
    assignment = queries.assignment_or_404(request.actor, pk)
    account = Account(assignment.inventory)
    wanted = LineFilter(request.GET, lines=Lines(account))
    lines = Lines(account, wanted.wanted())
    page: Any = Paginator(cast(Any, lines), PAGE_SIZE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "assignment": assignment,
        "inventory": assignment.inventory,
        "filter": wanted,
        "is_filtered": any(value for key, value in request.GET.items() if key != "page"),
        "page": page,
        "sums": lines.sums,
        "view": wanted.wanted().get("total"),
        "found": lines_found(page.paginator.count),
        "query": f"{kept.urlencode()}&" if kept else "",
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
