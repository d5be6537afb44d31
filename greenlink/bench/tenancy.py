"""What the locks of tenancy let through and what they cost, in a database made for it and dropped afterwards.

requests  10 000 requests of mixed people by 16 threads over a pool of 8 connections: wrong rows, foreign canaries,
          errors (all must be none), milliseconds a request.
lock      the same requests one after the other, alternately with row-level security and without: the cost of the
          third lock a request.
list      procurement's list of suppliers over a million records, alternately with row-level security and without.

"Without" turns the policies off and tells the database nothing; the explicit filters and the managers stay.
"""

from __future__ import annotations

import logging
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management.base import CommandError
from django.db import connection, connections, transaction

from suppliers.models import Buyer, Commodity
from suppliers.tenants import middleware
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.row_security import context, policies
from suppliers.tenants.scope import Scope, entered
from suppliers.views import enrolments

from . import tenancy_requests as requests
from . import tenancy_rows as rows

REQUESTS, THREADS, POOL = 10_000, 16, 8
REQUESTS_ON_SQLITE = 1_000
REQUESTS_A_ROUND = 150


def run(runs: int = 5) -> str:
    if settings.PRODUCTION:
        raise CommandError("The tenancy benchmark makes a database of its own: not on a production machine.")
    with _quiet(), _database_of_its_own():
        with all_tenants("bench tenancy"):
            world = rows.built()
        lines = [_requests(world)]
        if connection.vendor == "postgresql":
            lines += [_lock(world, runs), *_list(world, runs)]
        else:
            lines.append("lock, list: row-level security needs PostgreSQL (DATABASE_URL)")
        return "\n".join(f"tenancy {line}" for line in lines)


# -- the three measures ----------------------------------------------------------------------------------


def _requests(world: rows.World) -> str:
    is_pooled = connection.vendor == "postgresql"
    count = REQUESTS if is_pooled else REQUESTS_ON_SQLITE
    connection.close()
    outcome = requests.asked_at_once(requests.calls(world, count), THREADS)
    over = f"over a pool of {POOL}" if is_pooled else "on SQLite (the pool of connections needs PostgreSQL)"
    wrong = "; ".join(f"{count} × {what}" for what, count in outcome.troubles.most_common(5))
    return (
        f"requests: {count} by {THREADS} threads {over}: {outcome.troubles.total()} wrong"
        f"{f' ({wrong})' if wrong else ''}, {outcome.canaries} canaries met, "
        f"{statistics.median(outcome.milliseconds):.0f} ms median, {count / outcome.seconds:.0f} requests/s"
    )


def _lock(world: rows.World, runs: int) -> str:
    wanted = requests.calls(world, REQUESTS_A_ROUND, seed=11)
    application = WSGIHandler()

    def one_round() -> list[float]:
        took = []
        for call in wanted:
            began = time.perf_counter()
            requests.answer(application, call)
            took.append((time.perf_counter() - began) * 1000)
        return took

    with_lock, without = _alternately(one_round, runs)
    # The same request with and without, each at its best round: noise of the machine only ever adds.
    pairs = [
        (min(a), min(b))
        for a, b in zip(zip(*with_lock, strict=True), zip(*without, strict=True), strict=True)
    ]
    added = [a - b for a, b in pairs]
    ours, floor = (statistics.median(side) / 1000 for side in zip(*pairs, strict=True))
    text = _line("lock", [ours], [floor])
    return (
        f"{text}  {statistics.median(added):+.2f} ms a request (90 % under {_percentile(added, 90):+.2f} ms)"
    )


def _list(world: rows.World, runs: int) -> list[str]:
    buyer = world.buyers[0]
    with all_tenants("bench tenancy"):
        rows.add_many_records(buyer)
    page = requests.Call("/suppliers/", lambda status, body: None, session=buyer.session)
    application = WSGIHandler()
    lines = []
    for name, work in (
        ("list rows", lambda: _rows_of_the_list(buyer)),
        ("list page", lambda: requests.answer(application, page)),
    ):
        work()
        ours, floor = _alternately(lambda work=work: _seconds(work), max(runs, 3))  # type: ignore[misc]
        lines.append(_line(name, ours, floor))
    return lines


