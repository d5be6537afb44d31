from __future__ import annotations

import pytest

from suppliers.models import Meter, Site
from suppliers.tenants.all_tenants import all_tenants
from tests.factories.suppliers import MeterFactory, SiteFactory
from tests.suppliers.api.conftest import ABSENT, queries_of

NEW_SITE = {"code": "WH", "name": "芜湖工厂", "province": "CN-AH"}
NEW_METER = {"site": "HF", "code": "M-1", "name": "总表", "carrier": "electricity"}


def test_a_site_is_added_read_changed_and_closed(world, api):
    clara = api(world.clara)
    status, site = clara.post("sites/", NEW_SITE)
    assert status == 201
    assert site == {
        "id": site["id"],
        "supplier": "ALPHA",
        "code": "WH",
        "name": "芜湖工厂",
        "name_en": "",
        "province": "CN-AH",
        "address": "",
        "closed_on": None,
    }
    path = f"sites/{site['id']}/"
    assert clara.get(path) == (200, site)
    status, changed = clara.patch(path, {"closed_on": "2024-12-31", "code": "OTHER"})
    assert (status, changed) == (200, site | {"closed_on": "2024-12-31"})
    assert clara.post(path, method="DELETE")[0] in (403, 405)


def test_a_meter_hangs_in_the_tree_of_its_site(world, api):
    alice = api(world.alice)
    status, upper = alice.post("meters/", NEW_METER)
    assert (status, upper["site"], upper["parent"], upper["accounting"]) == (201, "HF", None, True)
    status, lower = alice.post("meters/", NEW_METER | {"code": "M-1-1", "parent": "M-1", "accounting": False})
    assert (status, lower["parent"], lower["accounting"]) == (201, "M-1", False)
    status, body = alice.patch(f"meters/{upper['id']}/", {"parent": "M-1-1"})
    assert (status, body["code"]) == (409, "meter.parent")
    status, body = alice.patch(f"meters/{lower['id']}/", {"name": "分表"})
    assert (status, body) == (200, lower | {"name": "分表"})
    assert alice.patch(f"meters/{lower['id']}/", {"parent": None})[1]["parent"] is None


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("sites/", NEW_SITE | {"code": "a b"}, "code"),
        ("sites/", NEW_SITE | {"name": ""}, "name"),
        ("sites/", NEW_SITE | {"name": "\x00"}, "name"),
        ("sites/", NEW_SITE | {"province": "Anhui"}, "province"),
        ("sites/", NEW_SITE | {"closed_on": "soon"}, "closed_on"),
        ("sites/", {}, "code"),
        ("meters/", NEW_METER | {"site": "XX"}, "site"),
        ("meters/", NEW_METER | {"carrier": "hope"}, "carrier"),
        ("meters/", NEW_METER | {"parent": "XX"}, "parent"),
        ("meters/", NEW_METER | {"accounting": "perhaps"}, "accounting"),
    ],
)
def test_values_that_cannot_be_used_are_400_and_name_the_field(world, api, path, body, field):
    status, answer = api(world.alice).post(path, body)
    assert (status, answer["code"]) == (400, "invalid")
    assert field in {issue["column"] for issue in answer["issues"]}


@pytest.mark.parametrize("data", [b"{", b"[]", b"7", b"\xff", b'"x"', b"null"])
def test_a_body_that_is_no_object_is_400(world, api, data):
    for method, path in (("POST", "sites/"), ("POST", "meters/"), ("PATCH", f"sites/{world.site.pk}/")):
        answer = api(world.alice).answer(method, path, data=data, content_type="application/json")
        assert answer.status_code == 400
        assert answer.json()["code"]


def test_a_code_twice_is_409(world, api):
    alice = api(world.alice)
    assert alice.post("sites/", NEW_SITE)[0] == 201
    assert alice.post("sites/", NEW_SITE)[1]["code"] == "site.code"
    assert alice.post("meters/", NEW_METER)[0] == 201
    assert alice.post("meters/", NEW_METER)[1]["code"] == "meter.code"


def test_who_may_only_read_is_403_on_every_write(world, api):
    for who in (world.bob, world.paula, world.anna, world.vera):
        key = api(who)
        assert key.post("sites/", NEW_SITE)[0] == 403
        assert key.post("meters/", NEW_METER)[0] == 403
        assert key.patch(f"sites/{world.site.pk}/", {"name": "X"})[0] == 403
        assert key.patch(f"meters/{ABSENT}/", {"name": "X"})[0] == 403
    assert api(world.bob).get(f"sites/{world.site.pk}/")[0] == 200


def test_anothers_site_or_meter_answers_as_an_absent_one(world, api):
    with all_tenants("tests"):
        meter = MeterFactory.create(site=world.site)
    charlie = api(world.charlie)
    for kind, pk in (("sites", world.site.pk), ("meters", meter.pk)):
        absent = charlie.get(f"{kind}/{ABSENT}/")
        assert absent[0] == 404
        assert charlie.get(f"{kind}/{pk}/") == absent
        assert charlie.patch(f"{kind}/{pk}/", {"name": "X"}) == absent
        assert api(world.otto).get(f"{kind}/{pk}/") == absent
        assert api(world.paula).get(f"{kind}/{pk}/")[0] == 200
    assert charlie.post("meters/", NEW_METER)[0] == 400  # site HF is not one of Charlie's
    with all_tenants("tests"):
        assert not Meter.objects.filter(name="X").exists()
        assert not Site.objects.filter(name="X").exists()


def test_filters_of_sites_and_meters(world, api, accepted):
    with all_tenants("tests"):
        SiteFactory.create(supplier=world.supplier, code="WH")
        MeterFactory.create(site=world.site, code="G-1", carrier="natural_gas")

    def codes(path: str) -> list[str]:
        return [row["code"] for row in api(world.alice).get(path)[1]["results"]]

    assert codes("sites/") == ["HF", "WH"]
    assert codes("sites/?site=WH") == ["WH"]
    assert codes("sites/?carrier=electricity") == ["HF"]  # by its record
    assert codes("sites/?carrier=natural_gas") == ["HF"]  # by its meter
    assert codes("sites/?from=2023-03-01&to=2023-03-31") == ["HF"]
    assert codes("sites/?from=2024-01-01") == []
    assert codes("meters/?site=HF&carrier=natural_gas") == ["G-1"]
    assert codes("meters/?carrier=electricity") == []
    assert codes("meters/?from=2023-01-01") == []


@pytest.mark.parametrize("path", ["sites/", "meters/"])
def test_the_list_asks_as_often_for_thirty_as_for_three(world, api, path):
    def build(count: int) -> None:
        with all_tenants("tests"):
            for _number in range(count):
                upper = MeterFactory.create(site=SiteFactory.create(supplier=world.supplier))
                MeterFactory.create(site=upper.site, parent=upper)

    alice = api(world.alice)
    build(3)
    few = queries_of(lambda: alice.get(path))
    build(27)
    assert queries_of(lambda: alice.get(path)) == few
    assert alice.get(path)[1]["count"] >= 30


@pytest.mark.parametrize(
    "body",
    [b"{bad", b"\xff\xfe", b"NaN", b"[" * 100_000, b'{"a":' * 100_000],
    ids=lambda body: repr(body[:6]),
)
def test_a_body_that_is_no_json_is_400_with_a_code(world, api, body):
    answer = api(world.alice).answer("POST", "sites/", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "parse_error"
