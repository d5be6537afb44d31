"""Records: filtered, exported as filtered, seen by the right people only."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from suppliers.models import ActivityRecord
from suppliers.tenants.scope import Scope, entered
from suppliers.views.records import as_text

from .conftest import assert_doors

YEAR = [
    f"HF,,electricity,2023-{month:02d},2023-{month:02d},{month}000,kWh,B-{month}" for month in range(1, 13)
]
GAS = ["HF,,natural_gas,2023-01,2023-01,100,m3,"]


@pytest.fixture
def year(world, send):
    upload = send(YEAR + GAS)
    world.client(world.alice).post(f"/data/uploads/{upload.pk}/accept/")
    return upload


def record_of(world):
    with entered(Scope(supplier_id=world.supplier.pk)):
        return ActivityRecord.objects.order_by("id").first()


def test_filters_narrow_the_list_and_the_export_alike(world, year):
    client = world.client(world.alice)
    query = "?carrier=electricity&from_day=2023-03-01&until_day=2023-04-30"
    page = client.get(f"/records/{query}").content.decode()
    assert "2023-03-01" in page
    assert "2023-05-01" not in page
    export = client.get(f"/records/export/{query}")
    rows = list(csv.DictReader(io.StringIO(export.content.decode("utf-8-sig"))))
    assert [(row["start"], row["quantity"], row["unit"], row["row"]) for row in rows] == [
        ("2023-04-01", "4000", "kWh", "5"),
        ("2023-03-01", "3000", "kWh", "4"),
    ]


def test_a_filter_that_makes_no_sense_is_no_error(world, year):
    client = world.client(world.alice)
    for query in ("?from_day=yesterday", "?carrier=cheese", "?upload=x", "?page=999", "?site=' OR 1=1"):
        assert client.get(f"/records/{query}").status_code == 200


def test_tonnes_stand_beside_the_record(world, accepted):
    # 1 000 kWh x 0.6553 kg/kWh = 0.6553 t
    assert "0.6553" in world.client(world.alice).get("/records/").content.decode()


def test_who_may_read_a_record(world, accepted):
    assert_doors(world, "get", f"/records/{record_of(world).pk}/", reader=200, right=200)


def test_the_buyer_reads_records_of_its_suppliers_only(world, accepted):
    url = f"/records/{record_of(world).pk}/"
    assert world.client(world.paula).get("/records/?supplier=ALPHA").status_code == 200
    assert world.client(world.paula).get(url).status_code == 200
    assert world.client(world.otto).get("/records/?supplier=ALPHA").status_code == 404
    assert world.client(world.otto).get("/records/export/?supplier=ALPHA").status_code == 404
    assert world.client(world.otto).get(url).status_code == 404
    assert world.client(world.paula).get("/records/").status_code == 404
    assert world.client(world.vera).get("/records/").status_code == 403


def test_a_supplier_never_chooses_whose_records_it_reads(world, accepted):
    page = world.client(world.charlie).get("/records/?supplier=ALPHA").content.decode()
    assert "energy.csv" not in page
    assert "B-1" not in world.client(world.charlie).get("/records/export/?supplier=ALPHA").content.decode()


def test_anonymous_goes_to_the_login(world):
    for url in ("/records/", "/records/export/"):
        assert "/accounts/login/" in world.client(None).get(url)["Location"]


def test_one_record_and_thirteen_take_the_same_queries(world, year, django_assert_num_queries):
    client = world.client(world.alice)
    with CaptureQueriesContext(connection) as one:
        client.get("/records/?carrier=natural_gas")
    with django_assert_num_queries(len(one)):
        client.get("/records/")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\tx"])
def test_exports_write_text_as_text(text):
    assert as_text(text) == f"'{text}"
