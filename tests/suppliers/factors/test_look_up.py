"""What is chosen for whom, from the shipped tables."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from suppliers.factors import actions
from suppliers.factors.models import Factor, FactorSet
from suppliers.factors.queries import Lookup

pytestmark = pytest.mark.django_db


@pytest.fixture
def lookup():
    actions.load()
    return Lookup()


@pytest.mark.parametrize(
    ("region", "year", "code"),
    [
        ("CN-AH", 2023, "CN-AH-ELEC-2023"),
        ("CN-AH", 2022, "CN-AH-ELEC-2022"),
        ("CN-AH", 2025, "CN-AH-ELEC-2023"),  # nearest earlier, never an extrapolation
        ("CN-AH", 2020, None),  # nothing that early anywhere on the walk
        ("CN-XZ", 2023, "CN-ELEC-SOUTHWEST-2023"),  # Tibet: its grid region
        ("CN", 2022, "CN-ELEC-AVG-2022"),
        ("CN-EAST", 2021, "CN-ELEC-EAST-2021"),
        ("VN", 2025, "VN-GRID-2023"),
        ("VN", 2021, None),
        ("TH", 2023, "TH-GRID-TGO-2016_2018"),
        ("MY", 2023, "MY-PEN-GRID-2022"),
        ("US", 2023, "US-GRID-eGRID2023"),
        ("KR", 2022, "KR-GRID-2022"),
        ("CN-TW", 2023, "TW-GRID-2023"),
        ("CN-HK", 2023, None),  # only a life-cycle value on file
        ("DE", 2023, None),
        ("nowhere", 2023, None),
    ],
)
def test_electricity(lookup, region, year, code):
    chosen = lookup.electricity(region, year)
    assert (chosen.code if chosen else None) == code


def test_thousand_kwh_in_anhui_in_2023_are_655_3_kg(lookup):
    assert 1000 * lookup.electricity("CN-AH", 2023).value == Decimal("655.3")


def test_series_are_never_mixed(lookup):
    allowed = {"mee_nbs_average", "foreign_grid"}
    places = set(Factor.objects.filter(carrier="electricity").values_list("region", flat=True))
    for place in places:
        for year in range(2005, 2031):
            chosen = lookup.electricity(place, year)
            assert chosen is None or chosen.series in allowed


@pytest.mark.parametrize(
    ("carrier", "region", "year", "code"),
    [
        ("natural_gas", "CN-AH", 2023, "A-NG"),
        ("diesel", "VN", 2024, "A-DIESEL"),
        ("natural_gas", "CN-AH", 2014, None),
        ("steam", "CN-JS", 2023, "HEAT-DEFAULT"),
        ("heat", "CN-SH", 2023, "HEAT-DEFAULT"),
        ("green_power", "CN-AH", 2023, "CN-AH-ELEC-2023"),
        ("pv_self", "CN-AH", 2023, None),
        ("water", "CN-AH", 2023, None),
        ("R410A", "CN-AH", 2023, "GWP-R410A-AR5"),
        ("HFC-227ea", "VN", 2001, "GWP-HFC227EA-AR5"),
        ("CO2", "CN", 2023, "GWP-CO2-AR5"),
        ("unheard_of", "CN", 2023, None),
    ],
)
def test_factor_for(lookup, carrier, region, year, code):
    chosen = lookup.factor_for(carrier, region, year)
    assert (chosen.code if chosen else None) == code


def test_ten_kg_of_r410a_under_two_reports(lookup):
    assert 10 * lookup.gwp("R410A").value == 19235  # kg: 19.235 t
    assert 10 * lookup.gwp("R410A", "AR6").value == 22555  # 22.555 t
    assert Lookup(report="AR6").factor_for("R410A", "CN-AH", 2023).code == "GWP-R410A-AR6"
    assert lookup.gwp("R410A", "AR9") is None
    assert lookup.gwp("CH4").code == "GWP-CH4-AR5"


def test_figures_of_the_action_plan(lookup):
    assert round(275367 * lookup.electricity("CN", 2022).value / 1000, 2) == Decimal("147.76")
    assert round(275367 * lookup.standard_coal("electricity").value / 1000, 2) == Decimal("33.84")
    assert round(18600 * lookup.factor_for("natural_gas", "CN-AH", 2023).value / 1000, 3) == Decimal("40.217")
    assert round(18600 * lookup.by_code("TCE-NG-12143").value / 1000, 2) == Decimal("22.59")


def test_standard_coal(lookup):
    assert lookup.standard_coal("natural_gas").code == "TCE-NG-HI"
    assert lookup.standard_coal("pv_self").code == "TCE-ELEC"
    assert lookup.standard_coal("steam").code == "TCE-HEAT"
    assert lookup.standard_coal("R410A") is None
    assert lookup.standard_coal("water") is None


def test_look_up_is_one_query_and_columns_none(django_assert_num_queries):
    actions.load()
    with django_assert_num_queries(1):
        lookup = Lookup()
        chosen = lookup.choose_many(
            ["electricity", "natural_gas", "electricity", "water"], ["CN-AH", "CN-AH", "CN-AH", "CN-AH"],
            [2023, 2023, 2020, 2023],
        )  # fmt: skip
    assert list(chosen.codes) == ["CN-AH-ELEC-2023", "A-NG", "", ""]
    assert list(chosen.values) == [Decimal("0.6553"), Decimal("2.1622"), None, None]
    assert list(chosen.ids[2:]) == [0, 0]
    assert chosen.ids[0] == Factor.objects.get(code="CN-AH-ELEC-2023").pk


@pytest.mark.parametrize(
    ("carrier", "methane", "nitrous_oxide"),
    [
        ("natural_gas", "1", "0.1"),
        ("diesel", "3", "0.6"),
        ("petrol", "3.8", "5.7"),  # light road vehicles of 1995 or later
        ("lpg", "1", "0.1"),
        ("fuel_oil", "3", "0.6"),
        ("coal_bituminous", "10", "1.5"),
        ("coal_anthracite", "10", "1.5"),
    ],
)
def test_gases_of_combustion_are_kg_per_tj(lookup, carrier, methane, nitrous_oxide):
    chosen = lookup.gas_factor(carrier, "CH4"), lookup.gas_factor(carrier, "N2O")
    assert [factor.value for factor in chosen] == [Decimal(methane), Decimal(nitrous_oxide)]
    assert [factor.unit for factor in chosen] == ["kgCH4/TJ", "kgN2O/TJ"]


def test_what_does_not_burn_has_no_gases(lookup):
    assert lookup.gas_factor("electricity", "CH4") is None
    assert lookup.gas_factor("diesel", "CO2") is None  # the fuel set has it


@pytest.mark.parametrize(
    ("carrier", "fuel_set", "code", "ncv"),
    [
        ("natural_gas", "CN-NDRC-FUEL-2015", "A-NG", "38.931"),  # 389.31 GJ / 10^4 m3 = 38.931 MJ/m3
        ("natural_gas", "CN-NCSC-FUEL-2026", "C-NG", "38.931"),
        ("diesel", "CN-MEE-FUEL-2022", "B-DIESEL", "42.652"),  # GJ/t = MJ/kg
        (
            "diesel",
            "CN-JST303-FUEL-2026",
            None,
            None,
        ),  # per litre there, and never filled up from another set
        ("lpg", "CN-JST303-FUEL-2026", "D-LPG", None),
        ("natural_gas", "CN-GBT51366-FUEL-2019", None, None),  # per TJ there
        ("coal_bituminous", "CN-MEE-FUEL-2022", None, None),  # doubted by who copied it
        ("petrol", "CN-NCSC-FUEL-2026", None, None),
        ("petrol", "unheard-of", None, None),
    ],
)
def test_fuel_of_a_named_set(lookup, carrier, fuel_set, code, ncv):
    chosen = lookup.fuel(carrier, fuel_set)
    assert (chosen.code if chosen else None) == code
    assert lookup.ncv_mj_per_unit(carrier, fuel_set) == (Decimal(ncv) if ncv else None)


@pytest.mark.parametrize(
    ("region", "year", "code"),
    [
        ("CN-AH", 2023, "CN-ELEC-EXMKT-2023"),
        ("CN-AH", 2022, "CN-ELEC-EXMKT-2022"),
        ("CN-GD", 2026, "CN-ELEC-EXMKT-2023"),
        ("CN", 2020, None),
        ("CN-TW", 2023, None),
        ("VN", 2023, None),
    ],
)
def test_residual_mix(lookup, region, year, code):
    chosen = lookup.residual(region, year)
    assert (chosen.code if chosen else None) == code


def test_what_was_not_yet_loaded_is_not_seen(lookup):
    """The edition of 2023 arrives later: whoever reckons as of before gets 2022 still."""
    before = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
    FactorSet.objects.update(loaded_at=before)
    FactorSet.objects.filter(code__startswith="CN-MEE-NBS-2023").update(
        loaded_at=before + dt.timedelta(days=1)
    )
    then, now = Lookup(as_of=before), Lookup()
    assert then.electricity("CN-AH", 2023).code == "CN-AH-ELEC-2022"
    assert now.electricity("CN-AH", 2023).code == "CN-AH-ELEC-2023"
    assert then.residual("CN-AH", 2023).code == "CN-ELEC-EXMKT-2022"
    assert Lookup(as_of=before - dt.timedelta(days=1)).factor_for("diesel", "CN", 2023) is None
