"""What the next step of each indicator would add to the total, and what surprised since last quarter."""

import numpy as np

from scorecards.calc.arrays import BoolArray, FloatArray


def gains(
    *, points: FloatArray, next_points: FloatArray, weights: FloatArray, applicable: BoolArray
) -> FloatArray:
    """Return the gain in total points [points, I x N] if the next step of that indicator alone were taken.

    `points` and `next_points` [0..100, I x N], `weights` [I]. NaN where there is no next step, where it adds
    nothing or where the indicator is not applicable. Not rounded; the page shows 0.1.
    """
    weight = weights[:, None] * applicable
    left = weight.sum(axis=0)
    share = np.divide(weight, left, out=np.zeros_like(weight), where=left > 0)
    more = share * (next_points - np.where(np.isnan(points), 0.0, points))
    result: FloatArray = np.where(more > 1e-9, more, np.nan)
    return result


def surprise(change: FloatArray) -> FloatArray:
    """Return how unusual each change of total [points] is: its distance from the median in typical spreads.

    The spread is the median absolute deviation, at least 0.1 point so that a quiet quarter does not make
    noise large. NaN (no previous total) gives NaN.
    """
    known = change[~np.isnan(change)]
    if not len(known):
        return np.full(len(change), np.nan)
    middle = float(np.median(known))
    spread = max(float(np.median(np.abs(known - middle))), 0.1)
    result: FloatArray = np.abs(change - middle) / spread
    return result
