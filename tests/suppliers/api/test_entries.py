"""Entries and proofs of renewable power as machines send and read them."""

from __future__ import annotations

import pytest

from suppliers.tenants.all_tenants import all_tenants
from tests.factories import inventory as inventories
from tests.suppliers.inventory.test_entries import factor, own_factor

STEEL = {"year": 2024, "kind": "scope3", "category": 1, "description": "steel", "quantity": "2", "unit": "t"}
CHILLER = {
    "year": 2024, "kind": "mass_balance", "gas": "R410A", "description": "chiller", "opening": 30, "bought": 20,
    "returned": 5, "closing": 25, "capacity_increase": 10,
}  # fmt: skip
GEC = {"kind": "gec", "year": 2024, "kwh": "10000", "serial_from": "GEC-001", "serial_to": "GEC-010"}


@pytest.fixture
def alice(world, api):
    return api(world.alice)


def test_enter_list_and_withdraw(world, alice):
    factor()
    status, entry = alice.post("entries/", STEEL | {"factor": "SCR-STEEL", "document": "FP-7"})
    assert status == 201
    assert (entry["quantity"], entry["unit"], entry["given"]["given_unit"]) == (2000.0, "kg", "t")
    assert (entry["kgco2e"], entry["data_quality"]) == (4200.0, "D")  # 2 000 kg × 2.1
    status, balance = alice.post("entries/", CHILLER)
    assert status == 201 and balance["quantity"] == 10.0  # 30 + 20 − 5 − 25 − 10
    assert [row["id"] for row in alice.get("entries/?year=2024")[1]["results"]] == [
        entry["id"],
        balance["id"],
    ]
    assert alice.get("entries/?year=2023")[1]["count"] == 0
    status, gone = alice.post(f"entries/{entry['id']}/withdraw/")
    assert status == 200 and gone["withdrawn_at"]
    assert alice.get("entries/")[1]["count"] == 1 and alice.get("entries/?withdrawn=true")[1]["count"] == 2
    assert alice.get(f"entries/{entry['id']}/")[0] == 200


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"year": 2031}, 422, "entry.year"),
        ({"category": None}, 422, "entry.category"),
        ({"factor": "NOWHERE"}, 422, "entry.factor"),
        ({"factor": "GWP-X"}, 422, "entry.factor"),
        ({"factor": ""}, 422, "entry.factor"),
        ({"unit": "kWh"}, 422, "entry.unit"),
        ({"quantity": "-1"}, 422, "entry.quantity"),
        ({"quantity": "x"}, 400, "field.invalid"),
        ({"own_factor": 987654321}, 400, "field.does_not_exist"),
    ],
)
def test_bad_input_has_its_code(world, alice, change, status, code):
    factor()
    factor("GWP-X", series="gwp")
    got, body = alice.post("entries/", STEEL | {"factor": "SCR-STEEL"} | change)
    assert got == status
    assert code in {body["code"], *(issue["code"] for issue in body.get("issues", []))}, body


def test_a_balance_below_zero_has_its_code(world, alice):
    status, body = alice.post("entries/", CHILLER | {"closing": 99})
    assert (status, body["code"]) == (422, "entry.balance")


def test_an_own_factor_by_its_id(world, alice):
    with all_tenants("tests"):
        own = own_factor(world)
    body = {"year": 2024, "kind": "process", "description": "etching", "quantity": 10, "own_factor": own.pk}
    status, entry = alice.post("entries/", body)
    assert status == 201 and entry["kgco2e"] == 15.0  # 10 kg × 1.5


def test_another_company_finds_nothing(world, api):
    with all_tenants("tests"):
        entry = inventories.entry(world.supplier)
    charlie, paula, bob = api(world.charlie), api(world.paula), api(world.bob)
    assert charlie.get(f"entries/{entry.pk}/")[0] == 404
    assert charlie.post(f"entries/{entry.pk}/withdraw/")[0] == 404
    assert charlie.get("entries/")[1]["count"] == 0
    assert paula.get("entries/")[0] == 403 and paula.get(f"entries/{entry.pk}/")[0] == 404
    assert bob.get(f"entries/{entry.pk}/")[0] == 200 and bob.post("entries/", CHILLER)[0] == 403


def test_renewable_power_is_drafted_handed_in_and_held_back(
    world, api, alice, django_capture_on_commit_callbacks
):
    status, body = alice.post("instruments/", GEC | {"kwh": "9000"})
    assert (status, body["code"]) == (422, "instrument.count")
    shown = {}
    for who in (world.alice, world.charlie):
        machine = api(who)
        status, item = machine.post("instruments/", GEC)
        assert (status, item["state"], item["held_back"]) == (201, "draft", False)
        with django_capture_on_commit_callbacks(execute=True):
            assert machine.post(f"instruments/{item['id']}/submit/")[0] == 200
        shown[who.pk] = item["id"]
    for who in (world.alice, world.charlie):
        item = api(who).get(f"instruments/{shown[who.pk]}/")[1]
        assert (item["state"], item["held_back"]) == ("waiting", True)
    assert alice.get("instruments/")[1]["count"] == 1
    again = alice.post("instruments/", GEC)[1]
    status, body = alice.post(f"instruments/{again['id']}/submit/")
    assert (status, body["code"]) == (409, "instrument.serial_taken")
