"""The ranking of a quarter for the buyer: filter, sort, compare, export."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Avg, Count, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from scorecards.calc.methodology import IDS
from scorecards.models import Edition, EditionState, Scorecard
from suppliers.templatetags.greenlink import named
from suppliers.tenants import audit
from suppliers.tenants.access import TenantRequest, needs, own_buyer
from suppliers.tenants.models import Buyer
from suppliers.tenants.roles import Right, TenantKind

from . import quarters, ranking_file, ranking_table, wording
from .ranking_table import Chosen

PAGE_SIZES = (50, 20, 100, 200)
MOST_COMPARED = 5


@require_GET
@needs(Right.RANKING_READ, kind=TenantKind.BUYER)
def latest(request: TenantRequest) -> HttpResponse:
    """The newest quarter that has been computed; before the first one, a word on what comes next."""
    editions = quarters.editions_of(own_buyer(request.actor))
    computed = [edition for edition in editions if edition.state != EditionState.OPEN]
    if not computed:
        return render(
            request, "scorecards/ranking/none.html", {"may_run": request.actor.may(Right.EDITION_RUN)}
        )
    return _page(request, editions, computed[0])


@require_GET
@needs(Right.RANKING_READ, kind=TenantKind.BUYER)
def detail(request: TenantRequest, label: str) -> HttpResponse:
    editions = quarters.editions_of(own_buyer(request.actor))
    return _page(request, editions, quarters.of_label(editions, label, request))


@require_GET
@needs(Right.RANKING_READ, kind=TenantKind.BUYER)
def export(request: TenantRequest, label: str) -> HttpResponse:
    """A workbook of exactly the rows the same address shows on the page, on all its pages."""
    edition = quarters.of_label(quarters.editions_of(own_buyer(request.actor)), label, request)
    chosen = Chosen.from_query(request.GET)
    found = ranking_table.rows(edition, chosen).prefetch_related("indicators")
    content = ranking_file.workbook(edition, list(found), commodity_names(own_buyer(request.actor)))
    audit.record(
        by=request.actor, act="ranking.exported", subject=edition, data={"label": label, "rows": len(found)}
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="greenlink-ranking-{edition.label}.xlsx"'
    return response


def commodity_names(buyer: Buyer) -> dict[str, str]:
    return {commodity.code: named(commodity) for commodity in buyer.commodities.all()}


def _page(request: TenantRequest, editions: list[Edition], edition: Edition) -> HttpResponse:
    buyer = own_buyer(request.actor)
    chosen = Chosen.from_query(request.GET)
    commodities = commodity_names(buyer)
    heads = ranking_table.sort_heads(chosen, request.GET)
    page = Paginator(
        ranking_table.rows(edition, chosen).prefetch_related("indicators"), _page_size(request)
    ).get_page(request.GET.get("page"))
    compared = _compared(edition, request.GET)
    names = wording.indicator_names(edition.methodology)
    cards: list[Scorecard] = list(page)
    whole = _whole(edition)
    here = reverse("ranking_detail", args=[edition.label])
    context = {
        "edition": edition,
        "edition_tone": wording.EDITION_TONES[edition.state],
        "quarters": quarters.picker(editions, edition, "ranking_detail"),
        "here": here,
        "chosen": chosen,
        "whole": whole,
        "commodity_chips": _commodity_chips(edition, commodities, chosen, request.GET),
        "grade_chips": _grade_chips(whole, chosen, request.GET),
        "heads": heads,
        "indicator_cells": [{"code": code, "name": name, **heads[code]} for code, name in names.items()],
        "rows": [_row(card, names, commodities, compared) for card in cards],
        "page": page,
        "page_query": _without(request.GET, "page", ending="&"),
        "export_url": reverse("ranking_export", args=[edition.label]) + f"?{_without(request.GET, 'page')}",
        "kept": [
            (key, value) for key, value in request.GET.items() if key in ("commodity", "grade", "q", "order")
        ],
        "compare": _comparison(compared, names, commodities),
        "compared_elsewhere": _elsewhere(compared, cards),
        "compare_closed_url": f"{here}?{_without(request.GET, 'compare', 'page')}",
        "most_compared": MOST_COMPARED,
    }
    return render(request, "scorecards/ranking/page.html", context)


def _page_size(request: HttpRequest) -> int:
    wanted = request.GET.get("size", "")
    return int(wanted) if wanted.isdigit() and int(wanted) in PAGE_SIZES else PAGE_SIZES[0]


def _whole(edition: Edition) -> dict[str, Any]:
    """Figures of the whole edition, whatever is filtered."""
    figures: dict[str, Any] = Scorecard.objects.filter(edition=edition, buyer=edition.buyer_id).aggregate(
        suppliers=Count("pk"),
        ranked=Count("rank"),
        average=Avg("total"),
        coverage=Avg("coverage_percent"),
        verified=Avg("verified_percent"),
        **{grade: Count("pk", filter=Q(grade=grade)) for grade in ranking_table.GRADES},
    )
    figures["unranked"] = figures["suppliers"] - figures["ranked"]
    return figures


def _commodity_chips(
    edition: Edition, names: dict[str, str], chosen: Chosen, query: QueryDict
) -> list[dict[str, Any]]:
    counts = Counter(
        dict(
            Scorecard.objects.filter(edition=edition, buyer=edition.buyer_id)
            .values_list("commodity")
            .annotate(suppliers=Count("pk"))
            .order_by("commodity")
        )
    )
    chips = [_chip(_("All commodities"), query, "commodity", "", chosen.commodity)]
    for code, count in sorted(counts.items()):
        chips.append(_chip(f"{names.get(code, code)} {count}", query, "commodity", code, chosen.commodity))
    return chips


def _grade_chips(whole: dict[str, Any], chosen: Chosen, query: QueryDict) -> list[dict[str, Any]]:
    chips = [_chip(_("All grades"), query, "grade", "", chosen.grade)]
    return chips + [
        _chip(f"{grade} · {whole[grade]}", query, "grade", grade, chosen.grade)
        for grade in ranking_table.GRADES
    ]


def _chip(label: str, query: QueryDict, key: str, value: str, current: str) -> dict[str, Any]:
    kept = query.copy()
    kept.pop("page", None)
    kept.pop(key, None)
    if value:
        kept[key] = value
    return {"label": label, "url": f"?{kept.urlencode()}", "active": value == current, "icon": ""}


def _without(query: QueryDict, *keys: str, ending: str = "") -> str:
    kept = query.copy()
    for key in keys:
        kept.pop(key, None)
    text = kept.urlencode()
    return f"{text}{ending}" if text else ""


def _row(
    card: Scorecard, names: dict[str, str], commodities: dict[str, str], compared: list[Scorecard]
) -> dict[str, Any]:
    values = {value.indicator: value for value in card.indicators.all()}
    return {
        "card": card,
        "cells": wording.heat_cells(values, names),
        "commodity": commodities.get(card.commodity, card.commodity),
        "unranked": wording.unranked_word(card.unranked_reason) if card.rank is None else "",
        "compared": any(card.pk == other.pk for other in compared),
    }


def _compared(edition: Edition, query: QueryDict) -> list[Scorecard]:
    """Up to five suppliers side by side, in the order of their ranks; unknown codes are passed over."""
    codes = list(dict.fromkeys(query.getlist("compare")))[:MOST_COMPARED]
    if not codes:
        return []
    found = Scorecard.objects.filter(edition=edition, buyer=edition.buyer_id, supplier__code__in=codes)
    cards = list(found.select_related("supplier").prefetch_related("indicators"))
    return sorted(cards, key=lambda card: (card.rank is None, card.rank or 0, card.supplier.code))


def _elsewhere(compared: list[Scorecard], shown: list[Scorecard]) -> list[str]:
    """Chosen suppliers that stand on another page of the table, so that the next choice keeps them."""
    here = {card.pk for card in shown}
    return [card.supplier.code for card in compared if card.pk not in here]


def _comparison(
    compared: list[Scorecard], names: dict[str, str], commodities: dict[str, str]
) -> dict[str, Any] | None:
    if not compared:
        return None
    by_card = [{value.indicator: value for value in card.indicators.all()} for card in compared]
    lines = []
    for place, code in enumerate(IDS):
        values = [values.get(code) for values in by_card]
        known = [value.points for value in values if value is not None and value.points is not None]
        best = max(known, default=None)
        cells = [
            {
                **wording.heat_cells(own, names)[place],
                "value": own.get(code),
                "best": _is_best(own.get(code), best, known),
            }
            for own in by_card
        ]
        weight = next((value.weight for value in values if value is not None), None)
        lines.append({"code": code, "name": names[code], "weight": weight, "cells": cells})
    columns = [
        {"card": card, "commodity": commodities.get(card.commodity, card.commodity)} for card in compared
    ]
    return {"columns": columns, "lines": lines}


def _is_best(value: Any, best: float | None, known: list[float]) -> bool:
    """Marked only where there is something to tell apart."""
    return (
        value is not None
        and best is not None
        and value.points == best
        and len(known) > 1
        and min(known) < best
    )


urlpatterns = [
    path("ranking/", latest, name="ranking"),
    path("ranking/<str:label>/", detail, name="ranking_detail"),
    path("ranking/<str:label>/export.xlsx", export, name="ranking_export"),
]
