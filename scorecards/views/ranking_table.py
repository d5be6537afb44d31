"""From the address of the ranking page to a set of rows: filter, search, sort. The same set is shown and exported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict

from scorecards.calc.methodology import IDS
from scorecards.models import Edition, IndicatorValue, Scorecard

ASCENDING, DESCENDING = "ascending", "descending"
# column of the page -> field, and the direction of the first click
COLUMNS: dict[str, tuple[str, str]] = {
    "rank": ("rank", ASCENDING),
    "change": ("places_gained", DESCENDING),
    "previous_rank": ("previous_rank", ASCENDING),
    "supplier": ("supplier__code", ASCENDING),
    "group": ("commodity", ASCENDING),
    "total": ("total", DESCENDING),
    "grade": ("grade", ASCENDING),
    "coverage": ("coverage_percent", DESCENDING),
    "verified": ("verified_percent", DESCENDING),
} | dict.fromkeys(IDS, ("sorted_points", DESCENDING))
GRADES = ("A", "B", "C", "D")


@dataclass(frozen=True)
class Chosen:
    """What the reader asked for; anything unknown falls back to everything, by rank."""

    commodity: str = ""
    grade: str = ""
    text: str = ""
    column: str = "rank"
    direction: str = ASCENDING

    @classmethod
    def from_query(cls, query: QueryDict) -> Chosen:
        order = query.get("order", "rank")
        column = order.removeprefix("-")
        if column not in COLUMNS:
            order = column = "rank"
        grade = query.get("grade", "")
        return cls(
            commodity=query.get("commodity", "").strip(),
            grade=grade if grade in GRADES else "",
            text=query.get("q", "").strip()[:80],
            column=column,
            direction=DESCENDING if order.startswith("-") else ASCENDING,
        )

    def order_for(self, column: str) -> str:
        """The `order` parameter a click on that column's head leads to."""
        first = COLUMNS[column][1]
        wanted = (
            first if column != self.column else (ASCENDING if self.direction == DESCENDING else DESCENDING)
        )
        return column if wanted == ASCENDING else f"-{column}"

    @property
    def narrows(self) -> bool:
        return bool(self.commodity or self.grade or self.text)


def rows(edition: Edition, chosen: Chosen) -> QuerySet[Scorecard]:
    """The scorecards of the edition that were asked for, in the order asked for; empty values come last."""
    found = Scorecard.objects.filter(edition=edition, buyer=edition.buyer_id).select_related("supplier")
    if chosen.commodity:
        found = found.filter(commodity=chosen.commodity)
    if chosen.grade:
        found = found.filter(grade=chosen.grade)
    if chosen.text:
        words = Q(supplier__code__icontains=chosen.text)
        words |= Q(supplier__name__icontains=chosen.text) | Q(supplier__name_en__icontains=chosen.text)
        found = found.filter(words)
    return _sorted(found, chosen)


def _sorted(found: QuerySet[Scorecard], chosen: Chosen) -> QuerySet[Scorecard]:
    field = COLUMNS[chosen.column][0]
    if field == "places_gained":
        found = found.annotate(places_gained=F("previous_rank") - F("rank"))
    elif field == "sorted_points":
        of_row = IndicatorValue.objects.filter(scorecard=OuterRef("pk"), indicator=chosen.column)
        found = found.annotate(sorted_points=Subquery(of_row.values("points")[:1]))
    key = F(field).desc(nulls_last=True) if chosen.direction == DESCENDING else F(field).asc(nulls_last=True)
    return found.order_by(key, F("rank").asc(nulls_last=True), "supplier__code")


def sort_heads(chosen: Chosen, query: QueryDict) -> dict[str, dict[str, Any]]:
    """For every sortable column: the address its head leads to, and how it is sorted now."""
    heads = {}
    for column in COLUMNS:
        kept = query.copy()
        kept.pop("page", None)
        kept["order"] = chosen.order_for(column)
        direction = chosen.direction if column == chosen.column else ""
        heads[column] = {"url": f"?{kept.urlencode()}", "direction": direction}
    return heads
