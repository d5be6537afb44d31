"""The ranking page: who may read it, filter, sort, compare, and an export of exactly what is filtered."""

from __future__ import annotations

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from scorecards import actions
from scorecards.models import Edition, IndicatorValue, Scorecard
from suppliers.models import Enrolment
from suppliers.tenants.all_tenants import all_tenants
from tests.factories import scorecards as make

PAGE = "/ranking/FY24Q3/"


@pytest.fixture
def quarter(world):
    """Alice's company as in the worked example (67.0, C), the neighbour with nothing (0.0, D)."""
    with all_tenants("tests"):
        make.example(world.supplier, world.buyer)
        return make.quarter(world.buyer)


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def english(world, who):
    client = world.client(who)
    client.cookies["django_language"] = "en"
    return client


def order_of(page, *codes):
    """The codes in the order in which their rows stand on the page."""
    return sorted(codes, key=lambda code: page.index(f'value="{code}"'))


def more_suppliers(buyer, edition, count):
    """`count` further suppliers with a scorecard and eight values each, in the state the edition is in."""
    with all_tenants("tests"):
        for place in range(count):
            supplier = make.enrolled(buyer)
            card = Scorecard.objects.create(
                buyer=buyer, supplier=supplier, edition=edition, commodity="pcb", size_band="M", total=50, grade="D",
                rank=3 + place, coverage_percent=80, verified_percent=60,
            )  # fmt: skip
            for number in range(1, 9):
                IndicatorValue.objects.create(
                    buyer=buyer, supplier=supplier, edition=edition, scorecard=card, indicator=f"I{number}",
                    points=50, weight=12.5, state="scored", reason="i1.missing",
                )  # fmt: skip


@pytest.mark.parametrize("url", ["/ranking/", PAGE, "/ranking/FY24Q3/export.xlsx"])
def test_the_buyers_members_read_it_and_nobody_else(world, quarter, url):
    for reader in (world.paula, world.anna):
        assert world.client(reader).get(url).status_code == 200
    for supplier in (world.alice, world.bob, world.vera):
        assert world.client(supplier).get(url).status_code == 403
    anonymous = world.client(None).get(url)
    assert anonymous.status_code == 302
    assert anonymous.url.startswith("/accounts/login/")


def test_another_buyer_finds_no_such_quarter(world, quarter):
    stranger = world.client(world.otto)
    assert stranger.get(PAGE).status_code == 404
    assert stranger.get("/ranking/FY24Q3/export.xlsx").status_code == 404
    page = text(stranger.get("/ranking/"))
    assert "ALPHA" not in page


def test_rows_name_rank_total_grade_and_every_indicator(world, quarter):
    page = text(english(world, world.paula).get(PAGE))
    assert order_of(page, "BETA", "ALPHA") == ["ALPHA", "BETA"]
    assert "67.0" in page
    assert 'title="EcoVadis rating: 69.5"' in page
    assert 'href="/scorecards/FY24Q3/ALPHA/"' in page
    assert "Not published yet" in page


def test_chinese_is_the_first_language(world, quarter):
    page = text(world.client(world.paula).get(PAGE))
    assert "EcoVadis 评级" in page
    assert "阿尔法" in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("?grade=C", "ALPHA", "BETA"),
        ("?grade=D", "BETA", "ALPHA"),
        ("?q=alph", "ALPHA", "BETA"),
        ("?q=贝塔", "BETA", "ALPHA"),
        ("?commodity=pcb&grade=C", "ALPHA", "BETA"),
    ],
)
def test_filter_and_search(world, quarter, query, shown, hidden):
    page = text(world.client(world.paula).get(PAGE + query))
    assert f'value="{shown}"' in page
    assert f'value="{hidden}"' not in page


def test_nothing_found_says_what_to_do(world, quarter):
    page = text(english(world, world.paula).get(PAGE + "?commodity=metal"))
    assert "No supplier fits this choice" in page


