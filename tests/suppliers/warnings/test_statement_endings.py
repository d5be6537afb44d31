"""A signed statement that ends warns like a credential does, and once only where it was handed in as one."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import translation

from suppliers.inventory.statement import actions
from suppliers.models import EarlyWarning
from suppliers.tenants import clock
from suppliers.tenants.scope import entered
from suppliers.views.warnings import place_of
from suppliers.warnings import reasons
from suppliers.warnings.evaluate import evaluate
from tests.conftest import World
from tests.suppliers.inventory.review import acting, issued, submitted

LAST_DAY = dt.date(2026, 2, 9)


def _standing(world: World) -> list[EarlyWarning]:
    with entered(world.alice.scope):
        return [row for row in evaluate(supplier=world.supplier) if row.kind == "expiry"]


def test_a_statement_moves_through_the_steps_and_stays_one_when_it_is_handed_in(world: World) -> None:
    statement = issued(world, says={"valid_until": LAST_DAY})
    assert _standing(world) == []
    for days_left, step in ((91, None), (90, 90), (60, 60), (30, 30), (7, 7)):
        with clock.at(LAST_DAY - dt.timedelta(days=days_left)):
            assert [row.data["step"] for row in _standing(world)] == ([] if step is None else [step])
    with acting(world.alice) as alice:
        actions.use_as_evidence(by=alice, statement=statement)
    with clock.at(LAST_DAY - dt.timedelta(days=5)):
        (row,) = _standing(world)
        assert row.key == f"expiry:statement:{statement.pk}"
        with translation.override("en"):
            assert reasons.reason(row) == (
                f"Verification statement {statement.number} is valid until 2026-02-09: 7 days or fewer are left."
            )
        with translation.override("zh-hans"):
            assert statement.number in reasons.reason(row)
            assert "核查声明" in reasons.reason(row)
        assert place_of(row)[0] == f"{reverse('statements')}#{statement.number}"
    with clock.at(LAST_DAY + dt.timedelta(days=1)):
        assert [row.data["step"] for row in _standing(world)] == [0]
    with entered(world.alice.scope):
        assert EarlyWarning.objects.filter(kind="expiry").count() == 1


def test_a_later_year_that_lasts_longer_says_it_all(world: World) -> None:
    earlier = issued(world, inventory=submitted(world, year=2023), says={"valid_until": LAST_DAY})
    later = issued(world, says={"valid_until": LAST_DAY + dt.timedelta(days=10)})
    with clock.at(LAST_DAY):
        assert [row.data["number"] for row in _standing(world)] == [later.number]
    with acting(world.vera) as vera:
        actions.withdraw(by=vera, statement=later, reason="wrong")
    with clock.at(LAST_DAY):
        assert [row.data["number"] for row in _standing(world)] == [earlier.number]
