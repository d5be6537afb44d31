"""The money of one project: what it brings a year, how it is shared, when it pays back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sparkplan.calc import finance, projection
from sparkplan.measures import MEASURES
from sparkplan.models import Funding, Project

# Stated beside every present value; a programme may argue for another one.
DISCOUNT_RATE = 0.08


@dataclass(frozen=True)
class Money:
    """Figures of a project [CNY], [a], [%]; None where an input is missing or the figure does not exist."""

    cny_per_year: float | None
    lifetime_years: int
    lifetime_cny: float | None
    owner_contract_cny_per_year: float | None
    owner_lifetime_cny: float | None
    company_contract_cny: float | None
    payback_years: float | None
    present_value_cny: float | None
    rate_of_return_percent: float | None
    rate_is_unique: bool
    discount_percent: float = DISCOUNT_RATE * 100


def of(project: Project) -> Money:
    """Whole-project figures: investment against all savings, whoever pays; the contract's split beside them."""
    kind = MEASURES[project.measure]
    price, investment = project.price_cny_per_kwh, project.investment_cny
    if price is None:
        return Money(
            None, kind.lifetime_years, None, None, None, None, None, None, None, rate_is_unique=False
        )
    kwh = projection.kwh_by_project_and_year(
        np.array([float(project.expected_saving_kwh)]),
        np.array([kind.lifetime_years]),
        np.array([kind.degradation_per_year]),
        years=kind.lifetime_years,
    )[0]
    saving = kwh * float(price)
    share = None
    if project.funding == Funding.EMC and project.emc_share_percent is not None and project.emc_years:
        share = finance.share_saving(saving, float(project.emc_share_percent), project.emc_years)
    payback = present = rate = None
    unique = False
    if investment:
        flows = finance.cash_flows(float(investment), saving)
        payback = _known(float(finance.simple_payback(np.array([float(investment)]), saving[:1])[0]))
        present = finance.net_present_value(flows, DISCOUNT_RATE)
        found = finance.internal_rate_of_return(flows)
        rate, unique = _known(found.rate * 100), found.unique
    return Money(
        cny_per_year=float(saving[0]),
        lifetime_years=kind.lifetime_years,
        lifetime_cny=float(saving.sum()),
        owner_contract_cny_per_year=float(share.owner_cny[0]) if share else None,
        owner_lifetime_cny=float(share.owner_cny.sum()) if share else None,
        company_contract_cny=float(share.company_cny.sum()) if share else None,
        payback_years=payback,
        present_value_cny=present,
        rate_of_return_percent=rate,
        rate_is_unique=unique,
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
