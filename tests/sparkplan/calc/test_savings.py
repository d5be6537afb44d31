import numpy as np
import pytest

from sparkplan.calc import savings

NAN = float("nan")


def test_twelve_months_share_the_year_by_days():
    years, months = np.full(12, 2024), np.arange(1, 13)
    shares = savings.expected_in_months(np.full(12, 366_000.0), years, months)
    assert shares.sum() == pytest.approx(366_000)
    assert shares[1] == pytest.approx(29_000)  # leap February: 366 000 × 29/366
    # 2023: 365 000 × 28/365
    assert savings.expected_in_months(np.array([365_000.0]), np.array([2023]), np.array([2]))[
        0
    ] == pytest.approx(28_000)


def test_measured_by_project_keeps_missing_apart_from_zero():
    total, months = savings.measured_by_project(np.array([0, 0, 1, 2]), np.array([10.0, NAN, 0.0, NAN]), 4)
    assert total[0] == 10 and total[1] == 0
    assert np.isnan(total[2]) and np.isnan(total[3])
    assert months.tolist() == [1, 1, 0, 0]


def test_realisation_compares_measured_months_only():
    assert savings.realisation(np.array([90.0, NAN]), np.array([100.0, 100.0])) == pytest.approx(0.9)
    assert np.isnan(savings.realisation(np.array([NAN]), np.array([100.0])))
    assert np.isnan(savings.realisation(np.array([5.0]), np.array([0.0])))
