"""What the program decides about an indicator besides measuring it: pending, not applicable, disputed."""

from dataclasses import dataclass, replace

import numpy as np

from scorecards.calc.arrays import BoolArray, FloatArray, TextArray
from scorecards.calc.measured import (
    DISPUTED,
    EXPIRED,
    EXPIRED_GRACE,
    MISSING,
    NO_STEP,
    NOT_APPLICABLE,
    PENDING,
    Measured,
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """One indicator, N suppliers; `last_*` is the published edition of the quarter before."""

    handed_in_unreviewed: BoolArray  # newer evidence waits for review
    last_points: FloatArray  # [points], NaN: none
    last_value: FloatArray  # [the indicator's unit], NaN: none
    last_state: TextArray  # "" none
    approved_not_applicable: BoolArray  # approved by the buyer
    disputed: BoolArray  # a dispute is open


def nothing_special(count: int) -> Circumstances:
    """Return the circumstances of `count` suppliers [count] of which nothing is known."""
    no = np.zeros(count, dtype=bool)
    none = np.full(count, np.nan)
    return Circumstances(no, none, none, np.full(count, ""), no, no)


def settle(measure: Measured, around: Circumstances) -> Measured:
    """Apply pending, then not applicable, then disputed to what was measured [points].

    Pending: handed in but not reviewed, and what *was* reviewed gives nothing or only grace. The last value
    is carried for one quarter and marked; where it was carried before, or there is none, the points stay
    what the reviewed evidence gives. Disputed: computed points stand. Source: METHOD.md, states.
    """
    weak = np.isin(measure.state, (MISSING, EXPIRED, EXPIRED_GRACE))
    waiting = around.handed_in_unreviewed & weak
    has_last = ~np.isnan(around.last_points) & (around.last_points > 0)
    carried = waiting & has_last & (around.last_state != PENDING) & (around.last_points > measure.points)
    idle = waiting & ~carried & (measure.state != EXPIRED_GRACE)
    twice = idle & (around.last_state == PENDING)
    off = around.approved_not_applicable | (measure.state == NOT_APPLICABLE)
    approved = around.approved_not_applicable & (measure.state != NOT_APPLICABLE)

    points = np.where(carried, around.last_points, measure.points)
    state = np.where(carried | idle, PENDING, measure.state)
    reason = np.select(
        [approved, carried, twice, idle],
        [
            np.array(code)
            for code in ("na.approved", "pending.carried", "pending.carried_before", "pending.nothing")
        ],
        measure.reason,
    )
    covered = (measure.covered | carried | idle) & ~off
    settled = replace(
        measure,
        value=np.where(off, np.nan, np.where(carried, around.last_value, measure.value)),
        points=np.where(off, np.nan, points),
        state=np.where(off, NOT_APPLICABLE, state),
        reason=reason,
        verified=measure.verified & covered & ~carried & ~idle,
        covered=covered,
        data={**measure.data, "last_points": around.last_points},
    )
    return _finish(settled, around.disputed & ~off)


def _finish(measure: Measured, disputed: BoolArray) -> Measured:
    no_step = ~(measure.next_points > measure.points)  # also where either is NaN
    return replace(
        measure,
        state=np.where(disputed, DISPUTED, measure.state),
        next_points=np.where(no_step, np.nan, measure.next_points),
        step=np.where(no_step, NO_STEP, measure.step),
    )
