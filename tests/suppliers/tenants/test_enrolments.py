"""Enrolling: a company nobody knew, one that is on the platform, the answer, history, end and leave."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from stdnum.cn import uscc as credit_code

from suppliers.models import (
    AuditEntry,
    Commodity,
    Enrolment,
    EnrolmentOffer,
    Invitation,
    Membership,
    Supplier,
)
from suppliers.tenants import enrolment_lists, enrolments, first_managers
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.enrolment_entries import Entry
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import entered
from tests.conftest import TODAY
from tests.factories import suppliers as make

STEM = "91340100MA2{:06d}"


def uscc(number: int) -> str:
    stem = STEM.format(number)
    return stem + credit_code.calc_check_digit(stem)


GAMMA, NEW = uscc(1), uscc(2)


@pytest.fixture
def world(world):
    with all_tenants("tests"):
        for buyer in (world.buyer, world.other_buyer):
            Commodity.objects.create(buyer=buyer, code="pcb", name="线路板", name_en="Boards")
            Commodity.objects.create(buyer=buyer, code="metal", name="金属件", name_en="Metal parts")
        Supplier.objects.filter(pk=world.stranger.pk).update(uscc=GAMMA)
        world.gina = make.member("supplier_manager", supplier=world.stranger)
    return world


def entry(name="新公司", **fields):
    return Entry(**{"name": name, "commodity": "pcb", "starts_on": dt.date(2025, 1, 1)} | fields)


def enrol(world, *entries, by="anna", **more):
    member = getattr(world, by)
    with entered(member.scope):
        return enrolment_lists.apply(by=world.actor(member), entries=list(entries), **more)


def act(world, who, action, **values):
    member = getattr(world, who)
    with entered(member.scope):
        return action(by=world.actor(member), **values)


def offer_to_gamma(world, **fields):
    enrol(world, entry("伽马", uscc=GAMMA, **fields))
    with all_tenants("tests"):
        return EnrolmentOffer.objects.get(supplier=world.stranger, buyer=world.buyer, answer="")


def sees(world, who):
    with entered(getattr(world, who).scope):
        return set(Supplier.objects.values_list("name", flat=True))


def codes(refusal):
    return [(issue["code"], issue["row"], issue["column"]) for issue in refusal.value.issues]


# -- a company nobody has entered ----------------------------------------------------------------------


def test_an_unknown_company_is_enrolled_at_once(world):
    done = enrol(
        world, entry(uscc=NEW, name_en="New Works", tier=2, spend_cny=Decimal("5.50"), erp_code="V1")
    )
    assert (done.invited, done.changed, done.unchanged, done.links) == (1, 0, 0, [])
    assert "新公司" in sees(world, "paula")
    assert "新公司" not in sees(world, "otto")
    with entered(world.anna.scope):
        row = Enrolment.objects.select_related("supplier").get(supplier__uscc=NEW)
        assert (row.commodity, row.tier, row.spend_cny, row.erp_code) == ("pcb", 2, Decimal("5.50"), "V1")
        assert (row.started_on, row.ended_on, row.shared_from) == (dt.date(2025, 1, 1), None, None)
        assert row.supplier.code.startswith("NEW-WORKS-")
        assert row.supplier.on_platform_since is None
        assert AuditEntry.objects.filter(act="enrolment.list").count() == 1


def test_codes_tell_nothing_of_other_companies(world):
    names = [f"甲{number}" for number in range(30)]
    enrol(world, *(entry(name) for name in names))
    with entered(world.anna.scope):
        found = set(Supplier.objects.filter(name__in=names).values_list("code", flat=True))
    assert len(found) == 30
    assert all(code.startswith("S-") and len(code) == 12 for code in found)


def test_its_first_manager_is_invited_by_a_link_shown_once(
    world, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        done = enrol(world, entry(uscc=NEW, email="Boss@New.test"), site="https://greenlink.test")
    (link,) = done.links
    assert (link.company, link.email) == ("新公司", "boss@new.test")
    assert link.path in mailoutbox[0].body
    with all_tenants("tests"):
        row = Invitation.objects.get()
        assert (row.supplier.name, row.buyer, row.role) == ("新公司", None, "supplier_manager")
        assert row.digest not in link.path
    with entered(world.anna.scope):
        assert not Invitation.objects.filter(supplier__isnull=False, buyer=world.buyer).exists()


def test_the_first_manager_can_be_invited_again_until_somebody_is_there(world):
    enrol(world, entry(uscc=NEW))
    with entered(world.anna.scope):
        company = Supplier.objects.get(uscc=NEW)
    assert act(world, "anna", first_managers.invite, supplier=company, email="a@new.test").path
    with all_tenants("tests"):
        make.member("supplier_reader", supplier=company)
    with pytest.raises(Refusal) as refusal:
        act(world, "anna", first_managers.invite, supplier=company, email="b@new.test")
    assert refusal.value.code == "enrolment.staffed"


def test_nobody_is_put_into_a_company_of_another_program(world):
    with pytest.raises(Refusal) as refusal:
        act(world, "anna", first_managers.invite, supplier=world.stranger, email="x@evil.test")
    assert refusal.value.status == 404
    with all_tenants("tests"):
        assert not Invitation.objects.exists()


@pytest.mark.parametrize("who", ["paula", "alice", "vera"])
def test_only_a_program_admin_enrols(world, who):
    with pytest.raises(PermissionDenied):
        enrol(world, entry(), by=who)


# -- a company that is on the platform -----------------------------------------------------------------


def test_a_company_on_the_platform_is_asked_and_the_buyer_reads_the_same(world):
    unknown = enrol(world, entry(uscc=NEW))
    known = enrol(world, entry("伽马", uscc=GAMMA, email="x@gamma.test"))
    assert (known.invited, known.changed, known.links) == (unknown.invited, unknown.changed, [])
    assert sees(world, "paula") == {"阿尔法", "贝塔", "新公司"}
    with all_tenants("tests"):
        assert not Enrolment.objects.filter(buyer=world.buyer, supplier=world.stranger).exists()
        assert not Invitation.objects.exists()
    with entered(world.gina.scope):
        (offer,) = EnrolmentOffer.objects.all()
        assert (offer.company_name, offer.starts_on) == ("伽马", dt.date(2025, 1, 1))
    with entered(world.otto.scope):
        assert not EnrolmentOffer.objects.exists()


def test_accepting_makes_the_enrolment_with_the_history_chosen(world):
    offer = offer_to_gamma(world, tier=3, erp_code="V7")
    row = act(world, "gina", enrolments.accept_offer, offer=offer, shared_from=dt.date(2024, 7, 1))
    assert (row.started_on, row.shared_from) == (dt.date(2025, 1, 1), dt.date(2024, 7, 1))
    assert (row.commodity, row.tier, row.erp_code) == ("pcb", 3, "V7")
    assert "伽马" in sees(world, "paula")
    with entered(world.otto.scope):
        assert Enrolment.objects.count() == 1
    with pytest.raises(Refusal) as refusal:
        act(world, "gina", enrolments.accept_offer, offer=offer)
    assert refusal.value.code == "offer.answered"


def test_a_day_within_the_enrolment_shares_no_history(world):
    offer = offer_to_gamma(world)
    row = act(world, "gina", enrolments.accept_offer, offer=offer, shared_from=dt.date(2025, 1, 1))
    assert row.shared_from is None


def test_declined_and_withdrawn_offers_give_nothing(world):
    declined = offer_to_gamma(world)
    act(world, "gina", enrolments.decline_offer, offer=declined)
    withdrawn = offer_to_gamma(world)
    act(world, "anna", enrolments.withdraw_offer, offer=withdrawn)
    for offer in (declined, withdrawn):
        with pytest.raises(Refusal) as refusal:
            act(world, "gina", enrolments.accept_offer, offer=offer)
        assert refusal.value.code == "offer.answered"
    assert "伽马" not in sees(world, "paula")


def test_only_the_company_itself_answers(world):
    offer = offer_to_gamma(world)
    for who, action in (("alice", enrolments.accept_offer), ("otto", enrolments.withdraw_offer)):
        with pytest.raises(PermissionDenied):
            act(world, who, action, offer=offer)
    with all_tenants("tests"):
        Membership.objects.filter(pk=world.gina.pk).update(role="supplier_contributor")
        world.gina.refresh_from_db()
    with pytest.raises(PermissionDenied):
        act(world, "gina", enrolments.decline_offer, offer=offer)


# -- a running enrolment -------------------------------------------------------------------------------


def running(world, supplier=None):
    with all_tenants("tests"):
        return Enrolment.objects.get(buyer=world.buyer, supplier=supplier or world.supplier)


def test_leaving_hides_everything_at_once_and_keeps_the_data(world):
    row = act(world, "alice", enrolments.leave, enrolment=running(world))
    assert row.ended_on == TODAY
    client = world.client(world.paula)
    assert client.get("/suppliers/ALPHA/").status_code == 404
    assert client.get("/records/?supplier=ALPHA").status_code == 404
    assert client.get("/api/v1/records/?supplier=ALPHA").status_code == 404
    assert world.client(world.alice).get("/sites/").status_code == 200
    with pytest.raises(Refusal) as refusal:
        act(world, "alice", enrolments.leave, enrolment=row)
    assert refusal.value.code == "enrolment.ended"


def test_who_joined_today_can_leave_today(world):
    with all_tenants("tests"):
        Enrolment.objects.filter(pk=running(world).pk).update(started_on=TODAY)
    act(world, "alice", enrolments.leave, enrolment=running(world))
    assert "阿尔法" not in world.client(world.paula).get("/suppliers/").content.decode()


def test_a_second_time_begins_where_the_first_ended(world):
    with all_tenants("tests"):
        Supplier.objects.filter(pk=world.supplier.pk).update(uscc=NEW)
    act(world, "alice", enrolments.leave, enrolment=running(world))
    enrol(world, entry("阿尔法", uscc=NEW))
    with all_tenants("tests"):
        offer = EnrolmentOffer.objects.get()
    again = act(world, "alice", enrolments.accept_offer, offer=offer)
    assert again.started_on == TODAY
    assert "阿尔法" in sees(world, "paula")


def test_the_buyer_ends_an_enrolment_from_a_day_on(world):
    row = act(world, "anna", enrolments.end_enrolment, enrolment=running(world), on=dt.date(2025, 3, 1))
    assert world.client(world.paula).get("/suppliers/ALPHA/").status_code == 200
    for day in (dt.date(2025, 2, 9), dt.date(2027, 1, 1)):
        with pytest.raises(Refusal) as refusal:
            act(world, "anna", enrolments.end_enrolment, enrolment=row, on=day)
        assert refusal.value.code == "enrolment.end"
    act(world, "anna", enrolments.end_enrolment, enrolment=row, on=TODAY)
    assert world.client(world.paula).get("/suppliers/ALPHA/").status_code == 404


def test_history_is_widened_and_narrowed_by_the_supplier_alone(world):
    row = running(world)
    for day in (dt.date(2020, 1, 1), dt.date(2021, 1, 1), None):
        assert (
            act(world, "alice", enrolments.share_history, enrolment=row, shared_from=day).shared_from == day
        )
    with entered(world.alice.scope):
        told = list(
            AuditEntry.objects.filter(act="enrolment.share").order_by("id").values_list("data", flat=True)
        )
    assert [one["is"] for one in told] == ["2020-01-01", "2021-01-01", None]
    for who in ("anna", "charlie", "bob"):
        with pytest.raises(PermissionDenied):
            act(world, who, enrolments.share_history, enrolment=row, shared_from=None)


def test_details_are_the_buyers_and_checked(world):
    row = running(world)
    terms = {"commodity": "metal", "tier": 2, "spend_cny": Decimal("9.00"), "erp_code": "V9"}
    assert act(world, "anna", enrolments.change_details, enrolment=row, **terms).commodity == "metal"
    with pytest.raises(Refusal) as refusal:
        act(world, "anna", enrolments.change_details, enrolment=row, **terms | {"commodity": "gold"})
    assert codes(refusal) == [("enrolment.commodity", None, "commodity")]
    for who in ("otto", "paula", "alice"):
        with pytest.raises(PermissionDenied):
            act(world, who, enrolments.change_details, enrolment=row, **terms)


# -- lists ---------------------------------------------------------------------------------------------


def test_every_bad_cell_is_named_and_nothing_is_written(world):
    rows = [
        entry("好公司", uscc=NEW, row=2),
        entry("", row=3),
        entry("甲", commodity="gold", row=4),
        entry("乙", uscc="91340100MA2000001X", row=5),
        entry("丙", tier=0, spend_cny=Decimal(-1), row=6),
        entry("=cmd()", email="no mail", row=7),
        entry("丁", starts_on=dt.date(2025, 2, 11), row=8),
        entry("好公司二", uscc=NEW, row=9),
        entry("戊", code="GAMMA", row=10),
        entry("阿尔法", starts_on=dt.date(2024, 1, 1), row=11),
        entry("己", commodity="", erp_code="x" * 41, row=12),
        entry("好公司", row=13),
    ]
    with pytest.raises(Refusal) as refusal:
        enrol(world, *rows)
    assert sorted(codes(refusal), key=lambda one: one[1:]) == [
        ("enrolment.name", 3, "name"),
        ("enrolment.commodity", 4, "commodity"),
        ("enrolment.uscc", 5, "uscc"),
        ("enrolment.spend", 6, "spend_cny"),
        ("enrolment.tier", 6, "tier"),
        ("enrolment.email", 7, "email"),
        ("enrolment.text", 7, "name"),
        ("enrolment.start", 8, "starts_on"),
        ("enrolment.duplicate", 9, "uscc"),
        ("enrolment.code", 10, "code"),
        ("enrolment.start", 11, "starts_on"),
        ("enrolment.commodity", 12, "commodity"),
        ("enrolment.text", 12, "erp_code"),
        ("enrolment.duplicate", 13, "name"),
    ]
    assert sees(world, "paula") == {"阿尔法", "贝塔"}


def test_the_same_list_twice_changes_nothing(world):
    rows = [entry("新公司", uscc=NEW), entry("无码公司"), entry("伽马", uscc=GAMMA), entry("乙", name_en="B")]
    first, second = enrol(world, *rows), enrol(world, *rows)
    assert (first.invited, first.changed, first.unchanged) == (4, 0, 0)
    assert (second.invited, second.changed, second.unchanged) == (0, 0, 4)
    with entered(world.anna.scope):
        assert AuditEntry.objects.filter(act="enrolment.list").count() == 1


def test_changed_terms_are_written_and_empty_cells_leave_them(world):
    enrol(world, entry("新公司", uscc=NEW, tier=2, erp_code="V1"), entry("伽马", uscc=GAMMA))
    again = [
        entry("新公司", uscc=NEW, commodity="metal", starts_on=None),
        entry("伽马", uscc=GAMMA, erp_code="V2", starts_on=None),
        entry("阿尔法", code="ALPHA", commodity="metal", starts_on=None),
    ]
    assert enrol(world, *again).changed == 3
    with entered(world.anna.scope):
        row = Enrolment.objects.get(supplier__uscc=NEW)
        assert (row.commodity, row.tier, row.erp_code) == ("metal", 2, "V1")
        assert EnrolmentOffer.objects.get().erp_code == "V2"
        assert Enrolment.objects.get(supplier__code="ALPHA").commodity == "metal"


def test_another_programs_company_is_not_touched_by_its_code_or_name(world):
    with pytest.raises(Refusal) as refusal:
        enrol(world, entry("伽马", code="GAMMA", row=2))
    assert codes(refusal) == [("enrolment.code", 2, "code")]
    absent = pytest.raises(Refusal)
    with absent as same:
        enrol(world, entry("谁也不是", code="NOBODY", row=2))
    assert same.value.issues == refusal.value.issues
    assert enrol(world, entry("伽马")).invited == 1
    with all_tenants("tests"):
        assert Supplier.objects.filter(name="伽马").count() == 2
        assert not EnrolmentOffer.objects.exists()


def test_thousands_take_the_queries_of_few(world):
    few = [entry(f"少{number}", uscc=uscc(100 + number)) for number in range(3)]
    many = [entry(f"多{number}", uscc=uscc(1000 + number)) for number in range(400)]
    counts = []
    for rows in (few, many):
        with CaptureQueriesContext(connection) as queries:
            enrol(world, *rows)
        counts.append(len(queries))
    assert counts[1] == counts[0]
    with entered(world.anna.scope):
        assert Enrolment.objects.count() == 2 + 3 + 400


def test_too_many_at_once_are_refused(world):
    with pytest.raises(Refusal) as refusal:
        enrol(world, *(entry(f"名{number}", email=f"p{number}@a.test") for number in range(501)))
    assert codes(refusal) == [("enrolment.invitations", None, "email")]


def test_somebody_quicker_is_told_apart_from_an_error(world, monkeypatch):
    """Between looking and writing another program entered the same company."""
    monkeypatch.setattr(enrolment_lists, "on_platform", lambda credit_codes: {})
    with pytest.raises(Refusal) as refusal:
        enrol(world, entry("伽马", uscc=GAMMA))
    assert refusal.value.code == "enrolment.again"
