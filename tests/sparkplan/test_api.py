"""The API of Spark Action: rights by role, figures as JSON numbers, troubles with their codes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from suppliers.factors import actions as factors
from suppliers.tenants.all_tenants import all_tenants
from tests.factories import sparkplan as make
from tests.factories import suppliers as make_suppliers

PROJECTS = "/api/v1/projects/"
NEW = {
    "site": "HF",
    "code": "API-1",
    "name": "空压站",
    "measure": "compressed_air",
    "inputs": {"baseline_kwh": 1_000_000, "saving_rate_percent": 30},
    "price_cny_per_kwh": 0.7,
    "investment_cny": 500_000,
}


@pytest.fixture
def project(world):
    factors.load()
    with all_tenants("tests"):
        return make.project(world.supplier, world.site, stage="operating", code="A-1")


def post(client, url, data):
    return client.post(url, data, content_type="application/json")


def test_list_and_one_for_those_who_may(world, project):
    for membership in (world.alice, world.bob, world.paula, world.anna):
        client = world.client(membership)
        answer = client.get(PROJECTS).json()
        assert (answer["count"], answer["results"][0]["code"]) == (1, "A-1")
        one = client.get(f"{PROJECTS}{project.pk}/").json()
        assert one["expected_kwh_per_year"] == 100_000.0
        assert one["cny_per_year"] == 70_000.0
        assert one["measured_kwh"] is None


def test_strangers_and_anonymous(world, project):
    one = f"{PROJECTS}{project.pk}/"
    for membership in (world.charlie, world.otto):
        client = world.client(membership)
        assert client.get(PROJECTS).json()["count"] == 0
        for url in (one, f"{one}savings/", f"{one}stages/"):
            assert client.get(url).status_code == 404
            assert client.get(url).json()["code"] == "not_found"
    charlie = world.client(world.charlie)
    assert charlie.delete(one).status_code == 404
    assert charlie.patch(one, {}, content_type="application/json").status_code == 404
    for url in (f"{one}savings/", f"{one}stages/", f"{one}plan/", f"{one}verify/"):
        assert post(charlie, url, {}).status_code == 404
    for url in (PROJECTS, one, f"{one}savings/", f"{PROJECTS}summary/"):
        assert world.client(None).get(url).status_code == 401


def test_who_may_not_write(world, project):
    one = f"{PROJECTS}{project.pk}/"
    for membership in (world.bob, world.clara, world.paula, world.anna):
        client = world.client(membership)
        assert post(client, PROJECTS, NEW).status_code == 403
        assert client.delete(one).status_code == 403
        assert client.patch(one, {}, content_type="application/json").status_code == 403
        for url in (f"{one}savings/", f"{one}stages/", f"{one}plan/", f"{one}verify/"):
            assert post(client, url, {}).status_code == 403
    vera = world.client(world.vera)
    for url in (PROJECTS, one, f"{PROJECTS}summary/"):
        assert vera.get(url).status_code == 403


def test_create_change_move_measure_remove(world, project):
    alice = world.client(world.alice)
    made = post(alice, PROJECTS, NEW)
    assert made.status_code == 201
    assert made.json()["expected_kwh_per_year"] == 300_000.0
    one = f"{PROJECTS}{made.json()['id']}/"
    changed = alice.patch(
        one,
        {"inputs": {"baseline_kwh": 2_000_000, "saving_rate_percent": 30}},
        content_type="application/json",
    )
    assert (changed.status_code, changed.json()["expected_kwh_per_year"]) == (200, 600_000.0)
    assert changed.json()["investment_cny"] == 500_000.0
    assert alice.patch(one, {"measure": "pv"}, content_type="application/json").status_code == 400
    moved = post(alice, f"{one}stages/", {"stage": "audit", "on": "2025-02-10"})
    assert (moved.status_code, moved.json()["stage"]) == (201, "audit")
    assert alice.delete(one).json()["code"] == "project.has_history"
    assert alice.get(f"{one}stages/").json()["count"] == 2


def test_savings(world, project):
    alice = world.client(world.alice)
    url = f"{PROJECTS}{project.pk}/savings/"
    first = post(alice, url, {"month": "2024-01", "baseline_kwh": 13000, "metered_kwh": 4500.5})
    assert (first.status_code, first.json()["saved_kwh"]) == (201, 8499.5)
    assert post(alice, url, {"month": "2024-01", "saved_kwh": 8000}).status_code == 200
    listed = world.client(world.paula).get(url).json()
    assert listed["count"] == 1
    assert listed["results"][0]["saved_kwh"] == 8000.0
    assert listed["results"][0]["expected_kwh"] == pytest.approx(100_000 * 31 / 366)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"month": "2025-02", "saved_kwh": 1}, "saving.future"),
        ({"month": "2020-01", "saved_kwh": 1}, "saving.before_commissioning"),
        ({"month": "2024-01"}, "saving.missing"),
        ({"month": "2024-1x", "saved_kwh": 1}, "invalid"),
        ({"saved_kwh": 1}, "invalid"),
        ({"month": "2024-01", "saved_kwh": "n/a"}, "invalid"),
        ({"month": "2024-01", "saved_kwh": 1e30}, "invalid"),
        ([1], "invalid"),
    ],
)
def test_bad_savings(world, project, data, code):
    answer = post(world.client(world.alice), f"{PROJECTS}{project.pk}/savings/", data)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize(
    ("wrong", "column", "code"),
    [
        (
            {"inputs": {"baseline_kwh": -1, "saving_rate_percent": 30}},
            "inputs.baseline_kwh",
            "field.input.range",
        ),
        ({"inputs": {"baseline_kwh": 5000}}, "inputs.saving_rate_percent", "field.input.missing"),
        (
            {"inputs": {"typo": 1, "baseline_kwh": 5000, "saving_rate_percent": 3}},
            "inputs.typo",
            "field.input.unknown",
        ),
        ({"inputs": {"baseline_kwh": "x"}}, "inputs.baseline_kwh", "field.invalid"),
        ({"inputs": [1]}, "inputs", "field.not_a_dict"),
        ({"site": "NOWHERE"}, "site", "field.unknown"),
        ({"measure": "magic"}, "measure", "field.invalid_choice"),
        ({"funding": "gift"}, "funding", "field.invalid_choice"),
        ({"name": None}, "name", "field.null"),
        ({"name": "a\u0000b"}, "name", "field.null_characters_not_allowed"),
        ({"investment_cny": -1}, "investment_cny", "field.min_value"),
    ],
)
def test_bad_projects_are_named_by_column(world, project, wrong, column, code):
    answer = post(world.client(world.alice), PROJECTS, NEW | wrong)
    assert answer.status_code == 400
    assert (column, code) in {(issue["column"], issue["code"]) for issue in answer.json()["issues"]}


def test_the_same_code_twice(world, project):
    answer = post(world.client(world.alice), PROJECTS, NEW | {"code": "A-1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "project.code_taken")


def test_summary_names_its_factors(world, project):
    for membership in (world.alice, world.paula):
        figures = world.client(membership).get(f"{PROJECTS}summary/?year=2024").json()
        assert (figures["projects"], figures["partners"], figures["kwh_per_year"]) == (1, 1, 100_000.0)
        assert figures["cny_per_year"] == 70_000.0
        assert figures["tco2_per_year"] == pytest.approx(70.35)  # × 0.7035
        assert figures["tco2_per_year_current"] == pytest.approx(53.66)  # × 0.5366
        assert [entry["code"] for entry in figures["factors"]] == [
            "CN-GRID-NDRC-EAST-2012",
            "CN-ELEC-AVG-2022",
            "CN-ELEC-AVG-2023",
        ]
        assert figures["by_measure"][0]["measure"] == "lighting"
        assert figures["twenty_years"]["kwh"] == 1_000_000.0  # lamps live ten years
    assert world.client(world.alice).get(f"{PROJECTS}summary/?year=2022").json()["projects"] == 0


@pytest.mark.parametrize("year", ["x", "-1", "20240", "9" * 5000, "２０２４"])
def test_a_year_that_is_none(world, project, year):
    assert world.client(world.alice).get(f"{PROJECTS}summary/", {"year": year}).status_code == 400


def test_a_huge_id_is_not_found(world, project):
    assert world.client(world.alice).get(f"{PROJECTS}{10**30}/").status_code == 404


def test_the_list_asks_no_more_for_thirty_than_for_three(world, project):
    client = world.client(world.paula)

    def count(url):
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    urls = (PROJECTS, f"{PROJECTS}summary/")
    few = [count(url) for url in urls]
    with all_tenants("tests"):
        for _ in range(29):
            site = make_suppliers.SiteFactory.create(supplier=world.neighbour)
            make.project(world.neighbour, site, stage="operating")
    assert [count(url) for url in urls] == few
