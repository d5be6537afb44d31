from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suppliers.calc import carriers, units
from suppliers.calc.carriers import CARRIERS


@pytest.mark.parametrize(
    ("unit", "carrier", "factor"),
    [
        ("kWh", "electricity", "1"),
        ("KWH", "electricity", "1"),
        ("度", "electricity", "1"),
        ("千瓦时", "electricity", "1"),
        ("万度", "electricity", "10000"),
        ("万千瓦时", "electricity", "10000"),
        ("万 kWh", "electricity", "10000"),
        ("MWh", "electricity", "1000"),
        ("兆瓦时", "green_power", "1000"),
        ("GWh", "pv_self", "1000000"),
        ("ＫＷｈ", "electricity", "1"),
        ("kWh (meter)", "electricity", "1"),
        ("MJ", "heat", "1"),
        ("GJ", "heat", "1000"),
        ("百万千焦", "steam", "1000"),
        ("kWh", "heat", "3.6"),
        ("m³", "natural_gas", "1"),
        ("㎥", "natural_gas", "1"),
        ("Nm3", "natural_gas", "1"),
        ("立方米", "natural_gas", "1"),
        ("万m³", "natural_gas", "10000"),
        ("吨", "water", "1"),
        ("t", "diesel", "1000"),
        ("公斤", "petrol", "1"),
        ("L", "diesel", "0.84"),
        ("升", "petrol", "0.73"),
        ("L", "lpg", "0.54"),
        ("kL", "diesel", "840"),
        ("t", "steam", "2693.36"),  # (2777.1 - 83.74) MJ/t
        ("g", "R410A", "0.001"),
    ],
)
def test_way_to_the_base_unit(unit, carrier, factor):
    assert units.to_base(unit, CARRIERS[carrier]) == Decimal(factor)


def test_gj_of_electricity_is_277_8_kwh():
    factor = units.to_base("GJ", CARRIERS["electricity"])
    assert factor is not None
    assert round(factor, 3) == Decimal("277.778")  # 1000 / 3.6


@pytest.mark.parametrize(
    ("unit", "carrier"),
    [
        ("kWh", "natural_gas"),  # its heating value is the supplier's own
        ("kg", "electricity"),
        ("m3", "coal_bituminous"),
        ("L", "fuel_oil"),
        ("kW", "electricity"),
        ("", "electricity"),
        ("箱", "diesel"),
        ("ML", "diesel"),
        ("mWh", "electricity"),
    ],
)
def test_other_dimensions_and_unknown_units_have_no_way(unit, carrier):
    assert units.to_base(unit, CARRIERS[carrier]) is None


def test_the_assumption_of_a_bridge_has_a_name_and_a_source():
    way = units.conversion("t", CARRIERS["steam"])
    assert way is not None
    assert way.bridge is not None
    assert "1.0 MPa" in way.bridge.name
    assert way.bridge.verified == "memory"
    plain = units.conversion("GJ", CARRIERS["steam"])
    assert plain is not None
    assert plain.bridge is None


@given(
    st.sampled_from(sorted(CARRIERS)),
    st.decimals(Decimal("0.001"), 10**9, places=6),
    st.data(),
)
def test_there_and_back_again(code, amount, data):
    carrier = CARRIERS[code]
    unit = data.draw(st.sampled_from(units.expected(carrier)))
    factor = units.to_base(unit, carrier)
    assert factor is not None
    assert factor > 0
    assert abs(amount * factor / factor - amount) <= amount * Decimal("1e-20")


@pytest.mark.parametrize("carrier", CARRIERS.values(), ids=str)
def test_every_carrier_is_complete(carrier):
    assert carrier.zh
    assert carrier.en
    assert carrier.base_unit in {"kWh", "MJ", "m3", "kg"}
    assert carrier.scope in {1, 2, None}
    assert carrier.iso_category == carrier.scope
    assert units.to_base(carrier.base_unit, carrier) == 1
    assert all(units.to_base(unit, carrier) for unit in units.usual(carrier))
    for name in (carrier.code, carrier.zh, carrier.en, *carrier.aliases):
        assert carriers.find(name) is carrier


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("电", "electricity"),
        (" 电力 ", "electricity"),
        ("用电量", "electricity"),
        ("Electricity", "electricity"),
        ("天然气", "natural_gas"),
        ("Natural Gas", "natural_gas"),
        ("柴油", "diesel"),
        ("蒸汽", "steam"),
        ("R22", "HCFC-22"),
        ("r-410a", "R410A"),
        ("七氟丙烷", "HFC-227ea"),
        ("ＣＯ２", "CO2"),
        ("绿电", "green_power"),
        ("光伏", "pv_self"),
    ],
)
def test_names_people_use(text, code):
    found = carriers.find(text)
    assert found is not None
    assert found.code == code


def test_unknown_names_get_the_closest_codes():
    assert carriers.find("electrcity") is None
    assert carriers.closest("electrcity")[0] == "electricity"
    assert carriers.closest("完全不相干") == []


def test_codes_of_the_public_contract_are_all_there():
    contract = {
        *("electricity", "pv_self", "green_power", "natural_gas", "diesel", "petrol", "lpg", "fuel_oil"),
        *("coal_bituminous", "coal_anthracite", "steam", "heat", "water"),
        *("R404A", "R407C", "R410A", "R507A", "HFC-227ea", "CO2", "HCFC-22", "HFC-134a", "HFC-32"),
    }
    assert contract <= set(CARRIERS)
