from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from suppliers.activity import outputs
from suppliers.disclosure import actions, documents, queries
from suppliers.models import AuditEntry, Credential, Output, Review, Target
from suppliers.tenants import clock
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import entered
from tests.factories import disclosure as make

ECOVADIS = {
    "kind": "ecovadis",
    "score": Decimal(58),
    "issued_on": dt.date(2024, 6, 1),
    "expires_on": dt.date(2025, 5, 31),
}


@pytest.fixture
def alice(world):
    with entered(world.alice.scope):
        yield world.actor(world.alice)


def drafted(world, alice):
    return actions.draft(by=alice, supplier=world.supplier, model=Credential, fields=ECOVADIS)


def test_draft_is_seen_by_the_supplier_only(world, alice):
    drafted(world, alice)
    assert queries.of_supplier(world.supplier)["credential"][0].word == "draft"
    assert list(AuditEntry.objects.filter(kind="deed").values_list("act", flat=True)) == ["credential.draft"]


def test_read_only_member_and_neighbour_may_not_draft(world):
    with entered(world.bob.scope), pytest.raises(PermissionDenied):
        actions.draft(by=world.actor(world.bob), supplier=world.supplier, model=Credential, fields=ECOVADIS)
    with entered(world.charlie.scope), pytest.raises(PermissionDenied):
        actions.draft(
            by=world.actor(world.charlie), supplier=world.supplier, model=Credential, fields=ECOVADIS
        )


def test_way_of_an_item_return_and_second_handing_in_while_the_clock_stands(world, client):
    """Everything at the same instant: the demo's clock never moves."""
    with entered(world.alice.scope):
        item = actions.submit(by=world.actor(world.alice), item=drafted(world, world.actor(world.alice)))
    with entered(world.paula.scope):
        paula = world.actor(world.paula)
        assert queries.waiting(world.buyer).count() == 1
        actions.review(by=paula, item=item, verdict="returned", note="第二页看不清")
        assert queries.waiting(world.buyer).count() == 0
        assert queries.waiting(world.buyer, verdict="returned").count() == 1
    with entered(world.alice.scope):
        alice = world.actor(world.alice)
        standing = queries.standing_of(item)
        assert (standing.word, standing.is_editable) == ("returned", True)
        item = actions.edit(by=alice, item=item, fields={"score": Decimal(59)})
        assert item.state == "draft"
        item = actions.submit(by=alice, item=item)
        assert queries.standing_of(item).word == "waiting"
    with entered(world.paula.scope):
        assert queries.waiting(world.buyer).count() == 1
        actions.review(by=world.actor(world.paula), item=item, verdict="accepted")
        assert queries.standing_of(item).word == "accepted"
    with entered(world.alice.scope), pytest.raises(Refusal) as caught:
        actions.edit(by=world.actor(world.alice), item=item, fields={"score": Decimal(99)})
    assert caught.value.code == "evidence.handed_in"


def test_returning_needs_a_reason_and_a_draft_cannot_be_judged(world):
    with all_tenants("test"):
        handed_in = make.credential(world.supplier, **make.submitted())
        draft = make.credential(world.supplier)
    with entered(world.paula.scope):
        paula = world.actor(world.paula)
        with pytest.raises(Refusal) as caught:
            actions.review(by=paula, item=handed_in, verdict="returned", note="  ")
        assert caught.value.code == "review.reason"
        with pytest.raises(Credential.DoesNotExist):  # for her it does not exist
            actions.review(by=paula, item=draft, verdict="accepted")
    with entered(world.alice.scope), pytest.raises(PermissionDenied):
        actions.review(by=world.actor(world.alice), item=handed_in, verdict="accepted")


def test_each_buyer_judges_for_itself(world):
    with all_tenants("test"):
        item = make.credential(world.supplier, **make.submitted())
        Review.objects.create(
            buyer=world.other_buyer,
            supplier=world.supplier,
            subject="credential",
            subject_id=item.pk,
            verdict="accepted",
        )
    with entered(world.paula.scope):
        assert queries.waiting(world.buyer).count() == 1
        assert queries.standing_of(item).word == "waiting"


def test_procurement_enters_for_its_own_program_only(world):
    with entered(world.paula.scope):
        item = actions.enter(
            by=world.actor(world.paula), supplier=world.neighbour, model=Credential, fields=ECOVADIS
        )
        assert queries.standing_of(item).word == "accepted"
    with entered(world.charlie.scope):
        charlie = world.actor(world.charlie)
        assert queries.standing_of(item).is_editable is False
        for act in (
            lambda: actions.edit(by=charlie, item=item, fields={}),
            lambda: actions.submit(by=charlie, item=item),
        ):
            with pytest.raises(Refusal) as caught:
                act()
            assert caught.value.code == "evidence.not_yours"


