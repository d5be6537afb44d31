"""The portfolio's figures, and that they cost the same few queries for 3 projects and for 30."""

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from sparkplan import actions, queries
from suppliers.factors import actions as factors
from tests.factories import sparkplan as make
from tests.factories import suppliers as make_suppliers

DEMO = Path(__file__).parents[2] / "greenlink" / "demo" / "spark_projects.csv"
ORDER = ("lead", "audit", "feasible", "contracted", "building", "commissioned", "operating")


@pytest.fixture
def tables(everyone):
    factors.load()


def build_demo(buyer, actor):
    """The demo's 22 projects through the product's own actions."""
    sites = {}
    with DEMO.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = (row["partner"], row["site"])
            if key not in sites:
                supplier = next((s.supplier for (p, _), s in sites.items() if p == row["partner"]), None)
                if supplier is None:
                    supplier = make_suppliers.SupplierFactory.create(code=row["partner"])
                    make_suppliers.EnrolmentFactory.create(buyer=buyer, supplier=supplier)
                sites[key] = make_suppliers.SiteFactory.create(supplier=supplier, code=row["site"])
            project = actions.create(
                supplier=sites[key].supplier,
                site=sites[key],
                code=row["code"],
                name=row["name_zh"],
                measure_code=row["measure"],
                inputs={n: float(v) for n, v in (pair.split("=") for pair in row["inputs"].split(";"))},
                terms=actions.Terms(
                    price_cny_per_kwh=Decimal("0.70"), investment_cny=Decimal(row["investment_cny"])
                ),
                on=dt.date.fromisoformat(row["lead_on"]),
                by=actor,
            )
            for stage in ORDER[1 : ORDER.index(row["stage"]) + 1]:
                actions.move(
                    project=project, stage=stage, on=dt.date.fromisoformat(row[f"{stage}_on"]), by=actor
                )


def test_the_demo_prints_the_reports_totals(world, tables):
    build_demo(world.buyer, make.Actor.system("tests"))
    figures = queries.summary(buyer=world.buyer)
    assert (figures["partners"], figures["projects"]) == (12, 22)
    assert figures["kwh_per_year"] == pytest.approx(37_970_000, abs=0.01)
    assert round(figures["cny_per_year"] / 1e6, 2) == 26.58
    assert round(figures["tco2_per_year"] / 1e3, 2) == 26.71
    assert figures["factor_code"] == "CN-GRID-NDRC-EAST-2012"
    # On 2025-02-10 the newest published national average is that of 2022.
    assert (figures["factor_code_current"], round(figures["tco2_per_year_current"] / 1e3, 2)) == (
        "CN-ELEC-AVG-2022",
        20.37,
    )
    named = {entry["code"]: round(entry["tco2_per_year"] / 1e3, 2) for entry in figures["factors"]}
    assert named == {"CN-GRID-NDRC-EAST-2012": 26.71, "CN-ELEC-AVG-2022": 20.37, "CN-ELEC-AVG-2023": 20.15}
    by_measure = {entry["measure"]: entry for entry in figures["by_measure"]}
    assert by_measure["pv"]["sites"] == 10
    assert by_measure["pv"]["capacity_kw"] == 23_700
    assert by_measure["pv"]["kwh_per_year"] == 25_990_000
    assert by_measure["compressed_air"]["kwh_per_year"] == pytest.approx(10_500_000, abs=0.01)
    assert sum(entry["kwh_per_year"] for entry in by_measure.values()) == pytest.approx(
        figures["kwh_per_year"]
    )
    assert round(figures["twenty_years"]["kwh"] / 1e8, 1) == 6.7
    assert round(figures["twenty_years"]["cny"] / 1e8, 1) == 4.7


def test_only_landed_projects_count_and_only_those_of_the_year(world, tables):
    make.project(world.supplier, world.site, stage="building")
    make.project(
        world.supplier, world.site, stage="operating", first_day="2023-01-02"
    )  # commissioned 2023-06
    make.project(
        world.supplier, world.site, stage="operating", first_day="2024-01-02"
    )  # commissioned 2024-06
    assert queries.summary(buyer=world.buyer)["projects"] == 2
    assert queries.summary(buyer=world.buyer, year=2023)["kwh_per_year"] == 100_000
    assert queries.summary(buyer=world.buyer, year=2022)["projects"] == 0
    assert queries.summary(buyer=world.other_buyer)["projects"] == 0


def test_nothing_is_zero_and_never_an_error(world, tables):
    figures = queries.summary(buyer=world.buyer)
    assert (figures["kwh_per_year"], figures["tco2_per_year"], figures["by_measure"]) == (0, 0, [])
    assert figures["measured"] == {"projects": 0, "months": 0, "kwh": None, "realisation": None}
    assert figures["twenty_years"]["kwh"] == 0


def test_without_factor_tables_tonnes_are_missing_not_zero(world, everyone):
    make.project(world.supplier, world.site, stage="operating")
    figures = queries.summary(buyer=world.buyer)
    assert figures["kwh_per_year"] == 100_000
    assert figures["tco2_per_year"] is None


def test_measured_beside_expected(world, tables):
    project = make.project(world.supplier, world.site, stage="operating")
    # 2023: 100 000 × 31/365 = 8 493.15 expected in July
    actions.enter_saving(
        project=project,
        month=dt.date(2023, 7, 1),
        saved_kwh=Decimal("4246.58"),
        by=make.Actor.system("tests"),
    )
    row = queries.portfolio(supplier=world.supplier)[0]
    assert (row.measured_kwh, row.months) == (4246.58, 1)
    assert row.realisation == pytest.approx(0.5, abs=1e-5)
    assert queries.summary(supplier=world.supplier, buyer=world.buyer)["measured"][
        "realisation"
    ] == pytest.approx(0.5, abs=1e-5)


def test_as_many_queries_for_thirty_projects_as_for_three(world, tables, django_assert_num_queries):
    for _ in range(3):
        make.project(world.supplier, world.site, stage="operating")
    with django_assert_num_queries(3):  # projects, savings, factors
        queries.summary(buyer=world.buyer)
    for _ in range(27):
        make.project(
            world.neighbour, make_suppliers.SiteFactory.create(supplier=world.neighbour), stage="operating"
        )
    with django_assert_num_queries(3):
        assert queries.summary(buyer=world.buyer)["projects"] == 30
