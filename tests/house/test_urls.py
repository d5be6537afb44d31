"""Every address: shut to strangers, and no answer of 500 to anybody who asks for what is not there."""

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

# What a stranger may reach, and why.
OPEN = {
    "login": "the door itself",
    "logout": "leaving needs no permission",
    "set_language": "a stranger reads the door in its language",
    "healthz": "for load balancers; says ok and nothing else",
}
# Guarded by itself: a screen key or a member's session.
OWN_GUARD = {"screen", "screen_data"}
DRAWN_FROM_THE_SCHEMA = ("api_schema", "api_docs")
ACTORS = ("anonymous", "nobody", "alice", "bob", "clara", "charlie", "paula", "anna", "otto", "vera")
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
    return [address for address in addresses() if address.name not in ("logout", *DRAWN_FROM_THE_SCHEMA)]


def test_every_address_has_one_name_of_its_own():
    names = Counter(address.name for address in addresses())
    assert len(names) > 40
    assert [name for name, count in names.items() if count > 1 or not name] == []


def test_a_stranger_is_sent_to_the_door(world):
    client = visitor(world, "anonymous")
    let_in = []
    for address in addresses():
        if address.name in OPEN:
            continue
        for method in ("get", "post"):
            response = getattr(client, method)(address.filled())
            shut = (
                response.status_code == 401 and "code" in response.content.decode()
                if address.is_api or (address.name in OWN_GUARD and response.status_code == 401)
                else response.status_code == 302 and response["Location"].startswith(reverse("login"))
            )
            if not (shut or (address.name in OWN_GUARD and response.status_code in (403, 404, 405))):
                let_in.append(f"{method.upper()} {address.pattern}: {response.status_code}")
    assert let_in == []


def test_what_is_open_is_open_and_named(world):
    client = visitor(world, "anonymous")
    assert {address.name for address in addresses()} >= set(OPEN) | OWN_GUARD
    assert client.get(reverse("login")).status_code == 200
    assert client.get(reverse("healthz")).json() == {"status": "ok"}
    assert client.post(reverse("set_language"), {"language": "en"}).status_code in (204, 302)


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


@pytest.mark.parametrize("name", ACTORS)
def test_nobody_meets_a_500(world, name):
    client = visitor(world, name)
    broken = []
    for address in walked():
        for method in ("get", "post"):
            status = getattr(client, method)(address.filled()).status_code
            if status >= 500:
                broken.append(f"{method.upper()} {address.pattern}: {status}")
    assert broken == []


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


def test_an_absent_thing_of_the_api_is_404_with_a_code(world):
    """The same words for what is absent and what is another's: nothing to learn from the difference."""
    client = visitor(world, "alice")
    bodies = set()
    for address in walked():
        if address.is_api and address.has_parameters:
            response = client.get(address.filled())
            assert response.status_code in (403, 404, 405), address
            if response.status_code == 404:
                bodies.add(response.content)
    assert len(bodies) == 1
