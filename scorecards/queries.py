"""What pages, API and exports ask of a quarter: editions, ranking, one scorecard, what changed and how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db.models import F, Prefetch, Q, QuerySet
from django.urls import reverse

from scorecards.calc.gains import surprise
from scorecards.calc.methodology import IDS
from scorecards.indicators import gain_text, reason_text
from scorecards.methodology import is_english, language, names
from scorecards.models import Edition, EditionState, IndicatorValue, Scorecard
from sparkplan.models import Project
from suppliers.models import Buyer, Credential, Instrument, Supplier, Target, Training

ORDERS: Mapping[str, tuple[Any, ...]] = {
    "rank": (F("rank").asc(nulls_last=True), F("total").desc(nulls_last=True)),
    "total": (F("total").desc(nulls_last=True),),
    "supplier": (),
    "grade": ("grade", F("total").desc(nulls_last=True)),
    "coverage": (F("coverage_percent").desc(),),
    "previous_rank": (F("previous_rank").asc(nulls_last=True),),
}
_CREDENTIALS = {
    "I1": ("ecovadis",),
    "I2": ("rba_vap", "rba_saq", "iso_14001", "iso_45001", "iso_50001"),
    "I6": ("iso_14064",),
}


def editions(buyer: Buyer) -> QuerySet[Edition]:
    """All the reader may see, newest quarter first, newest number first."""
    found: QuerySet[Edition] = Edition.objects.filter(buyer=buyer)
    return found.select_related("buyer", "methodology").order_by("-first_day", "-number")


def latest(buyer: Buyer, published_only: bool = False) -> Edition | None:
    """The newest quarter, its newest number; None before there is any."""
    found = editions(buyer)
    return found.filter(state=EditionState.PUBLISHED).first() if published_only else found.first()


def edition_of(buyer: Buyer, label: str, number: int | None = None) -> Edition | None:
    """The quarter's edition of that number, or its newest; None if the reader may see none."""
    found = editions(buyer).filter(label=label.strip().upper())
    return found.filter(number=number).first() if number is not None else found.first()


def ranking(
    edition: Edition,
    *,
    commodity: str = "",
    grade: str = "",
    order: str = "rank",
    supplier: Supplier | None = None,
) -> QuerySet[Scorecard]:
    """Scorecards with supplier and `.values` = their eight indicators; two queries however many rows."""
    rows: QuerySet[Scorecard] = Scorecard.objects.filter(buyer=edition.buyer_id, edition=edition)
    if commodity:
        rows = rows.filter(commodity=commodity)
    if grade:
        rows = rows.filter(grade=grade)
    if supplier is not None:
        rows = rows.filter(supplier=supplier)
    values = IndicatorValue.objects.filter(buyer=edition.buyer_id, edition=edition).order_by("indicator")
    return (
        rows.select_related("supplier")
        .prefetch_related(Prefetch("indicators", queryset=values, to_attr="values"))
        .order_by(*ORDERS.get(order, ORDERS["rank"]), "supplier__code")
    )


def row(card: Any) -> dict[str, Any]:
    """One line of the ranking as data; the card comes from `ranking`."""
    return {
        "rank": card.rank,
        "supplier": card.supplier.code,
        "name": supplier_name(card.supplier),
        "group": card.group,
        "group_rank": card.group_rank,
        "group_size": card.group_size,
        "total": card.total,
        "grade": card.grade,
        "previous_rank": card.previous_rank,
        "previous_total": card.previous_total,
        "coverage": card.coverage_percent,
        "verified": card.verified_percent,
        "gated": card.gated,
        "unranked_reason": card.unranked_reason,
        "indicators": {value.indicator: value.points for value in card.values},
    }


def supplier_name(supplier: Supplier) -> str:
    return (is_english() and supplier.name_en) or supplier.name


def scorecard(edition: Edition, supplier: Supplier) -> dict[str, Any] | None:
    """One supplier's scorecard with reason, evidence and next step of each indicator; None if there is none."""
    card: Any = ranking(edition, supplier=supplier).first()
    if card is None:
        return None
    found = _evidence(edition, supplier)
    named = names(edition.methodology.rules)
    parts = {part["id"]: part for part in edition.methodology.rules["indicators"]}
    return {
        **row(card),
        "label": edition.label,
        "number": edition.number,
        "state": str(edition.state),
        "methodology": edition.methodology.code,
        "indicators": [
            {
                **indicator(value),
                "name": named[value.indicator],
                "dimension": parts[value.indicator]["dimension"],
                "evidence": found.get(value.indicator, []),
            }
            for value in card.values
        ],
    }


def indicator(value: IndicatorValue) -> dict[str, Any]:
    """One indicator in the reader's language. `gain` is in points of the total; `how` says for what."""
    step = str(value.data.get("step", ""))
    return {
        "indicator": value.indicator,
        "value": value.value,
        "unit": value.unit,
        "points": value.points,
        "weight": value.weight,
        "state": value.state,
        "reason_code": value.reason,
        "reason": reason_text(value.reason, value.data, language()),
        "reviewed": value.reviewed,
        "gain": value.gain,
        "step": step,
        "how": gain_text(value.gain, step, value.data, language()),
    }


