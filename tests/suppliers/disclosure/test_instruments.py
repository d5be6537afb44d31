"""Serial numbers: as many as megawatt-hours, once a supplier, and found where another supplier claims them too."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given as for_all
from hypothesis import strategies as st

from suppliers.calc.serial_ranges import plain, serial_range
from suppliers.disclosure import actions, instruments
from suppliers.jobs.models import Job
from suppliers.models import AuditEntry, Instrument, InstrumentSerial
from suppliers.tenants import clock
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import entered
from tests.conftest import TODAY
from tests.factories import suppliers as make

DAY_AFTER = TODAY + dt.timedelta(days=1)
TEN = {"year": 2024, "kwh": Decimal(10000), "serial_from": "GEC-24-001", "serial_to": "GEC-24-010"}


def handed_in(world, who, supplier, callbacks, **fields):
    """As a request does it: in the company's scope, and the job rings when the transaction has committed."""
    with entered(who.scope), callbacks(execute=True):
        by = world.actor(who)
        item = actions.draft(by=by, supplier=supplier, model=Instrument, fields=TEN | fields)
        return actions.submit(by=by, item=item)


@pytest.fixture
def callbacks(django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks


def fresh(item):
    with all_tenants("tests"):
        return Instrument.objects.get(pk=item.pk)


def test_one_number_for_each_megawatt_hour(world, callbacks):
    item = handed_in(world, world.alice, world.supplier, callbacks)
    with entered(world.alice.scope):
        serials = list(InstrumentSerial.objects.filter(instrument=item).values_list("serial", flat=True))
    assert serials[0] == "GEC24001" and serials[-1] == "GEC24010" and len(serials) == 10  # 10 000 kWh
    assert fresh(item).collided_at is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kwh": Decimal(9000)}, "instrument.count"),
        ({"kwh": Decimal("10000.5")}, "instrument.count"),
        ({"kind": "green_trade", "kwh": Decimal(9000)}, "instrument.count"),
        ({"serial_to": "GEX-24-010"}, "instrument.serial"),
        ({"serial_to": "GEC-24-0010"}, "instrument.serial"),
        ({"serial_from": "GEC-24-011"}, "instrument.serial"),
        ({"serial_from": "A", "serial_to": "B"}, "instrument.serial"),
        ({"serial_from": "G000001", "serial_to": "G200001"}, "instrument.serial"),
        ({"serial_from": "", "serial_to": ""}, "instrument.serials_missing"),
    ],
)
def test_what_is_no_range_of_as_many_is_refused(world, callbacks, fields, code):
    with pytest.raises(Refusal) as caught:
        handed_in(world, world.alice, world.supplier, callbacks, **fields)
    assert caught.value.code == code and caught.value.status == 422
    with all_tenants("tests"):
        assert not InstrumentSerial.objects.exists()


def test_an_agreement_has_a_contract_number_and_no_certificates(world, callbacks):
    item = handed_in(
        world, world.alice, world.supplier, callbacks, kind="ppa", kwh=Decimal("123.4"), serial_from="PPA-合同-7",
        serial_to="PPA-合同-7",
    )  # fmt: skip
    with entered(world.alice.scope):
        assert item.state == "submitted" and not InstrumentSerial.objects.exists()


def test_a_second_claim_of_the_same_supplier_is_refused_naming_which(world, callbacks):
    first = handed_in(world, world.alice, world.supplier, callbacks)
    with pytest.raises(Refusal) as caught:
        handed_in(
            world, world.alice, world.supplier, callbacks, serial_from="gec24 010", serial_to="GEC24019"
        )
    assert caught.value.code == "instrument.serial_taken"
    assert caught.value.data == {"serial": "GEC24010", "instrument": first.pk}
    with entered(world.alice.scope):
        assert InstrumentSerial.objects.count() == 10  # nothing of the second is left
        assert Instrument.objects.filter(state="submitted").count() == 1