def test_only_an_unseen_draft_can_be_thrown_away(world, alice):
    item = drafted(world, alice)
    other = actions.submit(by=alice, item=drafted(world, alice))
    actions.discard(by=alice, item=item)
    assert list(Credential.objects.values_list("pk", flat=True)) == [other.pk]
    with pytest.raises(Refusal) as caught:
        actions.discard(by=alice, item=other)
    assert caught.value.code == "evidence.handed_in"


def test_what_the_database_would_refuse_is_a_refusal_with_its_fields(world, alice):
    with pytest.raises(Refusal) as caught:
        actions.draft(
            by=alice, supplier=world.supplier, model=Target, fields={"base_year": 2030, "target_year": 2020}
        )
    assert caught.value.code == "evidence.invalid"
    with pytest.raises(ValueError, match="state"):
        actions.draft(by=alice, supplier=world.supplier, model=Target, fields={"state": "submitted"})


def test_incident_opens_and_closes_once(world):
    with entered(world.paula.scope):
        paula = world.actor(world.paula)
        incident = actions.open_incident(
            by=paula, supplier=world.supplier, kind="rba_priority", opened_on=dt.date(2024, 9, 1)
        )
        with pytest.raises(Refusal) as caught:
            actions.close_incident(by=paula, incident=incident, closed_on=dt.date(2024, 8, 1))
        assert caught.value.code == "incident.day"
        incident = actions.close_incident(by=paula, incident=incident, closed_on=clock.today())
        with pytest.raises(Refusal) as caught:
            actions.close_incident(by=paula, incident=incident, closed_on=clock.today())
        assert caught.value.code == "incident.closed"


def test_output_periods_of_a_site_do_not_overlap(world, alice):
    quarter = {"site": world.site, "start": dt.date(2024, 10, 1), "end": dt.date(2024, 12, 31)}
    first = outputs.draft(by=alice, supplier=world.supplier, value=Decimal(1200), **quarter)
    with pytest.raises(Refusal) as caught:
        outputs.draft(
            by=alice, supplier=world.supplier, site=world.site, start=dt.date(2024, 12, 1), end=dt.date(2024, 12, 31),
            value=Decimal(1),
        )  # fmt: skip
    assert caught.value.code == "output.overlap"
    assert outputs.edit(by=alice, item=first, fields={"value": Decimal(1300)}).value == 1300
    assert Output.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"MZ\x90\0", "file.type"),
        (b"<html><script>alert(1)</script>", "file.type"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "file.type"),
        (b"PK\x03\x04", "file.type"),
        (b"GIF89a", "file.type"),
        (b"", "file.empty"),
        (make.PDF + b"\0" * documents.LIMIT_BYTES, "file.size"),
    ],
)
def test_what_is_no_document_is_refused(world, alice, content, code):
    with pytest.raises(Refusal) as caught:
        documents.keep(by=alice, supplier=world.supplier, content=content, filename="report.pdf")
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("content", "given", "kept"),
    [
        (make.PDF, "证书.PDF", "证书.pdf"),
        (make.PNG, "C:\\scan\\a.png", "a.png"),
        (make.JPEG, "../../etc/passwd", "passwd.jpg"),
        (make.PDF, "evil.pdf.exe", "evil.pdf.exe.pdf"),
        (make.PDF, 'a"\r\nSet-Cookie: x.pdf', 'a"Set-Cookie: x.pdf'),
        (make.PDF, "", "document.pdf"),
    ],
)
def test_document_is_named_by_what_it_is(world, alice, content, given, kept):
    document = documents.keep(by=alice, supplier=world.supplier, content=content, filename=given)
    assert document.filename == kept
    assert (
        documents.keep(by=alice, supplier=world.supplier, content=content, filename="other").pk == document.pk
    )


@pytest.mark.parametrize(
    ("days", "step", "tone"), [(-1, 0, "bad"), (0, 7, "bad"), (7, 7, "bad"), (8, 30, "warn"), (90, 90, "warn"), (91, None, "")]
)  # fmt: skip
def test_expiry_steps(days, step, tone):
    today = dt.date(2025, 2, 10)
    found = queries.expiry(today + dt.timedelta(days=days), today)
    assert (found.step, found.tone) == (step, tone)


def test_ends_soon_looks_at_the_newest_of_each_kind(world):
    with all_tenants("test"):
        make.credential(world.supplier, expires_on=dt.date(2024, 12, 31), **make.submitted())
        newest = make.credential(world.supplier, expires_on=dt.date(2025, 3, 1), **make.submitted())
        make.credential(
            world.supplier,
            kind="iso_14001",
            level="",
            score=None,
            expires_on=dt.date(2027, 1, 1),
            **make.submitted(),
        )
    with entered(world.alice.scope):
        assert [row.item.pk for row in queries.expiring(world.supplier)] == [newest.pk]
