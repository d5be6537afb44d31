"""The quarter over real tables: the worked example from evidence to total, and a fixed number of queries."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scorecards import actions
from scorecards.models import Exemption, IndicatorValue, Scorecard
from suppliers.models import Credential, Incident
from tests.factories import scorecards as make
from tests.factories.suppliers import BuyerFactory

pytestmark = pytest.mark.usefixtures("everyone")


@pytest.fixture
def buyer(everyone):
    return BuyerFactory.create(code="CHAIN")


def values_of(edition, supplier):
    rows = IndicatorValue.objects.filter(edition=edition, supplier=supplier)
    return {row.indicator: row for row in rows}


def card_of(edition, supplier):
    return Scorecard.objects.get(edition=edition, supplier=supplier)


def test_the_worked_example_from_its_evidence(buyer):
    supplier = make.enrolled(buyer)
    make.example(supplier, buyer)
    edition = make.quarter(buyer)
    values = values_of(edition, supplier)
    assert {name: round(row.points, 2) for name, row in values.items()} == {
        "I1": 69.5, "I2": 74.0, "I3": 38.33, "I4": 60.0, "I5": 100.0, "I6": 60.88, "I7": 74.0, "I8": 75.0,
    }  # fmt: skip
    card = card_of(edition, supplier)
    assert (float(card.total), card.grade, card.rank) == (67.0, "C", 1)
    assert float(card.coverage_percent) == 100.0
    assert values["I6"].value == pytest.approx(3.0)
    assert values["I1"].data["expires"] == "2025-06-30"
    assert values["I1"].gain == pytest.approx(10.5 * 0.2)
    assert values["I3"].value == pytest.approx(18.0)


def test_a_supplier_without_anything_is_listed_last_with_everything_missing(buyer):
    strong, empty = make.enrolled(buyer), make.enrolled(buyer)
    make.example(strong, buyer)
    edition = make.quarter(buyer)
    card = card_of(edition, empty)
    assert (float(card.total), card.grade, card.rank, float(card.coverage_percent)) == (0.0, "D", 2, 0.0)
    assert {row.state for row in values_of(edition, empty).values()} == {"missing"}


def test_only_those_enrolled_on_the_last_day_are_scored(buyer):
    inside = make.enrolled(buyer)
    make.enrolled(buyer, since=dt.date(2025, 1, 1))
    make.enrolled(BuyerFactory.create())
    edition = make.quarter(buyer)
    assert list(Scorecard.objects.filter(edition=edition).values_list("supplier_id", flat=True)) == [
        inside.pk
    ]


def test_evidence_waits_for_this_buyers_review_and_last_points_are_carried_once(buyer):
    supplier = make.enrolled(buyer)
    old = make.handed_in(
        Credential, supplier, kind="ecovadis", score=58, lowest_theme=45, issued_on=dt.date(2023, 9, 1)
    )
    make.accepted(old, buyer)
    make.quarter(buyer, label="FY24Q1", until="published")
    renewed = make.handed_in(
        Credential, supplier, kind="ecovadis", score=70, lowest_theme=45, issued_on=dt.date(2024, 9, 20)
    )
    make.accepted(renewed, BuyerFactory.create())  # another buyer's verdict says nothing here
    second = make.quarter(buyer, label="FY24Q2", until="published")
    value = values_of(second, supplier)["I1"]
    assert (value.state, value.points, value.reason) == ("pending", 69.5, "pending.carried")
    third = make.quarter(buyer, label="FY24Q3")
    value = values_of(third, supplier)["I1"]
    assert (value.state, value.points, value.reason) == ("pending", 0.0, "pending.carried_before")
    make.accepted(renewed, buyer)
    value = values_of(actions.compute(by=make.SYSTEM, edition=third), supplier)["I1"]
    assert (value.state, value.points) == ("scored", 85.0)


def test_the_gate_holds_two_quarters_after_closing(buyer):
    supplier, other = make.enrolled(buyer), make.enrolled(buyer)
    make.example(supplier, buyer)
    incident = Incident.objects.create(
        buyer=buyer, supplier=supplier, kind="child_labour", opened_on=dt.date(2024, 5, 1)
    )
    edition = make.quarter(buyer)
    card = card_of(edition, supplier)
    assert (card.gated, card.grade, card.rank, card.unranked_reason) == (True, "D", None, "gated")
    assert card_of(edition, other).rank == 1
    for closed, gated in (("2024-09-01", True), ("2024-06-30", False), ("2025-01-05", True)):
        incident.closed_on = dt.date.fromisoformat(closed)
        incident.save()
        assert card_of(actions.compute(by=make.SYSTEM, edition=edition), supplier).gated == gated


def test_an_exemption_spreads_the_weight(buyer):
    supplier = make.enrolled(buyer)
    make.example(supplier, buyer)
    Exemption.objects.create(
        buyer=buyer, supplier=supplier, indicator="I8", from_day=dt.date(2024, 1, 1), reason="no own people"
    )
    edition = make.quarter(buyer)
    value = values_of(edition, supplier)["I8"]
    assert (value.state, value.points) == ("not_applicable", None)
    # 67.032 - 3.75 = 63.282 of 95 weight
    assert float(card_of(edition, supplier).total) == 66.6


def test_previous_rank_comes_from_the_last_published_edition_of_the_quarter_before(buyer):
    supplier = make.enrolled(buyer)
    first = make.quarter(buyer, label="FY24Q2", until="published")
    assert card_of(first, supplier).previous_rank is None
    restated = actions.restate(by=make.SYSTEM, edition=first, reason="late evidence")
    actions.compute(by=make.SYSTEM, edition=restated)
    assert card_of(make.quarter(buyer), supplier).previous_rank == 1


def test_computing_again_gives_the_same_and_leaves_nothing_behind(buyer):
    supplier = make.enrolled(buyer)
    make.example(supplier, buyer)
    edition = make.quarter(buyer)
    before = card_of(edition, supplier).total
    actions.compute(by=make.SYSTEM, edition=edition)
    assert card_of(edition, supplier).total == before
    assert Scorecard.objects.count() == 1
    assert IndicatorValue.objects.count() == 8


def test_queries_do_not_grow_with_the_suppliers(buyer):
    def count_with(number):
        for _ in range(number):
            make.example(make.enrolled(buyer), buyer)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            actions.compute(by=make.SYSTEM, edition=edition)
        return len(queries)

    edition = make.quarter(buyer, until="open")
    three = count_with(3)
    assert count_with(27) == three
    assert three < 40


def test_no_supplier_at_all_gives_an_empty_edition(buyer):
    edition = make.quarter(buyer, until="published")
    assert Scorecard.objects.filter(edition=edition).count() == 0
