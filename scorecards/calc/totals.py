"""From points to total, coverage and grade."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scorecards.calc.arrays import BoolArray, FloatArray, TextArray

_FINE = 1_000_000_000  # a billionth of a point: far below any difference that means something


@dataclass(frozen=True, slots=True)
class GradeScale:
    """Grade letters with their lower limits [points], best first; the last has no lower limit."""

    letters: tuple[str, ...]
    limits: tuple[float, ...]
    gate_letter: str


@dataclass(frozen=True, slots=True)
class Totals:
    """One row per supplier. `ranked` is false for a gated supplier and for too little applicable weight."""

    exact: FloatArray  # [points] before rounding; NaN when nothing is applicable
    total: FloatArray  # [points] rounded half-up to 0.1
    grade: TextArray  # "" when nothing is applicable
    ranked: BoolArray
    applicable_weight: FloatArray  # [weight]
    coverage_percent: FloatArray  # [%] of the applicable weight, 0..100
    verified_percent: FloatArray  # [%] of the applicable weight, 0..100


def half_up_tenths(points: FloatArray) -> FloatArray:
    """Round points [points] half-up to 0.1, as one would on paper: 65.25 becomes 65.3.

    Binary sums that miss a decimal half by less than a billionth count as that half. NaN stays NaN.
    """
    known = ~np.isnan(points)
    fine = np.rint(np.where(known, points, 0.0) * _FINE).astype(np.int64)
    tenths = (fine + _FINE // 20) // (_FINE // 10)
    return np.where(known, tenths / 10.0, np.nan)


def grades(total: FloatArray, gated: BoolArray, scale: GradeScale) -> TextArray:
    """Return the grade of each rounded total [points]; a gated supplier gets the gate's letter at most."""
    reached = [total >= limit for limit in scale.limits[:-1]]
    plain = np.select(reached, [np.array(letter) for letter in scale.letters[:-1]], scale.letters[-1])
    order = {letter: place for place, letter in enumerate(scale.letters)}
    worst = order[scale.gate_letter]
    better_than_gate = np.isin(plain, scale.letters[:worst])
    capped = np.where(gated & better_than_gate, scale.gate_letter, plain)
    return np.where(np.isnan(total), "", capped)


def gate_holds(
    is_open: BoolArray, quarters_since_closing: FloatArray, quarters_after_closing: int
) -> BoolArray:
    """Return whether the gate still presses on the grade.

    `is_open`: a gate finding is open; `quarters_since_closing` [quarters] counts from the quarter in which
    the last one was closed (that quarter is 0; NaN: never any). It holds until that many quarters are past.
    """
    recently: BoolArray = quarters_since_closing < quarters_after_closing  # NaN compares false
    return is_open | recently


def totals(
    *,
    points: FloatArray,
    weights: FloatArray,
    applicable: BoolArray,
    covered: BoolArray,
    verified: BoolArray,
    gated: BoolArray,
    scale: GradeScale,
    most_not_applicable: int,
    least_weight_left: float,
) -> Totals:
    """Weigh the points of I indicators for N suppliers.

    `points` [I x N, 0..100], `weights` [I], `applicable`, `covered`, `verified` [I x N], `gated` [N]. The
    weight of what is not applicable is spread over the rest in proportion. NaN points of an applicable
    indicator count as 0 (it is missing and its state says so). Source: METHOD.md, total, states and grades.
    """
    weight = weights[:, None] * applicable
    left = weight.sum(axis=0)
    share = np.divide(1.0, left, out=np.full_like(left, np.nan), where=left > 0)
    exact = (weight * np.where(np.isnan(points), 0.0, points)).sum(axis=0) * share
    total = half_up_tenths(exact)
    dropped = (~applicable).sum(axis=0)
    enough = (dropped <= most_not_applicable) & (left >= least_weight_left) & (left > 0)
    return Totals(
        exact=exact,
        total=total,
        grade=grades(total, gated, scale),
        ranked=enough & ~gated,
        applicable_weight=left,
        coverage_percent=half_up_tenths((weight * covered).sum(axis=0) * share * 100.0),
        verified_percent=half_up_tenths((weight * verified).sum(axis=0) * share * 100.0),
    )


def grade_scale(limits: Sequence[Sequence[object]], gate_letter: str) -> GradeScale:
    """Read [[letter, lower limit in points], ...], best first, and the letter of the gate."""
    letters = tuple(str(letter) for letter, _ in limits)
    lower = tuple(float(str(limit)) for _, limit in limits)
    if list(lower) != sorted(lower, reverse=True) or len(set(letters)) != len(letters):
        raise ValueError("grade limits must fall from the best grade to the worst")
    if gate_letter not in letters:
        raise ValueError("the gate's grade is not on the scale")
    return GradeScale(letters, lower, gate_letter)


def size_band(employees: FloatArray, upper_limits: Sequence[tuple[str, float]], largest: str) -> TextArray:
    """Return the size band of each head count [employees]; unknown (NaN) gives ""."""
    bands = [employees < limit for _, limit in upper_limits]
    names = [np.array(name) for name, _ in upper_limits]
    return np.where(np.isnan(employees), "", np.select(bands, names, largest))
