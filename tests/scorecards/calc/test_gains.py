import numpy as np
import pytest

from scorecards.calc.gains import gains, surprise


def test_a_gain_is_the_share_of_the_weight_times_the_points_to_the_next_step():
    points = np.array([[69.5], [74.0], [np.nan]])
    after = np.array([[80.0], [np.nan], [50.0]])
    applicable = np.array([[True], [True], [False]])
    result = gains(
        points=points, next_points=after, weights=np.array([20.0, 60.0, 20.0]), applicable=applicable
    )
    assert result[0, 0] == pytest.approx(10.5 * 20 / 80)  # the third one's weight is spread
    assert np.isnan(result[1, 0]) and np.isnan(result[2, 0])


def test_a_step_that_adds_nothing_is_no_gain():
    one = np.array([[50.0]])
    assert np.isnan(gains(points=one, next_points=one, weights=np.array([1.0]), applicable=one > 0)[0, 0])


def test_surprise_is_the_distance_from_what_is_usual():
    change = np.array([0.0, 1.0, 2.0, 1.0, -9.0, np.nan])
    result = surprise(change)
    assert np.nanargmax(result) == 4
    assert result[4] == pytest.approx(10.0)  # median 1, median deviation 1
    assert np.isnan(result[5])
    assert np.isnan(surprise(np.array([np.nan]))).all()
