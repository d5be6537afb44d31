"""No page and no list asks the database more often because there are more rows to show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from suppliers.models import ActivityRecord, EmissionLine, Site, Supplier, Upload, User
from suppliers.tenants.all_tenants import all_tenants
from tests.conftest import World
from tests.factories import disclosure
from tests.factories import scorecards as make
from tests.factories import sparkplan as spark
from tests.factories import suppliers as ground
from tests.house.addresses import addresses

READERS = ("alice", "anna")
WITH_A_QUARTER = {
    *("api_ranking", "api_spe", "api_scorecard"),
    *("ranking_detail", "ranking_export", "edition_detail", "scorecard_detail"),
}
NOT_LISTS = {
    "account_login",
    "account_logout",
    "healthz",
    "set_language",
    "components",
    "screen_data",
    "api_schema",
    "api_docs",
}


def fill(world: World, *, round_: int) -> str:
    """Two more of everything, for alice's company and in the program; the label of a newly published quarter."""
    for number in range(2):
        tag = f"{round_}{number}"
        day = dt.date(2024, 1 + round_ * 3 + number, 1)
        site = ground.SiteFactory.create(supplier=world.supplier)
        upload = Upload.objects.create(
            supplier=world.supplier, filename=f"{tag}.csv", sha256=tag * 32, size_bytes=1, status="accepted"
        )
        _record(world.supplier, site, upload, day)
        spark.project(world.supplier, site)
        company = make.enrolled(world.buyer, commodity=f"commodity{tag}")
        make.energy(company)
        _evidence(company, ground.SiteFactory.create(supplier=company), day)
        spark.project(company, ground.SiteFactory.create(supplier=company), stage="operating")
        ground.member("supplier_contributor", supplier=world.supplier)
        _evidence(world.supplier, site, day)
    make.quarter(world.buyer, label=f"FY24Q{round_ + 1}", until="published")
    return f"FY24Q{round_ + 1}"


def _record(supplier: Supplier, site: Site, upload: Upload, day: dt.date) -> None:
    grid = make.factor()
    record = ActivityRecord.objects.create(
        supplier=supplier, site=site, meter=ground.MeterFactory.create(site=site), carrier="electricity",
        start=day, end=day, quantity=Decimal(1), quantity_given=Decimal(1), unit_given="kWh",
        upload=upload, upload_row=2,
    )  # fmt: skip
    EmissionLine.objects.create(
        supplier=supplier, record=record, record_start=day, year=day.year, month=day.month, carrier="electricity", scope=2,
        category="purchased_electricity", basis="location", factor=grid, factor_code=grid.code,
        quantity=Decimal(1), kgco2e=Decimal("0.5"), kgce=Decimal("0.1229"),
    )  # fmt: skip


def _evidence(supplier: Supplier, site: Site, day: dt.date) -> None:
    handed_in = disclosure.submitted()
    disclosure.credential(supplier, evidence=disclosure.document(supplier), **handed_in)
    disclosure.credential(supplier, kind="iso_14001", level="")
    disclosure.target(supplier, **handed_in)
    disclosure.training(supplier, **handed_in)
    disclosure.instrument(supplier, **handed_in)
    disclosure.output(site, start=day, end=day, **handed_in)


def lists(world: World, label: str) -> Iterator[tuple[str, str]]:
    """(name, URL) of every address that shows many rows."""
    for address in addresses():
        if address.name in WITH_A_QUARTER:
            yield (
                address.name,
                address.filled({"str": label, "slug": world.supplier.code}).replace(
                    f"/{label}/{label}/", f"/{label}/{world.supplier.code}/"
                ),
            )
        elif not address.has_parameters and address.name not in NOT_LISTS:
            yield address.name, "/" + address.pattern


def asked(world: World, label: str) -> dict[str, int]:
    """Queries per reader and list; each is visited twice, for what is only asked the first time."""
    counts = {}
    for reader in READERS:
        client = Client()
        client.force_login(User.objects.get(pk=getattr(world, reader).user_id))
        for name, url in lists(world, label):
            if client.get(url).status_code == 200:
                with CaptureQueriesContext(connection) as queries:
                    client.get(url)
                counts[f"{reader} {name}"] = len(queries)
    return counts


def test_more_rows_are_not_more_queries(world):
    with all_tenants("tests"):
        fill(world, round_=0)
        label = fill(world, round_=1)
    few = asked(world, label)
    assert {"alice records", "alice api_records", "anna ranking_detail", "anna edition_detail"} <= set(few)
    with all_tenants("tests"):
        label = fill(world, round_=2)
    many = asked(world, label)
    grown = {where: (few[where], many.get(where)) for where in few if many.get(where, 999) > few[where]}
    assert not grown


@pytest.mark.parametrize("name", sorted(WITH_A_QUARTER | NOT_LISTS))
def test_the_names_above_exist(name):
    assert name in {address.name for address in addresses()}
