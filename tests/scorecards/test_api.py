"""The scorecard API: shapes of the contract, who sees what, the steps of the quarter, the hand-off."""

from __future__ import annotations

import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from scorecards import actions
from scorecards.models import Edition
from suppliers.models import Enrolment
from suppliers.tenants import tokens
from suppliers.tenants.all_tenants import all_tenants
from tests.factories import scorecards as make

RANKING = "/api/v1/rankings/FY24Q3/"


@pytest.fixture
def quarter(world):
    """Alice's company as in the worked example, the neighbour with nothing, computed."""
    with all_tenants("tests"):
        make.example(world.supplier, world.buyer)
        return make.quarter(world.buyer)


def carry(edition, *, until):
    with all_tenants("tests"):
        edition = actions.lock(by=make.SYSTEM, edition=edition)
        if until == "published":
            edition = actions.publish(by=make.SYSTEM, edition=edition, confirm=edition.label)
    return edition


@pytest.fixture
def published(quarter):
    return carry(quarter, until="published")


def client(who):
    """A machine that speaks for this member, or for nobody."""
    if who is None:
        return Client()
    return Client(headers={"authorization": f"Token {tokens.issue(user=who.user, name='test')}"})


def get(world, who, url, status=200):
    response = client(who).get(url)
    assert response.status_code == status, response.content
    return response.json() if response.content else None


def test_the_ranking_has_the_shape_of_the_contract(world, published):
    body = get(world, world.paula, RANKING)
    assert {"label", "number", "state", "count", "next", "previous", "results"} <= body.keys()
    assert (body["label"], body["number"], body["state"], body["count"]) == ("FY24Q3", 1, "published", 2)
    first, second = body["results"]
    assert (first["rank"], first["supplier"], first["total"], first["grade"]) == (1, "ALPHA", 67.0, "C")
    assert first["coverage"] == 100.0
    assert first["previous_rank"] is None
    assert first["group"] == "pcb/M"
    assert first["indicators"]["I1"] == 69.5
    assert (second["rank"], second["supplier"], second["total"]) == (2, "BETA", 0.0)


def test_filters_order_and_pages(world, published):
    assert [row["supplier"] for row in get(world, world.paula, RANKING + "?grade=C")["results"]] == ["ALPHA"]
    assert get(world, world.paula, RANKING + "?commodity=metal")["count"] == 0
    page = get(world, world.paula, RANKING + "?page_size=1&page=2&order=supplier")
    assert [row["supplier"] for row in page["results"]] == ["BETA"]
    assert page["count"] == 2
    assert page["previous"]
    get(world, world.paula, RANKING + "?edition=0", 400)
    get(world, world.paula, RANKING + "?order=secret", 400)
    get(world, world.paula, RANKING + "?edition=9", 404)
    get(world, world.paula, "/api/v1/rankings/FY99Q9/", 404)


def test_a_supplier_sees_its_own_row_only_and_only_when_released(world, quarter):
    get(world, world.alice, RANKING, 404)
    assert get(world, world.alice, "/api/v1/rankings/")["count"] == 0
    carry(quarter, until="published")
    for who, code in ((world.alice, "ALPHA"), (world.bob, "ALPHA"), (world.charlie, "BETA")):
        body = get(world, who, RANKING)
        assert [row["supplier"] for row in body["results"]] == [code]
        assert body["count"] == 1
    assert get(world, world.alice, "/api/v1/rankings/")["count"] == 1


def test_strangers_find_nothing(world, published):
    get(world, world.otto, RANKING, 404)
    get(world, world.otto, "/api/v1/scorecards/FY24Q3/ALPHA/", 404)
    get(world, world.otto, "/api/v1/spe/FY24Q3/", 404)
    get(world, world.charlie, "/api/v1/scorecards/FY24Q3/ALPHA/", 404)
    get(world, world.alice, "/api/v1/scorecards/FY24Q3/BETA/", 404)
    get(world, world.alice, "/api/v1/scorecards/FY24Q3/NOBODY/", 404)
    get(world, world.vera, RANKING, 403)
    assert client(None).get(RANKING).status_code == 401


