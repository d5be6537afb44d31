"""Several people writing into one chain at the same moment. Needs a database that lets two write at once."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections, transaction

from suppliers.models import Enrolment
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.audit import chain
from suppliers.tenants.scope import entered
from tests.conftest import World

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time anyway"),
]


def test_numbers_have_no_gap_and_every_entry_follows_one(world: World) -> None:
    troubles: list[BaseException] = []
    ready = threading.Barrier(4)

    def write(first: int) -> None:
        try:
            with entered(world.anna.scope):
                ready.wait(timeout=10)
                for tier in range(first, first + 10):
                    with transaction.atomic():
                        Enrolment.objects.filter(supplier=world.supplier).update(tier=tier)
                        transaction.set_rollback(tier % 5 == 0)
        except BaseException as trouble:
            troubles.append(trouble)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(100 * number + 1,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert troubles == []
    with all_tenants("tests"):
        before = 2  # the buyer's own row and its enrolment of another supplier are there already
        result = chain.verify(chain=f"buyer:{world.buyer.pk}")
        assert result.is_whole and result.entries >= 32 + before
