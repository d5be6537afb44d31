"""What the full account of a year adds up to, with the arithmetic beside each number."""

from __future__ import annotations

from decimal import Decimal

import pytest

from suppliers.calc.fuel_parameters import co2_factor
from suppliers.inventory.compute import computed
from suppliers.inventory.terms import Terms
from suppliers.models import Factor, Meter
from tests.factories import inventory as make
from tests.suppliers.inventory.years import factors_loaded, record


@pytest.fixture
def year(world, everyone):
    """The computation of 2023 for ALPHA."""
    factors_loaded()

    def run(**terms):
        return computed(supplier_id=world.supplier.pk, year=2023, terms=Terms(**terms))

    return run


def rows(found, **same):
    names = list(found.columns)
    every = [dict(zip(names, row, strict=True)) for row in zip(*found.columns.values(), strict=True)]
    return [row for row in every if all(row[name] == value for name, value in same.items())]


def test_natural_gas_follows_from_its_parameters(world, year):
    # 389.31 GJ/10⁴ m3 × 0.0153 tC/GJ × 0.99 × 44/12 = 2.16219… kg/m3
    made = co2_factor(
        ncv=Decimal("389.31"), ncv_unit="GJ/10^4Nm3", carbon_content_tc_per_gj=Decimal("0.0153"), oxidation_rate=Decimal("0.99"),
    )  # fmt: skip
    assert round(made, 4) == Decimal("2.1622")
    record(world.site, "natural_gas", 10_000)
    found = year()
    (co2,) = rows(found, gas="CO2")
    assert round(co2["kgco2e"] / 10_000, 4) == Decimal("2.1622")
    # 10 000 m3 × 38.931 MJ = 0.38931 TJ; CH4 1 kg/TJ × 28, N2O 0.1 kg/TJ × 265
    (ch4,), (n2o,) = rows(found, gas="CH4"), rows(found, gas="N2O")
    assert (ch4["quantity"], ch4["unit"], ch4["gwp_value"]) == (Decimal("0.38931"), "TJ", 28)
    assert ch4["kgco2e"] == Decimal("10.900680")  # 0.38931 × 1 × 28
    assert n2o["kgco2e"] == Decimal("10.316715")  # 0.38931 × 0.1 × 265
    assert {row["scope"] for row in (co2, ch4, n2o)} == {1}
    assert found.totals["scope1"] == f"{co2['kgco2e'] + ch4['kgco2e'] + n2o['kgco2e']:.6f}"
    # 10 000 m3 × 1.33 kgce/m3 or whatever the default coefficient is, once and not per gas
    assert ch4["kgce"] is None and Decimal(found.totals["tce"]) == round(co2["kgce"] / 1000, 6)


@pytest.mark.parametrize(("report", "kilograms"), [("AR5", "19235.000000"), ("AR6", "22555.000000")])
def test_ten_kilograms_of_r410a(world, year, report, kilograms):
    record(world.site, "R410A", 10)  # AR5 1 923.5, AR6 2 255.5
    found = year(gwp_report=report)
    assert found.totals["scope1"] == found.totals["by_gas"]["R410A"] == kilograms
    (line,) = rows(found)
    assert (line["category"], line["factor_value"], line["unit"]) == ("fugitive", 1, "kg")


def test_gases_of_the_montreal_protocol_stand_beside_the_total(world, year):
    record(world.site, "HCFC-22", 2)
    found = year()
    assert found.totals["scope1"] is None and found.totals["by_gas"] == {}
    assert found.totals["beside"] == {"HCFC-22": "3520.000000"}  # 2 kg × 1 760 (AR5)
    assert [row["category"] for row in rows(found)] == ["beside"]


