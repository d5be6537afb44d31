"""Uncertainty of a total from the grades of its data, combined by root-sum-of-squares.

Source: 2006 IPCC Guidelines, volume 1, chapter 3, equation 3.2 (addition of independent quantities).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

# [% at 95 % confidence] activity and factor together; the reasons stand in inventory/METHOD.md
PERCENT_OF_GRADE: Mapping[str, int] = {"A": 5, "B": 10, "C": 30, "D": 50}


def combined_percent(sources: Iterable[tuple[float, str]]) -> float | None:
    """Uncertainty of a sum [%] from its independent sources, each (emission [kgCO2e], grade).

    U = sqrt(Σ (u·E)²) / ΣE. None where the sum is zero: a share of nothing says nothing.
    """
    squares, total = 0.0, 0.0
    for emission, grade in sources:
        squares += (PERCENT_OF_GRADE[grade] * emission) ** 2
        total += emission
    return math.sqrt(squares) / total if total else None
