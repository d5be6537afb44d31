"""The scorecard page: a supplier sees its own released ones, a buyer those of its enrolled suppliers."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scorecards import actions
from suppliers.tenants.all_tenants import all_tenants
from tests.factories import scorecards as make

PAGE = "/scorecards/FY24Q3/ALPHA/"


@pytest.fixture
def quarter(world):
    with all_tenants("tests"):
        make.example(world.supplier, world.buyer)
        return make.quarter(world.buyer)


@pytest.fixture
def published(quarter):
    with all_tenants("tests"):
        edition = actions.lock(by=make.SYSTEM, edition=quarter)
        return actions.publish(by=make.SYSTEM, edition=edition, confirm="FY24Q3")


def english(world, who):
    client = world.client(who)
    client.cookies["django_language"] = "en"
    return client


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def test_who_sees_a_published_scorecard(world, published):
    for reader in (world.alice, world.bob, world.clara, world.paula, world.anna):
        assert world.client(reader).get(PAGE).status_code == 200
    for stranger in (world.charlie, world.otto):
        assert world.client(stranger).get(PAGE).status_code == 404
    assert world.client(world.vera).get(PAGE).status_code == 403
    assert world.client(None).get(PAGE).status_code == 302


def test_before_the_preview_only_the_buyer_sees_it(world, quarter):
    assert world.client(world.paula).get(PAGE).status_code == 200
    assert world.client(world.alice).get(PAGE).status_code == 404
    assert "67.0" not in text(world.client(world.alice).get("/scorecard/"))
    with all_tenants("tests"):
        actions.preview(by=make.SYSTEM, edition=quarter)
    page = text(english(world, world.alice).get(PAGE))
    assert "67.0" in page
    assert "Preview: totals and ranks may still change" in page


@pytest.mark.parametrize(
    "url", ["/scorecards/FY99Q1/ALPHA/", "/scorecards/FY24Q3/NOBODY/", "/scorecards/FY24Q3/GAMMA/"]
)
def test_what_does_not_exist_or_is_not_enrolled_is_absent(world, published, url):
    assert world.client(world.paula).get(url).status_code == 404
    assert world.client(world.alice).get(url).status_code == 404


def test_own_page_shows_total_grade_reason_gain_and_evidence(world, published):
    page = text(english(world, world.alice).get("/scorecard/"))
    assert "67.0" in page
    assert "EcoVadis 58" in page  # the reason beside I1
    assert "+2.1 if the EcoVadis score rises to 65" in page  # (80 - 69.5) x 20 % = 2.1
    assert "/evidence/credentials/" in page
    assert page.count('class="indicator"') == 8
    assert "v1" in page


def test_the_own_page_is_for_suppliers(world, published):
    assert world.client(world.paula).get("/scorecard/").status_code == 403
    assert world.client(world.vera).get("/scorecard/").status_code == 403
    assert world.client(None).get("/scorecard/").status_code == 302
    assert world.client(world.alice).get("/scorecard/?buyer=OTHER").status_code == 404


def test_without_a_released_scorecard_the_page_says_what_to_do(world):
    page = text(english(world, world.charlie).get("/scorecard/"))
    assert "No scorecard has been released to you yet" in page


def test_history_shows_only_quarters_the_reader_may_see(world, published):
    with all_tenants("tests"):
        make.quarter(world.buyer, label="FY24Q4")
    own = world.client(world.alice).get("/scorecard/").context
    assert [row[0] for row in own["history"]["rows"]] == ["FY24Q3"]
    buyers = world.client(world.paula).get("/scorecards/FY24Q4/ALPHA/").context
    assert [row[0] for row in buyers["history"]["rows"]] == ["FY24Q4", "FY24Q3"]


def test_the_expiry_stands_beside_the_evidence(world, published):
    with all_tenants("tests"):
        credential = make.Credential.objects.get(supplier=world.supplier, kind="iso_14001")
        credential.expires_on = make.QUARTER_END.replace(year=2025, month=3)
        credential.save()
    assert "until 2025-03-31" in text(english(world, world.alice).get(PAGE))


def test_the_query_count_does_not_grow_with_the_evidence(world, published):
    client = world.client(world.alice)

    def counted():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        return len(queries)

    few = counted()
    with all_tenants("tests"):
        for number in range(20):
            make.handed_in(
                make.Credential,
                world.supplier,
                kind="iso_50001",
                number=str(number),
                issued_on=make.QUARTER_END,
            )
    assert counted() == few
