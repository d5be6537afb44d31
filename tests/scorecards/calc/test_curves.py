import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecards.calc.curves import Curve, CurveError, curve, next_dot, points_on
from tests.scorecards.methodology import RULES

ECOVADIS = curve(RULES["I1"]["curve"])


@pytest.mark.parametrize(
    ("score", "points"),
    [(0, 0), (12.5, 10), (25, 20), (35, 35), (45, 50), (58, 69.5), (65, 80), (85, 100), (100, 100), (-5, 0)],
)
def test_straight_lines_between_the_dots_and_flat_outside(score, points):
    assert points_on(ECOVADIS, np.array([score], dtype=float))[0] == pytest.approx(points)


def test_nothing_measured_gives_no_points():
    assert np.isnan(points_on(ECOVADIS, np.array([np.nan]))[0])


@pytest.mark.parametrize(
    "dots",
    [
        [[0, 0]],
        [[0, 0], [0, 10]],
        [[10, 0], [0, 10]],
        [[0, 10], [5, 5]],
        [[0, -1], [5, 5]],
        [[0, 0], [5, 101]],
        [[0, 0], [5, float("nan")]],
        [[0, 0, 0], [5, 5, 5]],
    ],
)
def test_what_is_not_a_points_curve_is_refused(dots):
    with pytest.raises(CurveError):
        curve(dots)


def test_a_part_may_have_its_own_most_points():
    with pytest.raises(CurveError):
        curve([[0, 0], [1, 61]], maximum=60)


@pytest.mark.parametrize(
    ("value", "dot"), [(58, (65, 80)), (65, (85, 100)), (0, (25, 20)), (np.nan, (25, 20)), (84.9, (85, 100))]
)
def test_the_next_dot_is_the_first_worth_more(value, dot):
    x, y = next_dot(ECOVADIS, np.array([value], dtype=float))
    assert (x[0], y[0]) == dot


def test_there_is_no_next_dot_at_the_top():
    x, y = next_dot(ECOVADIS, np.array([85.0, 99.0]))
    assert np.isnan(x).all() and np.isnan(y).all()


@st.composite
def curves(draw):
    x = sorted(draw(st.lists(st.integers(-100, 100), min_size=2, max_size=6, unique=True)))
    y = sorted(draw(st.lists(st.integers(0, 100), min_size=len(x), max_size=len(x))))
    return curve(list(zip(x, y, strict=True)))


@given(curves(), st.floats(-200, 200), st.floats(-200, 200))
def test_more_is_never_fewer_points(line: Curve, one: float, other: float):
    low, high = points_on(line, np.array(sorted((one, other))))
    assert 0 <= low <= high <= 100
