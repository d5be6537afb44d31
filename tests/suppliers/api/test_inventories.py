"""The inventory over the API: opened, edited, refused with a code, and one call from a total to its cells."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from suppliers.models import ActivityRecord, Upload
from suppliers.tenants.all_tenants import all_tenants
from tests.factories import disclosure
from tests.factories import inventory as make
from tests.factories.disclosure import PDF
from tests.suppliers.inventory.years import record

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


def test_a_line_leads_to_the_document_of_the_programs_factor(world):
    with all_tenants("tests"):
        row = disclosure.buyers_factor(world.buyer)
        version = make.frozen(world.supplier, lines=({**make.LINES[1], "own_factor_id": row.pk},))
        make.reviewed(version, world.buyer, world.vera.body)
        review = version.assignments.get()
    trace = world.client(world.alice).get(f"{API}{version.pk}/lines/1/trace/").json()
    assert (trace["factor"]["name"], trace["factor"]["source"]) == ("剩余组合", "公告 第 3 页")
    assert trace["factor"]["evidence"] == {"filename": "mix.pdf", "sha256": row.file_sha256}
    url = reverse("own_factor_document", args=[row.pk])
    pages = {
        "alice": world.client(world.alice).get(reverse("inventory_line", args=[version.pk, 1])),
        "vera": world.client(world.vera).get(reverse("review_line", args=[review.pk, 1])),
    }
    for who, page in pages.items():  # the supplier and the verifier go the same way
        assert f'href="{url}"' in page.content.decode()
        assert b"".join(world.client(getattr(world, who)).get(url).streaming_content) == PDF


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


def test_a_year_without_lines_is_refused_with_what_is_missing(world, everyone):
    # electricity and no factor tables: an issue and no line
    record(world.site, "electricity", 5, start="2021-03-01")
    alice = world.client(world.alice)
    made = alice.post("/api/v1/inventories/", {"year": 2021}, content_type="application/json").json()
    url = f"/api/v1/inventories/{made['id']}/"
    alice.patch(url, {"boundary": "x", "organisation": "y"}, content_type="application/json")
    answer = alice.post(f"{url}submit/", headers={"Accept-Language": "zh-CN"})
    assert answer.status_code == 409 and answer.json()["code"] == "inventory.empty"
    assert answer.json()["issues"][0]["code"] == "factor.missing"
    assert "因子" in answer.json()["issues"][0]["message"]
