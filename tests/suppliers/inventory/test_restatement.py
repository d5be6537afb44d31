"""What a change would do is shown before it is adopted; then both numbers stand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from suppliers.inventory import inventories, restatement
from suppliers.inventory.replay import replay
from suppliers.inventory.terms import Terms
from suppliers.models import ActivityRecord, Factor, FactorSet, Inventory
from suppliers.tenants import clock
from suppliers.tenants.refusals import Refusal
from tests.suppliers.inventory.years import at, described, factors_loaded, lines, record

ANHUI = "CN-AH"


@pytest.fixture
def alice(world):
    return world.actor(world.alice)


def submitted(world, alice):
    inventory = inventories.open_year(by=alice, supplier=world.supplier, year=2023)
    return inventories.submit(by=alice, inventory=described(inventory))


def taken_out(edition: str):
    """The editions of a year's electricity, taken out of the database as if not yet published."""
    sets = list(FactorSet.objects.filter(code__startswith=f"CN-MEE-NBS-{edition}"))
    factors = list(Factor.objects.filter(set__in=sets))
    Factor.objects.filter(set__in=sets).delete()
    FactorSet.objects.filter(pk__in=[one.pk for one in sets]).delete()
    return sets, factors


def published(sets, factors):
    for one in sets:
        one.loaded_at = clock.now()
        one.save(force_insert=True)
    Factor.objects.bulk_create(factors)


def test_three_yearly_editions_three_versions_each_its_own_number(world, everyone, alice):
    factors_loaded()
    values = {
        year: Factor.objects.get(set__code=f"CN-MEE-NBS-{year}-AVERAGE", region=ANHUI).value
        for year in (2021, 2022, 2023)
    }
    assert len(set(values.values())) == 3
    later = {edition: taken_out(edition) for edition in ("2022", "2023")}
    with at("2024-01-05"):
        record(world.site, "electricity", 1000)
        first = submitted(world, alice)
    versions = [first]
    for edition, day in (("2022", "2024-06-01"), ("2023", "2024-12-20")):
        with at(day):
            published(*later[edition])
            effect = restatement.preview(inventory=versions[-1])
            # 1 000 kWh × (new − old), of the one located line; the market line moves with its own edition
            located = next(one for one in effect.changes if one.what["basis"] == "location")
            assert located.by == 1000 * (values[int(edition)] - values[int(edition) - 1])
            assert effect.by("scope2_location") == located.by and effect.by("scope1") == 0
            versions.append(
                restatement.restate(by=alice, inventory=versions[-1], reason=f"{edition} 年版因子发布")
            )
    assert [one.totals["scope2_location"] for one in versions] == [
        f"{1000 * values[year]:.6f}" for year in (2021, 2022, 2023)
    ]
    for one in versions:
        one.refresh_from_db()
        assert replay(one).is_equal, one
    assert [one.version for one in versions] == [1, 2, 3]
    assert versions[2].supersedes_id == versions[1].pk and versions[2].reason == "2023 年版因子发布"


@pytest.fixture
def frozen(world, everyone, alice):
    factors_loaded()
    record(world.site, "R410A", 10)
    record(world.site, "diesel", 100)
    return submitted(world, alice)


def test_nothing_new_changes_nothing(frozen):
    effect = restatement.preview(inventory=frozen)
    assert effect.is_none and effect.totals_before["lines"] == effect.totals_after["lines"] == 4


