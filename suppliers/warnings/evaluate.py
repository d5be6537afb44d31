"""Look at a supplier, raise what is new, settle what is gone. Repeating it changes nothing.

The same trouble warns once (`key`). Whose reason is gone settles by itself. What a person called done stays done
while the reason stands; once it was gone (`over` in the data), the next time is a new warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction
from django.db.models import Q

from suppliers.calc.warnings import Found
from suppliers.jobs import queue
from suppliers.jobs.models import Job, JobState
from suppliers.notices.models import EarlyWarning, WarningState
from suppliers.tenants import clock
from suppliers.tenants.models import Supplier
from suppliers.tenants.scope import Scope, entered

from . import facts, rules, settings

JOB = "warnings.evaluate"
_held: ContextVar[bool] = ContextVar("warnings_held", default=False)


@contextmanager
def held() -> Iterator[None]:
    """Inside, nothing is looked at: for years of files handed in at once, as the demo does."""
    token = _held.set(True)
    try:
        yield
    finally:
        _held.reset(token)


def ask_for(supplier_id: int) -> None:
    """After an accepted or withdrawn upload: one job a supplier waits at a time, whatever came in between.

    Called under the supplier's lock, which an evaluation takes too: a job that is still waiting sees what is written here.
    """
    if _held.get():
        return
    waiting = Job.objects.filter(kind=JOB, state=JobState.QUEUED, payload__supplier_id=supplier_id)
    if not waiting.exists():
        queue.enqueue(JOB, supplier_id=supplier_id)


@queue.register(JOB)
def evaluate_job(*, supplier_id: int) -> None:
    with entered(Scope(supplier_id=supplier_id)):
        evaluate(supplier=Supplier.objects.get(pk=supplier_id))


@transaction.atomic
def evaluate(*, supplier: Supplier) -> list[EarlyWarning]:
    """All warnings of the supplier that stand afterwards. Two evaluations at once: the second waits."""
    Supplier.objects.select_for_update(no_key=True).get(pk=supplier.pk)
    found = _found(supplier)
    standing = _Standing(supplier)
    for kind, key, trouble in found:
        standing.keep(kind, key, trouble)
    return standing.written({key for _kind, key, _trouble in found})


def _found(supplier: Supplier) -> list[tuple[str, str, Found]]:
    seen = facts.of_supplier(supplier)
    thresholds = settings.in_force(supplier).thresholds
    return [
        (rule.KIND.value, trouble.key[:120], trouble)
        for rule in rules.RULES
        if rule.KIND in thresholds
        for trouble in rule.evaluate(seen, thresholds[rule.KIND])
    ]


class _Standing:
    """The rows there are: what stands, and what a person settled while its reason went on."""

    def __init__(self, supplier: Supplier) -> None:
        self.supplier = supplier
        by_person = Q(state=WarningState.DONE, settled_by__isnull=False) & ~Q(data__has_key="over")
        rows = EarlyWarning.objects.filter(~Q(state=WarningState.DONE) | by_person, supplier=supplier)
        self.rows: dict[str, EarlyWarning] = {}
        for row in rows.order_by("id"):
            # A standing row goes before one that was settled.
            if row.key not in self.rows or row.state != WarningState.DONE:
                self.rows[row.key] = row
        self.new: list[EarlyWarning] = []
        self.changed: list[EarlyWarning] = []

    def keep(self, kind: str, key: str, trouble: Found) -> None:
        row = self.rows.get(key)
        if row is None:
            row = EarlyWarning(supplier=self.supplier, kind=kind, key=key, data=trouble.data)
            self.rows[key] = row
            self.new.append(row)
        elif row.state != WarningState.DONE and self._moved(row, trouble.data):
            self.changed.append(row)

    @staticmethod
    def _moved(row: EarlyWarning, data: dict[str, Any]) -> bool:
        before = (row.data, row.state)
        # A next step of an end that comes nearer is news again.
        if data.get("step") != row.data.get("step"):
            row.mailed_at = None
        row.data = data
        if row.state == WarningState.SNOOZED and row.snoozed_until and row.snoozed_until <= clock.today():
            row.state, row.snoozed_until, row.mailed_at = WarningState.OPEN, None, None
        return before != (row.data, row.state)

    def written(self, keys: set[str]) -> list[EarlyWarning]:
        for key, row in self.rows.items():
            if key in keys:
                continue
            if row.state == WarningState.DONE:
                row.data = row.data | {"over": clock.today().isoformat()}
            else:
                row.state, row.settled_at, row.snoozed_until = WarningState.DONE, clock.now(), None
            self.changed.append(row)
        EarlyWarning.objects.bulk_create(self.new)
        columns = ["data", "state", "snoozed_until", "settled_at", "mailed_at"]
        EarlyWarning.objects.bulk_update(self.changed, columns)
        return [row for row in self.rows.values() if row.state != WarningState.DONE]


Say = Callable[[str], None]


def evaluate_all(say: Say = lambda line: None) -> int:
    """Every supplier in its own scope, one transaction each; called inside the all-tenant door."""
    count = 0
    for supplier in Supplier.objects.order_by("code"):
        with entered(Scope(supplier_id=supplier.pk)):
            standing = evaluate(supplier=supplier)
        count += len(standing)
        if standing:
            say(f"{supplier.code}: {len(standing)}")
    return count
