"""A bill whose use per day stands far from the earlier bills of its own site, meter and carrier."""

import datetime as dt
from decimal import Decimal

from suppliers.calc.carriers import CARRIERS
from suppliers.calc.warnings import Found, bill_outliers
from suppliers.notices.models import WarningKind
from suppliers.warnings.facts import Facts

KIND = WarningKind.BILL_OUTLIER
DEFAULT = Decimal("3.5")  # robust z [1]
STRICTER_IS_HIGHER = False
_JUDGED = dt.timedelta(days=365)
# Gases are topped up when they leak, and a roof's yield goes with the sun: neither has a usual use a day.
_IRREGULAR = {"pv_self"} | {code for code, carrier in CARRIERS.items() if carrier.category == "fugitive"}


def evaluate(facts: Facts, threshold: Decimal) -> list[Found]:
    uses = [use for use in facts.uses if use.carrier not in _IRREGULAR]
    return bill_outliers(uses, threshold, facts.today - _JUDGED)
