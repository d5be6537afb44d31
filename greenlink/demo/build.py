"""The demo from nothing to its today, month by month.

Each month first sends its files, each in its own transactions and known by its key, then does the rest in one
transaction that ends with a line in the journal. So a second run finds everything done, and an interrupted one
goes on with the month in which it stopped.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction

from suppliers.factors import actions as factors
from suppliers.models import AuditEntry
from suppliers.sites import actions as sites
from suppliers.tenants import clock
from suppliers.tenants.all_tenants import all_tenants
from suppliers.warnings.evaluate import held

from . import (
    TODAY,
    accounts,
    files,
    inventories,
    own_factors,
    program,
    proofs,
    quarters,
    retrofits,
    reviews,
    warnings,
)
from .files import Parcel
from .program import Event, Program

JOURNAL = "demo.month"
Say = Callable[[str], None]


def build(*, keys: accounts.Keys, say: Say = lambda line: None) -> None:
    """Everything that happened up to the demo's today; what is there already is left alone."""
    # What was imported stays for good: without this the collector walks through it again and again.
    gc.freeze()
    with clock.at(TODAY), _jobs_in_this_process(), all_tenants("demo"):
        with transaction.atomic():
            factors.load()
            program.make_tenants()
            accounts.make_accounts(keys)
            program.make_contacts()
            world = program.load()
            program.make_sites(world)
        say(f"{len(world.suppliers)} suppliers, {len(world.people)} people")
        with held():
            _months(world, say)
        own_factors.stand(world)
        inventories.stand(world)
        reviews.stand(world)
        warnings.stand(world)


@contextmanager
def _jobs_in_this_process() -> Iterator[None]:
    """Also where a broker stands: the story goes on only when a file is checked, and no worker finds it moved on."""
    before = settings.CELERY_TASK_ALWAYS_EAGER
    settings.CELERY_TASK_ALWAYS_EAGER = True
    try:
        yield
    finally:
        settings.CELERY_TASK_ALWAYS_EAGER = before


def _months(world: Program, say: Say) -> None:
    done = {data["month"] for data in AuditEntry.objects.filter(act=JOURNAL).values_list("data", flat=True)}
    sent = files.finished(world)
    parcels: dict[str, list[Parcel]] = defaultdict(list)
    for parcel in files.parcels():
        if (parcel.code, parcel.key) not in sent:
            parcels[f"{parcel.day:%Y-%m}"].append(parcel)
    rest: dict[str, list[Event]] = defaultdict(list)
    for event in _events():
        if event.day <= TODAY:
            rest[f"{event.day:%Y-%m}"].append(event)
    for month in sorted({*parcels, *rest}):
        if month in done:
            continue
        for parcel in parcels[month]:
            parcel.send(world)
        _happen(world, month, rest[month])
        say(f"{month}  {len(parcels[month]):3} files  {len(rest[month]):3} events")


def _happen(world: Program, month: str, events: list[Event]) -> None:
    with transaction.atomic():
        for event in sorted(events, key=lambda event: (event.day, event.order)):
            event.act(world)
        AuditEntry(act=JOURNAL, subject="demo", data={"month": month}).save(force_insert=True)


def _events() -> list[Event]:
    return [*proofs.events(), *retrofits.events(), *quarters.events(), _new_site()]


def _new_site() -> Event:
    """Shengli's new factory, entered today: nothing has been handed in for it yet."""

    def act(world: Program) -> None:
        with world.acting(accounts.SUPPLIER, TODAY) as by:
            site = sites.add_site(
                by=by,
                supplier=world.suppliers["SHENGLI"],
                code="F2",
                name="合肥新厂",
                name_en="Hefei new factory",
                province="CN-AH",
                address="合肥新桥 (演示)",
            )
            sites.add_meter(
                by=by,
                site=site,
                code="E1",
                name="总进线电表",
                name_en="Main incoming meter",
                carrier="electricity",
            )

    return Event(TODAY, 95, act)
