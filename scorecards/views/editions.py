"""The quarter as a line of duties: open, compute, preview, lock, publish. Everybody of the buyer reads, the admin acts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from scorecards import actions, queries
from scorecards.models import Edition, EditionState, Scorecard
from suppliers.tenants import audit, clock
from suppliers.tenants.access import TenantRequest, needs, own_buyer
from suppliers.tenants.models import Buyer
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right, TenantKind

from . import charts, quarters, wording
from .ranking_table import GRADES

MOST_CHANGES = 20


@require_GET
@needs(Right.EDITION_READ, kind=TenantKind.BUYER)
def listing(request: TenantRequest) -> HttpResponse:
    buyer = own_buyer(request.actor)
    editions = quarters.editions_of(buyer)
    next_label = _next_label(buyer, editions)
    context = {
        "rows": [{"edition": edition, "tone": wording.EDITION_TONES[edition.state]} for edition in editions],
        "may_run": request.actor.may(Right.EDITION_RUN),
        "next_label": next_label,
        "next_quarter": buyer.quarter(next_label),
        "methodology_in_use": editions[0].methodology if editions else None,
    }
    return render(request, "scorecards/editions/list.html", context)


@require_POST
@needs(Right.EDITION_RUN, kind=TenantKind.BUYER)
def open_quarter(request: TenantRequest) -> HttpResponse:
    buyer = own_buyer(request.actor)
    label = request.POST.get("label", "").strip().upper()
    try:
        edition = actions.open_edition(by=request.actor, buyer=buyer, label=label)
    except Refusal as refusal:
        messages.error(request, str(refusal.message), extra_tags=refusal.code)
        return HttpResponseRedirect(reverse("editions"), status=303)
    messages.success(request, _("%(label)s is open.") % {"label": edition.label})
    return HttpResponseRedirect(reverse("edition_detail", args=[edition.label]), status=303)


@require_GET
@needs(Right.EDITION_READ, kind=TenantKind.BUYER)
def detail(request: TenantRequest, label: str) -> HttpResponse:
    buyer = own_buyer(request.actor)
    editions = quarters.editions_of(buyer)
    edition = quarters.of_label(editions, label, request)
    may_run, may_publish = request.actor.may(Right.EDITION_RUN), request.actor.may(Right.EDITION_PUBLISH)
    counts = _counts(edition)
    context = {
        "edition": edition,
        "edition_tone": wording.EDITION_TONES[edition.state],
        "quarters": quarters.picker(editions, edition, "edition_detail"),
        "numbers": [other for other in editions if other.label == edition.label],
        "duties": _duties(buyer, edition, clock.today()),
        "may_run": may_run,
        "may_publish": may_publish,
        "may_compute": may_run and edition.state in (EditionState.OPEN, EditionState.COMPUTED),
        "may_preview": may_run and edition.state == EditionState.COMPUTED and edition.previewed_at is None,
        "may_lock": may_run and edition.state == EditionState.COMPUTED,
        "may_publish_now": may_publish and edition.state == EditionState.LOCKED,
        "counts": counts,
        "grades": _grades(counts) if counts["suppliers"] else None,
        "changes": _changes(edition) if counts["suppliers"] else [],
        "moved": queries.came_and_went(edition) if counts["suppliers"] else {},
        "differences": queries.differences(edition) if edition.restates_id else [],
        "most_changes": MOST_CHANGES,
        "acts": _acts(edition),
    }
    return render(request, "scorecards/editions/page.html", context)


@require_POST
@needs(kind=TenantKind.BUYER)
def act(request: TenantRequest, label: str, deed: str) -> HttpResponse:
    """One step of the quarter. A step out of order changes nothing: its refusal is shown on the page."""
    if deed not in _DEEDS:
        raise Http404(deed)
    right, run, done = _DEEDS[deed]
    request.actor.require(right)
    edition = quarters.of_label(quarters.editions_of(own_buyer(request.actor)), label, request)
    target = reverse("edition_detail", args=[edition.label])
    try:
        changed = run(request, edition)
    except Refusal as refusal:
        messages.error(request, str(refusal.message), extra_tags=refusal.code)
        return HttpResponseRedirect(target, status=303)
    messages.success(request, done() % {"label": changed.label})
    return HttpResponseRedirect(target, status=303)


def _compute(request: TenantRequest, edition: Edition) -> Edition:
    return actions.compute(by=request.actor, edition=edition)


def _preview(request: TenantRequest, edition: Edition) -> Edition:
    return actions.preview(by=request.actor, edition=edition)


def _lock(request: TenantRequest, edition: Edition) -> Edition:
    return actions.lock(by=request.actor, edition=edition)


def _publish(request: TenantRequest, edition: Edition) -> Edition:
    return actions.publish(by=request.actor, edition=edition, confirm=request.POST.get("word", ""))


def _restate(request: TenantRequest, edition: Edition) -> Edition:
    return actions.restate(by=request.actor, edition=edition, reason=request.POST.get("reason", ""))


Deed = tuple[Right, Callable[[TenantRequest, Edition], Edition], Callable[[], str]]
_DEEDS: dict[str, Deed] = {
    "compute": (Right.EDITION_RUN, _compute, lambda: _("%(label)s is computed.")),
    "preview": (Right.EDITION_RUN, _preview, lambda: _("Suppliers can now see their preview of %(label)s.")),
    "lock": (Right.EDITION_RUN, _lock, lambda: _("%(label)s is locked.")),
    "publish": (Right.EDITION_PUBLISH, _publish, lambda: _("%(label)s is published.")),
    "restate": (Right.EDITION_PUBLISH, _restate, lambda: _("A new edition number of %(label)s is open.")),
}


def _next_label(buyer: Buyer, editions: list[Edition]) -> str:
    """The quarter after the newest one; for a new program the quarter that ended last."""
    if editions:
        return buyer.quarter(editions[0].label).next().label
    return buyer.quarter_of(clock.today()).previous().label


def _duties(buyer: Buyer, edition: Edition, today: dt.date) -> list[dict[str, Any]]:
    """Four duties with their day. Done by the act itself; the first undone is now, overdue after its day."""
    end = edition.last_day
    due, preview, lock = (
        end + dt.timedelta(days=days) for days in (buyer.due_days, buyer.preview_days, buyer.lock_days)
    )
    locked = edition.locked_at or edition.published_at
    steps: list[tuple[str, str, dt.date, Any, Any]] = [
        ("due", _("Data due"), due, due if today > due else None, None),
        ("compute", _("Computed"), due, edition.computed_at, edition.computed_at),
        ("preview", _("Preview to suppliers"), preview, edition.previewed_at or locked, edition.previewed_at),
        ("lock", _("Locked"), lock, locked, edition.locked_at),
        ("publish", _("Published"), lock, edition.published_at, edition.published_at),
    ]
    duties, found_now = [], False
    for key, name, day, done, moment in steps:
        state = "done" if done else "next"
        if not done and not found_now:
            state, found_now = "now", True
        duties.append(
            {
                "key": key,
                "name": name,
                "day": day,
                "state": state,
                "moment": moment,
                "late": not done and today > day,
            }
        )
    return duties


def _counts(edition: Edition) -> dict[str, Any]:
    figures = dict.fromkeys(GRADES, 0) | {"suppliers": 0, "ranked": 0, "gated": 0}
    rows = Scorecard.objects.filter(edition=edition, buyer=edition.buyer_id).values_list(
        "grade", "rank", "gated"
    )
    for grade, rank, gated in rows.order_by().iterator():
        figures["suppliers"] += 1
        figures["ranked"] += rank is not None
        figures["gated"] += gated
        if grade in figures:
            figures[grade] += 1
    return figures


def _grades(counts: dict[str, Any]) -> dict[str, Any]:
    numbers = [counts[grade] for grade in GRADES]
    return {
        "sentence": _("Suppliers by grade."),
        "options": charts.grades(GRADES, numbers),
        "columns": [{"label": _("Grade")}, {"label": _("Suppliers"), "number": True}],
        "rows": [[grade, number] for grade, number in zip(GRADES, numbers, strict=True)],
    }


def _changes(edition: Edition) -> list[dict[str, Any]]:
    rows = queries.changes(edition)[:MOST_CHANGES]
    return [{**row, "places": _places(row["previous_rank"], row["rank"])} for row in rows]


def _places(before: int | None, now: int | None) -> int | None:
    return None if before is None or now is None else before - now


def _acts(edition: Edition) -> list[dict[str, Any]]:
    words = {
        "edition.open": _("Opened"),
        "edition.compute": _("Computed"),
        "edition.preview": _("Preview released to suppliers"),
        "edition.lock": _("Locked"),
        "edition.publish": _("Published"),
        "edition.restate": _("Opened as a restatement"),
        "ranking.exported": _("Ranking exported"),
    }
    return [
        {
            "when": entry.at.astimezone(clock.now().tzinfo).strftime("%Y-%m-%d %H:%M"),
            "who": str(entry.user) if entry.user else _("the product"),
            "what": words.get(entry.act, entry.act),
            "detail": entry.data.get("reason", ""),
        }
        for entry in audit.entries_of(edition)[:12]
    ]


urlpatterns = [
    path("editions/", listing, name="editions"),
    path("editions/open/", open_quarter, name="edition_open"),
    path("editions/<str:label>/", detail, name="edition_detail"),
    path("editions/<str:label>/<slug:deed>/", act, name="edition_act"),
]
