"""Baseline: what the equipment would have consumed without the retrofit. First form: a mean per day."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def reference_mean_per_day(energy_kwh: Floats, days: Floats) -> float:
    """Mean consumption per day of the reference period.

    energy_kwh [kWh] and days [d] of each reference interval. Intervals whose energy is NaN (not measured)
    are left out with their days. Result [kWh/d]; NaN when nothing was measured.
    Weighted by days (total over total), so that a 31-day month weighs more than February.
    Source: IPMVP option B/C without independent variables; a regression on output or weather comes later.
    """
    known = ~np.isnan(energy_kwh) & (days > 0)
    if not known.any():
        return float("nan")
    return float(energy_kwh[known].sum() / days[known].sum())


def expected_without_retrofit(mean_kwh_per_day: float, days: Floats) -> Floats:
    """Baseline consumption of reporting intervals.

    mean_kwh_per_day [kWh/d], days [d] → [kWh] per interval. NaN mean gives NaN: no baseline, no saving.
    """
    return mean_kwh_per_day * days


def avoided_energy(mean_kwh_per_day: float, energy_kwh: Floats, days: Floats) -> Floats:
    """Saving of reporting intervals: baseline less metered consumption.

    energy_kwh [kWh] metered after the retrofit, days [d] → [kWh] per interval; negative when more was used
    than before; NaN where the meter is silent.
    """
    return expected_without_retrofit(mean_kwh_per_day, days) - energy_kwh
