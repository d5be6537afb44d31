"""What projects bring over many years: lifetimes end, panels age."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

REPORT_YEARS = 20


def kwh_by_project_and_year(
    kwh_per_year: Floats, lifetime_years: Integers, degradation_per_year: Floats, years: int = REPORT_YEARS
) -> Floats:
    """Saving of each project in each year of operation.

    kwh_per_year [kWh/a] of the first year, lifetime_years [a], degradation_per_year [1/a] → matrix [kWh],
    one row per project, one column per year. Year k (from 0) gives kwh_per_year × (1 − degradation)^k, and
    nothing once the lifetime is over: renewal is not assumed. NaN saving gives a NaN row.
    """
    age = np.arange(years)
    remaining = (1.0 - degradation_per_year[:, None]) ** age[None, :]
    alive = age[None, :] < lifetime_years[:, None]
    return kwh_per_year[:, None] * remaining * alive


def emissions_tco2(saving_kwh: float, factor_kgco2_per_kwh: float) -> float:
    """Emissions avoided: saving_kwh [kWh] × factor [kgCO2/kWh] / 1000 → [t CO2]."""
    return saving_kwh * factor_kgco2_per_kwh / 1000.0