def test_a_scorecard_says_why_and_what_would_raise_it(world, published):
    body = get(world, world.alice, "/api/v1/scorecards/FY24Q3/ALPHA/")
    assert [part["indicator"] for part in body["indicators"]] == [f"I{n}" for n in range(1, 9)]
    first = body["indicators"][0]
    assert first["reason"] == "EcoVadis 58 分，最低主题 45 ≥ 30，有效期至 2025-06-30"
    assert first["how"] == "EcoVadis 总分提高到 65 分，总分 +2.1"
    assert (first["points"], first["weight"], first["state"], first["unit"]) == (69.5, 20, "scored", "")
    assert first["evidence"][0]["url"].startswith("/evidence/")
    english = client(world.paula).get("/api/v1/scorecards/FY24Q3/ALPHA/", headers={"accept-language": "en"})
    assert english.json()["indicators"][0]["reason"].startswith("EcoVadis 58, lowest theme 45")


def test_the_admin_runs_the_quarter_and_nobody_else(world):
    with all_tenants("tests"):
        make.example(world.supplier, world.buyer)
    for who in (world.alice, world.bob, world.charlie, world.paula, world.vera):
        for step in ("compute", "lock", "publish"):
            assert client(who).post(f"{RANKING}{step}/").status_code == 403
    admin = client(world.anna)
    assert admin.post("/api/v1/rankings/FY24Q9/compute/").json()["code"] == "edition.label"
    assert admin.post(f"{RANKING}lock/").status_code == 404
    assert admin.post(f"{RANKING}compute/").json()["state"] == "computed"
    refused = admin.post(f"{RANKING}publish/")
    assert (refused.status_code, refused.json()["code"]) == (409, "edition.state")
    assert admin.post(f"{RANKING}lock/").json()["state"] == "locked"
    assert admin.post(f"{RANKING}compute/").json()["code"] == "edition.state"
    wrong = admin.post(f"{RANKING}publish/", {"confirm": "FY24Q2"}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "edition.confirm")
    done = admin.post(f"{RANKING}publish/").json()
    assert done["state"] == "published"
    assert len(done["digest"]) == 64
    assert client(world.otto).post(f"{RANKING}lock/").status_code == 404


def test_the_hand_off_as_json_csv_and_workbook(world, quarter):
    assert get(world, world.paula, "/api/v1/spe/FY24Q3/", 409)["code"] == "edition.state"
    carry(quarter, until="published")
    body = get(world, world.paula, "/api/v1/spe/FY24Q3/")
    # points: 10 % of SPE x 67.0
    assert [(row["supplier"], row["value"]) for row in body["results"]] == [("ALPHA", 6.7), ("BETA", 0.0)]
    csv = client(world.paula).get("/api/v1/spe/FY24Q3/?format=csv")
    assert csv["Content-Type"].startswith("text/csv")
    lines = csv.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("supplier,name,erp_code")
    assert lines[1].startswith("ALPHA,阿尔法")
    xlsx = client(world.paula).get("/api/v1/spe/FY24Q3/?format=xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(xlsx.content)).get_sheet_by_index(0).to_python()
    assert rows[1][0] == "ALPHA"
    assert rows[1][4] == 67.0
    own = get(world, world.alice, "/api/v1/spe/FY24Q3/")
    assert [row["supplier"] for row in own["results"]] == ["ALPHA"]
    missing = client(world.paula).get("/api/v1/spe/FY20Q1/?format=csv")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


def test_a_supplier_of_several_buyers_names_one(world, published):
    with all_tenants("tests"):
        Enrolment.objects.create(
            buyer=world.other_buyer, supplier=world.supplier, commodity="pcb", started_on=make.QUARTER_END
        )
    assert get(world, world.alice, RANKING, 400)["code"] == "buyer.required"
    assert get(world, world.alice, RANKING + "?buyer=LCFC")["count"] == 1
    get(world, world.alice, RANKING + "?buyer=OTHER", 404)
    get(world, world.charlie, RANKING + "?buyer=OTHER", 404)


@pytest.mark.parametrize("url", [RANKING, "/api/v1/rankings/", "/api/v1/spe/FY24Q3/"])
def test_queries_do_not_grow_with_the_rows(world, url):
    def count():
        reader = client(world.paula)
        reader.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(url).status_code == 200
        return len(queries)

    with all_tenants("tests"):
        make.quarter(world.buyer, label="FY24Q2", until="published")
        make.quarter(world.buyer, label="FY24Q3", until="published")
    few = count()
    with all_tenants("tests"):
        for _ in range(5):
            make.enrolled(world.buyer)
        newest = Edition.objects.get(buyer=world.buyer, label="FY24Q3")
        newer = actions.restate(by=make.SYSTEM, edition=newest, reason="more suppliers")
        newer = actions.compute(by=make.SYSTEM, edition=newer)
        newer = actions.lock(by=make.SYSTEM, edition=newer)
        actions.publish(by=make.SYSTEM, edition=newer, confirm="FY24Q3")
    assert count() == few
