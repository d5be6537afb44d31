"""Monthly measured savings against what was expected."""

from calendar import isleap, monthrange

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def days_in_months(years: Integers, months: Integers) -> Floats:
    """Length of calendar months [d]. years and months (1–12) of equal length."""
    return np.array(
        [monthrange(int(y), int(m))[1] for y, m in zip(years, months, strict=True)], dtype=np.float64
    )


def expected_in_months(annual_kwh: Floats, years: Integers, months: Integers) -> Floats:
    """Share of an annual saving that falls into calendar months, by days.

    annual_kwh [kWh/a], one value per month row (the saving of the project the row belongs to), years, months
    → [kWh]. The twelve months of any year sum to annual_kwh. Seasons are not modelled: PV in December will
    stand below, in June above.
    """
    length = np.array([366.0 if isleap(int(y)) else 365.0 for y in years], dtype=np.float64)
    return annual_kwh * days_in_months(years, months) / length


def measured_by_project(project: Integers, measured_kwh: Floats, projects: int) -> tuple[Floats, Integers]:
    """Measured saving to date of every project.

    project: index 0 … projects − 1 of each row; measured_kwh [kWh], NaN = not measured.
    → (total [kWh] per project, months measured per project). Total is NaN where nothing was measured.
    """
    known = ~np.isnan(measured_kwh)
    count = np.bincount(project[known], minlength=projects).astype(np.int64)
    total = np.bincount(project[known], weights=measured_kwh[known], minlength=projects)
    return np.where(count > 0, total, np.nan), count


def realisation(measured_kwh: Floats, expected_kwh: Floats) -> float:
    """Measured over expected, over the intervals that were measured only.

    Both [kWh] per interval; result [1] (1.0 = as promised). NaN when nothing was measured or nothing was
    expected of the measured intervals.
    """
    known = ~np.isnan(measured_kwh)
    expected = float(expected_kwh[known].sum())
    if not known.any() or expected == 0:
        return float("nan")
    return float(measured_kwh[known].sum() / expected)
