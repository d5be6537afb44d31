import numpy as np
import pytest

from sparkplan.calc import projection


def by_year(kwh, life, loss, years=3):
    return projection.kwh_by_project_and_year(np.array(kwh), np.array(life), np.array(loss), years)


def test_lifetime_ends_the_saving():
    assert by_year([100.0], [2], [0.0]).tolist() == [[100.0, 100.0, 0.0]]


def test_panels_age():
    assert by_year([100.0], [25], [0.1])[0] == pytest.approx([100.0, 90.0, 81.0])


def test_nothing_gives_nothing_and_a_hole_stays_a_hole():
    assert by_year(np.array([]), np.array([], dtype=int), np.array([])).sum() == 0
    assert np.isnan(by_year([float("nan")], [10], [0.0])).all()


def test_tonnes_avoided():
    assert projection.emissions_tco2(200.0, 0.5) == pytest.approx(0.1)  # 200 kWh × 0.5 kg / 1 000