def _evidence(edition: Edition, supplier: Supplier) -> dict[str, list[dict[str, str]]]:
    """What stands behind each indicator, as far as the reader may see it: five queries, whatever there is."""
    day = edition.last_day
    own = Q(supplier=supplier, state="submitted") & (Q(entered_by=None) | Q(entered_by=edition.buyer_id))
    found: dict[str, list[dict[str, str]]] = {}
    of_kind = {kind: name for name, kinds in _CREDENTIALS.items() for kind in kinds}
    credentials = Credential.objects.filter(own, kind__in=of_kind).exclude(issued_on__gt=day)
    for item in credentials.order_by("kind", "-issued_on", "-id"):
        label = " ".join(
            part for part in (item.get_kind_display(), item.get_level_display(), item.number) if part
        )
        _add(found, of_kind[item.kind], label, "credential_detail", item.pk)
    for certificate in Instrument.objects.filter(own, year__lte=day.year).order_by("-year", "-id"):
        _add(found, "I3", str(certificate), "instrument_detail", certificate.pk)
    for target in Target.objects.filter(own).order_by("-target_year", "-id"):
        _add(found, "I4", str(target), "target_detail", target.pk)
    for project in Project.objects.filter(supplier=supplier, created_at__date__lte=day).order_by("code"):
        name = (is_english() and project.name_en) or project.name
        _add(found, "I7", name, "project_detail", project.pk)
    for course in Training.objects.filter(own, held_on__lte=day).order_by("-held_on", "-id"):
        _add(found, "I8", str(course), "training_detail", course.pk)
    return found


def _add(found: dict[str, list[dict[str, str]]], name: str, label: str, page: str, pk: int) -> None:
    found.setdefault(name, []).append({"label": label, "url": reverse(page, args=[pk])})


def changes(edition: Edition) -> list[dict[str, Any]]:
    """What changed since the last published edition of the quarter before, the most surprising first.

    Change is in points of the total; each indicator's part is its change of points times its share of weight,
    so that the parts explain the whole.
    """
    before = _edition_before(edition)
    old = {} if before is None else _by_supplier(before)
    now = _by_supplier(edition)
    both = [
        pk for pk, card in now.items() if pk in old and card.total is not None and old[pk].total is not None
    ]
    change = np.array([float(now[pk].total - old[pk].total) for pk in both])
    unusual = surprise(change)
    rows = [
        _change(now[pk], old[pk], float(change[place]), float(unusual[place]))
        for place, pk in enumerate(both)
    ]
    rows.sort(key=lambda one: (-one["surprise"], -abs(one["change"]), one["supplier"]))
    return rows


def came_and_went(edition: Edition) -> dict[str, list[str]]:
    """Codes of suppliers that are new in this quarter, and of those no longer in it."""
    before = _edition_before(edition)
    codes = [
        set(
            Scorecard.objects.filter(buyer=edition.buyer_id, edition=one).values_list(
                "supplier__code", flat=True
            )
        )
        for one in (edition, before)
    ]
    return {"came": sorted(codes[0] - codes[1]), "went": sorted(codes[1] - codes[0])}


def differences(edition: Edition) -> list[dict[str, Any]]:
    """What a restatement changes: totals, grades and both ranks of every supplier that differs."""
    if edition.restates_id is None:
        return []
    old, now = (_by_supplier(one) for one in (edition.restates, edition) if one is not None)
    found = []
    for pk in sorted(old.keys() | now.keys(), key=lambda one: (now.get(one) or old[one]).supplier.code):
        was, become = old.get(pk), now.get(pk)
        pair = [(card and card.total, card and card.grade, card and card.rank) for card in (was, become)]
        if pair[0] != pair[1]:
            supplier = (become or was).supplier  # type: ignore[union-attr]
            found.append(
                {
                    "supplier": supplier.code,
                    "name": supplier_name(supplier),
                    "total_before": pair[0][0], "total": pair[1][0],
                    "grade_before": pair[0][1], "grade": pair[1][1],
                    "rank_before": pair[0][2], "rank": pair[1][2],
                }
            )  # fmt: skip
    return found


def _edition_before(edition: Edition) -> Edition | None:
    label = edition.buyer.quarter(edition.label).previous().label
    found: Edition | None = (
        Edition.objects.filter(buyer=edition.buyer_id, label=label, state=EditionState.PUBLISHED)
        .order_by("-number")
        .first()
    )
    return found


def _by_supplier(edition: Edition) -> dict[int, Any]:
    return {card.supplier_id: card for card in ranking(edition)}


def _change(now: Any, was: Any, change: float, unusual: float) -> dict[str, Any]:
    old = {value.indicator: value for value in was.values}
    weight = sum(value.weight for value in now.values if value.points is not None)
    old_weight = sum(value.weight for value in was.values if value.points is not None)
    parts = []
    for value in now.values:
        before = old.get(value.indicator)
        share = (value.points or 0.0) * value.weight / weight if weight else 0.0
        old_share = (before.points or 0.0) * before.weight / old_weight if before and old_weight else 0.0
        if abs(share - old_share) >= 0.005 or (before and before.state != value.state):
            parts.append(
                {
                    "indicator": value.indicator,
                    "points": value.points,
                    "previous_points": before.points if before else None,
                    "part": share - old_share,
                    "state": value.state,
                    "previous_state": before.state if before else "",
                    "reason": reason_text(value.reason, value.data, language()),
                }
            )
    parts.sort(key=lambda part: (-abs(part["part"]), IDS.index(part["indicator"])))
    return {
        "supplier": now.supplier.code,
        "name": supplier_name(now.supplier),
        "total": now.total,
        "previous_total": was.total,
        "change": change,
        "surprise": unusual,
        "rank": now.rank,
        "previous_rank": was.rank,
        "grade": now.grade,
        "previous_grade": was.grade,
        "indicators": parts,
    }
