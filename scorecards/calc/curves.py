"""Points curves: straight lines between dots, flat outside them, never falling."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scorecards.calc.arrays import FloatArray


class CurveError(ValueError):
    """The dots do not make a points curve."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Dots (x in the measure's unit, y in points), x strictly rising, y never falling."""

    x: tuple[float, ...]
    y: tuple[float, ...]


def curve(dots: Sequence[Sequence[float]], *, maximum: float = 100.0) -> Curve:
    """Check the dots [(measure's unit, points)] and return the curve.

    At least two dots; x strictly rising; y within 0..`maximum` [points] and never falling, so that more is
    never fewer points. Anything else raises CurveError. Source: METHOD.md, guarantees.
    """
    if len(dots) < 2 or any(len(dot) != 2 for dot in dots):
        raise CurveError("a curve needs at least two dots of two numbers")
    x = tuple(float(dot[0]) for dot in dots)
    y = tuple(float(dot[1]) for dot in dots)
    if not np.isfinite(x + y).all():
        raise CurveError("dots must be finite numbers")
    if any(right <= left for left, right in zip(x, x[1:], strict=False)):
        raise CurveError("dots must be sorted by a strictly rising measure")
    if any(right < left for left, right in zip(y, y[1:], strict=False)):
        raise CurveError("points must not fall while the measure rises")
    if y[0] < 0 or y[-1] > maximum:
        raise CurveError(f"points must lie between 0 and {maximum:g}")
    return Curve(x, y)


def points_on(line: Curve, value: FloatArray) -> FloatArray:
    """Return the points [0..100] of each value [measure's unit]; flat outside the dots, NaN gives NaN."""
    return np.asarray(np.interp(value, line.x, line.y), dtype=np.float64)


def next_dot(line: Curve, value: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the measure and the points of the first dot that is worth more than `value` is worth now.

    `value` [measure's unit]. NaN (nothing measured) gives the first dot above the lowest points; on the
    last plateau both answers are NaN.
    """
    now = np.where(np.isnan(value), line.y[0], points_on(line, value))
    position = np.searchsorted(line.y, now + 1e-9, side="right")
    x = np.append(line.x, np.nan)[position]
    y = np.append(line.y, np.nan)[position]
    return x, y
