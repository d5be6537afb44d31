"""What holds: records in force, and what a check must know about a supplier."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from django.db.models import Prefetch, QuerySet
from numpy.typing import NDArray

from suppliers.calc.facts import AcceptedPeriods, MeterFact, SiteFact, SupplierFacts
from suppliers.sites.models import Meter, Site
from suppliers.uploads.models import Upload

from .models import ActivityRecord


def records(
    *,
    supplier_ids: Sequence[int],
    site: str | None = None,
    carrier: str | None = None,
    from_day: dt.date | None = None,
    until_day: dt.date | None = None,
) -> QuerySet[ActivityRecord]:
    """Records in force, newest period first. `site` is a code; the days keep records that touch them."""
    rows: QuerySet[ActivityRecord] = ActivityRecord.objects.filter(
        supplier_id__in=list(supplier_ids), withdrawn_at=None
    )
    if site:
        rows = rows.filter(site__code=site)
    if carrier:
        rows = rows.filter(carrier=carrier)
    if from_day:
        rows = rows.filter(end__gte=from_day)
    if until_day:
        rows = rows.filter(start__lte=until_day)
    rows = rows.select_related("site", "meter", "supplier").order_by("-start", "-id")
    return with_upload(rows)


def with_upload(rows: QuerySet[ActivityRecord]) -> QuerySet[ActivityRecord]:
    """Records with their file, or None where the reader may not see it: a join would not ask.

    A buyer sees records of its enrolment's days, but not a file that also speaks of earlier ones.
    """
    return rows.prefetch_related(Prefetch("upload", queryset=Upload.objects.all()))


def supplier_facts(supplier_id: int) -> SupplierFacts:
    """Sites, meters and accepted periods of a supplier: three queries, whatever their number."""
    sites = Site.objects.filter(supplier_id=supplier_id).values_list("id", "code", "name", "province")
    meters = Meter.objects.filter(supplier_id=supplier_id).values_list(
        "id", "site_id", "code", "parent_id", "carrier", "accounting"
    )
    return SupplierFacts(
        sites=[SiteFact(*row) for row in sites],
        meters=[MeterFact(*row) for row in meters],
        accepted=accepted_periods(supplier_id),
    )


def accepted_periods(supplier_id: int) -> AcceptedPeriods:
    """Periods of the records in force, as columns."""
    rows = list(
        ActivityRecord.objects.filter(supplier_id=supplier_id, withdrawn_at=None)
        .order_by("id")
        .values_list("site_id", "meter_id", "carrier", "start", "end")
    )
    if not rows:
        return AcceptedPeriods()
    site, meter, carrier, start, end = zip(*rows, strict=True)
    carriers = np.empty(len(rows), dtype=object)
    carriers[:] = carrier
    return AcceptedPeriods(
        site_id=np.array(site, dtype=np.int64),
        meter_id=np.array([one or 0 for one in meter], dtype=np.int64),
        carrier=carriers,
        start=_days(start),
        end=_days(end),
    )


def accepted_rows(upload: Upload) -> list[int]:
    """Row numbers of an upload that are records in force already."""
    rows = ActivityRecord.objects.filter(supplier_id=upload.supplier_id, upload=upload, withdrawn_at=None)
    return [row for row in rows.values_list("upload_row", flat=True) if row is not None]


def _days(values: Sequence[dt.date]) -> NDArray[np.datetime64]:
    return np.array(values, dtype="datetime64[D]")
