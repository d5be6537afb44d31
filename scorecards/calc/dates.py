"""Calendar months on whole arrays of days."""

import numpy as np

from scorecards.calc.arrays import BoolArray, DateArray


def add_months(day: DateArray, months: int) -> DateArray:
    """Return the day [date] so many calendar months later; the 31st falls back to the month's last day.

    NaT (no date) stays NaT.
    """
    first = day.astype("datetime64[M]")
    offset = day.astype("datetime64[D]") - first.astype("datetime64[D]")
    target = first + np.timedelta64(months, "M")
    last = (target + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    shifted: DateArray = np.minimum(target.astype("datetime64[D]") + offset, last)
    return shifted


def earlier(one: DateArray, other: DateArray) -> DateArray:
    """Return the earlier of two days [date] where both are known, else the known one, else NaT."""
    result: DateArray = np.fmin(one, other)
    return result


def later(one: DateArray, other: DateArray) -> DateArray:
    """Return the later of two days [date] where both are known, else the known one, else NaT."""
    result: DateArray = np.fmax(one, other)
    return result


def reached(day: DateArray, as_of: np.datetime64) -> BoolArray:
    """Return whether the day [date] lies on or before `as_of`; no date has not been reached."""
    answer: BoolArray = day <= as_of
    return answer
