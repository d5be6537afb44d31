"""The supplier's page of programs: who reads what since when, sharing, leaving, answering."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from suppliers.models import ActivityRecord, Buyer, Commodity, Enrolment, EnrolmentOffer
from suppliers.tenants.all_tenants import all_tenants
from tests.factories import suppliers as make

DOWN_TO_THE_START = {"history": "none", "shared_from": ""}


@pytest.fixture
def world(world):
    with all_tenants("tests"):
        Commodity.objects.create(buyer=world.buyer, code="pcb", name="线路板", name_en="Boards")
        for month in (11, 12):
            record(world, dt.date(2021, month, 1))
        record(world, dt.date(2024, 3, 1))
        world.offer = EnrolmentOffer.objects.create(
            buyer=world.other_buyer, supplier=world.supplier, company_name="typed by the buyer", commodity="pcb",
            starts_on=dt.date(2024, 1, 1),
        )  # fmt: skip
    return world


def record(world, start):
    ActivityRecord.objects.create(
        supplier=world.supplier, site=world.site, carrier="electricity", start=start, end=start,
        quantity=Decimal(1), quantity_given=Decimal(1), unit_given="kWh",
    )  # fmt: skip


def answer_url(world):
    return f"/programs/offers/{world.offer.pk}/"


def enrolment(world, buyer):
    with all_tenants("tests"):
        return Enrolment.objects.filter(buyer=buyer, supplier=world.supplier).first()


def test_the_page_says_who_reads_what_since_when(world):
    page = world.client(world.alice).get("/programs/")
    text = page.content.decode()
    assert "2022-01-01" in text
    assert "Boards" in text
    assert "1 of 3" in text
    assert "invites you" in text
    (row,) = page.context["rows"]
    assert (row["records"], row["records_total"], row["files"]) == (1, 3, 0)


def test_who_may_come_in(world):
    for who, status in (("bob", 200), ("clara", 200), ("paula", 403), ("vera", 403), (None, 302)):
        client = world.client(getattr(world, who) if who else None)
        assert client.get("/programs/").status_code == status
    assert "Accept" not in world.client(world.bob).get("/programs/").content.decode()


@pytest.mark.parametrize("url", ["/programs/LCFC/share/", "/programs/LCFC/leave/", "offer"])
def test_only_managers_of_the_company_act(world, url):
    where = answer_url(world) if url == "offer" else url
    for who in ("bob", "clara", "paula"):
        assert world.client(getattr(world, who)).post(where).status_code == 403
    assert world.client(None).post(where).status_code == 302
    if url == "offer":
        assert world.client(world.charlie).post(where, {"answer": "accept"}).status_code == 404
    assert world.client(world.alice).post("/programs/OTHER/leave/").status_code == 404
    assert world.client(world.alice).post("/programs/NOBODY/leave/").status_code == 404


@pytest.mark.parametrize(
    ("history", "shared_from"),
    [
        ({"history": "none", "shared_from": "2023-01-01"}, None),
        ({"history": "from", "shared_from": "2023-07-01"}, dt.date(2023, 7, 1)),
        ({"history": "all", "shared_from": ""}, dt.date(2000, 1, 1)),
    ],
)
def test_an_offer_is_accepted_with_the_history_chosen(world, history, shared_from):
    client = world.client(world.alice)
    assert client.post(answer_url(world), {"answer": "accept"} | history).status_code == 303
    row = enrolment(world, world.other_buyer)
    assert (row.started_on, row.shared_from) == (dt.date(2024, 1, 1), shared_from)
    assert world.client(world.otto).get("/suppliers/ALPHA/").status_code == 200


def test_an_offer_is_declined(world):
    world.client(world.alice).post(answer_url(world), {"answer": "decline"})
    assert enrolment(world, world.other_buyer) is None
    assert "invites you" not in world.client(world.alice).get("/programs/").content.decode()


def test_a_day_is_asked_for_where_one_is_needed(world):
    client = world.client(world.alice)
    bad = {"answer": "accept", "history": "from", "shared_from": ""}
    assert client.post(answer_url(world), bad).status_code == 422
    assert client.post("/programs/LCFC/share/", {"history": "from", "shared_from": "soon"}).status_code == 422
    assert client.post("/programs/LCFC/share/", {}).status_code == 422
    assert enrolment(world, world.other_buyer) is None
    assert enrolment(world, world.buyer).shared_from is None


def test_history_is_shared_and_taken_back(world):
    client = world.client(world.alice)
    client.post("/programs/LCFC/share/", {"history": "from", "shared_from": "2021-12-01"})
    (row,) = client.get("/programs/").context["rows"]
    assert (row["records"], row["data_from"]) == (2, dt.date(2021, 12, 1))
    client.post("/programs/LCFC/share/", DOWN_TO_THE_START)
    (row,) = client.get("/programs/").context["rows"]
    assert (row["records"], row["data_from"]) == (1, dt.date(2022, 1, 1))


def test_leaving_says_first_what_happens(world):
    client = world.client(world.alice)
    assert "sees none of your records, files and evidence" in client.get("/programs/").content.decode()
    assert client.post("/programs/LCFC/leave/").status_code == 303
    page = client.get("/programs/")
    assert page.context["rows"] == []
    assert client.get("/records/").content.decode().count("HF") >= 1
    assert world.client(world.paula).get("/records/?supplier=ALPHA").status_code == 404


def test_today_speaks_of_a_waiting_offer(world):
    assert "invites you to its program" in world.client(world.alice).get("/").content.decode()
    world.client(world.alice).post(answer_url(world), {"answer": "decline"})
    assert "invites you to its program" not in world.client(world.alice).get("/").content.decode()


def test_the_buyer_reads_nothing_of_the_company_from_its_offer(world):
    text = world.client(world.otto).get("/suppliers/enrol/").content.decode()
    assert "typed by the buyer" in text
    assert "ALPHA" not in text
    assert "阿尔法" not in text


def test_ten_programs_take_the_queries_of_one(world):
    client = world.client(world.alice)
    with CaptureQueriesContext(connection) as one:
        client.get("/programs/")
    with all_tenants("tests"):
        for number in range(9):
            buyer: Buyer = make.BuyerFactory.create()
            Enrolment.objects.create(
                buyer=buyer, supplier=world.supplier, commodity="pcb", started_on=dt.date(2015 + number, 1, 1)
            )
    with CaptureQueriesContext(connection) as ten:
        client.get("/programs/")
    assert len(ten) == len(one)
