import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparkplan.calc import finance


def test_simple_payback():
    # 3.6 million ÷ 1.2 million a year = 3 a; never, if nothing is saved
    years = finance.simple_payback(np.array([3.6e6, 0.0, 1.0, 1.0]), np.array([1.2e6, 1.0, 0.0, -1.0]))
    assert years[:2].tolist() == [3.0, 0.0]
    assert np.isnan(years[2:]).all()


def test_present_value_does_not_discount_today():
    # −100 + 60/1.1 + 60/1.21 = −100 + 54.5455 + 49.5868
    assert finance.net_present_value(np.array([-100.0, 60.0, 60.0]), 0.1) == pytest.approx(4.132231, abs=1e-6)


def test_rate_of_return_of_a_plain_investment():
    # −100 today, 110 in a year: 10 %
    result = finance.internal_rate_of_return(np.array([-100.0, 110.0]))
    assert result.rate == pytest.approx(0.10) and result.unique


def test_more_than_one_sign_change_is_flagged():
    # −100 + 230 x − 132 x² = 0 has x = 1/1.1 and 1/1.2: both 10 % and 20 % solve it
    result = finance.internal_rate_of_return(np.array([-100.0, 230.0, -132.0]))
    assert result.sign_changes == 2 and not result.unique
    assert result.rate == pytest.approx(0.10)


@pytest.mark.parametrize("flows", [[100.0, 10.0], [-100.0, -10.0], [], [0.0, 0.0]])
def test_no_sign_change_has_no_rate(flows):
    result = finance.internal_rate_of_return(np.array(flows))
    assert np.isnan(result.rate) and not result.unique


def test_zeros_do_not_count_as_sign_changes():
    assert finance.sign_changes(np.array([-1.0, 0.0, 0.0, 2.0])) == 1


def test_cash_flow_takes_operation_off_every_year():
    assert finance.cash_flows(100.0, np.array([30.0, 30.0]), 5.0).tolist() == [-100.0, 25.0, 25.0]


def test_emc_share_ends_with_the_contract():
    shared = finance.share_saving(np.array([100.0, 100.0, 100.0]), owner_percent=30, contract_years=2)
    assert shared.owner_cny.tolist() == [30.0, 30.0, 100.0]
    assert shared.company_cny.tolist() == [70.0, 70.0, 0.0]


@given(st.floats(-0.3, 2.0), st.integers(1, 25))
def test_the_rate_found_makes_the_present_value_zero(rate, years):
    saving = np.full(years, 100.0)
    investment = finance.net_present_value(np.concatenate([[0.0], saving]), rate)
    found = finance.internal_rate_of_return(finance.cash_flows(investment, saving))
    assert found.rate == pytest.approx(rate, abs=1e-6)
