"""The latest full year above the straight line from base year to target year by more than so many per cent."""

from decimal import Decimal

from suppliers.calc.warnings import Found, off_target
from suppliers.notices.models import WarningKind
from suppliers.warnings.facts import Facts

KIND = WarningKind.OFF_TARGET
DEFAULT = Decimal(0)  # [%]
STRICTER_IS_HIGHER = False


def evaluate(facts: Facts, threshold: Decimal) -> list[Found]:
    return off_target(facts.full_years, facts.targets, threshold)
