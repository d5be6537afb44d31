"""Tonnes for a page: totals, the way back from a line, and which months are covered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from django.db.models import F, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from suppliers.activity.models import ActivityRecord, SourceKind
from suppliers.calc import STORAGE_STEP, units
from suppliers.calc.carriers import CARRIERS
from suppliers.calc.periods import split_by_month
from suppliers.tenants.models import Supplier
from suppliers.uploads.models import CellFix, Upload

from . import market_view
from .models import Basis, EmissionLine

# Market lines are another view of the same kilowatt-hours, never added to these.
_LOCATION_VIEW = (Basis.DIRECT, Basis.LOCATION)
_KEYS = {
    "scope": ("scope",),
    "site": ("record__site__code",),
    "month": ("year", "month"),
    "carrier": ("carrier",),
    "category": ("category",),
    "year": ("year",),
    "supplier": ("supplier__code",),
}
BY = tuple(_KEYS)
_KGCE_PER_TCE = Decimal(1000)


def lines_in_force(
    *,
    supplier_ids: Sequence[int],
    year: int | None = None,
    from_day: dt.date | None = None,
    until_day: dt.date | None = None,
) -> QuerySet[EmissionLine]:
    """Emission lines of records in force. The days choose whole months: those of `from_day` to `until_day`."""
    rows: QuerySet[EmissionLine] = EmissionLine.objects.filter(
        supplier_id__in=list(supplier_ids), withdrawn_at=None
    )
    if year:
        rows = rows.filter(year=year)
    if from_day:
        rows = rows.filter(Q(year__gt=from_day.year) | Q(year=from_day.year, month__gte=from_day.month))
    if until_day:
        rows = rows.filter(Q(year__lt=until_day.year) | Q(year=until_day.year, month__lte=until_day.month))
    return rows


def totals(
    *,
    supplier_ids: Sequence[int],
    year: int | None = None,
    by: str = "month",
    from_day: dt.date | None = None,
    until_day: dt.date | None = None,
) -> list[dict[str, Any]]:
    """[{key, kgco2e_location [kgCO2e], kgco2e_market, tce [t]}] by scope, site, month, carrier, category, year
    or supplier. A fixed number of queries; no lines, no rows. `kgco2e_market` is what stands directly, plus purchased
    energy by the market; None where that cannot be said (`market_view.sums`)."""
    if by not in _KEYS:
        raise ValueError(f"by {by!r} is not one of {', '.join(BY)}")
    names = _KEYS[by]
    rows = (
        lines_in_force(supplier_ids=supplier_ids, year=year, from_day=from_day, until_day=until_day)
        .filter(basis__in=_LOCATION_VIEW)
        .order_by()
        .values(*names)
        .annotate(
            kgco2e_sum=Sum("kgco2e"),
            kgce_sum=Coalesce(Sum("kgce"), Decimal(0)),
            direct_sum=Coalesce(Sum("kgco2e", filter=Q(basis=Basis.DIRECT)), Decimal(0)),
        )
        .order_by(*names)
    )
    whole_year = year if not (from_day or until_day or by == "supplier") else None
    market = market_view.sums(supplier_ids=supplier_ids, year=whole_year, by=by)
    return [
        {
            "key": _key(by, row),
            "kgco2e_location": row["kgco2e_sum"].quantize(STORAGE_STEP),
            "kgco2e_market": _by_market(market, _key(by, row), row["direct_sum"]),
            "tce": (row["kgce_sum"] / _KGCE_PER_TCE).quantize(STORAGE_STEP),
        }
        for row in rows
    ]


def _by_market(market: dict[Any, Decimal] | None, key: Any, direct: Decimal) -> Decimal | None:
    return None if market is None else (direct + market.get(key, Decimal(0))).quantize(STORAGE_STEP)


def _key(by: str, row: dict[str, Any]) -> Any:
    if by == "month":
        return f"{row['year']}-{row['month']:02d}"
    return row[_KEYS[by][0]]


def lines_for_trace() -> QuerySet[EmissionLine]:
    """Lines with everything `trace` shows; without the file where the reader may not see it."""
    files = Upload.objects.select_related("created_by", "accepted_by")
    rows: QuerySet[EmissionLine] = EmissionLine.objects.select_related(
        "factor__set", "record__site", "record__meter", "supplier"
    )
    return rows.prefetch_related(Prefetch("record__upload", queryset=files))


def trace(line: EmissionLine) -> dict[str, Any]:
    """The way back from a line: its factor, its record, and the file and row (or form) it came from."""
    record = line.record
    return {
        "line": {
            "id": line.pk,
            "year": line.year,
            "month": line.month,
            "carrier": line.carrier,
            "scope": line.scope,
            "category": line.category,
            "basis": line.basis,
            "quantity": line.quantity,
            "unit": CARRIERS[line.carrier].base_unit,
            "kgco2e": line.kgco2e,
            "kgce": line.kgce,
            "in_force": line.withdrawn_at is None,
        },
        "factor": _factor(line),
        "record": _record(record),
        "source": _source(record),
    }


def _factor(line: EmissionLine) -> dict[str, Any]:
    factor = line.factor
    return {
        "code": line.factor_code,
        "value": factor.value,
        "unit": factor.unit,
        "region": factor.region,
        "year": factor.year,
        "name": factor.name,
        "name_en": factor.name_en,
        "source": factor.set.source,
        "edition": factor.set.edition,
        "verified": factor.verified,
    }


def _record(record: ActivityRecord) -> dict[str, Any]:
    carrier = CARRIERS[record.carrier]
    way = units.conversion(record.unit_given, carrier)
    bridge = way.bridge if way else None
    return {
        "id": record.pk,
        "site": record.site.code,
        "site_name": record.site.name,
        "meter": record.meter.code if record.meter else None,
        "carrier": record.carrier,
        "start": record.start,
        "end": record.end,
        "quantity": record.quantity,
        "unit": carrier.base_unit,
        "quantity_given": record.quantity_given,
        "unit_given": record.unit_given,
        "conversion": way.factor if way else None,
        "assumption": f"{bridge.name} ({bridge.source})" if bridge else None,
        "document": record.document,
        "notes": record.notes,
        "withdrawn_at": record.withdrawn_at,
    }


def _source(record: ActivityRecord) -> dict[str, Any]:
    if record.source_kind != SourceKind.UPLOAD or record.upload is None:
        return {"kind": record.source_kind, "by": record.created_by_id, "at": record.created_at}
    upload = record.upload
    fixes = CellFix.objects.filter(supplier_id=record.supplier_id, upload=upload, row=record.upload_row)
    return {
        "kind": record.source_kind,
        "upload": upload.pk,
        "file": upload.filename,
        "sha256": upload.sha256,
        "row": record.upload_row,
        "accepted_at": upload.accepted_at,
        "fixes": [
            {"field": fix.field, "old": fix.old, "new": fix.new, "at": fix.at} for fix in fixes.order_by("id")
        ],
    }


_NOW = Q(withdrawn_at=None) & (Q(meter=None) | Q(meter__accounting=True))


def coverage(supplier: Supplier, year: int, standing: Q | None = None) -> list[dict[str, Any]]:
    """How much of each month is covered: [{site, site_name, carrier, months: 12 shares of days, 0..1}].

    `standing`: which records stand, where it is not those of now.

    Records of accounting meters and whole sites count; several meters of a site count where any of them
    does. A carrier that a site never reported in the year does not appear: missing is not zero.
    """
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    rows = list(
        ActivityRecord.objects.filter(
            _NOW if standing is None else standing, supplier=supplier, start__lte=last, end__gte=first
        )
        .order_by("site__code", "carrier", "start")
        .annotate(site_code=F("site__code"), site_name=F("site__name"))
        .values_list("site_code", "site_name", "carrier", "start", "end")
        .distinct()
    )
    days: dict[tuple[str, str, str], np.ndarray[Any, Any]] = {}
    for site, name, carrier, start, end in rows:
        covered = days.setdefault((site, name, carrier), np.zeros((last - first).days + 1, dtype=bool))
        covered[max((start - first).days, 0) : (end - first).days + 1] = True
    months = split_by_month(np.array([first], dtype="datetime64[D]"), np.array([last], dtype="datetime64[D]"))
    starts = (months.first_day - np.datetime64(first)).astype(int)
    return [
        {
            "site": site,
            "site_name": name,
            "carrier": carrier,
            "months": [round(float(part.mean()), 4) for part in np.split(covered, starts[1:])],
        }
        for (site, name, carrier), covered in days.items()
    ]
