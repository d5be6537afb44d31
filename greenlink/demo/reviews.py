"""Reviews of the demo's submitted inventories: one verified with its statement, one in the middle, one just assigned."""

from __future__ import annotations

import datetime as dt

from suppliers.inventory.models import Assignment, Inventory, InventoryState
from suppliers.inventory.review import actions, findings, opinions, queries

from . import TODAY, accounts
from .inventories import FIRST
from .papers import one_page
from .program import Program

_ROLES = ("verified", "under_review", "assigned")
_VALID_UNTIL = dt.date(2026, 2, 9)


def stand(program: Program) -> None:
    """As of today, once at the end, after the inventories; repeating it changes nothing."""
    with program.acting(accounts.ADMIN, TODAY):
        if Assignment.objects.filter(buyer=program.buyer).exists():
            return
        submitted = Inventory.objects.filter(
            state=InventoryState.SUBMITTED, supplier__in=[one.pk for one in program.suppliers.values()]
        ).select_related("supplier")
        # The company with the demo's accounts first: its people see the statement and the question.
        waiting = sorted(
            submitted, key=lambda one: (one.supplier.code != FIRST, one.supplier.code, one.year)
        )[: len(_ROLES)]
    for inventory, role in zip(waiting, _ROLES, strict=False):
        assignment = _assign(program, inventory)
        if role != "assigned":
            _begin(program, assignment)
        if role == "verified":
            _finish(program, assignment)


def _assign(program: Program, inventory: Inventory) -> Assignment:
    body = program.people[accounts.VERIFIER].body
    assert body is not None
    with program.acting(accounts.ADMIN, TODAY) as by:
        return actions.assign(by=by, inventory=inventory, body=body)


def _begin(program: Program, assignment: Assignment) -> None:
    """The suggested sample is confirmed, half of it is checked, and one question is asked."""
    with program.acting(accounts.VERIFIER, TODAY) as by:
        actions.begin(by=by, assignment=assignment)
        sample = queries.suggestion(assignment)
        actions.confirm_sample(by=by, assignment=assignment, numbers=sample)
        for number in sample[: len(sample) // 2]:
            actions.check_line(by=by, assignment=assignment, number=number, is_right=True)
        findings.raise_finding(
            by=by, assignment=assignment, kind="clarification", number=sample[0],
            text="请提供该行对应月份的电费发票或抄表记录。",
        )  # fmt: skip


def _finish(program: Program, assignment: Assignment) -> None:
    with program.acting(accounts.VERIFIER, TODAY) as by:
        assignment = queries.assignment_or_404(by, assignment.pk)
        for number in queries.unchecked(assignment):
            actions.check_line(by=by, assignment=assignment, number=number, is_right=True)
        for talk in queries.findings_of(assignment):
            findings.close(by=by, finding=talk.finding, note="已核对原始凭证，数据一致。")
        opinions.give(
            by=by, assignment=assignment, level="limited", conclusion="unmodified",
            text="按 ISO 14064-3 执行程序，样本行均与原始凭证一致，未发现实质性偏差。",
            content=one_page("Verification opinion", f"Inventory {assignment.inventory.year}"),
            filename="核查意见.pdf", valid_until=_VALID_UNTIL,
        )  # fmt: skip
        opinions.confirm(by=by, assignment=assignment, word=str(assignment.inventory.year))
