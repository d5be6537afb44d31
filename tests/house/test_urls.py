"""Every address has a name of its own, and no wild value in it is an error. Who gets in where: `test_matrix`."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from suppliers.models import Membership, User
from tests.conftest import World
from tests.factories.suppliers import UserFactory
from tests.house.addresses import ABSENT, WILD, Address, addresses

# Guarded by itself: a screen key or a member's session.
OWN_GUARD = {"screen", "screen_data"}
DRAWN_FROM_THE_SCHEMA = ("api_schema", "api_docs")
QUERY = (
    "page", "page_size", "year", "from", "to", "site", "carrier", "by", "buyer", "supplier", "edition", "label",
    "order", "sort", "commodity", "grade", "words", "series", "region", "status", "kind", "measure", "stage", "scene",
    "language", "key", "code", "compare", "format", "quarter", "state", "group", "indicator", "next", "view", "month",
    "partner", "province", "owner", "verdict", "offset", "with", "against", "scope", "meter", "tab", "sites",
)  # fmt: skip


def visitor(world: World, name: str) -> Client:
    """Someone's browser. The person is read anew, so that the session fits the stored password."""
    client = Client(raise_request_exception=False)
    if name == "nobody":
        client.force_login(User.objects.get(pk=UserFactory.create().pk))
    elif name != "anonymous":
        membership: Membership = getattr(world, name)
        client.force_login(User.objects.get(pk=membership.user_id))
    return client


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of refusals; writing each into the log would take longer than the asking."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def walked() -> list[Address]:
    """Where everybody is sent: not out of the door, and not to the schema again and again (a second each)."""
    return [
        address for address in addresses() if address.name not in ("account_logout", *DRAWN_FROM_THE_SCHEMA)
    ]


def test_every_address_has_one_name_of_its_own():
    names = Counter(address.name for address in addresses())
    assert len(names) > 40
    assert [name for name, count in names.items() if count > 1 or not name] == []


def test_a_wrong_screen_key_opens_nothing(world):
    client = visitor(world, "anonymous")
    for name in OWN_GUARD:
        for key in ("wrong", "", "\x00", "k" * 5000):
            assert client.get(reverse(name), {"key": key}).status_code in (302, 401, 403, 404)


def test_the_admin_lets_in_staff_only(world):
    for name in ("anonymous", "alice", "anna"):
        response = visitor(world, name).get(reverse("admin:index"))
        assert response.status_code == 302
        assert "login" in response["Location"]


@pytest.mark.parametrize("name", ["nobody", "alice", "vera"])
def test_the_description_of_the_api_is_no_500(world, name):
    client = visitor(world, name)
    for address in DRAWN_FROM_THE_SCHEMA:
        assert client.get(reverse(address)).status_code in (200, 403)


@pytest.mark.parametrize("name", ["alice", "anna"])
def test_wild_values_in_the_path_are_no_500(world, name):
    client = visitor(world, name)
    parametrised = [address for address in walked() if address.has_parameters]
    answers = {address: client.get(address.filled(WILD)).status_code for address in parametrised}
    assert [f"{address.pattern}: {status}" for address, status in answers.items() if status >= 500] == []


@pytest.mark.parametrize("value", ["x", "\x00", "9" * 40], ids=["word", "nul", "huge"])
@pytest.mark.parametrize("name", ["alice", "anna"])
def test_wild_filters_are_no_500(world, name, value):
    """Each filter by itself matters too; together they at least pass every reader of the query."""
    client = visitor(world, name)
    query = urlencode(dict.fromkeys(QUERY, value))
    answers = {address: client.get(f"{address.filled(ABSENT)}?{query}").status_code for address in walked()}
    assert [f"{address.pattern}: {status}" for address, status in answers.items() if status >= 500] == []
