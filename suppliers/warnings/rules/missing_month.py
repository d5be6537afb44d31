"""A month that ended more than so many days ago has no data of a carrier its site reported before."""

from decimal import Decimal

from suppliers.calc.carriers import CARRIERS
from suppliers.calc.warnings import Found, missing_months
from suppliers.notices.models import WarningKind
from suppliers.warnings.facts import Facts

KIND = WarningKind.MISSING_MONTH
DEFAULT = Decimal(15)  # [d]
STRICTER_IS_HIGHER = False
# Gases are topped up when they leak, not every month.
_IRREGULAR = frozenset(code for code, carrier in CARRIERS.items() if carrier.category == "fugitive")


def evaluate(facts: Facts, threshold: Decimal) -> list[Found]:
    return missing_months(facts.uses, facts.today, int(threshold), _IRREGULAR)
