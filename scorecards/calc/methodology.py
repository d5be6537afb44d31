"""A methodology version as data: reading it, and finding what is wrong with a draft."""

from collections.abc import Mapping
from typing import Any, TypedDict

import numpy as np

from scorecards.calc.arrays import FloatArray
from scorecards.calc.curves import CurveError, curve
from scorecards.calc.totals import GradeScale, grade_scale

IDS = ("I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8")
# where each indicator keeps its curves, and the most points [points] each may give
_CURVES: Mapping[str, tuple[tuple[tuple[str, ...], float], ...]] = {
    "I1": ((("curve",), 100.0),),
    "I3": ((("curve",), 100.0),),
    "I6": ((("cut", "curve"), 60.0),),
    "I7": ((("saving", "curve"), 60.0),),
    "I8": ((("alternate", "curve"), 100.0),),
}


def indicator(rules: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the part of the methodology of one indicator ("I1" … "I8"); unknown names raise KeyError."""
    for part in rules["indicators"]:
        if part["id"] == name:
            found: Mapping[str, Any] = part
            return found
    raise KeyError(name)


def weights(rules: Mapping[str, Any]) -> FloatArray:
    """Return the weights [weight, sum 100] of the eight indicators in their order."""
    return np.array([float(indicator(rules, name)["weight"]) for name in IDS])


def scale(rules: Mapping[str, Any]) -> GradeScale:
    """Return the grade limits [points] and the gate's grade."""
    return grade_scale(rules["grades"]["limits"], rules["gate"]["grade"])


class TotalRules(TypedDict):
    """What `totals` needs of a methodology, the same for computing a quarter and for verifying it."""

    weights: FloatArray
    scale: GradeScale
    most_not_applicable: int
    least_weight_left: float


def total_rules(rules: Mapping[str, Any]) -> TotalRules:
    """Return weights [weight], grade limits [points] and what may be not applicable [count, weight]."""
    return TotalRules(
        weights=weights(rules),
        scale=scale(rules),
        most_not_applicable=int(rules["not_applicable"]["at_most"]),
        least_weight_left=float(rules["not_applicable"]["weight_left"]),
    )


def problems(rules: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a draft, as codes with their place; an empty list means it can be used."""
    found: list[str] = []
    try:
        names = [part["id"] for part in rules["indicators"]]
        if sorted(names) != sorted(IDS):
            return ["methodology.indicators"]
        given = weights(rules)
        if not (np.isfinite(given).all() and (given >= 0).all() and abs(given.sum() - 100.0) < 1e-9):
            found.append("methodology.weights")
    except (KeyError, TypeError, ValueError):
        return ["methodology.indicators"]
    try:
        scale(rules)
    except (KeyError, TypeError, ValueError):
        found.append("methodology.grades")
    for name, curves in _CURVES.items():
        for path, most in curves:
            try:
                dots: Any = indicator(rules, name)["rules"]
                for step in path:
                    dots = dots[step]
                curve(dots, maximum=most)
            except (CurveError, KeyError, TypeError, ValueError):
                found.append(f"methodology.curve:{name}")
    return found
