"""CO2 of fuels from their parameters, against every printed value on file."""

from __future__ import annotations

from decimal import Decimal

import pytest

from suppliers.calc.fuel_parameters import agrees, co2_factor
from suppliers.factors import tables

# Code: what its parameters give instead of what is printed. None so far.
PUBLICATION_DISAGREES: dict[str, str] = {}


def test_natural_gas_from_its_parameters():
    """389.31 GJ/10^4 m3 x 0.0153 tC/GJ x 0.99 x 44/12 = 21.622 tCO2/10^4 m3 = 2.1622 kgCO2/m3"""
    computed = co2_factor(
        ncv=Decimal("389.31"),
        ncv_unit="GJ/10^4Nm3",
        carbon_content_tc_per_gj=Decimal("0.0153"),
        oxidation_rate=Decimal("0.99"),
    )
    assert round(computed, 4) == Decimal("2.1622")
    assert round(computed, 8) == Decimal("2.16218881")  # not rounded on the way


def with_parameters():
    return [row for row in tables.read().factors if row["oxidation_rate"] is not None]


def test_all_sets_with_parameters_are_here():
    """18 of 2015 (A), 18 of MEE (B), 2 of the national database (C)."""
    assert len(with_parameters()) == 18 + 18 + 2


@pytest.mark.parametrize("row", with_parameters(), ids=lambda row: row["code"])
def test_every_fuel_follows_from_its_parameters(row):
    computed = co2_factor(
        ncv=row["ncv"],
        ncv_unit=row["ncv_unit"],
        carbon_content_tc_per_gj=row["carbon_content_tc_per_gj"],
        oxidation_rate=row["oxidation_rate"],
    )
    expected = Decimal(PUBLICATION_DISAGREES.get(row["code"], row["value"]))
    assert agrees(expected, computed), f"{row['code']}: {computed} instead of {row['value']}"


def test_an_unknown_unit_is_not_guessed():
    with pytest.raises(ValueError, match="kcal/kg"):
        co2_factor(
            ncv=Decimal(7000),
            ncv_unit="kcal/kg",
            carbon_content_tc_per_gj=Decimal("0.0258"),
            oxidation_rate=Decimal(1),
        )


@pytest.mark.parametrize(
    ("printed", "computed", "equal"),
    [("2.1622", "2.16218881", True), ("2.1540", "2.15395", True), ("2.1622", "2.16226", False)],
)
def test_agreement_is_at_the_printed_digits(printed, computed, equal):
    assert agrees(Decimal(printed), Decimal(computed)) is equal
