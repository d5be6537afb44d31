"""A credential or a signed statement ends within so many days: one warning that moves through 90, 60, 30 and 7."""

from decimal import Decimal

from suppliers.calc.warnings import Found, expiries
from suppliers.disclosure.queries import EXPIRY_STEPS_DAYS
from suppliers.notices.models import WarningKind
from suppliers.warnings.facts import Facts

KIND = WarningKind.EXPIRY
DEFAULT = Decimal(90)  # [d]
STRICTER_IS_HIGHER = True


def evaluate(facts: Facts, threshold: Decimal) -> list[Found]:
    return expiries(facts.endings, facts.today, int(threshold), EXPIRY_STEPS_DAYS)