def test_what_was_returned_and_changed_frees_its_numbers(world, callbacks):
    item = handed_in(world, world.alice, world.supplier, callbacks)
    with entered(world.paula.scope):
        actions.review(by=world.actor(world.paula), item=item, verdict="returned", note="wrong year")
    with entered(world.alice.scope), callbacks(execute=True):
        by = world.actor(world.alice)
        actions.edit(by=by, item=item, fields={"serial_from": "GEC-24-101", "serial_to": "GEC-24-110"})
        assert not InstrumentSerial.objects.exists()
        actions.submit(by=by, item=item)
        assert InstrumentSerial.objects.filter(serial="GEC24101").exists()


@pytest.fixture
def both(world, callbacks):
    """ALPHA claims 001 … 010 and BETA 010 … 019: one number is claimed twice."""
    mine = handed_in(world, world.alice, world.supplier, callbacks)
    theirs = handed_in(
        world, world.charlie, world.neighbour, callbacks, serial_from="GEC-24-010", serial_to="GEC-24-019"
    )
    return mine, theirs


def test_a_collision_is_found_through_the_door_and_told_to_both_without_a_name(world, both):
    for item in map(fresh, both):
        assert item.collided_at is not None and item.cleared_at is None
        with all_tenants("tests"):
            entry = AuditEntry.objects.get(act="instrument.collide", subject_id=item.pk)
        assert (entry.supplier_id, entry.user_id, entry.data) == (item.supplier_id, None, {})
    assert set(Job.objects.filter(kind="instrument.collide").values_list("state", flat=True)) == {"done"}


def test_drafts_and_other_numbers_collide_with_nobody(world, callbacks):
    with entered(world.charlie.scope):
        actions.draft(by=world.actor(world.charlie), supplier=world.neighbour, model=Instrument, fields=TEN)
    handed_in(
        world, world.charlie, world.neighbour, callbacks, serial_from="GEC-24-011", serial_to="GEC-24-020"
    )
    assert fresh(handed_in(world, world.alice, world.supplier, callbacks)).collided_at is None


def test_neither_counts_until_its_own_is_cleared(world, both):
    mine, theirs = both
    with all_tenants("tests"):
        assert not Instrument.objects.filter(instruments.COUNTS, state="submitted").exists()
    with entered(world.paula.scope):
        paula = world.actor(world.paula)
        assert {row.pk for row in instruments.held_back(world.buyer)} == {mine.pk, theirs.pk}
        with pytest.raises(Refusal) as caught:
            instruments.clear(by=paula, item=mine, note=" ")
        assert caught.value.code == "instrument.clear_reason"
        instruments.clear(by=paula, item=mine, note="ledger of the exchange seen")
        with pytest.raises(Refusal) as caught:
            instruments.clear(by=paula, item=mine, note="again")
        assert caught.value.code == "instrument.not_collided"
    with all_tenants("tests"):
        assert [row.pk for row in Instrument.objects.filter(instruments.COUNTS, state="submitted")] == [
            mine.pk
        ]
        assert Instrument.objects.get(pk=theirs.pk).cleared_at is None


def test_a_buyer_sees_and_clears_its_own_suppliers_only(world, both):
    mine, _theirs = both
    with entered(world.otto.scope):
        assert not instruments.held_back(world.other_buyer).exists()
        with pytest.raises(Instrument.DoesNotExist):
            instruments.clear(by=world.actor(world.otto), item=mine, note="x")
    with entered(world.alice.scope), pytest.raises(PermissionDenied):
        instruments.clear(by=world.actor(world.alice), item=mine, note="x")


