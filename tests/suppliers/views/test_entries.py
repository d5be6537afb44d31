"""The pages for what no meter measures, and the evidence pages' part of renewable power."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from suppliers.factors import actions as factors
from suppliers.models import ActivityRecord, EmissionLine, Instrument, InventoryEntry, Membership, Upload
from suppliers.tenants.all_tenants import all_tenants
from tests.factories import disclosure as make
from tests.factories import inventory as inventories
from tests.factories.scorecards import factor as grid_factor
from tests.suppliers.inventory.test_entries import factor, own_factor

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")
NEW, LIST = "/inventory/entries/new/", "/inventory/entries/"
STEEL = {"year": "2024", "scope3_category": "1", "description": "钢板", "quantity": "2", "unit": "t"}
CHILLER = {
    "year": "2024", "gas": "R410A", "description": "冷水机组", "opening": "0", "bought": "10", "returned": "0",
    "closing": "0", "capacity_increase": "0",
}  # fmt: skip


@pytest.fixture
def alice(world):
    for membership in vars(world).values():
        if isinstance(membership, Membership):
            membership.user.refresh_from_db()
    return world.client(world.alice)


def entries_of(world) -> list[InventoryEntry]:
    with all_tenants("tests"):
        return list(InventoryEntry.objects.filter(supplier=world.supplier).select_related("evidence"))


def test_all_fifteen_categories_are_listed_and_missing_is_not_zero(world, alice):
    page = alice.get(LIST).content.decode()
    for words in ("1 Purchased goods and services", "15 Investments", "0 of 15 are entered or excluded"):
        assert words in page
    assert page.count("nothing yet") == 15


def test_find_a_factor_choose_it_and_enter_with_its_document(world, alice):
    factor()
    found = alice.get(f"{NEW}?year=2024&category=1&words=steel").content.decode()
    assert "factor=SCR-STEEL#entry" in found
    form = alice.get(f"{NEW}?year=2024&category=1&factor=SCR-STEEL").content.decode()
    assert 'value="SCR-STEEL"' in form
    paper = SimpleUploadedFile("invoice.pdf", make.PDF)
    answer = alice.post(NEW, STEEL | {"factor": "SCR-STEEL", "document": "FP-7", "file": paper})
    assert answer.status_code == 302 and answer["Location"] == f"{LIST}?year=2024"
    (entry,) = entries_of(world)
    assert entry.evidence.filename == "invoice.pdf"
    page = alice.get(f"{LIST}?year=2024").content.decode()
    # 2 t = 2 000 kg × 2.1 = 4.2 t
    assert "given as 2 t" in page and "4.2" in page and "FP-7" in page and page.count("nothing yet") == 14
    assert b"%PDF" in b"".join(alice.get(f"/evidence/files/{entry.evidence_id}/").streaming_content)


def test_a_refusal_stays_beside_its_field_and_nothing_is_kept(world, alice):
    factor("SCR-USD", per_unit="USD")
    answer = alice.post(NEW, STEEL | {"factor": "SCR-USD", "unit": "CNY"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "needs the exchange rate" in page and 'value="钢板"' in page
    for broken in (
        {"year": "2031"},
        {"quantity": "x"},
        {"factor": "NONE"},
        {"scope3_category": "99"},
        {"unit": "K"},
    ):
        assert alice.post(NEW, STEEL | {"factor": "SCR-USD"} | broken).status_code == 422
    assert entries_of(world) == []


def test_a_gas_by_mass_balance_and_process_emissions(world, alice):
    factors.load()
    with all_tenants("tests"):
        own = own_factor(world)
    assert alice.post(f"{NEW}?kind=mass_balance", CHILLER).status_code == 302
    process = {"year": "2024", "description": "蚀刻", "quantity": "10", "own_factor": own.pk}
    assert alice.post(f"{NEW}?kind=process", process).status_code == 302
    page = alice.get(f"{LIST}?year=2024").content.decode()
    assert "19.235" in page.replace("19,235", "19.235")  # 10 kg × 1 923.5
    below = alice.post(f"{NEW}?kind=mass_balance", CHILLER | {"closing": "11"})
    assert below.status_code == 422 and "comes out below zero" in below.content.decode()


def test_withdraw_and_see_it_among_the_withdrawn(world, alice):
    with all_tenants("tests"):
        entry = inventories.entry(world.supplier)
    assert alice.post(f"{LIST}{entry.pk}/withdraw/").status_code == 302
    assert "1 withdrawn entry" in alice.get(f"{LIST}?year=2024").content.decode()


def test_a_frozen_year_says_what_a_late_entry_does(world, alice):
    assert "stands still" not in alice.get(f"{LIST}?year=2024").content.decode()
    with all_tenants("tests"):
        inventories.frozen(world.supplier, year=2024)
    assert "preview of a restatement" in alice.get(f"{LIST}?year=2024").content.decode()
    assert alice.post(f"{NEW}?kind=mass_balance", CHILLER).status_code == 302


def test_a_file_with_bad_lines_lists_each(world, alice):
    factor()
    text = "year,kind,category,description,quantity,unit,factor\n2024,scope3,1,a,1,t,SCR-STEEL\n2024,scope3,77,b,1,t,SCR-STEEL\n"
    answer = alice.post(f"{LIST}file/", {"file": SimpleUploadedFile("e.csv", text.encode())})
    assert answer.status_code == 422 and "entry.category" in answer.content.decode()
    assert entries_of(world) == []
    good = text.replace("77", "2")
    assert alice.post(f"{LIST}file/", {"file": SimpleUploadedFile("e.csv", good.encode())}).status_code == 302
    assert len(entries_of(world)) == 2
    assert alice.get(f"{LIST}template/").content.decode("utf-8-sig").startswith("year,month,kind,category,")


def test_who_may(world, alice):
    with all_tenants("tests"):
        entry = inventories.entry(world.supplier)
    withdraw = f"{LIST}{entry.pk}/withdraw/"
    for who, seen, written in (
        ("bob", 200, 403),
        ("clara", 200, 302),
        ("paula", 403, 403),
        ("vera", 403, 403),
    ):
        client = world.client(getattr(world, who))
        assert client.get(LIST).status_code == seen
        assert client.post(f"{NEW}?kind=mass_balance", CHILLER).status_code == written
        assert client.post(f"{LIST}file/").status_code == (422 if written == 302 else 403)
    assert world.client(world.charlie).post(withdraw).status_code == 404
    assert world.client(world.bob).post(withdraw).status_code == 403


# -- renewable power -----------------------------------------------------------------------------------

GEC = {"kind": "gec", "year": "2024", "kwh": "10000", "serial_from": "GEC-001", "serial_to": "GEC-010"}


def hand_in(client, callbacks, **fields):
    with callbacks(execute=True):
        return client.post("/evidence/instruments/new/", GEC | {"act": "submit"} | fields)


def test_both_are_told_neutrally_and_a_buyer_lets_its_own_count(
    world, alice, django_capture_on_commit_callbacks
):
    charlie, paula = world.client(world.charlie), world.client(world.paula)
    assert hand_in(alice, django_capture_on_commit_callbacks).status_code == 302
    assert hand_in(charlie, django_capture_on_commit_callbacks).status_code == 302
    with all_tenants("tests"):
        mine, theirs = Instrument.objects.order_by("pk")
    for client, item, other in ((alice, mine, "BETA"), (charlie, theirs, "ALPHA")):
        page = client.get(f"/evidence/instruments/{item.pk}/").content.decode()
        assert "is also claimed elsewhere; it does not count until reviewed" in page
        assert other not in page and {"ALPHA": "阿尔法", "BETA": "贝塔"}[other] not in page
    page = paula.get("/evidence/desk/collisions/").content.decode()
    assert f"/evidence/desk/collisions/{mine.pk}/clear/" in page
    assert world.client(world.otto).get("/evidence/desk/collisions/").content.decode().count("/clear/") == 0
    assert (
        world.client(world.otto)
        .post(f"/evidence/desk/collisions/{mine.pk}/clear/", {"note": "x"})
        .status_code
        == 404
    )
    assert paula.post(f"/evidence/desk/collisions/{mine.pk}/clear/", {"note": "seen"}).status_code == 302
    page = alice.get(f"/evidence/instruments/{mine.pk}/").content.decode()
    assert "claimed elsewhere; it does not count" not in page and "it counts again" in page
    page = charlie.get(f"/evidence/instruments/{theirs.pk}/").content.decode()
    assert "claimed elsewhere; it does not count" in page


def test_the_form_counts_certificates_and_wants_their_numbers(
    world, alice, django_capture_on_commit_callbacks
):
    answer = hand_in(alice, django_capture_on_commit_callbacks, kwh="9000")
    assert (
        answer.status_code == 422
        and "these serial numbers are 10 certificates = 10,000 kWh" in answer.content.decode()
    )
    answer = hand_in(alice, django_capture_on_commit_callbacks, serial_from="", serial_to="")
    assert answer.status_code == 422 and "with their serial numbers" in answer.content.decode()
    assert hand_in(alice, django_capture_on_commit_callbacks).status_code == 302
    again = hand_in(alice, django_capture_on_commit_callbacks)
    page = alice.get(again["Location"]).content.decode()
    assert "is claimed already" in page and "draft" in page  # kept as a draft, not handed in


def test_the_evidence_page_says_how_much_of_the_grid_power_is_covered(world, alice):
    with all_tenants("tests"):
        grid, day = grid_factor(), dt.date(2024, 1, 31)
        upload = Upload.objects.create(
            supplier=world.supplier, filename="a.csv", sha256="0" * 64, size_bytes=1
        )
        record = ActivityRecord.objects.create(
            supplier=world.supplier, site=world.site, carrier="electricity", start=day.replace(day=1),
            end=day, quantity=40000, quantity_given=40000, unit_given="kWh", upload=upload, upload_row=2,
        )  # fmt: skip
        EmissionLine.objects.create(
            supplier=world.supplier, record=record, record_start=record.start, year=2024, month=1, carrier="electricity",
            scope=2, category="purchased_electricity", basis="location", factor=grid, factor_code=grid.code,
            quantity=40000, kgco2e=20000, kgce=1,
        )  # fmt: skip
        make.instrument(world.supplier, kwh=Decimal(10000), **make.submitted())
        make.instrument(world.supplier, kwh=Decimal(99000), for_pv=True, **make.submitted())
    page = alice.get("/evidence/").content.decode()
    # 10 000 of 40 000 kWh; certificates of own PV are no grid power
    assert "How much of the grid power is covered" in page
    assert re.search(r"25(\.0)?.?%", page) and "40,000" in page
