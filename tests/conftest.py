"""Actors and worlds for every test.

alice manages a supplier, bob may only read there, charlie manages another supplier of the same buyer; paula
reviews and anna administers for the buyer, otto for another buyer, vera verifies.
"""

from __future__ import annotations

import datetime as dt
import importlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import Client

from suppliers.models import Buyer, Enrolment, Membership, Site, Supplier
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.audit import triggers
from suppliers.tenants.scope import Scope
from tests.factories import suppliers as make

TODAY = dt.date(2025, 2, 10)


@pytest.fixture(autouse=True)
def _fixed_day(settings: Any) -> None:
    settings.GREENLINK_TODAY = TODAY


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
        buyer, other_buyer = make.BuyerFactory.create(code="LCFC"), make.BuyerFactory.create(code="OTHER")
        supplier = make.SupplierFactory.create(code="ALPHA", name="阿尔法", name_en="Alpha")
        neighbour = make.SupplierFactory.create(code="BETA", name="贝塔", name_en="Beta")
        stranger = make.SupplierFactory.create(code="GAMMA", name="伽马", name_en="Gamma")
        for one, of in ((supplier, buyer), (neighbour, buyer), (stranger, other_buyer)):
            Enrolment.objects.create(buyer=of, supplier=one, commodity="pcb", started_on=dt.date(2022, 1, 1))
        site = make.SiteFactory.create(supplier=supplier, code="HF", name="合肥工厂", province="CN-AH")
        return World(
            buyer=buyer,
            other_buyer=other_buyer,
            supplier=supplier,
            neighbour=neighbour,
            stranger=stranger,
            site=site,
            alice=make.member("supplier_manager", supplier=supplier),
            bob=make.member("supplier_reader", supplier=supplier),
            clara=make.member("supplier_contributor", supplier=supplier),
            charlie=make.member("supplier_manager", supplier=neighbour),
            paula=make.member("procurement_reviewer", buyer=buyer),
            anna=make.member("program_admin", buyer=buyer),
            otto=make.member("program_admin", buyer=other_buyer),
            vera=make.member("verifier", body=make.BodyFactory.create()),
        )


@pytest.fixture(autouse=True)
def _files_apart(settings: Any, tmp_path: os.PathLike[str]) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
