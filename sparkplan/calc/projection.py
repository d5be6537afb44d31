"""What a portfolio brings over many years: lifetimes end, panels age, price and factor stay as stated."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

REPORT_YEARS = 20


@dataclass(frozen=True)
class Projection:
    """A portfolio over the years: per year and in total; energy [kWh], money [CNY], emissions [t CO2]."""

    kwh_by_year: Floats
    kwh: float
    cny: float
    tco2: float


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


def project_portfolio(
    kwh_per_year: Floats,
    lifetime_years: Integers,
    degradation_per_year: Floats,
    *,
    price_cny_per_kwh: float,
    factor_kgco2_per_kwh: float,
    years: int = REPORT_YEARS,
) -> Projection:
    """Energy, money and emissions of a portfolio over `years` full years of operation.

    Arrays as in kwh_by_project_and_year; price_cny_per_kwh [CNY/kWh] and factor_kgco2_per_kwh [kgCO2/kWh]
    are held constant, undiscounted: the report does so too, though the grid factor falls every year. NaN
    savings are refused (ValueError), for a total with a hole in it would look complete. Empty arrays give 0.
    """
    if np.isnan(kwh_per_year).any():
        raise ValueError("a project without a saving cannot be projected")
    by_year = kwh_by_project_and_year(kwh_per_year, lifetime_years, degradation_per_year, years).sum(axis=0)
    total = float(by_year.sum())
    return Projection(
        kwh_by_year=by_year,
        kwh=total,
        cny=total * price_cny_per_kwh,
        tco2=emissions_tco2(total, factor_kgco2_per_kwh),
    )


def emissions_tco2(saving_kwh: float, factor_kgco2_per_kwh: float) -> float:
    """Emissions avoided: saving_kwh [kWh] × factor [kgCO2/kWh] / 1000 → [t CO2]."""
    return saving_kwh * factor_kgco2_per_kwh / 1000.0


def implied_factor(emissions_tco2: float, saving_kwh: float) -> float:
    """The factor a printed pair of figures implies: [t CO2] and [kWh] → [kgCO2/kWh]; NaN for no energy.

    A check on published claims: 660 000 t over 670 000 000 kWh is 0.985, above every Chinese grid average.
    """
    return emissions_tco2 * 1000.0 / saving_kwh if saving_kwh else float("nan")
