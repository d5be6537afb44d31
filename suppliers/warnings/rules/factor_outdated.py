"""Lines of a year still open take a factor whose newer edition is on file."""

from decimal import Decimal

from suppliers.calc.warnings import Found, factors_outdated
from suppliers.notices.models import WarningKind
from suppliers.warnings.facts import Facts

KIND = WarningKind.FACTOR_OUTDATED
DEFAULT: Decimal | None = None
STRICTER_IS_HIGHER = False


def evaluate(facts: Facts, threshold: Decimal) -> list[Found]:
    return factors_outdated(facts.used_factors)
