"""What an indicator answers for N suppliers, and the states it may answer with."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scorecards.calc.arrays import BoolArray, Column, FloatArray, TextArray

SCORED = "scored"
PENDING = "pending"
EXPIRED_GRACE = "expired_grace"
EXPIRED = "expired"
MISSING = "missing"
NOT_APPLICABLE = "not_applicable"
DISPUTED = "disputed"
STATES = (SCORED, PENDING, EXPIRED_GRACE, EXPIRED, MISSING, NOT_APPLICABLE, DISPUTED)

NO_STEP = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """One indicator, N suppliers. `data` holds the columns that reason and next step are rendered from."""

    value: FloatArray  # [the indicator's unit], NaN: nothing to show
    points: FloatArray  # [points 0..100]; 0 where missing or expired; NaN where not applicable
    state: TextArray  # one of STATES
    reason: TextArray  # code of the sentence that says why
    next_points: FloatArray  # [points 0..100] after the next step; NaN: none
    step: TextArray  # code of the sentence that says what the next step is; "" none
    verified: BoolArray  # evidence was reviewed and counts
    covered: BoolArray  # applicable and neither missing nor expired
    data: Mapping[str, Column]


def measured(
    *,
    value: FloatArray,
    points: FloatArray,
    state: TextArray,
    reason: TextArray,
    next_points: FloatArray,
    step: TextArray,
    reviewed: BoolArray,
    data: Mapping[str, Column],
) -> Measured:
    """Complete an indicator's answer: no points [points] without state, no step without gain."""
    without = np.isin(state, (MISSING, EXPIRED))
    off = state == NOT_APPLICABLE
    settled = np.where(off, np.nan, np.where(without, 0.0, points))
    gains = ~off & (next_points > np.where(np.isnan(settled), 0.0, settled) + 1e-9)
    covered = ~(without | off)
    return Measured(
        value=value,
        points=settled,
        state=state,
        reason=reason,
        next_points=np.where(gains, next_points, np.nan),
        step=np.where(gains, step, NO_STEP),
        verified=covered & reviewed,
        covered=covered,
        data=data,
    )
