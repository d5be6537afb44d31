"""Scope 2 by the market: contracts, certificates, residual mix."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from suppliers.inventory import market_view
from suppliers.inventory.compute import computed
from suppliers.inventory.terms import Terms
from suppliers.models import OwnFactor
from suppliers.tenants import clock
from suppliers.tenants.scope import entered
from tests.factories import disclosure
from tests.suppliers.inventory.years import factors_loaded, record


@pytest.fixture
def grid(world, everyone):
    """1 GWh is used in 2023: 300 MWh from the own roof, 700 MWh from the grid."""
    factors_loaded()
    record(world.site, "pv_self", 300_000, start="2023-01-01", end="2023-12-31")
    record(world.site, "electricity", 700_000, start="2023-01-01", end="2023-12-31")


def result(world):
    return computed(supplier_id=world.supplier.pk, year=2023, terms=Terms())


def market(found):
    columns = found.columns
    return [
        {name: columns[name][place] for name in columns}
        for place, basis in enumerate(columns["basis"])
        if basis == "market"
    ]


def kwh(found, basis, **same):
    columns = found.columns
    return sum(
        quantity
        for place, (quantity, b) in enumerate(zip(columns["quantity"], columns["basis"], strict=True))
        if b == basis and all((columns[name][place] is None) == absent for name, absent in same.items())
    )


def certificate(world, **fields):
    return disclosure.instrument(
        world.supplier, **({"year": 2023} | disclosure.submitted(dt.date(2024, 3, 1)) | fields)
    )


def test_a_gigawatt_hour_with_own_pv_and_certificates(world, grid):
    gec = certificate(world)  # 200 GEC = 200 MWh
    found = result(world)
    assert kwh(found, "location") == 700_000
    assert kwh(found, "market", instrument_id=True) == 500_000
    (line,) = [row for row in market(found) if row["instrument_id"]]
    assert (line["instrument_id"], line["quantity"], line["kgco2e"]) == (gec.pk, 200_000, 0)
    # 700 000 × 0.6553 (Anhui 2023), to the last digit of twelve cut months
    assert abs(Decimal(found.totals["scope2_location"]) - Decimal("458710")) < Decimal("0.00002")
    codes = {row["factor_code"] for row in market(found) if row["record_id"]}
    assert codes == {"CN-ELEC-EXMKT-2023"}
    factor = next(row["factor_value"] for row in market(found) if row["record_id"])
    assert abs(Decimal(found.totals["scope2_market"]) - 500_000 * factor) < Decimal("0.00002")


@pytest.mark.parametrize(
    "fields",
    [
        {"year": 2022},
        {"year": 2024},
        {"for_pv": True},
        {"state": "draft", "submitted_at": None},
        {"collided_at": dt.datetime(2024, 4, 1, tzinfo=dt.UTC)},
    ],
)
def test_what_does_not_count(world, grid, fields):
    certificate(world, **fields)
    assert kwh(result(world), "market", instrument_id=True) == 700_000


def test_what_is_held_back_is_named_and_nobody_else(world, grid):
    certificate(world, kwh=2000, collided_at=dt.datetime(2024, 4, 1, tzinfo=dt.UTC))
    (issue,) = result(world).issues
    assert (issue.code, dict(issue.data)) == (
        "instrument.held_back", {"kind": "gec", "year": 2023, "kwh": "2000.000"}
    )  # fmt: skip


def test_a_collision_that_was_cleared_counts(world, grid):
    seen = dt.datetime(2024, 4, 1, tzinfo=dt.UTC)
    certificate(world, collided_at=seen, cleared_at=seen)
    assert kwh(result(world), "market", instrument_id=True) == 500_000


def test_certificates_are_capped_by_the_grid_of_their_year(world, grid):
    certificate(world, kwh=600_000)
    certificate(world, kwh=200_000, kind="green_trade")
    found = result(world)
    assert [row["quantity"] for row in market(found)] == [600_000, 100_000]
    assert found.totals["scope2_market"] == "0.000000"
    assert [issue.code for issue in found.issues] == ["instrument.beyond_grid"]


def test_chinese_certificates_do_not_cover_a_site_abroad(world, grid):
    site = type(world.site).objects.create(supplier=world.supplier, code="VN", name="北宁", province="VN")
    record(site, "electricity", 1000)
    certificate(world, kwh=800_000)
    found = result(world)
    (rest,) = [row for row in market(found) if row["record_id"]]
    # no residual mix on file there: the location factor, named
    assert (rest["site_id"], rest["quantity"]) == (site.pk, 1000)
    assert rest["factor_code"].startswith("VN")


def test_contracted_power_is_zero_or_as_its_contract_says(world, grid):
    record(world.site, "green_power", 1000)
    (green,) = [row for row in market(result(world)) if row["carrier"] == "green_power"]
    assert (green["factor_code"], green["kgco2e"]) == ("CONTRACT-0", 0)
    own = OwnFactor.objects.create(
        supplier=world.supplier, code="WIND-1", name="风电合同", kind="contract", value=Decimal("0.02"), unit="kgCO2e/kWh",
        per_unit="kWh", source="合同", valid_from=dt.date(2023, 1, 1), state="approved", reviewed_at=clock.now(),
    )  # fmt: skip
    (green,) = [row for row in market(result(world)) if row["carrier"] == "green_power"]
    assert (green["own_factor_id"], green["kgco2e"]) == (own.pk, 20)  # 1 000 × 0.02


def test_an_approved_residual_mix_goes_before_the_official_one(world, grid):
    own = {"supplier": world.supplier, "name": "剩余组合", "kind": "residual_mix", "unit": "kgCO2e/kWh", "per_unit": "kWh",
           "source": "电网公司", "valid_from": dt.date(2023, 1, 1)}  # fmt: skip
    OwnFactor.objects.create(code="MIX-DRAFT", value=Decimal("0.1"), state="submitted", **own)
    assert {row["factor_code"] for row in market(result(world))} == {"CN-ELEC-EXMKT-2023"}
    OwnFactor.objects.create(
        code="MIX", value=Decimal("0.9"), state="approved", reviewed_at=clock.now(), **own
    )
    found = result(world)
    assert {row["factor_code"] for row in market(found)} == {"MIX"}
    assert abs(Decimal(found.totals["scope2_market"]) - 630_000) < Decimal("0.00002")  # 700 000 × 0.9


def test_heat_is_the_same_in_both_views(world, everyone):
    factors_loaded()
    record(world.site, "heat", 1000)
    found = result(world)
    # 1 000 MJ × 0.11 kg/MJ
    assert found.totals["scope2_location"] == found.totals["scope2_market"] == "110.000000"
    assert found.totals["by_iso"] == {"2": "110.000000"}


@pytest.mark.parametrize("by", ["scope", "site", "month", "carrier", "category", "year"])
def test_the_market_view_by_any_key_adds_up_to_the_inventory_s(world, grid, by):
    certificate(world)
    record(world.site, "heat", 1000)
    sums = market_view.sums(supplier_ids=[world.supplier.pk], year=2023, by=by)
    assert sums is not None
    assert f"{sum(sums.values()):.6f}" == result(world).totals["scope2_market"]
    if by == "carrier":
        assert set(sums) == {"electricity", "heat"} and sums["heat"] == 110
    assert market_view.sums(supplier_ids=[world.supplier.pk], year=None, by=by) is None
    with entered(world.paula.scope):
        assert market_view.sums(supplier_ids=[world.supplier.pk], year=2023, by=by) is None
