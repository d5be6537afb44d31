"""Who is scored in a quarter, and the two ways rows of tables become arrays over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import CharField, Exists, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields import FloatField
from django.db.models.functions import Cast

from scorecards.calc.arrays import BoolArray, DateArray, FloatArray, IntArray, TextArray
from suppliers.calc.periods import FiscalQuarter
from suppliers.models import Buyer, Enrolment, Review

NOT_A_DAY = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Field:
    """The suppliers enrolled with a buyer on the last day of a quarter, by rising id: their place is their index."""

    buyer: Buyer
    quarter: FiscalQuarter
    supplier_ids: IntArray
    codes: TextArray
    commodity: TextArray
    size_band: TextArray
    quarters_enrolled: FloatArray  # [quarters] with this one

    @property
    def count(self) -> int:
        return len(self.supplier_ids)

    @property
    def as_of(self) -> np.datetime64:
        return np.datetime64(self.quarter.last_day, "D")

    def places(self, supplier_ids: Sequence[int]) -> IntArray:
        """The index of each supplier id; ids of others must have been filtered out by the query."""
        return np.searchsorted(self.supplier_ids, np.array(supplier_ids, dtype=np.int64))

    def enrolled(self) -> QuerySet[Any]:
        """The same suppliers as a sub-select, so that no query grows with their number."""
        return _enrolments(self.buyer, self.quarter).values("supplier_id")


def enrolled_in(buyer: Buyer, quarter: FiscalQuarter) -> Field:
    rows = (
        _enrolments(buyer, quarter)
        .order_by("supplier_id")
        .values_list("supplier_id", "supplier__code", "commodity", "supplier__employees", "started_on")
    )
    ids, codes, commodities, employees, started = columns(rows, 5)
    return Field(
        buyer=buyer,
        quarter=quarter,
        supplier_ids=np.array(ids, dtype=np.int64),
        codes=texts(codes),
        commodity=texts(commodities),
        size_band=texts([buyer.size_band(count) for count in employees]),
        quarters_enrolled=quarters_since(dates(started), quarter) + 1.0,
    )


def _enrolments(buyer: Buyer, quarter: FiscalQuarter) -> QuerySet[Any]:
    active: QuerySet[Any] = Enrolment.objects.filter(buyer=buyer).active(quarter.last_day)
    return active


def quarters_since(days: DateArray, quarter: FiscalQuarter) -> FloatArray:
    """Quarters [count] from the one of each day to this one, 0 = this one; NaN without a day."""
    months = days.astype("datetime64[M]").astype(np.int64) + 1970 * 12 - (quarter.start_month - 1)
    ordinals = np.floor_divide(months, 3) + 1  # as ordinal(): year x 4 + quarter
    return np.where(np.isnat(days), np.nan, ordinal(quarter) - ordinals).astype(np.float64)


def ordinal(quarter: FiscalQuarter) -> int:
    """Quarters counted through, so that their difference is a number of quarters."""
    return quarter.year * 4 + quarter.quarter


def columns(rows: QuerySet[Any], width: int) -> list[list[Any]]:
    """Rows of values_list as lists by column, as the driver gives them; no rows give empty columns.

    Past the framework's converters, which take longer than the query: SQLite gives days as ISO text and flags as
    0 and 1, which `dates` and `flags` read as they read days and booleans.
    """
    try:
        statement, parameters = rows.query.sql_with_params()
    except EmptyResultSet:  # a filter that nothing can pass
        return [[] for _ in range(width)]
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found = [list(column) for column in zip(*cursor.fetchall(), strict=True)]
    return found or [[] for _ in range(width)]


def as_text(name: str) -> Cast:
    """A day as ISO text: SQLite's driver would else make a date object of each, only for it to be unmade."""
    return Cast(name, CharField())


def floats(values: Sequence[Any]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def dates(values: Sequence[Any]) -> DateArray:
    return np.array(values, dtype="datetime64[D]") if len(values) else np.array([], dtype="datetime64[D]")


def texts(values: Sequence[Any]) -> TextArray:
    return np.array([value or "" for value in values], dtype=np.str_)


def flags(values: Sequence[Any]) -> BoolArray:
    return np.array([bool(value) for value in values], dtype=bool)


def last_rows(owner: IntArray, count: int, which: BoolArray) -> IntArray:
    """For each supplier the last of its rows that `which` marks, -1 where there is none."""
    rows = np.flatnonzero(which)
    last = np.full(count, -1, dtype=np.int64)
    last[owner[rows]] = rows
    return last


def taken(column: Any, rows: IntArray, none: Any) -> Any:
    """The column's value in each chosen row, `none` where no row was chosen."""
    if not len(column):
        return np.full(len(rows), none, dtype=column.dtype if column.dtype.kind in "Mfb" else None)
    return np.where(rows >= 0, column[rows], none)


def any_of(owner: IntArray, count: int, which: BoolArray) -> BoolArray:
    """Whether any of a supplier's rows is marked."""
    found = np.zeros(count, dtype=bool)
    found[owner[which]] = True
    return found


def verdict_of(subject: str, buyer: Buyer) -> Subquery:
    """The buyer's newest verdict on the item as last handed in; none while it waits."""
    reviews = Review.objects.filter(
        buyer=buyer, subject=subject, subject_id=OuterRef("pk"), at__gte=OuterRef("submitted_at")
    )
    return Subquery(reviews.order_by("-at", "-id").values("verdict")[:1])


def returned_by(subject: str, buyer: Buyer) -> Q:
    """The buyer returned the item as last handed in. Few ever are: the list first, the time only for those in it."""
    returned = Review.objects.filter(buyer=buyer, subject=subject, verdict="returned").order_by()
    since = returned.filter(subject_id=OuterRef("pk"), at__gte=OuterRef("submitted_at"))
    return Q(pk__in=returned.values("subject_id")) & Q(Exists(since))


def handed_in(buyer: Buyer) -> Q:
    """Submitted by the supplier, or entered by this buyer; never a draft, never another buyer's entry."""
    return Q(state="submitted") & (Q(entered_by=None) | Q(entered_by=buyer))


class DaysInside(Func):
    """Days [d] of the period `start`..`end` (both inside) that fall into first..last; filter to overlaps first."""

    output_field = FloatField()
    template = (
        'CAST(LEAST("%(table)s"."end", %%s) - GREATEST("%(table)s"."start", %%s) + 1 AS double precision)'
    )
    sqlite = '(JULIANDAY(MIN("%(table)s"."end", %%s)) - JULIANDAY(MAX("%(table)s"."start", %%s)) + 1)'

    def __init__(self, table: str, quarter_first: Any, quarter_last: Any) -> None:
        super().__init__(table=table)
        self.bounds = (quarter_last, quarter_first)

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> tuple[str, Any]:
        table = self.extra["table"]
        if connection.vendor == "sqlite":
            return self.sqlite.replace("%(table)s", table).replace("%%", "%"), [
                day.isoformat() for day in self.bounds
            ]
        return self.template.replace("%(table)s", table).replace("%%", "%"), list(self.bounds)
