"""Intensity up more than so many per cent against the same months a year before."""

from decimal import Decimal

from suppliers.calc.warnings import Found, intensity_up
from suppliers.notices.models import WarningKind
from suppliers.warnings.facts import Facts

KIND = WarningKind.INTENSITY_UP
DEFAULT = Decimal(10)  # [%]
STRICTER_IS_HIGHER = False


def evaluate(facts: Facts, threshold: Decimal) -> list[Found]:
    return intensity_up(facts.emissions, facts.outputs, threshold)
