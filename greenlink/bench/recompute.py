"""A year of a million records recomputed and written as a frozen version's lines, against one INSERT … SELECT of them.

Ours: read the records, compute every line and total, write the lines, digest. Floor: the very same lines, which are
already in the database, inserted once more into the same table with its keys by one statement. Alternately, both in a
transaction that is rolled back, with deferred foreign keys checked before the clock stops. Beside it, what pages wait for
of such a year: the figures of its open version, and the effect of a restatement of its frozen one.
"""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable

from django.db import connection, transaction

from suppliers.factors import actions as factors
from suppliers.inventory import freezing, restatement
from suppliers.inventory.accounts import Account
from suppliers.inventory.blocks import COLUMNS
from suppliers.inventory.compute import computed
from suppliers.inventory.models import Inventory
from suppliers.inventory.restatement import LARGE_LINES
from suppliers.inventory.terms import Terms
from suppliers.models import Factor, Site, Supplier
from suppliers.tenants import clock
from suppliers.tenants.all_tenants import all_tenants

ROWS, YEAR = 1_000_000, 2023
_SITES = 20
# One record of a day each: six of ten electricity, two natural gas, one diesel, one heat.
_CARRIERS = ("electricity",) * 6 + ("natural_gas",) * 2 + ("diesel", "heat")


class _Undo(Exception):
    """Leaves the transaction, so that a benchmark leaves nothing behind."""


def run(runs: int = 3, rows: int = ROWS) -> str:
    ours: list[float] = []
    floor: list[float] = []
    try:
        with all_tenants("bench recompute"), transaction.atomic():
            supplier = _built(rows)
            first = _version(supplier, 1)
            lines = _written(first)
            for _ in range(runs):
                floor.append(_measured(supplier, lambda version: _copied(first, version)))
                ours.append(_measured(supplier, _written))
            pages = _pages(supplier, first)
            raise _Undo
    except _Undo:
        pass
    ratios = [a / b for a, b in zip(ours, floor, strict=True)]
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{'recompute':<10} {statistics.median(ours):>9.3f} {statistics.median(floor):>9.3f} "
        f"{statistics.median(ratios):>7.2f} {peak_mb:>8.0f}  {min(ratios):.2f}–{max(ratios):.2f}"
        f"  {rows} records, {lines} lines; {pages}"
    )


def _pages(supplier: Supplier, first: Inventory) -> str:
    opened = _version(supplier, 2)
    opened.year = YEAR
    began = time.perf_counter()
    opened_lines = Account(opened).totals["lines"]
    figures = time.perf_counter() - began
    first.totals = {"lines": LARGE_LINES + 1}
    first.frozen_at = clock.now()
    began = time.perf_counter()
    effect = restatement.preview(inventory=first, terms=Terms(gwp_report="AR6"))
    preview = time.perf_counter() - began
    return (
        f"open version {figures:.2f} s ({opened_lines} lines by period), "
        f"restatement shown {preview:.2f} s ({len(effect.changes)} groups)"
    )


def _built(rows: int) -> Supplier:
    """A supplier with `rows` records of one day each, written by one statement."""
    if not Factor.objects.exists():
        factors.load()
    supplier: Supplier = Supplier.objects.create(code="BENCH-RECOMPUTE", name="基准", name_en="Bench")
    sites = Site.objects.bulk_create(
        Site(
            supplier=supplier,
            code=f"S{place:02d}",
            name=f"厂{place}",
            province="CN-AH" if place % 2 else "CN-GD",
        )
        for place in range(_SITES)
    )
    carrier = " ".join(f"when {place} then '{code}'" for place, code in enumerate(_CARRIERS))
    if connection.vendor == "postgresql":
        numbers = "generate_series(0, %s - 1) as n(i)"
        day = f"(date '{YEAR}-01-01' + (i %% 365)::integer)"
        notes = "null::jsonb"
    else:
        numbers = "(with recursive n(i) as (select 0 union all select i + 1 from n where i < %s - 1) select i from n)"
        day = f"date('{YEAR}-01-01', '+' || (i %% 365) || ' days')"
        notes = "null"
    quantity = "(1000000 + (i * 7919) %% 900000007) / 1000000.0" if connection.vendor == "sqlite" else (
        "(1000000 + (i::bigint * 7919) %% 900000007) / 1000000::numeric"
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            'insert into suppliers_activityrecord (supplier_id, site_id, carrier, start, "end", quantity, quantity_given,'
            " unit_given, document, notes, source_kind, created_at)"
            f" select {supplier.pk}, {sites[0].pk} + i %% {_SITES}, case i %% {len(_CARRIERS)} {carrier} end, {day}, {day},"
            f" round({quantity}, 6), round({quantity}, 6), 'kWh', 'B' || i, {notes}, 'form', current_timestamp"
            f" from {numbers}",
            [rows],
        )
        _check_keys()
        cursor.execute("analyze suppliers_activityrecord")
    return supplier


def _version(supplier: Supplier, number: int) -> Inventory:
    """An open version to write lines of; of another year each, because a year has one open version."""
    return Inventory.objects.create(supplier=supplier, year=YEAR - number + 1, version=number)


def _measured(supplier: Supplier, work: Callable[[Inventory], int]) -> float:
    seconds = 0.0
    try:
        with transaction.atomic():
            version = _version(supplier, 2)
            began = time.perf_counter()
            work(version)
            _check_keys()
            seconds = time.perf_counter() - began
            raise _Undo
    except _Undo:
        return seconds
    return seconds


def _written(version: Inventory) -> int:
    found = computed(supplier_id=version.supplier_id, year=YEAR, terms=Terms())
    lines = freezing.write_lines(version, found)
    freezing.digest(found.columns, found.totals)
    _check_keys()
    return lines


def _copied(first: Inventory, version: Inventory) -> int:
    chosen = ", ".join(COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into suppliers_inventoryline (inventory_id, supplier_id, {chosen})"
            f" select %s, supplier_id, {chosen} from suppliers_inventoryline where inventory_id = %s",
            [version.pk, first.pk],
        )
        return int(cursor.rowcount)


def _check_keys() -> None:
    """Foreign keys are checked at the end of a transaction; here, before the clock stops."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
