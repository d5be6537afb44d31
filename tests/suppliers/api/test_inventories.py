"""The inventory over the API: opened, edited, refused with a code, and one call from a total to its cells."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from suppliers.models import ActivityRecord, Upload
from suppliers.tenants.all_tenants import all_tenants
from tests.factories import inventory as make

API = "/api/v1/inventories/"


@pytest.fixture
def version(world):
    with all_tenants("tests"):
        upload = Upload.objects.create(
            supplier=world.supplier, filename="power.csv", sha256="a" * 64, size_bytes=10, status="accepted"
        )
        record = ActivityRecord.objects.create(
            supplier=world.supplier, site=world.site, carrier="electricity", start=dt.date(2024, 1, 1),
            end=dt.date(2024, 1, 31), quantity=Decimal(1000), quantity_given=Decimal(1), unit_given="MWh",
            upload=upload, upload_row=7, source_kind="upload", document="INV-9",
        )  # fmt: skip
        lines = (
            {**make.LINES[0], "record_id": record.pk, "upload_id": upload.pk, "upload_row": 7},
            *make.LINES[1:],
        )
        return make.frozen(world.supplier, year=2024, lines=lines)


def test_one_call_leads_from_a_total_to_its_cells(world, version):
    answer = world.client(world.alice).get(f"{API}{version.pk}/lines/?scope=2&basis=location").json()
    (line,) = answer["results"]
    # 1 000 kWh × 0.5 = 500 kg
    assert (line["quantity"], line["factor_value"], line["kgco2e"]) == (1000, 0.5, 500)
    assert (line["file"], line["row"]) == ("power.csv", 7)
    trace = world.client(world.alice).get(f"{API}{version.pk}/lines/1/trace/").json()
    assert trace["file"]["sha256"] == "a" * 64 and trace["file"]["row"] == 7
    assert (trace["record"]["quantity_given"], trace["record"]["unit_given"]) == (1, "MWh")


def test_the_totals_are_numbers_and_the_filters_leave_what_they_say(world, version):
    client = world.client(world.alice)
    totals = client.get(f"{API}{version.pk}/").json()["totals"]
    assert (totals["scope1"], totals["scope2_market"], totals["by_gas"]) == (20, 500, {"CO2": 520})
    assert client.get(f"{API}{version.pk}/lines/?total=true").json()["count"] == 2
    assert client.get(f"{API}{version.pk}/lines/?scope=9").status_code == 400


def test_open_edit_and_refuse_with_a_code(world):
    client = world.client(world.alice)
    made = client.post(API, {"year": 2023}, content_type="application/json")
    assert made.status_code == 201
    pk = made.json()["id"]
    changed = client.patch(f"{API}{pk}/", {"boundary": "both sites"}, content_type="application/json")
    assert changed.json()["boundary"] == "both sites"
    refused = client.post(f"{API}{pk}/submit/")
    assert (refused.status_code, refused.json()["code"]) == (422, "inventory.incomplete")
    odd = client.patch(f"{API}{pk}/", {"gwp_report": "AR9"}, content_type="application/json")
    assert odd.status_code == 400


def test_strangers_and_readers(world, version):
    assert world.client(world.charlie).get(f"{API}{version.pk}/").status_code == 404
    assert world.client(world.bob).post(f"{API}{version.pk}/reopen/", {"reason": "x"}).status_code == 403
    assert world.client(world.paula).get(f"{API}{version.pk}/").status_code == 200
    assert [one["id"] for one in world.client(world.paula).get(API).json()["results"]] == [version.pk]


def test_the_report_comes_in_both_languages(world, version):
    client = world.client(world.alice)
    for language in ("zh", "en"):
        answer = client.get(f"{API}{version.pk}/report.pdf?language={language}")
        assert answer.content.startswith(b"%PDF-") and "ALPHA-2024-v1.pdf" in answer["Content-Disposition"]
