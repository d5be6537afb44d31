"""Procurement's pages of enrolling: one company, a file of many shown before it is written, what waits, what ends."""

from __future__ import annotations

import datetime as dt
import io
import re
import time

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from stdnum.cn import uscc as credit_code

from suppliers.models import AuditEntry, Commodity, Enrolment, EnrolmentOffer, Invitation, Supplier
from suppliers.tenants.all_tenants import all_tenants

STEM = "91340100MA3{:06d}"
HEADER = "name,name_en,uscc,commodity,tier,spend_cny,erp_code,email,start"


def uscc(number):
    stem = STEM.format(number)
    return stem + credit_code.calc_check_digit(stem)


GAMMA = uscc(1)


@pytest.fixture
def world(world):
    with all_tenants("tests"):
        for buyer in (world.buyer, world.other_buyer):
            Commodity.objects.create(buyer=buyer, code="pcb", name="线路板", name_en="Boards")
        Supplier.objects.filter(pk=world.stranger.pk).update(uscc=GAMMA)
    return world


ONE = {
    "name": "新公司",
    "name_en": "New Works",
    "uscc": uscc(2),
    "commodity": "pcb",
    "tier": "1",
    "spend_cny": "",
    "erp_code": "",
    "starts_on": "2025-01-01",
    "email": "",
}


def send(client, *rows, header=HEADER, filename="list.csv"):
    content = "\n".join([header, *rows]).encode("utf-8-sig")
    return client.post("/suppliers/enrol/list/", {"file": SimpleUploadedFile(filename, content)})


def confirm(client, preview):
    shown = re.search(r'name="shown" value="([^"]+)"', preview.content.decode())
    assert shown, "nothing to confirm"
    return client.post("/suppliers/enrol/list/", {"shown": shown[1]}, follow=True)


def enrolled(world):
    with all_tenants("tests"):
        rows = Enrolment.objects.filter(buyer=world.buyer, ended_on=None)
        return set(rows.values_list("supplier__name", flat=True))


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("get", "/suppliers/enrol/"),
        ("post", "/suppliers/enrol/"),
        ("post", "/suppliers/enrol/list/"),
        ("get", "/suppliers/enrol/template/"),
        ("get", "/suppliers/ALPHA/terms/"),
        ("post", "/suppliers/ALPHA/end/"),
        ("post", "/suppliers/ALPHA/first-manager/"),
    ],
)
def test_only_the_programs_admin_comes_in(world, method, url):
    for who in ("paula", "alice", "bob", "vera"):
        assert getattr(world.client(getattr(world, who)), method)(url).status_code == 403
    assert getattr(world.client(None), method)(url).status_code == 302
    if "ALPHA" in url:
        strange = getattr(world.client(world.otto), method)(url)
        absent = getattr(world.client(world.otto), method)(url.replace("ALPHA", "NOBODY"))
        assert strange.status_code == absent.status_code == 404


def test_the_list_of_suppliers_leads_there(world):
    assert "/suppliers/enrol/" in world.client(world.anna).get("/suppliers/").content.decode()
    assert "/suppliers/enrol/" not in world.client(world.paula).get("/suppliers/").content.decode()


def test_known_and_unknown_companies_get_the_same_words(world):
    client = world.client(world.anna)
    answers = [
        client.post("/suppliers/enrol/", ONE | changed, follow=True)
        for changed in ({}, {"name": "伽马", "uscc": GAMMA, "email": "boss@gamma.test"})
    ]
    said = [[str(message) for message in answer.context["messages"]] for answer in answers]
    assert said == [["1 company is invited."]] * 2
    assert [answer.request["PATH_INFO"] for answer in answers] == ["/suppliers/"] * 2
    assert enrolled(world) == {"阿尔法", "贝塔", "新公司"}
    assert "伽马" in client.get("/suppliers/enrol/").content.decode()


