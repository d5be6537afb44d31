"""50 000 × 10 rows from workbook to records and emission lines, against reading it and COPYing the records.

Floor: calamine reads the sheet and the same record columns are written (COPY on PostgreSQL, executemany
on SQLite) into the same table with its keys. Ours: received, checked, accepted, lines and all. Both
inside a transaction that is rolled back, with deferred foreign keys checked before the clock stops.
"""

from __future__ import annotations

import datetime as dt
import io
import resource
import statistics
import time
from collections.abc import Callable

import python_calamine
import xlsxwriter
from django.db import connection, transaction

from suppliers import pipeline
from suppliers.activity.models import ActivityRecord
from suppliers.calc.carriers import CARRIERS
from suppliers.factors import actions as factors
from suppliers.factors.models import Factor
from suppliers.sites.models import Meter, Site
from suppliers.tenants import bulk, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.models import Supplier
from suppliers.tenants.scope import Scope, entered
from suppliers.uploads import actions as uploads
from suppliers.uploads.models import Upload

ROWS = 50_000
_SITES, _METERS_PER_SITE = 10, 20
_HEADERS = ("site", "meter", "carrier", "start", "end", "quantity", "unit", "document", "shift", "operator")
_FIRST_DAY = dt.date(2023, 1, 1)


def run(runs: int = 5) -> str:
    content = workbook(ROWS)
    ours, floor = [], []
    with all_tenants("bench upload"):
        for _ in range(runs):
            floor.append(_measured(content, _floor))
            ours.append(_measured(content, _ours))
    ratios = [a / b for a, b in zip(ours, floor, strict=True)]
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{'upload':<10} {statistics.median(ours):>9.3f} {statistics.median(floor):>9.3f} "
        f"{statistics.median(ratios):>7.2f} {peak_mb:>8.0f}  {min(ratios):.2f}–{max(ratios):.2f}"
    )


def workbook(rows: int) -> bytes:
    """Daily bills of 200 meters at 10 sites, as many rows as asked, ten columns."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("data")
        day_format = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, _HEADERS)
        for index in range(rows):
            meter = index % (_SITES * _METERS_PER_SITE)
            day = dt.datetime.combine(
                _FIRST_DAY + dt.timedelta(days=index // (_SITES * _METERS_PER_SITE)), dt.time()
            )
            row = index + 1
            sheet.write_string(row, 0, _site_code(meter // _METERS_PER_SITE))
            sheet.write_string(row, 1, _meter_code(meter))
            sheet.write_string(row, 2, "electricity")
            sheet.write_datetime(row, 3, day, day_format)
            sheet.write_datetime(row, 4, day, day_format)
            sheet.write_number(row, 5, 1000 + index * 7919 % 100_000 / 100)
            sheet.write_string(row, 6, "kWh")
            sheet.write_string(row, 7, f"B{index:06d}")
            sheet.write_string(row, 8, "ABC"[index % 3])
            sheet.write_string(row, 9, f"operator {index % 7}")
    return buffer.getvalue()


def _site_code(number: int) -> str:
    return f"BENCH{number:02d}"


def _meter_code(number: int) -> str:
    return f"M{number:03d}"


class _Undo(Exception):
    """Leaves the transaction, so that a benchmark leaves nothing behind."""


def _measured(content: bytes, work: Callable[[Supplier, Upload, bytes], None]) -> float:
    seconds = 0.0
    upload: Upload | None = None
    try:
        with transaction.atomic():
            supplier = _supplier()
            with entered(Scope(supplier_id=supplier.pk)):
                by = Actor.system("bench upload")
                upload, _ = uploads.keep(by=by, supplier=supplier, content=content, filename="bench.xlsx")
                began = time.perf_counter()
                work(supplier, upload, content)
                if connection.vendor == "postgresql":
                    with connection.cursor() as cursor:
                        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                seconds = time.perf_counter() - began
                raise _Undo
    except _Undo:
        if upload is not None:
            upload.file.delete(save=False)
    return seconds


def _supplier() -> Supplier:
    if not Factor.objects.exists():
        factors.load()
    supplier: Supplier = Supplier.objects.create(
        code="BENCH-UPLOAD", name="基准", name_en="Bench", province="CN-AH"
    )
    sites = [
        Site(supplier=supplier, code=_site_code(i), name=f"S{i}", province="CN-AH") for i in range(_SITES)
    ]
    Site.objects.bulk_create(sites)
    meters = [
        Meter(
            supplier=supplier,
            site=sites[i // _METERS_PER_SITE],
            code=_meter_code(i),
            name=_meter_code(i),
            carrier="electricity",
        )
        for i in range(_SITES * _METERS_PER_SITE)
    ]
    Meter.objects.bulk_create(meters)
    return supplier


def _ours(supplier: Supplier, upload: Upload, content: bytes) -> None:
    upload = pipeline.check(upload=upload)
    upload = pipeline.accept(by=Actor.system("bench upload"), upload=upload)
    assert upload.rows_accepted == ROWS, upload.status


def _floor(supplier: Supplier, upload: Upload, content: bytes) -> None:
    """What anybody must do: read the cells, resolve two ids, write the rows."""
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    rows = sheet.to_python()[1:]
    site_ids = dict(Site.objects.filter(supplier=supplier).values_list("code", "id"))
    meter_ids = dict(Meter.objects.filter(supplier=supplier).values_list("code", "id"))
    site, meter, _carrier, start, end, quantity, unit, document, _shift, _operator = zip(*rows, strict=True)
    count, now = len(rows), clock.now()
    bulk.insert_columns(
        ActivityRecord,
        {
            "id": bulk.reserve_ids(ActivityRecord, count),
            "supplier_id": [supplier.pk] * count,
            "site_id": [site_ids[code] for code in site],
            "meter_id": [meter_ids[code] for code in meter],
            "carrier": [CARRIERS["electricity"].code] * count,
            "start": list(start),
            "end": list(end),
            "quantity": list(quantity),
            "quantity_given": list(quantity),
            "unit_given": list(unit),
            "document": list(document),
            "source_kind": ["upload"] * count,
            "upload_id": [upload.pk] * count,
            "upload_row": list(range(2, count + 2)),
            "created_at": [now] * count,
        },
        tenant_id=supplier.pk,
    )
