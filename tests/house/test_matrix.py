"""Every address x every actor x own, another's and absent ids x every method. The table is `matrix_table.py`.

What must hold: nobody reads a byte or writes a row of another tenant, what is another's looks like what does not
exist, and nothing answers with 500.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from suppliers.tenants.roles import FOR_PEOPLE_ONLY, ROLES, Right
from suppliers.tenants.row_security import policies
from tests.house.addresses import addresses
from tests.house.matrix_asking import Case, Who, of_role
from tests.house.matrix_table import ROWS
from tests.house.matrix_walk import Walk
from tests.house.matrix_world import OTHER, OWN, MatrixWorld, built

pytestmark = pytest.mark.django_db

_SUPPLIER, _BUYER = ROLES["supplier_manager"], ROLES["program_admin"]
# What an address does not answer, it answers to nobody: one role of each kind asks with all methods, the others by turns.
SPOKESMEN = ("supplier_manager", "program_admin", "verifier")
# Behind the third lock a forgotten filter shows nothing, so the whole walk is SQLite's; PostgreSQL is asked more briefly,
# whether its lock lets through what is one's own and answers what is not as if it were absent.
IS_BEHIND_THE_LOCK = connection.vendor == "postgresql"
ASK_EVERYTHING = () if IS_BEHIND_THE_LOCK else SPOKESMEN
PEOPLE = [
    Who("anonymous"),
    Who("nobody", user="nobody"),
    Who("former supplier_manager", user="former supplier_manager", is_brief=True),
    Who("former program_admin", user="former program_admin", is_brief=True),
    *[of_role(role, OWN, is_brief=role not in ASK_EVERYTHING) for role in ROLES],
    *[of_role(role, OTHER, is_brief=True) for role in (SPOKESMEN[:2] if IS_BEHIND_THE_LOCK else ROLES)],
]
MACHINES = [
    Who("key of ALPHA", "ALPHA", _SUPPLIER.kind, _SUPPLIER.rights - FOR_PEOPLE_ONLY, key="ALPHA full"),
    Who(
        "key that reads records", "ALPHA", _SUPPLIER.kind, frozenset({Right.RECORD_READ}), key="ALPHA narrow"
    ),
    Who("key of LCFC", "LCFC", _BUYER.kind, _BUYER.rights - FOR_PEOPLE_ONLY, key="LCFC full"),
    Who(
        "personal token",
        "ALPHA",
        _SUPPLIER.kind,
        _SUPPLIER.rights,
        user="ALPHA supplier_manager",
        key="personal",
    ),
    Who("expired key", key="ALPHA expired", is_refused=True),
    Who("revoked key", key="ALPHA revoked", is_refused=True),
]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[MatrixWorld]:
    """Built once for all walks of this process: each leaves it as it was."""
    with django_db_blocker.unblock(), built() as found:
        yield found


@pytest.fixture(autouse=True)
def _quiet(world: MatrixWorld, settings: Any) -> Iterator[None]:
    settings.MEDIA_ROOT = world.folder
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_every_address_has_its_row_and_every_row_its_address():
    assert {row.name for row in ROWS} == {address.name for address in addresses()}


def test_every_row_names_all_its_parameters():
    wanted = {address.name: set(address.parameters) for address in addresses()}
    assert [row.name for row in ROWS if {*row.names, *row.fixed} != wanted.get(row.name)] == []


def test_every_tenant_table_has_canaries(world: MatrixWorld, everyone: Any) -> None:
    """A table without rows of several tenants would prove nothing."""
    empty = [model.__name__ for model in policies.tenant_models() if model._base_manager.count() < 2]
    assert empty == []


@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_a_person_reads_and_writes_its_own_and_no_other(world: MatrixWorld, who: Who) -> None:
    walk = Walk(world, who)
    walk.whole(ROWS)
    assert walk.troubles == []


@pytest.mark.parametrize("who", MACHINES, ids=lambda who: who.name)
def test_a_key_reads_and_writes_its_tenants_and_no_other(world: MatrixWorld, who: Who) -> None:
    walk = Walk(world, who)
    walk.whole([row for row in ROWS if row.name.startswith("api_")])
    assert walk.troubles == []


@pytest.mark.parametrize("buyer", ["LCFC", "OTHER"])
def test_a_screen_key_shows_its_program_and_no_other(world: MatrixWorld, buyer: str) -> None:
    walk = Walk(world, Who(f"screen of {buyer}", buyer))
    for row in ROWS:
        if row.guard:
            shown = walk.ask(Case(row, {}, {"key": world.keys[f"{buyer} screen"]}, True), "GET", {})
            assert shown.status_code == 200
    assert walk.troubles == []


@pytest.mark.parametrize("key", ["ALPHA full", "LCFC full", "personal"])
def test_a_key_speaks_for_no_other_tenant(world: MatrixWorld, client: Client, key: str) -> None:
    """Whichever tenant the header names, one that is there looks like one that is not."""
    own, headers = key.partition(" ")[0], {"Authorization": f"Token {world.keys[key]}"}
    answers = set()
    for tenant in {*world.tenants, "NOTHING"} - {"ALPHA" if own == "personal" else own}:
        response = client.get(reverse("api_sites"), headers=headers | {"X-GreenLink-Tenant": tenant})
        answers.add((response.status_code, response.content))
    assert len(answers) == 1
    assert {status for status, _content in answers} == {404}
