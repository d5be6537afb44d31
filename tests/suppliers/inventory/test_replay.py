"""A frozen version comes out again to the last digit, whatever happened since."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.management import CommandError, call_command

from suppliers.inventory import inventories
from suppliers.inventory.replay import replay
from suppliers.models import ActivityRecord, Factor, Meter, Site
from suppliers.tenants import clock
from tests.factories import disclosure
from tests.factories import inventory as make
from tests.suppliers.inventory.years import at, described, factors_loaded, lines, record


@pytest.fixture
def alice(world):
    return world.actor(world.alice)


@pytest.fixture
def frozen(world, everyone, alice):
    factors_loaded()
    record(world.site, "electricity", "1234.567891", start="2023-01-17", end="2023-05-03")
    record(world.site, "diesel", "77.7")
    record(world.site, "heat", "5000")
    disclosure.instrument(
        world.supplier, kwh="333.333", year=2023, **disclosure.submitted(dt.date(2024, 3, 1))
    )
    landfill = Factor.objects.get(code="UK25-WASTE-CI-LANDFILL")
    make.entry(world.supplier, year=2023, kind="scope3", carrier="", balance=None, scope3_category=5, factor=landfill,
               quantity=2, unit="t", data_quality="D")  # fmt: skip
    inventory = inventories.open_year(by=alice, supplier=world.supplier, year=2023)
    return inventories.submit(by=alice, inventory=described(inventory))


def test_a_replay_is_equal_to_the_last_digit(frozen):
    result = replay(frozen)
    assert result.is_equal and result.lines == frozen.totals["lines"] == len(lines(frozen))
    assert (result.totals, result.digest) == (frozen.totals, frozen.digest)


def test_what_happens_later_does_not_reach_it_even_in_the_same_moment(world, frozen):
    # The clock of the tests stands still: all of this happens in the very moment of the freezing.
    record(world.site, "electricity", 999)
    ActivityRecord.objects.filter(carrier="heat").update(withdrawn_at=clock.now())
    make.entry(world.supplier, year=2023)
    Site.objects.update(province="CN-GD")
    Meter.objects.update(accounting=False)
    with at("2025-03-01"):
        record(world.site, "diesel", 5)
        disclosure.instrument(world.supplier, kwh=10, year=2023, **disclosure.submitted(dt.date(2025, 2, 28)))
    assert replay(frozen).is_equal


def test_what_was_withdrawn_before_stays_out(world, everyone, alice):
    factors_loaded()
    record(world.site, "electricity", 100)
    record(world.site, "electricity", 50, withdrawn_at=clock.now())
    inventory = inventories.submit(by=alice, inventory=described(
        inventories.open_year(by=alice, supplier=world.supplier, year=2023)))  # fmt: skip
    assert [line.quantity for line in lines(inventory, basis="location")] == [100]
    assert replay(inventory).is_equal


def test_a_record_changed_behind_its_back_is_found(world, frozen, capsys):
    ActivityRecord.objects.filter(carrier="diesel").update(quantity=78)
    result = replay(frozen)
    assert not result.is_equal
    # CO2, CH4 and N2O of the one record, and nothing else
    assert [(one.what["carrier"], one.what["gas"]) for one in result.differences] == [
        ('"diesel"', '"CO2"'), ('"diesel"', '"CH4"'), ('"diesel"', '"N2O"'),
    ]  # fmt: skip
    with pytest.raises(SystemExit) as left:
        call_command("replay", "ALPHA", "2023")
    assert left.value.code == 1
    said = capsys.readouterr().out
    assert "DIFFERS" in said and "77.700000000000" in said and "78.000000000000" in said


def test_the_command_says_equal_and_speaks_json(frozen, capsys):
    call_command("replay", "ALPHA", "2023", "--version", "1")
    assert "equal to the last digit" in capsys.readouterr().out
    call_command("replay", "ALPHA", "2023", "--json")
    (said,) = json.loads(capsys.readouterr().out)
    assert said["equal"] is True and said["digest"]["stored"] == said["digest"]["replayed"]
    with pytest.raises(CommandError):
        call_command("replay", "ALPHA", "2019")
