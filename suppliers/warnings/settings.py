"""Which rules hold for a supplier: the strictest of its programs, the default where a program says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from suppliers.notices.models import WarningRule
from suppliers.tenants import clock
from suppliers.tenants.models import Buyer, Enrolment, Supplier

from . import rules


@dataclass(frozen=True)
class InForce:
    """Rules that are on, each with its threshold (0 where a rule has none)."""

    thresholds: dict[str, Decimal]


def in_force(supplier: Supplier) -> InForce:
    """Two queries. A rule is off only where every program switched it off."""
    enrolments = Enrolment.objects.filter(supplier=supplier).active(clock.today())
    buyers = set(enrolments.values_list("buyer_id", flat=True))
    said = {(row.buyer_id, row.kind): row for row in WarningRule.objects.filter(buyer_id__in=sorted(buyers))}
    thresholds: dict[str, Decimal] = {}
    for rule in rules.RULES:
        rows = [said.get((buyer, rule.KIND)) for buyer in buyers] or [None]
        on = [row for row in rows if row is None or row.is_on]
        if on:
            values = [_threshold(row, rule) for row in on]
            thresholds[rule.KIND] = max(values) if rule.STRICTER_IS_HIGHER else min(values)
    return InForce(thresholds)


def of_program(buyer: Buyer) -> list[tuple[rules.Rule, bool, Decimal | None]]:
    """Every rule as the program has it: on or off, and its threshold. One query."""
    said = {row.kind: row for row in WarningRule.objects.filter(buyer=buyer)}
    listed = []
    for rule in rules.RULES:
        row = said.get(rule.KIND)
        value = None if rule.DEFAULT is None else _threshold(row, rule)
        listed.append((rule, row is None or row.is_on, value))
    return listed


def _threshold(row: WarningRule | None, rule: rules.Rule) -> Decimal:
    if row is not None and row.threshold is not None:
        return row.threshold
    return rule.DEFAULT or Decimal(0)
