import numpy as np
import pytest

from sparkplan.calc import projection


def project(kwh, life, loss, **more):
    arguments = {"price_cny_per_kwh": 0.7, "factor_kgco2_per_kwh": 0.5} | more
    return projection.project_portfolio(np.array(kwh), np.array(life), np.array(loss), **arguments)


def test_lifetime_ends_the_saving():
    result = project([100.0], [2], [0.0], years=3)
    assert result.kwh_by_year.tolist() == [100.0, 100.0, 0.0]
    assert (result.kwh, result.cny) == (200.0, pytest.approx(140.0))
    assert result.tco2 == pytest.approx(0.1)  # 200 kWh × 0.5 kg / 1 000


def test_panels_age():
    # 100 + 90 + 81
    assert project([100.0], [25], [0.1], years=3).kwh == pytest.approx(271)


def test_nothing_gives_zero_and_a_hole_is_refused():
    assert project(np.array([]), np.array([], dtype=int), np.array([])).kwh == 0
    with pytest.raises(ValueError):
        project([float("nan")], [10], [0.0])


def test_implied_factor():
    assert projection.implied_factor(1.0, 1000.0) == 1.0
    assert np.isnan(projection.implied_factor(1.0, 0.0))
