"""One supplier's quarter: total, grade, rank, and beside each point why it was given and what would raise it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from scorecards import queries
from scorecards.models import Edition, Scorecard
from suppliers.disclosure.models import Credential
from suppliers.templatetags.greenlink import named
from suppliers.templatetags.greenlink import points as points_text
from suppliers.tenants import clock
from suppliers.tenants.access import TenantRequest, needs, own_supplier, supplier_known
from suppliers.tenants.models import Enrolment, Supplier
from suppliers.tenants.roles import Right, TenantKind

from . import charts, quarters, wording
from .ranking import commodity_names

EXPIRES_SOON_DAYS = 60
LEAST_GAIN_SHOWN = 0.05  # less would read as +0.0


@require_GET
@needs(Right.SCORECARD_READ, kind=TenantKind.SUPPLIER)
def own(request: TenantRequest) -> HttpResponse:
    """The supplier's newest released scorecard; `?buyer=CODE` chooses among several buyers."""
    supplier = own_supplier(request.actor)
    cards = _history(supplier)
    wanted = request.GET.get("buyer", "")
    chosen = [card for card in cards if not wanted or card.edition.buyer.code == wanted]
    if not chosen:
        if wanted:
            raise Http404(wanted)
        enrolled = (
            Enrolment.objects.filter(supplier=supplier).active(clock.today()).select_related("buyer").first()
        )
        return render(
            request, "scorecards/scorecard/none.html", {"enrolment": enrolled, "today": clock.today()}
        )
    return _page(request, supplier, chosen[-1], cards)


@require_GET
@needs(Right.SCORECARD_READ)
def detail(request: TenantRequest, label: str, code: str) -> HttpResponse:
    """A buyer sees any enrolled supplier, a supplier its own released ones; everything else does not exist."""
    supplier = supplier_known(request.actor, code)
    wanted, number = request.GET.get("buyer", ""), request.GET.get("edition", "")
    cards = _history(supplier, newest_only=not number)
    for card in reversed(cards):
        of_buyer = not wanted or card.edition.buyer.code == wanted
        if card.edition.label == label and of_buyer and (not number or str(card.edition.number) == number):
            return _page(request, supplier, card, cards)
    raise Http404(label)


def _history(supplier: Supplier, *, newest_only: bool = True) -> list[Scorecard]:
    """Every scorecard the reader may see of this supplier, oldest quarter first, newest number of each quarter.

    The scope has left out what is not released to a supplier, and other buyers' editions.
    """
    found = Scorecard.objects.filter(supplier=supplier).select_related(
        "edition__methodology", "edition__buyer"
    )
    cards = list(found.order_by("edition__first_day", "edition__number"))
    if not newest_only:
        return cards
    newest = {(card.edition.buyer_id, card.edition.label): card for card in cards}
    return sorted(newest.values(), key=lambda card: (card.edition.first_day, card.edition.buyer_id))


def _page(
    request: TenantRequest, supplier: Supplier, card: Scorecard, cards: list[Scorecard]
) -> HttpResponse:
    edition = card.edition
    of_program = [other for other in cards if other.edition.buyer_id == edition.buyer_id]
    names = wording.indicator_names(edition.methodology)
    answer = queries.scorecard(edition, supplier)
    if answer is None:
        raise Http404(supplier.code)
    expiries = _expiries(supplier)
    lines = [_line(row, names, expiries) for row in answer["indicators"]]
    is_buyer = request.actor.kind == TenantKind.BUYER
    past = [other for other in of_program if other.edition.first_day <= edition.first_day]
    previous = past[-2] if len(past) > 1 else None
    commodities = commodity_names(edition.buyer)
    context = {
        "supplier": supplier,
        "card": card,
        "edition": edition,
        "edition_tone": wording.EDITION_TONES[edition.state],
        "buyer": edition.buyer,
        "commodity": commodities.get(card.commodity, card.commodity),
        "unranked": wording.unranked_word(card.unranked_reason) if card.rank is None else "",
        "change": _change(card, previous),
        "lines": lines,
        "radar": _radar(lines, edition),
        "history": _totals(past),
        "version_change": _version_change(edition, previous),
        "quarters": _picker(request, of_program, card),
        "programs": _programs(cards, card),
        "is_buyer": is_buyer,
        "back_url": f"{reverse('ranking_detail', args=[edition.label])}" if is_buyer else "",
        "soon": EXPIRES_SOON_DAYS,
    }
    return render(request, "scorecards/scorecard/page.html", context)


def _expiries(supplier: Supplier) -> dict[str, dt.date]:
    """Last day of each credential by the address of its page, as the evidence of a scorecard names it."""
    dated = Credential.objects.filter(supplier=supplier).exclude(expires_on=None)
    return {
        reverse("credential_detail", args=[pk]): day
        for pk, day in dated.values_list("pk", "expires_on").order_by("pk")
    }


