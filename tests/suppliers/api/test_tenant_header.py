"""Who is in several tenants says which."""

from __future__ import annotations

import pytest

from suppliers.tenants import tokens
from suppliers.tenants.all_tenants import all_tenants
from tests.conftest import World
from tests.factories.suppliers import MembershipFactory
from tests.suppliers.api.conftest import Api, session


@pytest.fixture
def in_two(world: World) -> str:
    """A token of Alice, who also reads at BETA."""
    with all_tenants("tests"):
        MembershipFactory.create(user=world.alice.user, supplier=world.neighbour, role="supplier_reader")
    return tokens.issue(user=world.alice.user)


def test_without_the_header_a_token_is_400(in_two):
    status, body = Api(in_two).get("sites/")
    assert (status, body["code"]) == (400, "tenant.required")


def test_with_it_the_answer_is_that_tenants(in_two, world):
    assert [row["code"] for row in Api(in_two, "ALPHA").get("sites/")[1]["results"]] == ["HF"]
    assert Api(in_two, "BETA").get("sites/")[1]["results"] == []
    assert Api(in_two, "BETA").get(f"sites/{world.site.pk}/")[0] == 404


def test_rights_are_those_of_the_named_tenant(in_two):
    site = {"code": "NEW", "name": "新厂", "province": "CN-JS"}
    assert Api(in_two, "BETA").post("sites/", site)[0] == 403
    assert Api(in_two, "ALPHA").post("sites/", site)[0] == 201


def test_a_tenant_one_is_not_in_is_404_whether_it_exists_or_not(in_two, api, world):
    assert Api(in_two, "GAMMA").get("sites/") == Api(in_two, "NOBODY").get("sites/")
    assert Api(in_two, "GAMMA").get("sites/")[0] == 404
    alice = api(world.charlie)
    assert Api(alice.key, "ALPHA").get("sites/")[1]["code"] == "tenant.unknown"


def test_a_session_speaks_for_the_tenant_chosen_on_the_page(in_two, world):
    assert session(world.alice).get("/api/v1/sites/").status_code == 200


@pytest.mark.parametrize(
    "header", ["Token", "Token ", "Token nonsense", "Bearer x", "Basic eDp5", "Token \x7f"]
)
def test_a_wrong_token_is_401(world, header):
    response = session(world.alice).get("/api/v1/sites/", headers={"authorization": header})
    assert (response.status_code, response.json()["code"]) == (401, "auth.token")


def test_a_person_without_a_membership_is_403(world):
    with all_tenants("tests"):
        world.bob.delete()
    status, body = Api(tokens.issue(user=world.bob.user)).get("sites/")
    assert (status, body["code"]) == (403, "forbidden")
