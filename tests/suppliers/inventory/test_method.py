"""The figures of each method of computation. If one moves, the change is a new method (METHOD.md): the old one stays."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from suppliers.inventory import freezing, inventories
from suppliers.inventory.blocks import COLUMNS
from suppliers.inventory.compute import METHODS, computed
from suppliers.inventory.replay import replay
from suppliers.inventory.terms import NEWEST_METHOD, Terms
from suppliers.models import Factor, Instrument, Inventory, OwnFactor
from suppliers.tenants import clock
from suppliers.tenants.refusals import Refusal
from tests.factories import disclosure
from tests.factories import inventory as make
from tests.suppliers.inventory.years import described, factors_loaded, record

# SHA-256 over what a line says, but for its ids, of the year below.
FIGURES = {1: "bda6f7ec6e20b9972e39fb30463cdbb34023d2efcabb1691d5af8a0aac4fc68f"}
_IDS = (
    "record_id",
    "entry_id",
    "instrument_id",
    "site_id",
    "factor_id",
    "own_factor_id",
    "upload_id",
    "evidence_id",
)


@pytest.fixture
def year(world, everyone):
    """A bit of everything: fuels, a refrigerant, heat, electricity under contract and not, certificates, scope 3."""
    factors_loaded()
    record(world.site, "electricity", "1234.567891", start="2023-01-17", end="2023-05-03")
    record(world.site, "electricity", "10", start="2023-12-20", end="2024-01-10", document="")
    record(world.site, "green_power", "500", start="2023-02-01", end="2023-02-28")
    record(world.site, "pv_self", "70")
    record(world.site, "natural_gas", "1000", start="2023-11-05", end="2023-12-04")
    record(world.site, "diesel", "77.7")
    record(world.site, "R410A", "10")
    record(world.site, "heat", "5000")
    record(world.site, "water", "9")
    disclosure.instrument(
        world.supplier, kwh="333.333", year=2023, **disclosure.submitted(dt.date(2024, 3, 1))
    )
    landfill = Factor.objects.get(code="UK25-WASTE-CI-LANDFILL")
    make.entry(
        world.supplier, year=2023, kind="scope3", carrier="", balance=None, scope3_category=5, factor=landfill,
        quantity=2, unit="t", data_quality="D",
    )  # fmt: skip
    make.entry(world.supplier, year=2023, carrier="SF6", quantity="0.5", balance={"bought": "0.5"})


@pytest.mark.parametrize("number", sorted(METHODS))
def test_the_figures_of_a_method_do_not_move(world, year, number):
    found = computed(supplier_id=world.supplier.pk, year=2023, terms=Terms(method=number))
    columns = {
        name: found.columns[name] if name not in _IDS else [None] * found.totals["lines"] for name in COLUMNS
    }
    said = freezing.digest(columns, found.totals)
    assert said == FIGURES[number], "a figure moved: leave this method as it is and add the next one"


def test_the_newest_method_is_known_and_a_strange_one_is_refused(world):
    assert max(METHODS) == NEWEST_METHOD
    with pytest.raises(Refusal) as refused:
        computed(supplier_id=world.supplier.pk, year=2023, terms=Terms(method=99))
    assert refused.value.code == "inventory.method"


@pytest.fixture
def frozen(world, year) -> Inventory:
    alice = world.actor(world.alice)
    opened = inventories.open_year(by=alice, supplier=world.supplier, year=2023)
    return inventories.submit(by=alice, inventory=described(opened))


def test_a_frozen_version_says_its_method_and_an_open_one_takes_the_newest(frozen):
    assert frozen.terms["method"] == NEWEST_METHOD
    # frozen before methods were numbered: the first; open: whatever is newest
    before = {name: said for name, said in frozen.terms.items() if name != "method"}
    assert Terms.from_json(before).method == 1
    assert Terms.from_json({"gwp_report": "AR5"}).method == NEWEST_METHOD
    assert replace(Terms.from_json(frozen.terms), method=2).to_json()["method"] == 2


def test_an_instrument_taken_back_later_does_not_reach_a_frozen_version(frozen):
    Instrument.objects.update(state="draft", kwh=1, submitted_at=None)
    result = replay(frozen)
    assert result.is_equal and result.changed_since == list(Instrument.objects.values_list("pk", flat=True))


def test_a_residual_mix_of_a_program_joined_later_does_not_reach_it_either(world, frozen):
    OwnFactor.objects.create(
        buyer=world.buyer, code="MIX-2023", name="剩余混合", kind="residual_mix", carrier="electricity", region="CN",
        value="0.9", unit="kgCO2e/kWh", per_unit="kWh", gas="CO2e", source="x", valid_from=dt.date(2023, 1, 1),
        state="approved", reviewed_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    assert computed(supplier_id=world.supplier.pk, year=2023, terms=Terms()).totals != frozen.totals
    assert replay(frozen).is_equal and frozen.frozen_at == clock.now()


def test_the_page_computes_again_and_says_what_came_out(
    world, frozen, client, django_capture_on_commit_callbacks
):
    client.force_login(world.alice.user)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"/inventory/{frozen.pk}/replay/").status_code == 302
    page = client.get(f"/inventory/{frozen.pk}/", headers={"Accept-Language": "en"}).content.decode()
    assert f"{frozen.totals['lines']} lines computed again" in page and "equal to the last digit" in page
    said = client.get(f"/api/v1/inventories/{frozen.pk}/").json()["replayed"]
    assert said["is_equal"] is True and said["differing"] == 0
