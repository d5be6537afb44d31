from decimal import Decimal

import numpy as np
import pytest

from suppliers.calc import emissions


def column(*texts):
    return np.array([Decimal(text) for text in texts], dtype=object)


def test_worked_figures():
    # 1 000 kWh x 0.6553; 18 600 m3 x 2.1622; 275 367 kWh x 0.5366
    lines = emissions.kgco2e(column("1000", "18600", "275367"), column("0.6553", "2.1622", "0.5366"))
    assert lines.tolist() == [Decimal("655.3"), Decimal("40216.92"), Decimal("147761.9322")]
    # 275 367 kWh x 0.1229 kgce = 33.84 tce
    assert emissions.kgce(column("275367"), column("0.1229")).tolist() == [Decimal("33842.6043")]


def test_cut_once_half_up():
    assert emissions.kgco2e(column("0.000001"), column("0.5")).tolist() == [Decimal("0.000001")]
    assert emissions.kgco2e(column("0.000001"), column("0.4999")).tolist() == [Decimal("0.000000")]


def test_zero_gives_zero():
    assert emissions.kgco2e(column("0"), column("0.5")).tolist() == [0]


def test_a_factor_for_every_quantity():
    with pytest.raises(ValueError, match="every quantity"):
        emissions.kgco2e(column("1", "2"), column("1"))
