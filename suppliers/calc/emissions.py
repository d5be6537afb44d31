"""Quantity times factor: the arithmetic of an emission line, and nothing else.

Every number is a Decimal. The product is kept exactly and cut once, half up, to the storage step
(1 mg of CO2e) because a line is a stored thing; sums add stored lines and are never cut again.
"""

from decimal import ROUND_HALF_UP, localcontext

import numpy as np
from numpy.typing import NDArray

from suppliers.calc import STORAGE_STEP

# Wide enough that a 20-digit quantity times a 20-digit factor is exact before it is cut.
_EXACT_DIGITS = 60


def kgco2e(quantity: NDArray[np.object_], factor: NDArray[np.object_]) -> NDArray[np.object_]:
    """Emissions of lines [kgCO2e] from quantity [base unit] and factor [kgCO2e per base unit].

    A zero quantity gives zero. Missing is not allowed: a piece without a factor gets no line
    (`factor.missing`), it never gets a zero. Source: ISO 14064-1:2018, 6.2 (activity data x factor).
    """
    return _product(quantity, factor)


def kgce(quantity: NDArray[np.object_], coefficient: NDArray[np.object_]) -> NDArray[np.object_]:
    """Standard coal of lines [kgce] from quantity [base unit] and coefficient [kgce per base unit].

    Zero gives zero; missing is not allowed. Source: GB/T 2589-2020, annex A.
    """
    return _product(quantity, coefficient)


def _product(left: NDArray[np.object_], right: NDArray[np.object_]) -> NDArray[np.object_]:
    if len(left) != len(right):
        raise ValueError("a factor for every quantity, please")
    result = np.empty(len(left), dtype=object)
    with localcontext() as context:
        context.prec = _EXACT_DIGITS
        for position, (amount, factor) in enumerate(zip(left, right, strict=True)):
            result[position] = (amount * factor).quantize(STORAGE_STEP, ROUND_HALF_UP)
    return result
