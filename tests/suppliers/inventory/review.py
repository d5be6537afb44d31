"""A submitted inventory in the hands of its verifier, step by step, as the actions do it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from suppliers.inventory.models import Assignment, Inventory, Opinion, Statement
from suppliers.inventory.review import actions, findings, opinions
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.asking import identified
from suppliers.tenants.models import Membership, VerificationBody
from suppliers.tenants.scope import entered
from tests.conftest import World
from tests.factories import suppliers as make
from tests.factories.inventory import frozen

PDF = b"%PDF-1.7\nstamped\n%%EOF\n"


@contextmanager
def acting(membership: Membership) -> Iterator[Actor]:
    """As in a request: who asks is known, and the tenant's scope is open."""
    actor = Actor.of(membership)
    with identified(actor.user_id), entered(actor.scope):
        yield actor


def another_verifier(body: VerificationBody | None = None) -> Membership:
    with all_tenants("tests"):
        return make.member("verifier", body=body or make.BodyFactory.create())


def submitted(world: World, **fields: Any) -> Inventory:
    with entered(world.alice.scope):
        return frozen(world.supplier, **fields)


def assigned(world: World, inventory: Inventory | None = None, **how: Any) -> Assignment:
    inventory = inventory or submitted(world)
    with acting(world.anna) as anna:
        return actions.assign(by=anna, inventory=inventory, body=world.vera.body, **how)


def begun(world: World, **how: Any) -> Assignment:
    assignment = assigned(world, **how)
    with acting(world.vera) as vera:
        return actions.begin(by=vera, assignment=assignment)


def checked(world: World, **how: Any) -> Assignment:
    """Under review, the sample of lines 1 and 3 looked at."""
    assignment = begun(world, **how)
    with acting(world.vera) as vera:
        assignment = actions.confirm_sample(by=vera, assignment=assignment, numbers=[1, 3])
        for number in (1, 3):
            actions.check_line(by=vera, assignment=assignment, number=number, is_right=True)
    return assignment


def given(world: World, assignment: Assignment, **says: Any) -> Opinion:
    fields = {"level": "limited", "conclusion": "unmodified", "text": "checked", "content": PDF} | says
    with acting(world.vera) as vera:
        return opinions.give(by=vera, assignment=assignment, filename="意见.pdf", **fields)


def confirmed(world: World, assignment: Assignment) -> Statement | None:
    with acting(world.vera) as vera:
        return opinions.confirm(by=vera, assignment=assignment, word=str(assignment.inventory.year))


def issued(world: World, *, says: dict[str, Any] | None = None, **how: Any) -> Statement:
    assignment = checked(world, **how)
    given(world, assignment, **(says or {}))
    statement = confirmed(world, assignment)
    assert statement is not None
    return statement


def raised(world: World, assignment: Assignment, kind: str = "nonconformity", **more: Any) -> Any:
    with acting(world.vera) as vera:
        return findings.raise_finding(by=vera, assignment=assignment, kind=kind, text="bill missing", **more)
