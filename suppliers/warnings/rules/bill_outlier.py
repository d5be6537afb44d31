"""A bill whose use per day stands far from the same month of former years, or else from its own last months.

Of the same site, meter and carrier; the former month is taken as it was and as the last twelve months stand against the same
months then. Far is a modified z-score over 3.5 (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993; NIST/SEMATECH
e-Handbook of Statistical Methods, 1.3.5.17); the arithmetic is in calc/bill_outliers.
"""

import datetime as dt
from decimal import Decimal

from suppliers.calc.bill_outliers import bill_outliers
from suppliers.calc.carriers import CARRIERS
from suppliers.calc.warnings import Found
from suppliers.notices.models import WarningKind
from suppliers.warnings.facts import Facts

KIND = WarningKind.BILL_OUTLIER
DEFAULT = Decimal("3.5")  # modified z-score
STRICTER_IS_HIGHER = False
_JUDGED = dt.timedelta(days=365)
# Gases are topped up when they leak, and a roof's yield goes with the sun: neither has a usual use a day.
_IRREGULAR = {"pv_self"} | {code for code, carrier in CARRIERS.items() if carrier.category == "fugitive"}


def evaluate(facts: Facts, threshold: Decimal) -> list[Found]:
    uses = [use for use in facts.uses if use.carrier not in _IRREGULAR]
    return bill_outliers(uses, threshold, facts.today - _JUDGED)