def test_the_link_of_a_first_manager_is_shown_once(world):
    client = world.client(world.anna)
    answer = client.post("/suppliers/enrol/", ONE | {"email": "boss@new.test"})
    link = re.search(r'value="http://testserver(/invitations/[^"]+)"', answer.content.decode())
    assert link
    assert answer["Cache-Control"] == "no-store"
    assert world.client(None).get(link[1]).status_code == 200
    assert link[1] not in client.get("/suppliers/enrol/").content.decode()


def test_who_joins_by_that_link_speaks_for_the_company(world):
    answer = world.client(world.anna).post("/suppliers/enrol/", ONE | {"email": "boss@new.test"})
    link = re.search(r'value="http://testserver(/invitations/[^"]+)"', answer.content.decode())[1]
    detail = world.client(world.anna).get(f"/suppliers/{code_of('新公司')}/").content.decode()
    assert "Nobody speaks for this company yet" in detail
    visitor = world.client(None)
    words = "a long and winding word"
    assert visitor.post(link, {"name": "Boss", "password": words, "again": words}).status_code == 302
    with all_tenants("tests"):
        assert Invitation.objects.get().accepted_at is not None
        assert Supplier.objects.get(name="新公司").on_platform_since == dt.date(2025, 2, 10)
    detail = world.client(world.anna).get(f"/suppliers/{code_of('新公司')}/").content.decode()
    assert "Nobody speaks for this company yet" not in detail


def code_of(name):
    with all_tenants("tests"):
        return Supplier.objects.get(name=name).code


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"uscc": "91340100MA3000001X"}, "uscc"),
        ({"commodity": "gold"}, "commodity"),
        ({"name": "=1+1"}, "name"),
        ({"starts_on": "2025-02-11"}, "starts_on"),
        ({"name": "阿尔法", "uscc": ""}, "starts_on"),
        ({"name": "阿尔法", "uscc": "", "starts_on": "2022-01-01"}, "name"),
        ({"email": "nobody"}, "email"),
    ],
)
def test_wrong_entries_stay_in_the_form(world, wrong, field):
    answer = world.client(world.anna).post("/suppliers/enrol/", ONE | wrong)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert enrolled(world) == {"阿尔法", "贝塔"}


def test_a_file_is_shown_and_then_written(world):
    client = world.client(world.anna)
    rows = [
        f'甲公司,Jia,{uscc(11)},线路板,2,"1,234.5",V1,jia@a.test,2024/7/1',
        f"伽马,,{GAMMA},pcb,,,,,2025年1月1日",
        "",
    ]
    preview = send(client, *rows)
    assert preview.status_code == 200
    assert enrolled(world) == {"阿尔法", "贝塔"}
    done = confirm(client, preview)
    assert "2 companies are invited." in done.content.decode()
    with all_tenants("tests"):
        row = Enrolment.objects.get(supplier__name="甲公司")
        assert (row.commodity, row.tier, str(row.spend_cny), row.erp_code) == ("pcb", 2, "1234.50", "V1")
        assert row.started_on == dt.date(2024, 7, 1)
        assert EnrolmentOffer.objects.get().starts_on == dt.date(2025, 1, 1)
    again = send(client, *rows)
    assert again.status_code == 200
    assert 'name="shown"' not in again.content.decode()
    assert "on these terms already" in again.content.decode()


