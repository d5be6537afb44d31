"""Money of a retrofit: payback, present value, rate of return, sharing under an energy contract (EMC)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Rates of return searched for: a project outside loses nearly everything, or returns tenfold in a year.
LOWEST_RATE, HIGHEST_RATE = -0.99, 10.0


@dataclass(frozen=True)
class RateOfReturn:
    """Internal rate of return [1/a] with the evidence needed to trust it.

    rate is NaN when none exists in the range searched. sign_changes of the cash flow: above 1 there may be
    several rates, and `unique` is False: show the present value instead.
    """

    rate: float
    sign_changes: int

    @property
    def unique(self) -> bool:
        return self.sign_changes == 1


@dataclass(frozen=True)
class SharedSaving:
    """Saving per year of an energy performance contract, split between the owner and the EMC company [CNY]."""

    owner_cny: Floats
    company_cny: Floats


def simple_payback(investment_cny: Floats, net_saving_cny_per_year: Floats) -> Floats:
    """Years until the undiscounted savings equal the investment.

    investment_cny [CNY], net_saving_cny_per_year [CNY/a] → [a]. 0 for no investment; NaN where the saving is
    zero, negative or NaN: it never pays back, and infinity would spoil means and tables.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        years = investment_cny / net_saving_cny_per_year
    return np.where(net_saving_cny_per_year > 0, years, np.nan)


def cash_flows(investment_cny: float, saving_cny: Floats, operation_cny_per_year: float = 0.0) -> Floats:
    """Yearly cash flow of one project: year 0 is the investment, then the savings less operation.

    investment_cny [CNY] ≥ 0, saving_cny [CNY] of years 1 … n, operation_cny_per_year [CNY/a] → [CNY], n + 1 long.
    """
    return np.concatenate([[-investment_cny], saving_cny - operation_cny_per_year])


def net_present_value(cash_flows_cny: Floats, discount_rate: float) -> float:
    """Present value of a cash flow; the first element is today and is not discounted.

    cash_flows_cny [CNY] at ends of years 0 … n, discount_rate [1/a] > −1 → [CNY]. NaN in gives NaN out.
    (Spreadsheet NPV() discounts the first element as well; do not compare without that step.)
    """
    years = np.arange(len(cash_flows_cny))
    return float(np.sum(cash_flows_cny / (1.0 + discount_rate) ** years))


def sign_changes(cash_flows_cny: Floats) -> int:
    """How often the cash flow changes sign [count]; zeros do not count (Descartes' rule)."""
    signs = np.sign(cash_flows_cny[cash_flows_cny != 0])
    return int(np.count_nonzero(np.diff(signs)))


def internal_rate_of_return(cash_flows_cny: Floats) -> RateOfReturn:
    """The rate at which the present value is zero, and how many times the cash flow changes sign.

    cash_flows_cny [CNY] at ends of years 0 … n → RateOfReturn, rate in [1/a]. No sign change: NaN. With more
    than one the rate returned is the one nearest to zero, flagged by `unique` False.
    """
    changes = sign_changes(cash_flows_cny)
    if changes == 0 or np.isnan(cash_flows_cny).any():
        return RateOfReturn(float("nan"), changes)
    grid = np.concatenate([np.linspace(LOWEST_RATE, 1.0, 400), np.linspace(1.0, HIGHEST_RATE, 181)[1:]])
    values = np.array([net_present_value(cash_flows_cny, float(rate)) for rate in grid])
    crossings = np.flatnonzero(np.sign(values[:-1]) != np.sign(values[1:]))
    if crossings.size == 0:
        return RateOfReturn(float("nan"), changes)
    nearest = crossings[np.argmin(np.abs(grid[crossings]))]
    return RateOfReturn(_bisect(cash_flows_cny, float(grid[nearest]), float(grid[nearest + 1])), changes)


def share_saving(saving_cny: Floats, owner_percent: float, contract_years: int) -> SharedSaving:
    """Split yearly savings under an energy performance contract (shared-savings EMC, 效益分享型).

    saving_cny [CNY] of years 1 … n; owner_percent [%] of the owner while the contract runs (contract_years
    [a]); afterwards all savings are the owner's. → SharedSaving, [CNY] per year. The two sum to the saving.
    """
    years = np.arange(1, len(saving_cny) + 1)
    share = np.where(years <= contract_years, owner_percent / 100.0, 1.0)
    owner = saving_cny * share
    return SharedSaving(owner_cny=owner, company_cny=saving_cny - owner)


def _bisect(cash_flows_cny: Floats, low: float, high: float) -> float:
    """Root of the present value between two rates where it changes sign, to 1e-10."""
    value_low = net_present_value(cash_flows_cny, low)
    for _ in range(80):
        middle = (low + high) / 2
        value = net_present_value(cash_flows_cny, middle)
        if value == 0:
            return middle
        if (value > 0) == (value_low > 0):
            low, value_low = middle, value
        else:
            high = middle
    return (low + high) / 2