def _rows_of_the_list(tenant: rows.Tenant) -> None:
    """The queries of the page's rows, without the page."""
    with entered(Scope(buyer_id=tenant.pk)), transaction.atomic():
        buyer = Buyer.objects.get(pk=tenant.pk)
        commodities = {row.code: row for row in Commodity.objects.filter(buyer=buyer)}
        asked = dict.fromkeys(("words", "commodity", "platform", "order"), "")
        found = enrolments._enrolled(buyer, asked)
        enrolments._rows(buyer, list(found[: enrolments.PAGE_SIZE]), commodities)


# -- with and without --------------------------------------------------------------------------------------


def _alternately(work: Callable[[], Any], runs: int) -> tuple[list[Any], list[Any]]:
    """Results with the third lock and without it, in turn, in changing order; the first of each is warming up."""
    with_lock: list[Any] = []
    without: list[Any] = []
    order = [True, False]
    for number in range(runs + 1):
        random.Random(number).shuffle(order)
        for is_on in order:
            with nullcontext() if is_on else _without_third_lock():
                work()  # plans and caches of this side
                result = work()
            if number:
                (with_lock if is_on else without).append(result)
    return with_lock, without


@contextmanager
def _without_third_lock() -> Iterator[None]:
    """As before there was one: no policies, no settings, no transaction around a page that reads."""
    tables = [model._meta.db_table for model in policies.tenant_models()]
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(context, "settings", return_value=context._BLANK))
        stack.enter_context(mock.patch.object(middleware, "_one_transaction", return_value=nullcontext()))
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                for table in tables:
                    cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


# -- the database ------------------------------------------------------------------------------------------


@contextmanager
def _database_of_its_own() -> Iterator[None]:
    """Requests need committed rows, and published ones cannot be deleted: so all of it goes with its database."""
    one = connections.settings["default"]
    before = {name: one.get(name) for name in ("OPTIONS", "CONN_MAX_AGE", "TEST")}
    # Its role owns the new database too, so there is no second one to migrate as.
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(settings, "DATABASE_OWNER_URL", ""):
        if connection.vendor == "postgresql":
            _refuse_who_passes_by()
            connection.close()
            one["TEST"] = {**one["TEST"], "NAME": f"{one['NAME']}_bench_tenancy"}
            pool = {"min_size": POOL, "max_size": POOL, "timeout": 60}
            one |= {"CONN_MAX_AGE": 0, "OPTIONS": {**one["OPTIONS"], "pool": pool}}
        else:
            one["TEST"] = {**one["TEST"], "NAME": str(Path(folder) / "tenancy.sqlite3")}
        connection.close()
        name = one["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield
        finally:
            connection.close()
            connection.creation.destroy_test_db(name, verbosity=0)
            one |= before


def _refuse_who_passes_by() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        passes_by, may_create = cursor.fetchone()
    if passes_by:
        raise CommandError("This role passes by row-level security, so there is nothing to measure.")
    if not may_create:
        raise CommandError("The tenancy benchmark makes a database of its own: its role needs CREATEDB.")


@contextmanager
def _quiet() -> Iterator[None]:
    """Refusals are part of the mix; a line in the log for each would be measured too."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


# -- figures -----------------------------------------------------------------------------------------------


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _line(name: str, ours: list[float], floor: list[float]) -> str:
    ratios = [a / b for a, b in zip(ours, floor, strict=True)]
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{name:<10} {statistics.median(ours):>9.4f} {statistics.median(floor):>9.4f} "
        f"{statistics.median(ratios):>7.2f} {peak_mb:>8.0f}  {min(ratios):.2f}–{max(ratios):.2f}"
    )


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]
