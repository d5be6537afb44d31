"""Quartiles that no company can be read out of: the arithmetic alone."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import numpy as np
import pytest

from suppliers.calc import percentiles

D = Decimal
SHARES = (0.25, 0.5, 0.75)


def test_under_five_there_is_no_figure():
    assert percentiles.quartiles([D(1), D(2), D(3), D(4)]) is None


def test_two_digits_and_a_multiple_of_five():
    # weights at one half for five values: 0.058 0.260 0.365 0.260 0.058
    # 0.058 x 10 + 0.26 x 20 + 0.365 x 40 + 0.26 x 50 + 0.058 x 100 = 39.2, published as 39
    found = percentiles.quartiles([D(100), D(10), D(40), D(20), D(50)])
    assert found is not None
    assert (found.p50, found.companies_at_least) == (D(39), 5)
    assert found.p25 < found.p50 < found.p75
    nine = percentiles.quartiles([D(n) for n in range(1, 10)])
    assert nine is not None and nine.companies_at_least == 5


def test_rounding_half_up():
    assert percentiles.rounded(D("12345")) == D("12300")
    assert percentiles.rounded(D("0.0012345")) == D("0.00123")
    assert percentiles.rounded(D("1.235")) == D("1.24")
    assert percentiles.rounded(D(0)) == 0


@pytest.mark.parametrize("count", range(5, 21))
def test_no_figure_is_a_companys_own(count: int) -> None:
    """Every company weighs less than half, and three and more weigh a tenth together with the largest out."""
    for share in SHARES:
        weights = sorted(percentiles.weights(count, share), reverse=True)
        assert abs(sum(weights) - 1) < 1e-9
        assert weights[0] < 0.5
        assert sum(weights[2:]) > 0.1
    values = [D(7) ** place for place in range(count)]
    found = percentiles.quartiles(values)
    assert found is not None
    assert not {found.p25, found.p50, found.p75} & {percentiles.rounded(value) for value in values}


@pytest.mark.parametrize("values", [range(1, 6), range(3, 21, 3), [7] * 5, [0, 0, 0, 0, 5]])
def test_where_a_figure_meets_a_companys_own_by_chance_it_steps_aside(values: list[int]) -> None:
    """1 2 3 4 5: the median by symmetry is 3, and 3.1 or 2.9 is published."""
    found = percentiles.quartiles([D(value) for value in values])
    assert found is not None
    assert not {found.p25, found.p50, found.p75} & {D(value) for value in values}
    assert found.p25 <= found.p50 <= found.p75


def test_it_steps_to_the_nearest_number_of_two_digits():
    # weights at a quarter for five values: 0.451 0.365 0.150 0.033 0.002
    # 4.5 + 7.3 + 6.0 + 1.7 + 0.2 = 19.6; 20 is taken, 19 is free
    values = [D(n) for n in (10, 20, 40, 50, 100)]
    assert percentiles.quartiles(values) == percentiles.Quartiles(D(19), D(39), D(70), 5)
    # with 39 for 40 the median 39.1 becomes 39.1 - 0.365 = 38.8; 39 is taken, 38 is nearer than 40
    values[2] = D(39)
    found = percentiles.quartiles(values)
    assert found is not None and found.p50 == 38
    # below ten the numbers are closer: 9.9 is nearer to 10 than 11
    ten = percentiles.quartiles([D(10)] * 5)
    assert ten is not None and ten.p50 == D("9.9")


@pytest.mark.parametrize("count", range(5, 13))
def test_who_knows_its_own_value_cannot_solve_for_another(count: int) -> None:
    """Three published sums and one's own value leave every other company free.

    A company's value is fixed by linear sums if and only if its unit vector lies in the space of their rows; then the
    part of it outside that space is nil.
    """
    for own in range(count):
        known = [percentiles.weights(count, share) for share in SHARES] + [
            [float(place == own) for place in range(count)]
        ]
        rows = np.linalg.qr(np.array(known).T)[0]
        for other in set(range(count)) - {own}:
            unit = np.eye(count)[other]
            free = unit - rows @ (rows.T @ unit)
            assert np.linalg.norm(free) > 0.05, (own, other)


def test_memberships_of_years_differ_by_nobody_or_by_five():
    six = frozenset(range(6))
    assert percentiles.publishable(six, []) == six
    assert percentiles.publishable(six, [six]) == six
    assert percentiles.publishable(six | {9}, [six]) == six  # one newcomer waits
    assert percentiles.publishable(six | set(range(10, 15)), [six]) == six | set(
        range(10, 15)
    )  # five come in
    assert percentiles.publishable(six - {0}, [six]) == frozenset()  # one left: held back
    assert percentiles.publishable(frozenset(range(4)), []) == frozenset()


def test_whatever_the_years_no_pair_of_memberships_differs_by_one_to_four():
    """All ways to go through three years with groups of five to eight out of eight companies."""
    groups = [frozenset(one) for size in (5, 6, 8) for one in combinations(range(8), size)][:60]
    for second in groups:
        for third in groups:
            published = [frozenset(range(8))]
            for now in (second, third):
                chosen = percentiles.publishable(now, published)
                published += [chosen] if chosen else []
            for one, other in combinations(published, 2):
                assert len(one ^ other) == 0 or len(one ^ other) >= 5
