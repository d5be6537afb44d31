"""The rules of early warnings: each a kind, its default threshold, and what it finds in the facts."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from suppliers.calc.warnings import Found
from suppliers.notices.models import WarningKind
from suppliers.warnings.facts import Facts

from . import bill_outlier, expiry, factor_outdated, intensity_up, missing_month, off_target


class Rule(Protocol):
    KIND: WarningKind
    # None: the rule is only on or off.
    DEFAULT: Decimal | None
    # Which of two thresholds is the stricter one.
    STRICTER_IS_HIGHER: bool

    def evaluate(self, facts: Facts, threshold: Decimal) -> list[Found]: ...


RULES: tuple[Rule, ...] = (intensity_up, off_target, missing_month, bill_outlier, factor_outdated, expiry)  # type: ignore[assignment]
BY_KIND: dict[str, Rule] = {rule.KIND: rule for rule in RULES}
