"""The report's totals come out of the demo's per-project inputs through the measures."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sparkplan.calc.projection import emissions_tco2, kwh_by_project_and_year
from sparkplan.measures import measure

FILE = Path(__file__).parents[3] / "greenlink" / "demo" / "spark_projects.csv"
STAGE_DATES = (
    "lead_on",
    "audit_on",
    "feasible_on",
    "contracted_on",
    "building_on",
    "commissioned_on",
    "operating_on",
)
PRICE = 0.70  # CNY/kWh: 26.58 million CNY ÷ 37.97 GWh as printed


def inputs_of(row):
    return {name: float(value) for name, value in (pair.split("=") for pair in row["inputs"].split(";"))}


@pytest.fixture(scope="module")
def projects():
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["kwh"] = measure(row["measure"]).estimate(inputs_of(row)).saving_kwh_per_year
    return rows


def total(projects, *measures):
    return sum(p["kwh"] for p in projects if not measures or p["measure"] in measures)


def test_twelve_partners_and_twenty_two_projects(projects):
    assert len({p["partner"] for p in projects}) == 12
    assert len(projects) == len({p["code"] for p in projects}) == 22


def test_yearly_totals_as_printed(projects):
    kwh = total(projects)
    assert kwh == pytest.approx(37_970_000, abs=0.01)  # 3 797 万度
    assert round(kwh * PRICE / 1e6, 2) == 26.58  # 2 658 万元
    assert round(emissions_tco2(kwh, 0.7035) / 1e3, 2) == 26.71  # 2.67 万吨
    assert round(emissions_tco2(kwh, 0.5366) / 1e3, 2) == 20.37
    assert round(emissions_tco2(kwh, 0.5306) / 1e3, 2) == 20.15


def test_pv_ten_factories_23_7_mw_25_99_gwh(projects):
    plants = [p for p in projects if p["measure"] == "pv"]
    assert len({(p["partner"], p["site"]) for p in plants}) == 10
    assert sum(inputs_of(p)["capacity_kw"] for p in plants) == 23_700
    assert min(inputs_of(p)["capacity_kw"] for p in plants) >= 500  # the report: at least 500 kW each
    assert total(projects, "pv") == pytest.approx(25_990_000, abs=0.001)


def test_four_compressor_stations_10_50_gwh_of_which_shengli_3_53(projects):
    stations = [p for p in projects if p["measure"] == "compressed_air"]
    assert len({p["partner"] for p in stations}) == 4
    assert sum(p["kwh"] for p in stations) == pytest.approx(10_500_000, abs=0.01)
    shengli = next(p for p in stations if p["partner"] == "P01")
    assert f"{shengli['kwh'] / 1e6:.2f}" == "3.53"
    assert round(shengli["kwh"] * PRICE / 1e4) == 247  # 万元, as printed
    assert shengli["building_on"].startswith("2023-02") and shengli["commissioned_on"].startswith("2023-05")


def test_eight_others_1_48_gwh(projects):
    others = [p for p in projects if p["measure"] not in ("pv", "compressed_air")]
    assert Counter(p["measure"] for p in others) == {
        "forming_heat": 2,
        "waste_heat": 2,
        "lighting": 2,
        "drying_drums": 1,
        "chillers": 1,
    }
    assert sum(p["kwh"] for p in others) == pytest.approx(1_480_000, abs=0.001)


def test_stages_come_in_order_and_before_the_demos_today(projects):
    for project in projects:
        dates = [project[name] for name in STAGE_DATES if project[name]]
        assert dates == sorted(dates) and dates[-1] <= "2025-02-10", project["code"]
        assert bool(project["operating_on"]) == (project["stage"] == "operating")
        assert project["saving_verified_on"] <= "2025-02-10"


def test_twenty_years_as_printed_for_energy_and_money_but_not_tonnes(projects):
    kinds = [measure(p["measure"]) for p in projects]
    kwh = kwh_by_project_and_year(
        np.array([p["kwh"] for p in projects]),
        np.array([k.lifetime_years for k in kinds]),
        np.array([k.degradation_per_year for k in kinds]),
    ).sum()
    # 25.99 × (1 − 0.9945^20)/0.0055 + 11.5056 × 15 + 0.4744 × 10 = 493.5 + 172.6 + 4.7 = 670.9 GWh
    assert kwh / 1e6 == pytest.approx(670.87, abs=0.1)
    assert round(kwh / 1e8, 1) == 6.7  # 亿度, as printed
    assert round(kwh * PRICE / 1e8, 1) == 4.7  # 亿元, as printed
    # 万吨; the report prints 66, which would be 660 000 000 kg / 670 000 000 kWh = 0.985 kg/kWh: no factor
    assert round(emissions_tco2(kwh, 0.7035) / 1e4, 1) == 47.2
