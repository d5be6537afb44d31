"""Scene three of the big screen: the newest published ranking."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext as _

from greenlink.screen_figures import figure
from scorecards.models import Edition, Scorecard
from suppliers.templatetags.greenlink import named
from suppliers.templatetags.greenlink import points as points_text

GRADES = ("A", "B", "C", "D")
TOP = 10
MOVERS = 5


def scene(edition: Edition | None) -> dict[str, Any]:
    if edition is None:
        return {"title": _("Ranking"), "figures": [], "top": None, "movers": None, "grades": None}
    cards = Scorecard.objects.filter(edition=edition, buyer=edition.buyer_id)
    whole = cards.aggregate(
        suppliers=Count("pk"),
        ranked=Count("rank"),
        sum=Sum("total"),
        totals=Count("total"),
        before=Sum("previous_total", filter=Q(total__isnull=False)),
        both=Sum("total", filter=Q(previous_total__isnull=False)),
        coverage=Sum("coverage_percent"),
        verified=Sum("verified_percent"),
        **{grade: Count("pk", filter=Q(grade=grade)) for grade in GRADES},
    )
    top = list(
        cards.filter(rank__isnull=False).select_related("supplier").order_by("rank", "supplier__code")[:TOP]
    )
    moved = cards.filter(rank__isnull=False, previous_total__isnull=False, total__isnull=False)
    gained = (F("total") - F("previous_total")).desc()
    risen = list(moved.select_related("supplier").order_by(gained, "rank", "supplier__code")[:MOVERS])
    return {
        "title": _("Ranking %(label)s") % {"label": edition.label},
        "figures": _ranking_figures(whole),
        "top": {
            "sentence": _("The first %(count)s") % {"count": TOP},
            "columns": [_("Rank"), _("Change"), _("Supplier"), _("Total"), _("Grade")],
            "rows": [[str(card.rank), _moved(card), named(card.supplier), points_text(card.total), card.grade] for card in top],
        },
        "movers": {
            "sentence": _("Most points gained"),
            "columns": [_("Supplier"), _("Total"), _("Gain")],
            "rows": [
                [named(card.supplier), points_text(card.total), f"+{card.total - card.previous_total}"]
                for card in risen
                if card.total > card.previous_total
            ],
        },
        "grades": _grades(whole),
    }  # fmt: skip


def _moved(card: Scorecard) -> str:
    change = card.rank_change
    if change is None:
        return _("new")
    return "=" if change == 0 else f"▲ {change}" if change > 0 else f"▼ {-change}"


def _ranking_figures(whole: dict[str, Any]) -> list[dict[str, Any]]:
    count = whole["suppliers"]
    average = float(whole["sum"]) / whole["totals"] if whole["totals"] else None
    note = ""
    if whole["before"] and whole["both"]:
        note = _("%(change)s %% against the quarter before") % {
            "change": f"{(float(whole['both']) / float(whole['before']) - 1) * 100:+.1f}"
        }
    return [
        figure("ranking.suppliers", _("Suppliers scored"), float(count), _("suppliers")),
        figure("ranking.average", _("Average total"), average, _("pts"), 1, note),
        figure("ranking.best", _("Grade A and B"), float(whole["A"] + whole["B"]), _("suppliers")),
        figure(
            "ranking.coverage", _("Coverage"), float(whole["coverage"]) / count if count else None, "%", 1
        ),
        figure(
            "ranking.verified", _("Verified"), float(whole["verified"]) / count if count else None, "%", 1
        ),
    ]


def _grades(whole: dict[str, Any]) -> dict[str, Any]:
    counts = [whole[grade] for grade in GRADES]
    colours = ["$green", "$blue", "$amber", "$vermilion"]
    return {
        "sentence": _("Suppliers by grade"),
        "options": {
            "xAxis": {"type": "category", "data": list(GRADES)},
            "yAxis": {"type": "value", "minInterval": 1},
            "series": [
                {
                    "name": _("suppliers"),
                    "type": "bar",
                    "barMaxWidth": 90,
                    "label": {"show": True, "position": "top", "color": "$ink"},
                    "data": [
                        {"value": count, "itemStyle": {"color": colour}}
                        for count, colour in zip(counts, colours, strict=True)
                    ],
                }
            ],
        },
        "columns": [_("Grade"), _("Suppliers")],
        "rows": [[grade, str(count)] for grade, count in zip(GRADES, counts, strict=True)],
    }