def test_a_mass_balance_and_one_that_cannot_be(world, year):
    balance = {"opening": "50", "bought": "20", "returned": "5", "closing": "52", "capacity_increase": "3"}
    make.entry(world.supplier, year=2023, carrier="R410A", balance=balance)
    found = year()
    # 50 + 20 − 5 − 52 − 3 = 10 kg × 1 923.5
    assert found.totals["scope1"] == "19235.000000"
    make.entry(world.supplier, year=2023, carrier="HFC-32", balance=balance | {"closing": "99"})
    found = year()
    assert [issue.code for issue in found.issues] == ["entry.balance"]
    assert found.totals["scope1"] == "19235.000000"


def test_scope_3_by_a_screening_factor_in_its_iso_category(world, year):
    landfill = Factor.objects.get(code="UK25-WASTE-CI-LANDFILL")  # 520.5327 kgCO2e/t
    for category in range(1, 16):
        make.entry(world.supplier, year=2023, kind="scope3", carrier="", balance=None, scope3_category=category,
                   factor=landfill, quantity=2, unit="t", data_quality="D")  # fmt: skip
    found = year()
    each = Decimal("1041.065400")  # 2 t × 520.5327
    assert found.totals["by_scope3_category"] == {str(number): "1041.065400" for number in range(1, 16)}
    assert Decimal(found.totals["scope3"]) == 15 * each
    # 3: categories 4, 6, 7, 9; 4: 1, 2, 3, 5, 8; 5: 10 to 15
    assert found.totals["by_iso"] == {"3": str(4 * each), "4": str(5 * each), "5": str(6 * each)}
    # fifteen equal sources of grade D: 50 % / √15 = 12.9 %
    assert found.totals["uncertainty_percent"] == "12.9"


def test_kilograms_are_taken_to_tonnes_and_money_is_not(world, year):
    landfill = Factor.objects.get(code="UK25-WASTE-CI-LANDFILL")
    shape = {
        "year": 2023,
        "kind": "scope3",
        "carrier": "",
        "balance": None,
        "scope3_category": 5,
        "factor": landfill,
    }
    make.entry(world.supplier, quantity=500, unit="kg", **shape)
    make.entry(world.supplier, quantity=500, unit="USD", **shape)
    found = year()
    assert found.totals["scope3"] == "260.266350"  # 0.5 t × 520.5327
    assert [issue.code for issue in found.issues] == ["entry.unit"]


def test_what_has_no_factor_is_an_issue_and_no_line(world, year):
    record(world.site, "diesel", 100)
    found = year(fuel_set="NO-SUCH-SET")
    assert found.columns["number"] == [] and {issue.code for issue in found.issues} == {"factor.missing"}
    assert found.totals["lines"] == 0 and found.totals["uncertainty_percent"] is None


def test_meters_that_do_not_account_and_other_years_stay_out(world, year):
    meter = Meter.objects.create(supplier=world.supplier, site=world.site, code="SUB", accounting=False)
    record(world.site, "electricity", 700, meter=meter)
    # 31 days of December and 31 of January: half of 620 belongs to 2023
    record(world.site, "electricity", 620, start="2022-12-01", end="2023-01-31")
    found = year()
    (line,) = rows(found, basis="location")
    assert (line["quantity"], line["month"], line["data_quality"]) == (Decimal(310), 1, "A")


def test_grades_of_records_and_their_uncertainty(world, year):
    record(world.site, "electricity", 1000)
    assert year().totals["uncertainty_percent"] == "5.0"
    record(world.site, "electricity", 1000, document="")
    # 5 % and 10 % of the same emission: √(5² + 10²) / 2 = 5.6 %
    assert year().totals["uncertainty_percent"] == "5.6"


def test_a_computation_takes_a_fixed_number_of_queries(world, year, django_assert_num_queries):
    for month in range(1, 4):
        record(world.site, "electricity", 10, start=f"2023-0{month}-01")
    # factors, sites, records, entries, instruments, those held back, own factors
    with django_assert_num_queries(7):
        year()
    for month in range(4, 10):
        record(world.site, "diesel", 10, start=f"2023-0{month}-01")
    with django_assert_num_queries(7):
        year()
