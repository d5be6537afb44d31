"""What is published, as one canonical text: its digest stands on the edition and can be recomputed by anyone.

The text is JSON with sorted keys, no spaces and UTF-8. Totals and percentages are decimal texts with one
place; points, values and gains are numbers in their shortest exact form.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scorecards.calc import methodology as calc_methodology
from scorecards.calc.measured import NOT_APPLICABLE
from scorecards.calc.ranking import competition_ranks
from scorecards.calc.totals import Totals, totals
from scorecards.indicators import INDICATORS
from scorecards.models import Edition, IndicatorValue, Scorecard

_CARD = (
    "commodity", "size_band", "total", "grade", "rank", "group_rank", "group_size", "previous_rank",
    "previous_total", "coverage_percent", "verified_percent", "gated", "unranked_reason",
)  # fmt: skip
_VALUE = ("value", "unit", "points", "weight", "state", "reason", "data", "gain", "reviewed")
_TENTHS = {"total", "previous_total", "coverage_percent", "verified_percent"}


def document(edition: Edition) -> dict[str, Any]:
    """Everything the edition says, from the database: two queries besides the edition's own."""
    cards = Scorecard.objects.filter(buyer=edition.buyer_id, edition=edition)
    values = IndicatorValue.objects.filter(buyer=edition.buyer_id, edition=edition)
    by_card: dict[int, dict[str, Any]] = {}
    for card, indicator, *fields in values.order_by("scorecard_id", "indicator").values_list(
        "scorecard_id", "indicator", *_VALUE
    ):
        by_card.setdefault(card, {})[indicator] = dict(zip(_VALUE, fields, strict=True))
    return {
        "buyer": edition.buyer.code,
        "label": edition.label,
        "number": edition.number,
        "first_day": edition.first_day.isoformat(),
        "last_day": edition.last_day.isoformat(),
        "reason": edition.reason,
        "methodology": {"code": edition.methodology.code, "rules": edition.methodology.rules},
        "scorecards": [
            {
                "supplier": code,
                **{name: _plain(name, value) for name, value in zip(_CARD, fields, strict=True)},
                "indicators": by_card.get(pk, {}),
            }
            for pk, code, *fields in cards.order_by("supplier__code").values_list(
                "pk", "supplier__code", *_CARD
            )
        ],
    }


def _plain(name: str, value: Any) -> Any:
    return f"{value:.1f}" if name in _TENTHS and value is not None else value


def canonical(content: Mapping[str, Any]) -> bytes:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def digest(edition: Edition) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(document(edition))).hexdigest()


@dataclass(frozen=True)
class Verification:
    """What a second reckoning found. No differences: the published ranking is what its points say."""

    label: str
    number: int
    stored: str
    recomputed: str
    suppliers: int
    differences: list[dict[str, Any]]

    @property
    def holds(self) -> bool:
        return not self.differences


def verify(edition: Edition) -> Verification:
    """Recompute the digest from the database, and totals, grades and ranks from the stored points."""
    content = document(edition)
    recomputed = hashlib.sha256(canonical(content)).hexdigest()
    differences = reckoned_again(content)
    if edition.is_published and recomputed != edition.digest:
        differences.insert(
            0, {"supplier": "", "field": "digest", "published": edition.digest, "recomputed": recomputed}
        )
    return Verification(
        label=edition.label,
        number=edition.number,
        stored=edition.digest,
        recomputed=recomputed,
        suppliers=len(content["scorecards"]),
        differences=differences,
    )


def reckoned_again(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Differences between what stands in a document and what its own points give."""
    cards, rules = content["scorecards"], content["methodology"]["rules"]
    incomplete = [card["supplier"] for card in cards if list(card["indicators"]) != list(INDICATORS)]
    if incomplete:
        return [
            {"supplier": code, "field": "indicators", "published": None, "recomputed": None}
            for code in incomplete
        ]

    again = _totals_of(cards, rules)
    ranks = competition_ranks(again.total, again.ranked).tolist()
    found: list[dict[str, Any]] = []
    for place, card in enumerate(cards):
        total = float(again.total[place])
        expected = {
            "total": None if total != total else f"{total:.1f}",
            "grade": str(again.grade[place]),
            "rank": ranks[place] or None,
        }
        found.extend(
            {"supplier": card["supplier"], "field": name, "published": card[name], "recomputed": value}
            for name, value in expected.items()
            if card[name] != value
        )
    return found


def _totals_of(cards: Sequence[Mapping[str, Any]], rules: Mapping[str, Any]) -> Totals:
    """Totals and grades from the points as published."""

    def matrix(field: str) -> Any:
        return np.array(
            [[card["indicators"][name][field] for card in cards] for name in INDICATORS], dtype=object
        ).reshape(len(INDICATORS), len(cards))

    points = np.where(matrix("points") == None, np.nan, matrix("points")).astype(np.float64)  # noqa: E711
    return totals(
        points=points,
        # disputed is never put on what does not apply, so points tell the two apart
        applicable=(matrix("state") != NOT_APPLICABLE).astype(bool),
        covered=np.zeros_like(points, dtype=bool),
        verified=matrix("reviewed").astype(bool),
        gated=np.array([card["gated"] for card in cards], dtype=bool),
        **calc_methodology.total_rules(rules),
    )
