"""The methodology page: open to buyers and their suppliers, in both languages, with the numbers of the version."""

from __future__ import annotations

import pytest

from suppliers.tenants.all_tenants import all_tenants
from tests.factories import scorecards as make


@pytest.fixture
def opened(world):
    with all_tenants("tests"):
        return make.quarter(world.buyer, until="open")


def english(world, who):
    client = world.client(who)
    client.cookies["django_language"] = "en"
    return client


def test_who_reads(world, opened):
    for reader in (world.anna, world.paula):
        assert world.client(reader).get("/methodology/").status_code == 200
    assert "EcoVadis" in world.client(world.alice).get("/methodology/").content.decode()
    assert world.client(world.vera).get("/methodology/").status_code == 403
    assert world.client(None).get("/methodology/").status_code == 302


def test_another_buyers_methodology_is_not_there(world, opened):
    page = english(world, world.otto).get("/methodology/").content.decode()
    assert "No methodology is in use yet" in page


def test_weights_curves_and_validity(world, opened):
    """As the methodology says: eight weights that sum to 100; EcoVadis 45 gives 50 points, valid 12 months."""
    response = english(world, world.alice).get("/methodology/")
    parts = response.context["parts"]
    assert [part["weight"] for part in parts] == [20, 15, 15, 10, 10, 15, 10, 5]
    assert sum(dimension["weight"] for dimension in response.context["dimensions"]) == 100
    assert ["45", "50"] in parts[0]["curves"][0]["rows"]
    page = response.content.decode()
    assert "Valid for 12 months." in page
    assert "RBA VAP platinum" in page
    assert "EcoVadis 评级" in page  # the name in the other language stands beside


def test_chinese_first(world, opened):
    page = world.client(world.alice).get("/methodology/").content.decode()
    assert "有效期 12 个月。" in page
    assert "Renewable electricity" in page


def test_an_unknown_version_shows_the_one_in_use(world, opened):
    assert world.client(world.paula).get("/methodology/?version=nonsense").context["methodology"].code == "v1"
