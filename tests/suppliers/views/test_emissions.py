"""Carbon pages and the trace from a figure to its cell."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from suppliers.models import EmissionLine
from suppliers.tenants.scope import Scope, entered

from .conftest import assert_doors


def line_of(world):
    with entered(Scope(supplier_id=world.supplier.pk)):
        return EmissionLine.objects.order_by("id").first()


def test_the_trace_names_factor_source_file_hash_and_row(world, accepted):
    page = world.client(world.alice).get(f"/carbon/lines/{line_of(world).pk}/trace/").content.decode()
    assert "655.3" in page  # 1 000 kWh in Anhui, March 2023
    assert "0.6553" in page
    assert line_of(world).factor_code in page
    assert accepted.sha256 in page
    assert "energy.csv" in page
    assert "Row 2 as it stands in the file" in page
    assert '<td class="cell-mark">1000</td>' in page
    assert "B-1" in page


def test_the_drawer_gets_a_fragment(world, accepted):
    url = f"/carbon/lines/{line_of(world).pk}/trace/"
    fragment = world.client(world.alice).get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "655.3" in fragment
    assert f'href="{url}"' in fragment


def test_tonnes_by_month(world, accepted):
    page = world.client(world.alice).get("/carbon/?year=2023").content.decode()
    assert '"2023-03"' in page
    assert "0.6553" in page
    assert "No emissions for 2022 yet" in world.client(world.alice).get("/carbon/?year=2022").content.decode()


def test_withdrawn_data_leave_the_page(world, accepted):
    client = world.client(world.alice)
    client.post(f"/data/uploads/{accepted.pk}/withdraw/")
    assert "No emissions for 2023 yet" in client.get("/carbon/?year=2023").content.decode()
    assert "no longer counts" in client.get(f"/carbon/lines/{line_of(world).pk}/trace/").content.decode()


def test_who_may_trace(world, accepted):
    assert_doors(world, "get", f"/carbon/lines/{line_of(world).pk}/trace/", reader=200, right=200)


def test_the_buyer_traces_its_suppliers_figures_only(world, accepted):
    url = f"/carbon/lines/{line_of(world).pk}/trace/"
    assert accepted.sha256 in world.client(world.paula).get(url).content.decode()
    assert world.client(world.otto).get(url).status_code == 404
    for address in ("/carbon/", "/carbon/lines/"):
        assert world.client(world.paula).get(f"{address}?supplier=ALPHA").status_code == 200
        assert world.client(world.otto).get(f"{address}?supplier=ALPHA").status_code == 404
        assert world.client(None).get(address).status_code == 302


@pytest.mark.parametrize(
    "query", ["?year=x", "?year=99999999999", "?month=13", "?scope=9", "?page=-1", "?record=abc"]
)
def test_odd_addresses_are_no_error(world, accepted, query):
    client = world.client(world.alice)
    assert client.get(f"/carbon/lines/{query}").status_code == 200
    assert client.get(f"/carbon/{query}").status_code == 200


def test_queries_do_not_grow_with_lines(world, send, accepted, django_assert_num_queries):
    client = world.client(world.alice)
    counts = {}
    for address in ("/carbon/?year=2023", "/carbon/lines/"):
        with CaptureQueriesContext(connection) as one:
            client.get(address)
        counts[address] = len(one)
    more = send([f"HF,,electricity,2023-{month:02d},2023-{month:02d},{month},kWh," for month in range(4, 13)])
    client.post(f"/data/uploads/{more.pk}/accept/")
    for address, count in counts.items():
        with django_assert_num_queries(count):
            client.get(address)


def test_a_program_comes_from_its_total_to_the_cell_in_three_clicks(world, accepted):
    paula = world.client(world.paula)
    page = paula.get("/program/carbon/?year=2023").content.decode()
    # one supplier with 1 000 kWh × 0.6553 = 655.3 kg; the other of the program has nothing
    assert 'href="/carbon/lines/?supplier=ALPHA&amp;year=2023"' in page and ">0.6553<" in page
    assert "1 supplier has no accepted data for this year." in page
    lines = paula.get("/carbon/lines/?supplier=ALPHA&year=2023").content.decode()
    assert f"/carbon/lines/{line_of(world).pk}/trace/" in lines
    assert "ALPHA" not in world.client(world.otto).get("/program/carbon/?year=2023").content.decode()
    assert world.client(world.alice).get("/program/carbon/").status_code == 403