def test_another_assessment_report_shows_which_lines_and_how_much(frozen, alice):
    effect = restatement.preview(inventory=frozen, terms=Terms(gwp_report="AR6"))
    # R410A 10 kg: 2 255.5 − 1 923.5 = 332 a kilogram; the largest first
    assert (effect.changes[0].what["gas"], effect.changes[0].by) == ("R410A", 3320)
    # CO2 of diesel takes no part in it: only CH4 (28 → 27.9) and N2O (265 → 273) beside the refrigerant
    assert {one.what["gas"] for one in effect.changes} == {"R410A", "CH4", "N2O"}
    assert effect.by("scope1") == sum(one.by for one in effect.changes)
    assert Inventory.objects.count() == 1
    following = restatement.restate(
        by=alice, inventory=frozen, terms=Terms(gwp_report="AR6"), reason="采用 AR6"
    )
    assert following.state == "submitted" and following.totals == effect.totals_after
    assert (
        frozen.totals["by_gas"]["R410A"] == "19235.000000"
        and following.totals["by_gas"]["R410A"] == "22555.000000"
    )
    assert replay(frozen).is_equal and replay(following).is_equal


def test_another_fuel_set(frozen):
    effect = restatement.preview(inventory=frozen, terms=Terms(fuel_set="CN-MEE-FUEL-2022"))
    assert {one.what["carrier"] for one in effect.changes} == {"diesel"}
    (co2,) = (one for one in effect.changes if one.what["gas"] == "CO2")
    assert co2.by == Decimal("-4.92")  # 100 kg × (3.0959 − 3.1451)
    # electricity, and a set that is printed per TJ alone, would drop every fuel
    for wrong in ("CN-MEE-NBS-2023-AVERAGE", "CN-GBT51366-FUEL-2019", "none"):
        with pytest.raises(Refusal, match=r"inventory\.fuel_set"):
            restatement.preview(inventory=frozen, terms=Terms(fuel_set=wrong))


def test_a_corrected_bill(world, frozen):
    with at("2025-03-01"):
        ActivityRecord.objects.filter(carrier="diesel").update(withdrawn_at=clock.now())
        record(world.site, "diesel", 90)
        effect = restatement.preview(inventory=frozen)
    co2 = [one for one in effect.changes if one.what["gas"] == "CO2"]
    # the old record's line goes, the new one's comes: 90 kg against 100 kg
    gone, come = sorted(co2, key=lambda one: one.by)
    assert gone.after is None and come.before is None
    assert come.after / gone.before == Decimal("0.9")


def test_who_may_restate_and_when(world, frozen, alice):
    with pytest.raises(PermissionDenied):
        restatement.restate(by=world.actor(world.clara), inventory=frozen, reason="x")
    with pytest.raises(Refusal, match=r"inventory\.reason"):
        restatement.restate(by=alice, inventory=frozen, reason="")
    with pytest.raises(Refusal, match=r"inventory\.terms"):
        restatement.preview(inventory=frozen, terms=Terms(gwp_report="AR3"))
    Inventory.objects.filter(pk=frozen.pk).update(state="under_review")
    with pytest.raises(Refusal, match=r"inventory\.state"):
        restatement.restate(by=alice, inventory=frozen, reason="x")
    assert len(lines(frozen)) == 4


def test_the_api_shows_the_effect_first_and_then_restates(world, frozen, client):
    client.force_login(world.alice.user)
    url = f"/api/v1/inventories/{frozen.pk}/restatement/"
    shown = client.get(f"{url}?gwp_report=AR6").json()
    # R410A 10 kg × (2 255.5 − 1 923.5)
    assert shown["changes"][0]["by"] == 3320 and shown["count"] == 3 and Inventory.objects.count() == 1
    made = client.post(url, {"gwp_report": "AR6", "reason": "采用 AR6"}, content_type="application/json")
    assert made.status_code == 201 and made.json()["version"] == 2
    assert made.json()["totals"]["by_gas"]["R410A"] == 22555
    lines = client.get(f"/api/v1/inventories/{made.json()['id']}/lines.csv?gas=R410A").content.decode(
        "utf-8-sig"
    )
    assert lines.count("\n") == 2 and "22555" in lines
    again = client.post(url, {"reason": "x"}, content_type="application/json")
    assert again.status_code == 409 and again.json()["code"] == "inventory.superseded"
