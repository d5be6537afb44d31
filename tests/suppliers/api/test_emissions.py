from __future__ import annotations

import hashlib

import pytest

from suppliers.models import EmissionLine
from suppliers.tenants.all_tenants import all_tenants
from tests.suppliers.api.conftest import ABSENT, GOOD, queries_of


@pytest.mark.parametrize(
    ("by", "key"),
    [
        ("scope", "2"),
        ("site", "HF"),
        ("month", "2023-03"),
        ("carrier", "electricity"),
        ("category", "purchased_electricity"),
    ],
)
def test_sums_by_every_key(world, api, accepted, by, key):
    status, body = api(world.alice).get(f"emissions/?year=2023&by={by}")
    assert status == 200
    # 1 000 kWh x 0.6553 kg/kWh (Anhui 2023); 1 000 kWh x 0.1229 kgce/kWh = 0.1229 tce; no certificate covers any, so by the
    # market 1 000 kWh x 0.6096 (China 2023 without market-traded non-fossil power)
    assert body == [{"key": key, "kgco2e_location": 655.3, "kgco2e_market": 609.6, "tce": 0.1229}]
    # several years at once, or a reader who may not see the whole year: not to be said
    assert api(world.alice).get(f"emissions/?by={by}")[1][0]["kgco2e_market"] is None
    assert api(world.paula).get(f"emissions/?year=2023&by={by}")[1][0]["kgco2e_market"] is None


def test_a_year_without_lines_is_an_empty_list(world, api, accepted):
    assert api(world.alice).get("emissions/?year=2022") == (200, [])
    assert len(api(world.alice).get("emissions/")[1]) == 1


@pytest.mark.parametrize(
    "query",
    ["by=colour", "by=", "by=%00", "by=year&by=x", "year=last", "year=1e3", "year=-1", "year=%00",
     "year=" + "9" * 30, "year=" + "9" * 5000, "year=1800"],
)  # fmt: skip
def test_a_question_that_cannot_be_read_is_400_with_a_code(world, api, query):
    status, body = api(world.alice).get(f"emissions/?{query}")
    if query == "by=":
        assert status == 200  # an empty value is no value
        return
    assert (status, body["code"]) == (400, "invalid")
    assert body["issues"][0]["column"] in query


def test_lines_are_figures(world, api, accepted):
    status, body = api(world.alice).get("emissions/lines/?year=2023&site=HF&carrier=electricity")
    assert (status, body["count"]) == (200, 1)
    (line,) = body["results"]
    assert (line["supplier"], line["site"], line["year"], line["month"]) == ("ALPHA", "HF", 2023, 3)
    assert (line["scope"], line["basis"], line["unit"]) == (2, "location", "kWh")
    assert (line["quantity"], line["kgco2e"], line["kgce"]) == (1000.0, 655.3, 122.9)
    for query, count in (
        ("from=2023-03-20", 1),
        ("from=2023-04-01", 0),
        ("to=2023-02-28", 0),
        ("year=2022", 0),
    ):
        assert api(world.alice).get(f"emissions/lines/?{query}")[1]["count"] == count


def test_the_trace_names_factor_source_file_and_row(world, api, accepted):
    alice = api(world.alice)
    line = alice.get("emissions/lines/")[1]["results"][0]
    status, trace = alice.get(f"emissions/lines/{line['id']}/trace/")
    assert status == 200
    assert set(trace) == {"line", "factor", "record", "source"}
    assert trace["line"]["kgco2e"] == 655.3
    assert (trace["factor"]["code"], trace["factor"]["value"]) == (line["factor"], 0.6553)
    assert trace["factor"]["unit"]
    assert trace["factor"]["source"]
    assert trace["factor"]["edition"]
    assert trace["record"]["id"] == line["record"]
    source = trace["source"]
    assert source["kind"] == "upload"
    assert source["file"] == "energy.csv"
    assert source["sha256"] == hashlib.sha256(GOOD.encode()).hexdigest()
    assert source["row"] == 2


def test_anothers_line_answers_as_an_absent_one(world, api, accepted):
    line = api(world.alice).get("emissions/lines/")[1]["results"][0]["id"]
    for who in (world.charlie, world.otto):
        absent = api(who).get(f"emissions/lines/{ABSENT}/trace/")
        assert absent[0] == 404
        assert api(who).get(f"emissions/lines/{line}/trace/") == absent
        assert api(who).get("emissions/") == (200, [])
    assert api(world.paula).get(f"emissions/lines/{line}/trace/")[0] == 200
    assert api(world.paula).get("emissions/?supplier=ALPHA")[1][0]["kgco2e_location"] == 655.3
    assert api(world.vera).get(f"emissions/lines/{line}/trace/")[0] == 403
    assert api(None).get(f"emissions/lines/{line}/trace/")[0] == 401


def test_the_list_asks_as_often_for_thirty_as_for_three(world, api, accepted):
    def copy(count: int) -> None:
        with all_tenants("tests"):
            line = EmissionLine.objects.order_by("id")[0]
            for _number in range(count):
                line.pk = None
                line.save(force_insert=True)

    alice = api(world.alice)
    copy(2)
    few = [queries_of(lambda path=path: alice.get(path)) for path in ("emissions/lines/", "emissions/")]
    copy(27)
    many = [queries_of(lambda path=path: alice.get(path)) for path in ("emissions/lines/", "emissions/")]
    assert many == few
    assert alice.get("emissions/lines/")[1]["count"] == 30