def test_a_workbook_with_chinese_headers_reads_the_same(world):
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet = book.add_worksheet()
    sheet.write_row(
        0, 0, ["公司名称", "统一社会信用代码", "物料类别", "层级", "年采购额", "入册日期", "备注"]
    )
    sheet.write_row(1, 0, ["甲公司", uscc(11), "线路板", 2, 1234.5])
    sheet.write_datetime(1, 5, dt.date(2024, 7, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
    book.close()
    client = world.client(world.anna)
    file = SimpleUploadedFile("名单.xlsx", content.getvalue())
    confirm(client, client.post("/suppliers/enrol/list/", {"file": file}))
    with all_tenants("tests"):
        row = Enrolment.objects.get(supplier__name="甲公司")
        assert (row.tier, str(row.spend_cny), row.started_on) == (2, "1234.50", dt.date(2024, 7, 1))


def test_every_bad_cell_is_named_and_nothing_is_written(world):
    rows = [
        f"甲公司,,{uscc(11)},pcb,,,,,2025-01-01",
        "乙公司,,12345,gold,two,much,,nobody,soon",
        "=HYPERLINK(1),,,pcb,,,,,",
    ]
    answer = send(world.client(world.anna), *rows)
    assert answer.status_code == 422
    found = [(one.code, one.row, one.column) for one, _label in answer.context["troubles"]]
    assert sorted(found) == [
        ("enrolment.commodity", 3, "commodity"),
        ("enrolment.email", 3, "email"),
        ("enrolment.spend", 3, "spend_cny"),
        ("enrolment.start", 3, "starts_on"),
        ("enrolment.text", 4, "name"),
        ("enrolment.tier", 3, "tier"),
        ("enrolment.uscc", 3, "uscc"),
    ]
    assert 'name="shown"' not in answer.content.decode()
    assert enrolled(world) == {"阿尔法", "贝塔"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"%PDF-1.7\n", "file.type"),
        (b"a,b\n1,2\n", "file.header"),
        (b"name,commodity\n", "file.empty"),
        (b"PK\x03\x04 no workbook", "file.corrupt"),
        (b"name,commodity\n" + b"x" * 2_000_001, "file.size"),
    ],
)
def test_files_that_are_no_list_are_told(world, content, code):
    file = SimpleUploadedFile("list.csv", content or b" ")
    answer = world.client(world.anna).post("/suppliers/enrol/list/", {"file": file})
    assert answer.status_code == 422
    assert [one.code for one, _label in answer.context["troubles"]] == [code]


def test_too_many_rows_are_refused_before_they_are_read(world):
    answer = send(world.client(world.anna), *("甲,,,pcb,,,,," for _row in range(5001)))
    assert answer.status_code == 422
    assert "enrolment.rows" in {one.code for one, _label in answer.context["troubles"]}


def test_what_was_shown_cannot_be_changed_or_kept_for_another_program(world):
    preview = send(world.client(world.anna), "甲公司,,,pcb,,,,,2025-01-01")
    shown = re.search(r'name="shown" value="([^"]+)"', preview.content.decode())[1]
    for client, text in ((world.client(world.anna), shown[:-2] + "xx"), (world.client(world.otto), shown)):
        answer = client.post("/suppliers/enrol/list/", {"shown": text}, follow=True)
        assert "too old" in answer.content.decode()
    assert enrolled(world) == {"阿尔法", "贝塔"}


def test_five_thousand_companies_take_seconds_and_the_queries_of_few(world):
    client = world.client(world.anna)
    rows = [
        f"公司{number},Company {number},{uscc(10_000 + number)},pcb,1,,V{number},," for number in range(5000)
    ]
    counts = []
    started = time.perf_counter()
    for part in (rows[:10], rows):
        preview = send(client, *part)
        with CaptureQueriesContext(connection) as queries:
            confirm(client, preview)
        counts.append(len(queries))
    assert time.perf_counter() - started < 60
    assert counts[1] <= counts[0] + 40  # statements of 500 rows each
    assert len(enrolled(world)) == 5002


def test_the_template_is_a_list_that_is_understood(world, settings):
    answer = world.client(world.anna).get("/suppliers/enrol/template/")
    header = answer.content.decode("utf-8-sig").strip()
    assert header.split(",")[0] == "name"
    assert answer["Content-Disposition"] == 'attachment; filename="enrolments.csv"'
    settings.LANGUAGE_CODE = "zh-hans"
    chinese = world.client(world.anna).get("/suppliers/enrol/template/", headers={"accept-language": "zh-CN"})
    header = chinese.content.decode("utf-8-sig").strip()
    assert header.startswith("公司名称,")
    preview = send(world.client(world.anna), "甲公司,,,,线路板,,,,,2025-01-01", header=header)
    assert preview.status_code == 200


