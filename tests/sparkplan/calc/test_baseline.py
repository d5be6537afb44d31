import numpy as np
import pytest

from sparkplan.calc import baseline


def test_mean_per_day_is_weighted_by_days_and_skips_missing():
    # (310 + 280) / (31 + 28) = 10
    mean = baseline.reference_mean_per_day(np.array([310.0, 280.0, np.nan]), np.array([31.0, 28.0, 31.0]))
    assert mean == pytest.approx(10)
    assert np.isnan(baseline.reference_mean_per_day(np.array([np.nan]), np.array([31.0])))


def test_avoided_energy_may_be_negative_or_unknown():
    avoided = baseline.avoided_energy(10.0, np.array([200.0, 400.0, np.nan]), np.array([30.0, 30.0, 30.0]))
    assert avoided[:2].tolist() == [100.0, -100.0]
    assert np.isnan(avoided[2])