@pytest.mark.parametrize(
    ("order", "first"),
    [("rank", "ALPHA"), ("-rank", "BETA"), ("total", "BETA"), ("-total", "ALPHA"), ("-supplier", "BETA"),
     ("I1", "BETA"), ("-I1", "ALPHA"), ("coverage", "BETA"), ("nonsense", "ALPHA")],
)  # fmt: skip
def test_every_column_sorts_both_ways(world, quarter, order, first):
    page = text(world.client(world.paula).get(f"{PAGE}?order={order}"))
    assert order_of(page, "ALPHA", "BETA")[0] == first


def test_unranked_are_listed_with_their_reason(world, quarter):
    with all_tenants("tests"):
        Scorecard.objects.filter(supplier=world.neighbour).update(
            rank=None, gated=True, unranked_reason="gate"
        )
    page = text(english(world, world.paula).get(PAGE))
    assert "Serious finding open" in page


def test_compare_side_by_side_passes_over_unknown_codes_and_stops_at_five(world, quarter):
    more_suppliers(world.buyer, quarter, 6)
    with all_tenants("tests"):
        codes = list(
            Enrolment.objects.filter(buyer=world.buyer)
            .order_by("supplier__code")
            .values_list("supplier__code", flat=True)
        )
    query = "&".join(f"compare={code}" for code in ["ALPHA", "GAMMA", *codes])
    context = english(world, world.paula).get(f"{PAGE}?{query}").context
    compared = [column["card"].supplier.code for column in context["compare"]["columns"]]
    assert "ALPHA" in compared
    assert "GAMMA" not in compared
    assert len(compared) <= 5
    assert len(context["compare"]["lines"]) == 8


def test_the_export_holds_exactly_the_filtered_rows(world, quarter):
    def codes(query):
        response = world.client(world.paula).get(f"/ranking/FY24Q3/export.xlsx{query}")
        assert response.status_code == 200
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()
        return [row[3] for row in sheet[1:]], sheet

    everyone, sheet = codes("")
    assert everyone == ["ALPHA", "BETA"]
    assert sheet[1][7] == 67.0
    assert codes("?grade=D")[0] == ["BETA"]
    assert codes("?order=total")[0] == ["BETA", "ALPHA"]
    assert codes("?q=nobody")[0] == []


def test_a_name_that_looks_like_a_formula_stays_text(world, quarter):
    with all_tenants("tests"):
        world.supplier.name = "=1+1"
        world.supplier.save()
    response = world.client(world.paula).get("/ranking/FY24Q3/export.xlsx?grade=C")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()
    assert sheet[1][4] == "=1+1"


@pytest.mark.parametrize(
    "url", [PAGE, "/ranking/FY24Q3/export.xlsx", PAGE + "?compare=ALPHA&compare=BETA&order=-I3"]
)
def test_the_query_count_does_not_grow_with_the_suppliers(world, quarter, url):
    client = world.client(world.paula)

    def counted():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    counted()
    more_suppliers(world.buyer, quarter, 1)
    few = counted()
    more_suppliers(world.buyer, quarter, 27)
    assert counted() == few


def test_pages_hold_fifty_rows(world, quarter):
    more_suppliers(world.buyer, quarter, 52)
    context = world.client(world.paula).get(PAGE + "?page=2").context
    assert len(context["rows"]) == 4
    assert context["page"].paginator.count == 54


def test_the_newest_computed_quarter_comes_first_and_before_any_a_word(world, quarter):
    with all_tenants("tests"):
        actions.open_edition(by=make.SYSTEM, buyer=world.buyer, label="FY24Q4")
    assert "FY24Q3" in text(world.client(world.paula).get("/ranking/"))
    with all_tenants("tests"):
        assert Edition.objects.filter(buyer=world.other_buyer).count() == 0
    assert "No quarter has been computed yet" in text(english(world, world.otto).get("/ranking/"))