def test_an_offer_is_taken_back(world):
    client = world.client(world.anna)
    client.post("/suppliers/enrol/", ONE | {"name": "伽马", "uscc": GAMMA})
    with all_tenants("tests"):
        offer = EnrolmentOffer.objects.get()
    url = f"/suppliers/offers/{offer.pk}/withdraw/"
    assert world.client(world.otto).post(url).status_code == 404
    assert world.client(world.paula).post(url).status_code == 403
    assert client.post(url).status_code == 303
    with all_tenants("tests"):
        offer.refresh_from_db()
        assert offer.answer == "withdrawn"


def test_terms_are_changed_and_the_enrolment_ended(world):
    client = world.client(world.anna)
    terms = {"commodity": "pcb", "tier": "3", "spend_cny": "12.5", "erp_code": "V5"}
    assert client.post("/suppliers/ALPHA/terms/", terms).status_code == 303
    assert client.post("/suppliers/ALPHA/terms/", terms | {"erp_code": "=1"}).status_code == 422
    with all_tenants("tests"):
        row = Enrolment.objects.get(supplier=world.supplier)
        assert (row.tier, str(row.spend_cny), row.erp_code) == (3, "12.50", "V5")
    assert client.post("/suppliers/ALPHA/end/", {"ends_on": "2025-02-10"}).status_code == 303
    assert client.get("/suppliers/ALPHA/").status_code == 404
    assert enrolled(world) == {"贝塔"}


def test_nobody_is_put_into_a_company_with_members(world):
    answer = world.client(world.anna).post(
        "/suppliers/ALPHA/first-manager/",
        {"email": "x@evil.test"},
        headers={"referer": "http://testserver/suppliers/"},
    )
    assert answer.status_code == 303
    with all_tenants("tests"):
        assert not Invitation.objects.exists()


def test_a_program_without_commodities_is_led_to_name_them_first(world):
    with all_tenants("tests"):
        Commodity.objects.filter(buyer=world.other_buyer).delete()
    client = world.client(world.otto)
    client.cookies["django_language"] = "zh-hans"
    page = client.get("/suppliers/enrol/").content.decode()
    assert "本项目还没有物料类别" in page and 'href="/suppliers/commodities/"' in page
    told = {"code": "pcb", "name": "印制电路板", "name_en": "Printed circuit boards"}
    assert client.post("/suppliers/commodities/", told).status_code == 303
    page = client.get("/suppliers/enrol/").content.decode()
    assert "印制电路板" in page and "本项目还没有物料类别" not in page
    # Another name for the code that stands; nobody else's code or name, and nothing that is no code.
    assert 'value="印制电路板"' in client.get("/suppliers/commodities/?code=pcb").content.decode()
    assert client.post("/suppliers/commodities/", told | {"name": "线路板"}).status_code == 303
    for wrong in ({"code": "PCB"}, {"code": "board"}, {"code": "b c"}, {"name": ""}, {"code": ""}):
        assert client.post("/suppliers/commodities/", told | wrong).status_code == 422, wrong
    with all_tenants("tests"):
        kept = list(Commodity.objects.filter(buyer=world.other_buyer).values_list("code", "name"))
        acts = AuditEntry.objects.filter(act__startswith="commodity.").order_by("id")
        assert [(one.act, one.buyer_id) for one in acts] == [
            ("commodity.add", world.other_buyer.pk),
            ("commodity.rename", world.other_buyer.pk),
        ]
    assert kept == [("pcb", "线路板")]
    assert world.client(world.paula).get("/suppliers/commodities/").status_code == 403