def test_a_later_claim_holds_back_what_a_buyer_cleared_until_it_is_reviewed_again(world, both, callbacks):
    mine, theirs = both
    with entered(world.paula.scope):
        for item in both:
            instruments.clear(by=world.actor(world.paula), item=item, note="seen")
    repeated(theirs)  # the known pair again: nothing is reopened
    assert [counts(item) for item in both] == [True, True]
    with all_tenants("tests"):
        gamma = make.member("supplier_manager", supplier=world.stranger)
    with clock.at(DAY_AFTER):
        third = handed_in(world, gamma, world.stranger, callbacks, serial_to="GEC-24-005", kwh=Decimal(5000))
    # 001 … 005 against 001 … 010 and 010 … 019: the second claim is none of its business
    assert [counts(item) for item in (mine, theirs, third)] == [False, True, False]
    assert fresh(mine).collided_at == fresh(third).collided_at
    with all_tenants("tests"):
        told = AuditEntry.objects.filter(act="instrument.collide", subject_id=mine.pk)
        assert list(told.values_list("supplier_id", "user_id", "data")) == [(mine.supplier_id, None, {})] * 2
    # cleared again, it stays so: neither the repeated job of the third nor that of the second reopens it
    with entered(world.paula.scope):
        assert [row.pk for row in instruments.held_back(world.buyer)] == [mine.pk]
        with clock.at(DAY_AFTER):
            instruments.clear(by=world.actor(world.paula), item=mine, note="all three papers seen")
    for item in (third, theirs, mine):
        repeated(item)
    assert [counts(item) for item in (mine, theirs, third)] == [True, True, False]


def test_a_claim_handed_in_anew_counts_as_a_later_one(world, both, callbacks):
    mine, theirs = both
    with entered(world.paula.scope):
        instruments.clear(by=world.actor(world.paula), item=mine, note="seen")
        actions.review(by=world.actor(world.paula), item=theirs, verdict="returned", note="whose are these?")
    with entered(world.charlie.scope), callbacks(execute=True):
        theirs = actions.edit(by=world.actor(world.charlie), item=theirs, fields={})
        actions.submit(by=world.actor(world.charlie), item=theirs)
    assert [counts(item) for item in both] == [False, False]


def repeated(item):
    """The queue may run a job twice."""
    instruments.collide_job(instrument_id=item.pk, supplier_id=item.supplier_id)


def counts(item):
    with all_tenants("tests"):
        return Instrument.objects.filter(instruments.COUNTS, pk=item.pk, state="submitted").exists()


def test_returning_one_leaves_the_other_held_back(world, both, callbacks):
    mine, theirs = both
    with entered(world.paula.scope):
        actions.review(by=world.actor(world.paula), item=mine, verdict="returned", note="not yours")
    with entered(world.alice.scope), callbacks(execute=True):
        by = world.actor(world.alice)
        actions.edit(by=by, item=mine, fields={"serial_from": "GEC-24-301", "serial_to": "GEC-24-310"})
        actions.submit(by=by, item=mine)
    assert fresh(mine).collided_at is None
    assert fresh(theirs).collided_at is not None and fresh(theirs).cleared_at is None


def test_two_hundred_thousand_numbers_are_the_most():
    assert serial_range("A000000", "A199999").count == 200_000
    with pytest.raises(ValueError, match="many"):
        serial_range("A000000", "A200000")


@for_all(
    st.text("ABC中-. ", max_size=8),
    st.integers(0, 10**9),
    st.integers(1, 300),
    st.integers(0, 3),
)
def test_a_range_holds_every_number_once_and_ends_where_it_was_said(prefix, start, count, more):
    width = len(str(start + count - 1)) + more
    first, last = (f"{prefix}x{number:0{width}d}" for number in (start, start + count - 1))
    serials = list(serial_range(first, last))
    assert (serials[0], serials[-1]) == (plain(first), plain(last))
    assert len(serials) == len(set(serials)) == count


@for_all(st.text(max_size=70), st.text(max_size=70))
def test_whatever_is_typed_is_a_range_or_a_refusal(first, last):
    try:
        found = serial_range(first, last)
    except ValueError:
        return
    assert 1 <= found.count <= 200_000


def test_i3_counts_certificates_that_are_not_held_back(world, both):
    """The scorecard's query: of 10 + 10 held back, what was cleared; agreements come in as green kWh instead."""
    from scorecards.field import handed_in as shown_to

    mine, _theirs = both
    with entered(world.paula.scope):
        counted = Instrument.objects.filter(shown_to(world.buyer), instruments.COUNTS, kind="gec")
        assert sum(row.kwh for row in counted) == 0
        instruments.clear(by=world.actor(world.paula), item=mine, note="seen")
        assert sum(row.kwh for row in counted.all()) == Decimal(10000)
