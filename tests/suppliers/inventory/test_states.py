"""From open to verified, and what the database refuses of a frozen version."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from suppliers.inventory import inventories
from suppliers.models import Inventory, InventoryLine
from suppliers.tenants.actors import Actor
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import entered
from tests.factories import inventory as make
from tests.suppliers.inventory.years import factors_loaded, lines, record


@pytest.fixture
def alice(world):
    return world.actor(world.alice)


@pytest.fixture
def opened(world, everyone, alice):
    factors_loaded()
    record(world.site, "electricity", 1000)
    return inventories.open_year(by=alice, supplier=world.supplier, year=2023)


@pytest.fixture
def frozen(opened, alice):
    fields = {"boundary": "合肥工厂", "organisation": "李工"}
    return inventories.submit(by=alice, inventory=inventories.edit(by=alice, inventory=opened, fields=fields))


def test_opening_twice_is_once(world, opened, alice):
    again = inventories.open_year(by=alice, supplier=world.supplier, year=2023)
    assert again.pk == opened.pk and (again.state, again.version) == ("open", 1)


def test_submitting_needs_boundary_organisation_and_lines(world, opened, alice):
    with pytest.raises(Refusal, match=r"inventory\.incomplete"):
        inventories.submit(by=alice, inventory=opened)
    empty = inventories.open_year(by=alice, supplier=world.supplier, year=2021)
    inventories.edit(by=alice, inventory=empty, fields={"boundary": "x", "organisation": "y"})
    with pytest.raises(Refusal, match=r"inventory\.empty"):
        inventories.submit(by=alice, inventory=empty)
    empty.refresh_from_db()
    assert (empty.state, empty.frozen_at) == ("open", None)


def test_submitting_freezes_lines_totals_and_digest(frozen):
    frozen.refresh_from_db()
    assert frozen.state == "submitted" and frozen.frozen_at is not None and len(frozen.digest) == 64
    # 1 000 kWh × 0.6553 by location, × the residual mix by the market
    assert frozen.totals["scope2_location"] == "655.300000" and frozen.totals["lines"] == 2
    assert [(line.number, line.basis) for line in lines(frozen)] == [(1, "location"), (2, "market")]


def test_only_who_may_submits_and_only_his_own(world, opened):
    with pytest.raises(PermissionDenied):
        inventories.submit(by=world.actor(world.clara), inventory=opened)
    with pytest.raises(PermissionDenied):
        inventories.submit(by=world.actor(world.charlie), inventory=opened)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"version": 7}, "inventory.field"),
        ({"gwp_report": "AR9"}, "inventory.terms"),
        ({"exclusions": [{"what": "车队"}]}, "inventory.exclusions"),
        ({"exclusions": [{"what": "车队", "reason": "小", "percent": "101"}]}, "inventory.exclusions"),
        ({"approach": "guess"}, "inventory.invalid"),
    ],
)
def test_what_cannot_be_edited_is_refused_with_a_code(opened, alice, fields, code):
    with pytest.raises(Refusal) as refused:
        inventories.edit(by=alice, inventory=opened, fields=fields)
    assert refused.value.code == code


def test_a_version_under_review_is_not_overtaken(frozen, alice, everyone):
    Inventory.objects.filter(pk=frozen.pk).update(state="under_review")
    with pytest.raises(Refusal, match=r"inventory\.state"):
        inventories.reopen(by=alice, inventory=frozen, reason="账单更正")


def test_a_frozen_version_is_reopened_as_the_next_one(frozen, alice):
    with pytest.raises(Refusal, match=r"inventory\.frozen"):
        inventories.edit(by=alice, inventory=frozen, fields={"boundary": "z"})
    with pytest.raises(Refusal, match=r"inventory\.reason"):
        inventories.reopen(by=alice, inventory=frozen, reason=" ")
    following = inventories.reopen(by=alice, inventory=frozen, reason="账单更正")
    assert (following.version, following.state, following.boundary) == (2, "open", "合肥工厂")
    assert following.supersedes_id == frozen.pk
    with pytest.raises(Refusal, match=r"inventory\.superseded"):
        inventories.reopen(by=alice, inventory=frozen, reason="again")


def test_the_states_of_a_review(world, frozen, alice):
    verifier = Actor.system("tests")
    with pytest.raises(PermissionDenied):
        inventories.start_review(by=alice, inventory=frozen)
    with pytest.raises(Refusal, match=r"inventory\.state"):
        inventories.verify(by=verifier, inventory=frozen)
    inventories.start_review(by=verifier, inventory=frozen)
    assert inventories.verify(by=verifier, inventory=frozen).state == "verified"
    with pytest.raises(Refusal, match=r"inventory\.state"):
        inventories.give_back(by=verifier, inventory=frozen)


def test_a_body_moves_what_it_was_assigned_to(world, frozen):
    body = world.vera.body
    make.Assignment.objects.create(supplier=world.supplier, buyer=world.buyer, body=body, inventory=frozen)
    with entered(world.vera.scope):
        assert inventories.start_review(by=world.actor(world.vera), inventory=frozen).state == "under_review"


_VERSION, _LINES = "suppliers_inventory", "suppliers_inventoryline"


# Each database has a back door of its own.
_BACK_DOORS = (
    [f"replace into {_VERSION} select * from {_VERSION}", f"replace into {_LINES} select * from {_LINES}"]
    if connection.vendor == "sqlite"
    else [
        f"set constraints all immediate; truncate {_LINES} cascade",
        f"set constraints all immediate; truncate {_VERSION} cascade",
    ]
)


@pytest.mark.parametrize(
    "statement",
    [
        *_BACK_DOORS,
        f"update {_VERSION} set totals = '{{}}'",
        f"update {_VERSION} set digest = 'x'",
        f"update {_VERSION} set terms = '{{}}'",
        f"update {_VERSION} set frozen_at = null, state = 'open'",
        f"update {_VERSION} set state = 'open'",
        f"update {_VERSION} set boundary = 'elsewhere'",
        f"delete from {_VERSION}",
        f"update {_LINES} set kgco2e = 0",
        f"update {_LINES} set factor_code = factor_code",
        f"delete from {_LINES}",
    ],
)
def test_the_database_refuses_to_change_what_is_frozen(frozen, statement):
    before = list(InventoryLine.objects.order_by("id").values())
    with (
        pytest.raises(DatabaseError, match=r"inventory\.frozen|audit\.truncate"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert list(InventoryLine.objects.order_by("id").values()) == before


def test_nor_by_the_orm_in_bulk_or_one_by_one(frozen):
    (first, _second) = lines(frozen)
    copy = InventoryLine(
        **{**InventoryLine.objects.filter(pk=first.pk).values().get(), "id": None, "number": 3}
    )
    for deed in (
        lambda: InventoryLine.objects.filter(pk=first.pk).update(kgco2e=1),
        lambda: InventoryLine.objects.bulk_update([first], ["kgco2e"]),
        lambda: InventoryLine.objects.bulk_create([copy]),
        lambda: InventoryLine.objects.all().delete(),
        lambda: Inventory.objects.filter(pk=frozen.pk).update(totals={}),
    ):
        with pytest.raises(DatabaseError, match=r"inventory\.frozen"), transaction.atomic():
            deed()
    assert [line.number for line in lines(frozen)] == [1, 2]


def test_the_state_alone_moves(frozen):
    assert Inventory.objects.filter(pk=frozen.pk).update(state="under_review") == 1


def test_a_base_year_lies_before_its_year(world, everyone, alice):
    opened = inventories.open_year(by=alice, supplier=world.supplier, year=2021)
    for wrong in (2050, 2022, 1980):
        with pytest.raises(Refusal, match=r"inventory\.base_year"):
            inventories.edit(by=alice, inventory=opened, fields={"base_year": wrong})
    assert inventories.edit(by=alice, inventory=opened, fields={"base_year": 2021}).base_year == 2021