def _line(row: dict[str, Any], names: dict[str, str], expiries: dict[str, dt.date]) -> dict[str, Any]:
    """An indicator's row as the page shows it: what it is worth in the total beside what it could be."""
    code = row["indicator"]
    points, weight = row.get("points"), row.get("weight") or 0
    today = clock.today()
    proofs: dict[tuple[str, dt.date | None], dict[str, Any]] = {}
    for proof in row.get("evidence") or []:
        expires = expiries.get(proof["url"])
        left = None if expires is None else (expires - today).days
        tone = "" if left is None else "bad" if left < 0 else "warn" if left <= EXPIRES_SOON_DAYS else "good"
        label = proof["label"].replace(" –", "")
        # the newest comes first; what was handed in again with the same name and day is one proof
        proofs.setdefault(
            (label, expires),
            {**proof, "label": label, "expires": expires, "tone": tone, "expired": tone == "bad"},
        )
    gain = row.get("gain")
    return {
        **row,
        "code": code,
        "name": names[code],
        "points": points,
        "points_word": points_text(points),
        "worth": None if points is None else points * weight / 100,
        "weight": weight,
        "state_word": wording.state_word(row["state"]),
        "state_tone": wording.state_tone(row["state"]),
        "evidence": list(proofs.values()),
        "how": row["how"] if gain is not None and gain >= LEAST_GAIN_SHOWN else "",
    }


def _change(card: Scorecard, previous: Scorecard | None) -> dict[str, Any] | None:
    if previous is None or previous.total is None or card.total is None:
        return None
    return {"points": card.total - previous.total, "label": previous.edition.label}


def _version_change(edition: Edition, previous: Scorecard | None) -> dict[str, str] | None:
    """Both versions are named in the quarter in which they change."""
    if previous is None or previous.edition.methodology_id == edition.methodology_id:
        return None
    return {"before": previous.edition.methodology.code, "now": edition.methodology.code}


def _radar(lines: list[dict[str, Any]], edition: Edition) -> dict[str, Any]:
    known = [line for line in lines if line["points"] is not None]
    best = max(known, key=lambda line: line["points"], default=None)
    worst = min(known, key=lambda line: line["points"], default=None)
    sentence = _("Points of the eight indicators, 0 to 100.")
    if best and worst and best is not worst:
        sentence = _("Strongest: %(best)s (%(best_points)s). Weakest: %(worst)s (%(worst_points)s).") % {
            "best": best["name"],
            "best_points": best["points_word"],
            "worst": worst["name"],
            "worst_points": worst["points_word"],
        }
    return {
        "sentence": sentence,
        "options": charts.radar(
            [line["code"] for line in lines], [(edition.label, [line["points"] for line in lines])]
        ),
        "columns": [{"label": _("Indicator")}, {"label": _("Points"), "number": True}],
        "rows": [[f"{line['code']} {line['name']}", line["points_word"]] for line in lines],
    }


def _totals(cards: list[Scorecard]) -> dict[str, Any]:
    labels = [card.edition.label for card in cards]
    values = [None if card.total is None else float(card.total) for card in cards]
    rows = [
        [
            card.edition.label,
            points_text(card.total),
            card.grade or "–",
            card.rank or "–",
            card.edition.methodology.code,
        ]
        for card in reversed(cards)
    ]
    titles = [_("Quarter"), _("Total"), _("Grade"), _("Rank"), _("Methodology")]
    return {
        "sentence": _("Total of each quarter up to this one."),
        "options": charts.totals(labels, values),
        "columns": [{"label": title, "number": place in (1, 3)} for place, title in enumerate(titles)],
        "rows": rows,
    }


def _picker(request: HttpRequest, cards: list[Scorecard], current: Scorecard) -> list[dict[str, Any]]:
    code, buyer = current.supplier.code, request.GET.get("buyer", "")
    ending = f"?buyer={current.edition.buyer.code}" if buyer else ""
    editions = [card.edition for card in reversed(cards)]
    entries = quarters.picker(editions, current.edition, "scorecard_detail", code)
    return [{**entry, "url": entry["url"] + ending} for entry in entries]


def _programs(cards: list[Scorecard], current: Scorecard) -> list[dict[str, Any]]:
    """A supplier of several buyers chooses whose scorecard it reads."""
    buyers = {card.edition.buyer.code: card.edition.buyer for card in cards}
    if len(buyers) < 2:
        return []
    return [
        {
            "label": named(buyer),
            "url": f"{reverse('scorecard')}?buyer={code}",
            "active": code == current.edition.buyer.code,
            "icon": "company",
        }
        for code, buyer in sorted(buyers.items())
    ]


urlpatterns = [
    path("scorecard/", own, name="scorecard"),
    path("scorecards/<str:label>/<slug:code>/", detail, name="scorecard_detail"),
]
