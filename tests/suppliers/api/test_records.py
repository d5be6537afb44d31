from __future__ import annotations

import datetime as dt

import pytest

from suppliers.models import ActivityRecord, Enrolment
from suppliers.tenants.all_tenants import all_tenants
from tests.factories.suppliers import MeterFactory
from tests.suppliers.api.conftest import queries_of


def test_a_record_as_it_came_and_as_it_counts(world, api, accepted):
    status, body = api(world.bob).get("records/")
    assert (status, body["count"], body["next"], body["previous"]) == (200, 1, None, None)
    (record,) = body["results"]
    del record["id"]
    assert record == {
        "supplier": "ALPHA",
        "site": "HF",
        "meter": None,
        "carrier": "electricity",
        "start": "2023-03-01",
        "end": "2023-03-31",
        "quantity": 1000.0,
        "unit": "kWh",
        "quantity_given": 1000.0,
        "unit_given": "kWh",
        "document": "B-1",
        "source": {"kind": "upload", "upload": accepted["id"], "row": 2},
    }


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("site=HF", 1),
        ("site=XX", 0),
        ("carrier=electricity", 1),
        ("carrier=diesel", 0),
        ("from=2023-03-31", 1),
        ("from=2023-04-01", 0),
        ("to=2023-03-01", 1),
        ("to=2023-02-28", 0),
        ("from=2023-03-10&to=2023-03-12", 1),
        ("supplier=ALPHA", 1),
        ("site=&carrier=&from=", 1),
    ],
)
def test_filters(world, api, accepted, query, count):
    assert api(world.alice).get(f"records/?{query}")[1]["count"] == count


MALFORMED = [
    "from=yesterday",
    "to=2023-02-30",
    "from=2023-13-01",
    "from=99999-01-01",
    "to=%00",
    "site=%00",
    "carrier=a%00b",
    "supplier=%00",
    "site=" + "x" * 5000,
    "from=2024-01-02&to=2024-01-01",
]


@pytest.mark.parametrize("query", MALFORMED)
@pytest.mark.parametrize("path", ["records/", "sites/", "meters/", "emissions/lines/"])
def test_a_filter_that_cannot_be_read_is_400_with_a_code(world, api, path, query):
    status, body = api(world.alice).get(f"{path}?{query}")
    assert (status, body["code"]) == (400, "invalid")
    assert body["issues"][0]["column"] in query


@pytest.mark.parametrize("page", ["0", "-1", "x", "%00", "9" * 30, "9" * 5000])
@pytest.mark.parametrize("path", ["uploads/", "records/", "sites/", "meters/", "emissions/lines/"])
def test_a_page_that_is_not_there_is_404_and_a_wild_size_the_usual_one(world, api, path, page):
    status, body = api(world.alice).get(f"{path}?page={page}")
    assert (status, body["code"]) == (404, "not_found")
    assert api(world.alice).get(f"{path}?page_size={page}")[0] == 200


def test_buyers_read_their_enrolled_suppliers_and_nobody_else(world, api, accepted):
    for who in (world.paula, world.anna):
        assert api(who).get("records/")[1]["count"] == 1
        assert api(who).get("records/?supplier=ALPHA")[1]["count"] == 1
        assert api(who).get("records/?supplier=BETA")[1]["count"] == 0
    otto, charlie = api(world.otto), api(world.charlie)
    for path in ("records/", "sites/", "meters/", "uploads/", "emissions/", "emissions/lines/"):
        for who in (otto, charlie):
            foreign, absent = who.get(f"{path}?supplier=ALPHA"), who.get(f"{path}?supplier=NOBODY")
            assert foreign == absent
            assert foreign[0] == 404
        assert api(world.vera).get(path)[0] == 403
        assert api(None).get(path)[0] == 401
    assert charlie.get("records/")[1]["count"] == 0
    assert otto.get("records/")[1]["count"] == 0


def test_a_buyer_no_longer_sees_a_supplier_that_left(world, api, accepted):
    with all_tenants("tests"):
        Enrolment.objects.filter(supplier=world.supplier).update(ended_on=dt.date(2025, 1, 1))
    assert api(world.paula).get("records/")[1]["count"] == 0
    assert api(world.paula).get("records/?supplier=ALPHA")[0] == 404


def test_the_list_asks_as_often_for_thirty_as_for_three(world, api, accepted):
    def copy(count: int) -> None:
        with all_tenants("tests"):
            row = ActivityRecord.objects.get(upload_id=accepted["id"], carrier="electricity", meter=None)
            for _number in range(count):
                row.pk = None
                row.meter = MeterFactory.create(site=world.site)
                row.save(force_insert=True)

    alice = api(world.alice)
    copy(2)
    few = queries_of(lambda: alice.get("records/"))
    copy(27)
    assert queries_of(lambda: alice.get("records/")) == few
    assert len(alice.get("records/")[1]["results"]) == 30
    assert len(alice.get("records/?page_size=7")[1]["results"]) == 7
