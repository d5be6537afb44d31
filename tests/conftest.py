"""Actors and worlds for every test.

alice manages a supplier, bob may only read there, charlie manages another supplier of the same buyer; paula
reviews and anna administers for the buyer, otto for another buyer, vera verifies.
"""

from __future__ import annotations

import datetime as dt
import gc
import importlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import Client

from suppliers.models import Buyer, Enrolment, Membership, Site, Supplier
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.audit import triggers
from suppliers.tenants.scope import Scope
from tests import factors_again
from tests.factories import suppliers as make

TODAY = dt.date(2025, 2, 10)


# A test that asks for none of these does not touch the tests' database.
_DATABASE = {"db", "transactional_db", "django_db_serialized_rollback", "redis_url"}
# Where tests without them deal with servers and processes of their own, or with the cache.
_OUTSIDE = ("tests/greenlink/", "tests/suppliers/jobs/", "tests/suppliers/tenants/")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Who leaves out what no database changes leaves out on PostgreSQL also what touches none."""
    if connection.vendor != "postgresql" or "not alike" not in str(config.option.markexpr):
        return
    left_out = [item for item in items if _touches_nothing(item)]
    items[:] = [item for item in items if not _touches_nothing(item)]
    config.hook.pytest_deselected(items=left_out)


def _touches_nothing(item: pytest.Item) -> bool:
    asks = item.get_closest_marker("django_db") or _DATABASE & set(getattr(item, "fixturenames", ()))
    return not asks and not item.nodeid.startswith(_OUTSIDE)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    if config.option.dist != "load":
        return None
    from tests.workers import Workers

    return Workers(config, log)


def pytest_collection_finish() -> None:
    """What stands now stands to the end: it is not looked through for garbage again and again."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _fixed_day(settings: Any) -> None:
    settings.GREENLINK_TODAY = TODAY


@pytest.fixture(autouse=True, scope="session")
def _factors_again(django_test_environment: None) -> Iterator[None]:
    with factors_again.kept():
        yield


@pytest.fixture(autouse=True, scope="session")
def _tables_may_be_emptied() -> Iterator[None]:
    """A test with transactions of its own ends by emptying all tables, which audit and publication refuse."""
    empty = BaseDatabaseOperations.execute_sql_flush
    guards = [
        importlib.import_module("scorecards.migrations.0002_published_is_frozen"),
        importlib.import_module("suppliers.migrations.0005_frozen_inventories"),
        importlib.import_module("suppliers.migrations.0006_statements_stand_still"),
    ]

    def execute_sql_flush(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        with self.connection.cursor() as cursor:
            editor = SimpleNamespace(connection=self.connection, execute=cursor.execute)
            triggers.remove(self.connection)
            for guard in guards:
                guard.remove(None, editor)
            empty(self, sql_list)
            for guard in guards:
                guard.install(None, editor)
            triggers.install(self.connection)

    BaseDatabaseOperations.execute_sql_flush = execute_sql_flush  # type: ignore[method-assign]
    yield
    BaseDatabaseOperations.execute_sql_flush = empty  # type: ignore[method-assign]


@pytest.fixture
def everyone(db: None) -> Iterator[Scope]:
    """The all-tenant door, for tests that build or look at rows directly."""
    with all_tenants("tests") as scope:
        yield scope


@dataclass
class World:
    """Two suppliers of one buyer, another buyer with a supplier of its own, a verification body."""

    buyer: Buyer
    other_buyer: Buyer
    supplier: Supplier
    neighbour: Supplier
    stranger: Supplier
    site: Site
    alice: Membership
    bob: Membership
    clara: Membership
    charlie: Membership
    paula: Membership
    anna: Membership
    otto: Membership
    vera: Membership

    def client(self, membership: Membership | None) -> Client:
        client = Client()
        if membership is not None:
            client.force_login(membership.user)
        return client

    def actor(self, membership: Membership) -> Actor:
        return Actor.of(membership)


@pytest.fixture
def world(db: None) -> World:
    with all_tenants("tests"):
        buyer, other_buyer = Buyer.objects.bulk_create(
            make.BuyerFactory.build(code=code) for code in ("LCFC", "OTHER")
        )
        supplier, neighbour, stranger = Supplier.objects.bulk_create(
            make.SupplierFactory.build(code=code, name=name, name_en=name_en)
            for code, name, name_en in (
                ("ALPHA", "阿尔法", "Alpha"),
                ("BETA", "贝塔", "Beta"),
                ("GAMMA", "伽马", "Gamma"),
            )
        )
        Enrolment.objects.bulk_create(
            Enrolment(buyer=of, supplier=one, commodity="pcb", started_on=dt.date(2022, 1, 1))
            for one, of in ((supplier, buyer), (neighbour, buyer), (stranger, other_buyer))
        )
        site = make.SiteFactory.create(supplier=supplier, code="HF", name="合肥工厂", province="CN-AH")
        body = make.BodyFactory.create()
        seats: dict[str, tuple[str, dict[str, Any]]] = {
            "alice": ("supplier_manager", {"supplier": supplier}),
            "bob": ("supplier_reader", {"supplier": supplier}),
            "clara": ("supplier_contributor", {"supplier": supplier}),
            "charlie": ("supplier_manager", {"supplier": neighbour}),
            "paula": ("procurement_reviewer", {"buyer": buyer}),
            "anna": ("program_admin", {"buyer": buyer}),
            "otto": ("program_admin", {"buyer": other_buyer}),
            "vera": ("verifier", {"body": body}),
        }
        people = dict(zip(seats, make.members(*seats.values()), strict=True))
        return World(
            buyer=buyer,
            other_buyer=other_buyer,
            supplier=supplier,
            neighbour=neighbour,
            stranger=stranger,
            site=site,
            **people,
        )


@pytest.fixture(autouse=True)
def _files_apart(settings: Any, tmp_path: os.PathLike[str]) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
