"""Everything a year's computation needs, as of a moment: a fixed number of queries, columns instead of rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from django.db.models import BooleanField, Case, F, Max, Min, Q, QuerySet, Sum, Value, When
from numpy.typing import NDArray

from suppliers.activity.models import ActivityRecord, Output
from suppliers.calc import STORAGE_PLACES, scaled
from suppliers.calc.periods import MonthPieces, split_by_month
from suppliers.disclosure.instruments import IN_COLLISION
from suppliers.disclosure.models import Handing, Instrument
from suppliers.factors.models import FactorSet, OwnFactor, OwnKind, OwnState
from suppliers.sites.models import Meter, Site
from suppliers.tenants.models import Enrolment

from .models import InventoryEntry
from .terms import Edge, Terms

_RECORD = (
    "id", "site_id", "meter_id", "carrier", "start", "end", "quantity", "document", "upload_id", "upload_row",
)  # fmt: skip
ENTRY = (
    "id", "month", "kind", "site_id", "scope3_category", "carrier", "description", "quantity", "unit", "balance",
    "data_quality", "document", "evidence_id", "factor_id", "own_factor_id", "factor__code", "factor__value",
    "factor__per_unit", "factor__gas", "own_factor__code", "own_factor__value", "own_factor__per_unit",
    "own_factor__gas",
)  # fmt: skip


_OWN_FIRST = (F("supplier_id").desc(nulls_last=True), "-valid_from", "-id")
# 20 000 records are lines in about a second.
LARGE_RECORDS = 20_000


@dataclass(frozen=True)
class Records:
    """Month pieces of the records of a year, as columns of equal length; `whole` [10^-6 base unit]."""

    id: NDArray[np.int64]
    site: NDArray[np.int64]
    month: NDArray[np.int64]
    carrier: NDArray[np.object_]
    province: NDArray[np.object_]
    whole: NDArray[Any]
    document: NDArray[np.object_]
    upload: NDArray[np.object_]
    upload_row: NDArray[np.object_]
    is_proven: NDArray[np.bool_]  # a document or a meter stands behind it
    start: NDArray[np.datetime64]

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True)
class Gathered:
    records: Records
    entries: list[dict[str, Any]]
    instruments: list[Instrument]
    own_factors: list[OwnFactor]  # contracts and residual mixes, the supplier's own first
    # Of an open year: handed in, and in a collision that nobody has reviewed.
    held_back: list[Instrument]


def gathered(*, supplier_id: int, year: int, terms: Terms, by_period: bool = False) -> Gathered:
    """Seven queries, however many rows. `by_period`: records of one site, carrier and period as one, under the least id."""
    return Gathered(
        records=_records(supplier_id, year, terms, by_period),
        entries=_entries(supplier_id, year, terms),
        instruments=_instruments(supplier_id, year, terms),
        own_factors=_own_factors(supplier_id, year, terms),
        held_back=_held_back(supplier_id, year) if terms.as_of is None else [],
    )


def standing(terms: Terms) -> Q:
    """The records that stood at the moment of `terms`, of meters that accounted then."""
    edge = terms.edge
    if edge is None:
        return in_force(terms.as_of) & (Q(meter=None) | Q(meter__accounting=True))
    of_moment = in_force(terms.as_of, edge.records_to, edge.withdrawn_records)
    return of_moment & (Q(meter=None) | ~Q(meter_id__in=edge.silent)) if edge.silent else of_moment


def is_large(supplier_id: int, year: int) -> bool:
    """Whether a year has more records in force than a page can wait for, line by line."""
    rows = _of_year(supplier_id, year).filter(withdrawn_at=None).order_by().values("id")
    return rows[: LARGE_RECORDS + 1].count() > LARGE_RECORDS


def edge_of(supplier_id: int, year: int, moment: dt.datetime) -> Edge:
    """What a later computation as of `moment` must know beside the moment itself."""
    records = ActivityRecord.objects.filter(supplier_id=supplier_id)
    entries = InventoryEntry.objects.filter(supplier_id=supplier_id)
    meters = Meter.objects.filter(supplier_id=supplier_id, accounting=False)
    return Edge(
        records_to=records.aggregate(top=Max("id"))["top"] or 0,
        entries_to=entries.aggregate(top=Max("id"))["top"] or 0,
        withdrawn_records=tuple(
            records.filter(withdrawn_at=moment).order_by("id").values_list("id", flat=True)
        ),
        withdrawn_entries=tuple(
            entries.filter(withdrawn_at=moment).order_by("id").values_list("id", flat=True)
        ),
        provinces=dict(Site.objects.filter(supplier_id=supplier_id).values_list("id", "province")),
        silent=tuple(meters.order_by("id").values_list("id", flat=True)),
        instruments=tuple(told(one) for one in _instruments(supplier_id, year, Terms())),
        own_factors=tuple(one.pk for one in _own_factors(supplier_id, year, Terms())),
        outputs={unit: f"{made:f}" for unit, made in outputs(supplier_id, year).items()},
    )


def outputs(supplier_id: int, year: int) -> dict[str, Decimal]:
    """What was made in a year, by unit, of the outputs that are handed in now."""
    rows = Output.objects.filter(
        supplier_id=supplier_id, state=Handing.SUBMITTED, start__gte=dt.date(year, 1, 1),
        end__lte=dt.date(year, 12, 31),
    )  # fmt: skip
    sums = rows.order_by().values_list("unit").annotate(made=Sum("value")).order_by("unit")
    return {unit: Decimal(made) for unit, made in sums}


def told(one: Instrument) -> dict[str, Any]:
    """What a line says of an instrument."""
    return {
        "id": one.pk, "kind": str(one.kind), "year": one.year, "kwh": f"{one.kwh:f}", "serial_from": one.serial_from,
        "serial_to": one.serial_to, "evidence_id": one.evidence_id,
    }  # fmt: skip


def newest_factors(moment: dt.datetime) -> dt.datetime:
    """The moment up to which all factor sets of today are seen; later than `moment` where a clock was set back."""
    newest: dt.datetime | None = FactorSet.objects.aggregate(at=Max("loaded_at"))["at"]
    return max(moment, newest) if newest else moment


def in_force(as_of: dt.datetime | None, last_id: int | None = None, withdrawn: Sequence[int] = ()) -> Q:
    """Rows that stood at a moment; without one, those that stand now."""
    if as_of is None:
        return Q(withdrawn_at=None)
    if last_id is None:
        return Q(created_at__lte=as_of) & (Q(withdrawn_at=None) | Q(withdrawn_at__gt=as_of))
    at_that_moment = Q(withdrawn_at=as_of) & ~Q(id__in=withdrawn)
    return Q(id__lte=last_id) & (Q(withdrawn_at=None) | Q(withdrawn_at__gt=as_of) | at_that_moment)


def _of_year(supplier_id: int, year: int) -> QuerySet[ActivityRecord]:
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    rows: QuerySet[ActivityRecord] = ActivityRecord.objects.filter(
        supplier_id=supplier_id, start__lte=last, end__gte=first
    )
    return rows


def _records(supplier_id: int, year: int, terms: Terms, by_period: bool) -> Records:
    rows = _of_year(supplier_id, year).filter(standing(terms))
    if terms.edge:
        provinces = dict(terms.edge.provinces)
    else:
        provinces = dict(Site.objects.filter(supplier_id=supplier_id).values_list("id", "province"))
    found = _by_period(rows) if by_period else list(rows.order_by("id").values_list(*_RECORD))
    columns = list(zip(*found, strict=True)) if found else [()] * len(_RECORD)
    return _cut(dict(zip(_RECORD, columns, strict=True)), provinces, year)


def _by_period(rows: QuerySet[ActivityRecord]) -> list[tuple[Any, ...]]:
    """Rows like `_RECORD`, summed in the database; what stands behind them is said as a meter or a document or none."""
    proven = Case(
        When(Q(meter__isnull=False) | ~Q(document=""), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    sums = (
        rows.order_by().values("site_id", "carrier", "start", "end", proven=proven)
        .annotate(least=Min("id"), total=Sum("quantity")).order_by("least")
    )  # fmt: skip
    return [
        (row["least"], row["site_id"], 0 if row["proven"] else None, row["carrier"], row["start"], row["end"],
         Decimal(row["total"]), "", None, None)
        for row in sums
    ]  # fmt: skip


def _cut(columns: dict[str, Sequence[Any]], provinces: dict[int, str], year: int) -> Records:
    starts = np.array(columns["start"], dtype="datetime64[D]")
    months = split_by_month(starts, np.array(columns["end"], dtype="datetime64[D]"))
    shares = scaled.share_by_days(scaled.from_decimals(columns["quantity"], STORAGE_PLACES), months)
    inside = np.flatnonzero(months.year == year)
    row = months.row_index[inside]
    site = np.array(columns["site_id"], dtype=np.int64)
    proven = [bool(document) or meter is not None
              for document, meter in zip(columns["document"], columns["meter_id"], strict=True)]  # fmt: skip
    return Records(
        id=np.array(columns["id"], dtype=np.int64)[row],
        site=site[row],
        month=_of(months, inside),
        carrier=_objects(columns["carrier"])[row],
        province=_objects([provinces.get(one, "") for one in columns["site_id"]])[row],
        whole=shares[inside],
        document=_objects(columns["document"])[row],
        upload=_objects(columns["upload_id"])[row],
        upload_row=_objects(columns["upload_row"])[row],
        is_proven=np.array(proven, dtype=bool)[row],
        start=months.first_day[inside],
    )


def _of(months: MonthPieces, inside: NDArray[np.int64]) -> NDArray[np.int64]:
    return months.month[inside]


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def _entries(supplier_id: int, year: int, terms: Terms) -> list[dict[str, Any]]:
    edge = terms.edge
    rows = InventoryEntry.objects.filter(
        in_force(terms.as_of, edge.entries_to, edge.withdrawn_entries) if edge else in_force(terms.as_of),
        supplier_id=supplier_id, year=year,
    )  # fmt: skip
    return list(rows.order_by("id").values(*ENTRY))


def _instruments(supplier_id: int, year: int, terms: Terms) -> list[Instrument]:
    """Handed in, of that very year, not for own PV (which never reaches the grid), in no open collision."""
    as_of = terms.as_of
    if terms.edge and terms.edge.instruments is not None:
        return [_as_told(supplier_id, one) for one in terms.edge.instruments]
    rows = Instrument.objects.filter(
        supplier_id=supplier_id, year=year, for_pv=False, state=Handing.SUBMITTED
    )
    if as_of is None:
        rows = rows.filter(Q(collided_at=None) | Q(cleared_at__isnull=False))
    else:
        rows = rows.filter(
            Q(collided_at=None) | Q(collided_at__gt=as_of) | Q(cleared_at__lte=as_of), submitted_at__lte=as_of
        )
    return list(rows.order_by("kind", "id"))


def _held_back(supplier_id: int, year: int) -> list[Instrument]:
    rows = Instrument.objects.filter(
        IN_COLLISION, supplier_id=supplier_id, year=year, for_pv=False, state=Handing.SUBMITTED
    )
    return list(rows.order_by("kind", "id"))


def _as_told(supplier_id: int, said: Mapping[str, Any]) -> Instrument:
    return Instrument(supplier_id=supplier_id, **{**said, "kwh": Decimal(said["kwh"])})


def _own_factors(supplier_id: int, year: int, terms: Terms) -> list[OwnFactor]:
    if terms.edge and terms.edge.own_factors is not None:
        rows = OwnFactor.objects.filter(pk__in=terms.edge.own_factors)
        return list(rows.order_by(*_OWN_FIRST))
    as_of = terms.as_of
    programs = Enrolment.objects.filter(supplier_id=supplier_id).values("buyer_id")
    rows = OwnFactor.objects.filter(
        Q(supplier_id=supplier_id) | Q(buyer_id__in=programs),
        Q(valid_to=None) | Q(valid_to__year__gte=year),
        kind__in=[OwnKind.CONTRACT, OwnKind.RESIDUAL_MIX],
        valid_from__year__lte=year,
        state__in=[OwnState.APPROVED, OwnState.RETIRED],
    )
    if as_of is None:
        rows = rows.filter(state=OwnState.APPROVED)
    else:
        rows = rows.filter(Q(retired_at=None) | Q(retired_at__gt=as_of), reviewed_at__lte=as_of)
    return list(rows.order_by(*_OWN_FIRST))
