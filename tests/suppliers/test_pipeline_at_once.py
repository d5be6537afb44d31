"""Several people accepting at the same moment. Needs a database that lets two write at once."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections

from suppliers import pipeline
from suppliers.factors import actions as factors
from suppliers.models import ActivityRecord, EmissionLine, Upload
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import entered
from tests.conftest import World

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time anyway"),
]

HEADER = "site,carrier,start,end,quantity,unit\n"


@pytest.fixture
def alice(world: World) -> Actor:
    factors.load()
    return world.actor(world.alice)


def receive(alice: Actor, text: str) -> Upload:
    assert alice.supplier is not None
    with entered(alice.scope):
        return pipeline.receive(
            by=alice, supplier=alice.supplier, content=(HEADER + text).encode(), filename="bills.csv"
        )


def accept_at_once(alice: Actor, upload_ids: list[int]) -> list[str]:
    """Each accepted by a person of its own, all at the same moment; the codes of what was refused."""
    gate, refused = threading.Barrier(len(upload_ids)), []

    def accept(upload_id: int) -> None:
        try:
            gate.wait()
            with entered(alice.scope):
                pipeline.accept(by=alice, upload=Upload.objects.get(pk=upload_id))
        except Refusal as refusal:
            refused.append(refusal.code)
        finally:
            connections.close_all()

    people = [threading.Thread(target=accept, args=[upload_id]) for upload_id in upload_ids]
    for person in people:
        person.start()
    for person in people:
        person.join()
    return refused


def counts() -> tuple[int, int]:
    with all_tenants("test"):
        return ActivityRecord.objects.count(), EmissionLine.objects.count()


def test_four_accepts_of_one_file_give_one_set(alice: Actor) -> None:
    upload = receive(alice, "HF,electricity,2023-03,2023-03,1000,kWh\n")
    assert accept_at_once(alice, [upload.pk] * 4) == []
    assert counts() == (1, 1)


def test_of_two_files_for_the_same_month_one_comes_too_late(alice: Actor) -> None:
    bill = receive(alice, "HF,electricity,2023-03,2023-03,1000,kWh\n")
    again = receive(alice, "HF,electricity,2023-03,2023-03,1001,kWh\n")
    assert (bill.status, again.status) == ("ready", "ready")
    assert accept_at_once(alice, [bill.pk, again.pk]) == ["upload.needs_fix"]
    assert counts() == (1, 1)
