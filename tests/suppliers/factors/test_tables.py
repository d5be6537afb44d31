"""The shipped tables against the publications, without a database."""

from __future__ import annotations

import shutil
from decimal import Decimal

import pytest

from suppliers.calc.carriers import CARRIERS
from suppliers.factors import regions, tables
from suppliers.tenants.refusals import Refusal

# A density is per litre, the gases of combustion are per TJ as published.
PER_OTHER_UNIT = {"density", "combustion_gases"}


@pytest.fixture(scope="module")
def shipped():
    return tables.read()


@pytest.fixture(scope="module")
def by_code(shipped):
    return {row["code"]: row for row in shipped.factors}


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("CN-AH-ELEC-2023", "0.6553"),
        ("CN-AH-ELEC-2022", "0.6782"),
        ("CN-ELEC-AVG-2022", "0.5366"),
        ("CN-ELEC-AVG-2023", "0.5306"),
        ("CN-ELEC-EXMKT-2023", "0.6096"),
        ("CN-GRID-NDRC-EAST-2012", "0.7035"),
        ("CN-GRID-AVG-2022R", "0.5703"),
        ("CN-ELEC-CFP-2023", "0.6205"),
        ("A-NG", "2.1622"),
        ("HEAT-DEFAULT", "0.11"),
        ("TCE-ELEC", "0.1229"),
        ("TCE-NG-HI", "1.3300"),
        ("TCE-NG-12143", "1.2143"),
        ("GWP-R410A-AR5", "1923.5"),
        ("GWP-R410A-AR6", "2255.5"),
    ],
)
def test_published_value(by_code, code, value):
    assert by_code[code]["value"] == Decimal(value)


def test_three_annual_editions_are_complete(shipped):
    average = {row["code"] for row in shipped.sets if row["series"] == "mee_nbs_average"}
    for year in (2021, 2022, 2023):
        places = {row["region"] for row in shipped.factors if row["set"] in average and row["year"] == year}
        provinces = {code for code, place in regions.PROVINCES.items() if place.grid_region}
        assert places == {"CN", *regions.GRID_REGIONS, *provinces} - {"CN-XZ"}  # Tibet has no value


def test_defaults_are_in_the_base_unit_of_their_carrier(shipped):
    series = {row["code"]: row["series"] for row in shipped.sets}
    for row in shipped.factors:
        if row["is_default"] and row["carrier"] and series[row["set"]] not in PER_OTHER_UNIT:
            assert row["per_unit"] == CARRIERS[row["carrier"]].base_unit, row["code"]


def test_every_emitting_carrier_has_a_default(shipped):
    series = {row["code"]: row["series"] for row in shipped.sets}
    defaults = [row for row in shipped.factors if row["is_default"]]
    served = {row["carrier"] for row in defaults if series[row["set"]] not in PER_OTHER_UNIT}
    same = {"green_power": "electricity", "steam": "heat"}
    emitting = {same.get(code, code) for code, carrier in CARRIERS.items() if carrier.scope}
    assert emitting <= served


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("0.6553", "0,6553", ""),
        ("0.6553", "-0.6553", "value"),
        ("0.6553", "", "value"),
        ("0.6553", "nan", "value"),
        ("0.6553", "0.655312345", "value"),
        ("CN-AH,2023,", "CN-AH,23,", "year"),
        ("CN-AH-ELEC-2023", "CN-AH-ELEC-2022", "code"),
        ("0.6553,kgCO2/kWh,kWh", "0.6553,lb/MWh,MWh", "unit"),
        ("0.6553,kgCO2/kWh,kWh", "0.6553,kgCO2/kWh,kg", "per_unit"),
    ],
)
def test_malformed_table_is_refused_with_its_row(tmp_path, old, new, column):
    folder = tmp_path / "data"
    shutil.copytree(tables.OWN_TABLES, folder)
    file = folder / "electricity_china.csv"
    text = file.read_text("utf-8")
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if ",CN-AH-ELEC-2023," in line)
    lines[at] = lines[at].replace(old, new)
    file.write_text("\n".join(lines), "utf-8")
    with pytest.raises(Refusal) as caught:
        tables.read(folder)
    assert caught.value.code == "factor.file"
    assert caught.value.data == {"file": file.name, "row": at + 1, "column": column}
    assert f"{at + 1}" in str(caught.value)


def test_two_defaults_for_one_place_are_refused(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(tables.OWN_TABLES, folder)
    file = folder / "electricity_foreign.csv"
    text = file.read_text("utf-8")
    assert "US-GRID-EIA-2023" in text
    file.write_text(
        text.replace(
            "VN-GRID-2023,electricity,越南电网排放因子2023,Viet Nam grid emission factor 2023,VN,2023",
            "VN-GRID-2023,electricity,越南电网排放因子2023,Viet Nam grid emission factor 2023,VN,2022",
        ),
        "utf-8",
    )
    with pytest.raises(Refusal) as caught:
        tables.read(folder)
    assert caught.value.data["column"] == "is_default"


def test_missing_sets_file_is_refused(tmp_path):
    with pytest.raises(Refusal, match=r"sets\.csv"):
        tables.read(tmp_path)
