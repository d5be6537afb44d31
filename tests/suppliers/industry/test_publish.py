"""Publishing a year of groups: once, never a company, and no two answers that differ by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import pytest

from suppliers.industry import actions, intensity, programs
from suppliers.models import (
    ActivityRecord,
    AuditEntry,
    EmissionLine,
    Enrolment,
    Factor,
    FactorSet,
    IndustryFigure,
    Membership,
    Output,
    Supplier,
)
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import Scope, entered
from tests.conftest import World
from tests.factories import disclosure
from tests.factories import suppliers as make

VALUES = (10, 20, 40, 50, 100)  # [kgCO2e/万元]


@pytest.fixture
def factor(db: None) -> Factor:
    one = FactorSet.objects.create(
        code="T", name="t", name_en="t", series="mee_nbs_average", source="t", edition="1", year=2022
    )
    return Factor.objects.create(
        set=one, code="T-1", carrier="electricity", name="t", name_en="t", region="CN", year=2022,
        value=1, unit="kg/kWh", per_unit="kWh", verified="yes",
    )  # fmt: skip


def company(world: World, factor: Factor, value: int, *years: int, months: int = 12, **more: Any) -> Supplier:
    """1 200 万元 of output a year and `value` kgCO2e for each of them."""
    supplier = make.SupplierFactory.create(**more)
    Enrolment.objects.create(
        buyer=world.buyer, supplier=supplier, commodity="cable", started_on=dt.date(2021, 1, 1)
    )
    for year in years:
        a_year(supplier, factor, value, year, months=months)
    return supplier


def a_year(supplier: Supplier, factor: Factor, value: int, year: int, *, months: int = 12) -> None:
    site = make.SiteFactory.create(supplier=supplier)
    for month in range(1, months + 1):
        first = dt.date(year, month, 1)
        record = ActivityRecord.objects.create(
            supplier=supplier, site=site, carrier="electricity", start=first, end=first, quantity=1,
            quantity_given=1, unit_given="kWh",
        )  # fmt: skip
        EmissionLine.objects.create(
            supplier=supplier, record=record, year=year, month=month, record_start=first, carrier="electricity",
            scope=2, category="purchased_electricity", basis="location", factor=factor, factor_code=factor.code,
            quantity=1, kgco2e=100 * value,
        )  # fmt: skip
    disclosure.output(
        site, start=dt.date(year, 1, 1), end=dt.date(year, 12, 31), value=1200, **disclosure.submitted()
    )


@pytest.fixture
def five(world: World, factor: Factor) -> list[Supplier]:
    with all_tenants("tests"):
        return [company(world, factor, value, 2022, 2023) for value in VALUES]


@pytest.fixture
def anna(world: World) -> Iterator[Actor]:
    with entered(Scope(buyer_id=world.buyer.pk)):
        yield world.actor(world.anna)


def publish(world: World, year: int) -> actions.Published:
    with entered(Scope(buyer_id=world.buyer.pk)):
        return actions.publish(by=world.actor(world.anna), year=year)


def test_five_complete_companies_make_a_group(world: World, five: list[Supplier]) -> None:
    (figure,) = publish(world, 2023).figures
    assert (figure.commodity, figure.size_band, figure.unit, figure.companies_at_least) == (
        "cable",
        "M",
        "万元",
        5,
    )
    assert [figure.p25, figure.p50, figure.p75] == [19, 39, 70]  # 19.6 would be 20, a company's own


def test_incomplete_years_do_not_count(world: World, factor: Factor, five: list[Supplier]) -> None:
    with all_tenants("tests"):
        short = company(world, factor, 70, 2023, months=11)
        drafts = company(world, factor, 70, 2023)
        Output.objects.filter(supplier=drafts).update(state="draft")
        found = intensity.of_year([five[0].pk, short.pk, drafts.pk], 2023)
    assert {pk: one.value for pk, one in found.items()} == {five[0].pk: 10}


def test_four_are_no_group(world: World, five: list[Supplier]) -> None:
    with all_tenants("tests"):
        Output.objects.filter(supplier=five[0]).update(state="draft")
    with pytest.raises(Refusal, match=r"industry\.no_group"):
        publish(world, 2023)


def test_a_year_is_published_once_whoever_comes_or_goes(
    world: World, factor: Factor, five: list[Supplier]
) -> None:
    publish(world, 2023)
    with all_tenants("tests"):
        before = list(IndustryFigure.objects.values())
        company(world, factor, 70, 2023)
    with pytest.raises(Refusal, match=r"industry\.published"):
        publish(world, 2023)
    with all_tenants("tests"):
        Enrolment.objects.filter(supplier=five[0]).update(ended_on=dt.date(2025, 1, 1))
    with pytest.raises(Refusal, match=r"industry\.published"):
        publish(world, 2023)
    with all_tenants("tests"):
        assert list(IndustryFigure.objects.values()) == before


def test_a_newcomer_waits_and_a_leaver_holds_the_group_back(
    world: World, factor: Factor, five: list[Supplier]
) -> None:
    (first,) = publish(world, 2022).figures
    with all_tenants("tests"):
        company(world, factor, 9_000, 2023, 2024)
    (second,) = publish(world, 2023).figures
    # the same five with the same values: the newcomer of 9 000 is not in it
    assert (second.p25, second.p50, second.p75) == (first.p25, first.p50, first.p75)
    with all_tenants("tests"):
        for one in five[1:]:
            a_year(one, factor, 40, 2024)
    # 2024: four of the five and the newcomer: differs by two from what is out
    with pytest.raises(Refusal, match=r"industry\.no_group"):
        publish(world, 2024)
    with all_tenants("tests"):
        for _number in range(5):
            company(world, factor, 60, 2024)
    assert len(publish(world, 2024).figures) == 1


def test_a_running_year_is_not_published(world: World, five: list[Supplier]) -> None:
    for year in (2025, 2026, 1990):
        with pytest.raises(Refusal, match=r"industry\.year"):
            publish(world, year)


def test_no_pair_of_answers_reveals_a_company(world: World, factor: Factor, five: list[Supplier]) -> None:
    """Every filter combination of the API, before and after a company came, over two years.

    Answers are whole published groups: any two are equal or about memberships that differ by nobody or by five.
    """
    with all_tenants("tests"):
        for value in (3, 6, 9, 12, 15, 18):
            company(world, factor, value, 2022, 2023, employees=100)
    publish(world, 2022)
    answers = _answers(world)
    with all_tenants("tests"):
        newcomer = company(world, factor, 7_777, 2022, 2023, employees=100)
    publish(world, 2023)
    answers |= _answers(world)
    with all_tenants("tests"):
        rows = {
            tuple(row) for row in IndustryFigure.objects.values_list("year", "size_band", "p25", "p50", "p75")
        }
        members = _members()
    assert {row for answer in answers for row in answer} <= {
        (year, band, float(p25), float(p50), float(p75)) for year, band, p25, p50, p75 in rows
    }  # no total, no sum over groups, nothing beside the published rows
    assert all(newcomer.pk not in group for group in members.values())
    for (one, first), (other, second) in combinations(members.items(), 2):
        if one[1:] == other[1:]:  # the same group in another year
            assert not 0 < len(first ^ second) < 5
        else:
            assert not first & second  # groups never overlap
    for band, values in (("M", VALUES), ("S", (3, 6, 9, 12, 15, 18))):
        assert not set(values) & {figure for row in rows if row[1] == band for figure in row[2:]}


def _answers(world: World) -> set[tuple[Any, ...]]:
    client, found = world.client(world.paula), set()
    for year, commodity, band, unit in product(("", 2022, 2023), ("", "cable"), ("", "S", "M"), ("", "万元")):
        asked = {"year": year, "commodity": commodity, "size_band": band, "unit": unit}
        answer = client.get("/api/v1/industry/", {name: value for name, value in asked.items() if value})
        assert answer.status_code == 200
        rows = answer.json()["results"]
        assert all(row["companies_at_least"] % 5 == 0 and row["own"] is None for row in rows)
        found.add(tuple((row["year"], row["size_band"], row["p25"], row["p50"], row["p75"]) for row in rows))
    return found


def _members() -> dict[tuple[Any, ...], frozenset[int]]:
    return {
        (data["year"], *one["group"]): frozenset(one["members"])
        for data in AuditEntry.objects.filter(act=programs.ACT).values_list("data", flat=True)
        for one in data["groups"]
    }


def test_a_company_in_two_programs_counts_in_the_one_it_joined_first(
    world: World, factor: Factor, five: list[Supplier]
) -> None:
    """The other program has all ten companies, and counts its own five: 3, 6, 12, 24 and 48."""
    with all_tenants("tests"):
        theirs = [make.SupplierFactory.create() for _number in range(5)]
        for one, value in zip(theirs, (3, 6, 12, 24, 48), strict=True):
            a_year(one, factor, value, 2023)
        for one in (*theirs, *five):
            Enrolment.objects.create(
                buyer=world.other_buyer, supplier=one, commodity="wire", started_on=dt.date(2022, 1, 1)
            )
    with entered(Scope(buyer_id=world.other_buyer.pk)):
        (other,) = actions.publish(by=world.actor(world.otto), year=2023).figures
    (first,) = publish(world, 2023).figures
    with all_tenants("tests"):
        by_program = _members()
        both = make.member("supplier_reader", supplier=five[3])
    assert by_program == {
        (2023, "wire", "M", "万元"): {one.pk for one in theirs},
        (2023, "cable", "M", "万元"): {one.pk for one in five},
    }
    # weights of the median of five, as in test_percentiles: 0.058 x 3 + 0.26 x 6 + 0.365 x 12 + 0.26 x 24 + 0.058 x 48 = 15.1
    assert (first.p50, other.p50) == (39, 15)
    # its place it sees in both: 50 is under the third quartile of the first and over that of the other
    rows = world.client(both).get("/api/v1/industry/").json()["results"]
    assert {row["commodity"]: (row["own"], row["quarter"]) for row in rows} == {
        "cable": (50, 3),
        "wire": (50, 4),
    }


def test_who_may_publish(world: World, five: list[Supplier]) -> None:
    assert world.client(world.paula).post("/industry/publish/", {"year": "2023"}).status_code == 403
    assert world.client(world.alice).post("/industry/publish/", {"year": "2023"}).status_code == 403
    assert world.client(world.anna).post("/industry/publish/", {"year": "2023"}).status_code == 302
    page = world.client(world.paula).get("/industry/").content.decode()
    assert ">39<" in page and "cable" in page


def test_a_supplier_sees_its_own_group_and_place_and_no_other(world: World, five: list[Supplier]) -> None:
    publish(world, 2023)
    with all_tenants("tests"):
        own: Membership = make.member("supplier_reader", supplier=five[3])
    (row,) = world.client(own).get("/api/v1/industry/").json()["results"]
    assert (row["own"], row["quarter"], row["p50"]) == (50, 3, 39)  # 39 < 50 <= 70
    assert world.client(world.alice).get("/api/v1/industry/").json()["results"] == []  # pcb, another group
    assert ">39<" not in world.client(world.alice).get("/industry/").content.decode()
    assert world.client(world.otto).get("/api/v1/industry/").json()["results"] == []
