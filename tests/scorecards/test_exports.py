from decimal import Decimal

import pytest

from scorecards.exports import spe_value

RULES = {"multiplier": {"base": 0.90, "slope": 0.15}}


@pytest.mark.parametrize(
    ("total", "points", "multiplier"),
    [
        ("0.0", "0.00", "0.9000"),
        ("65.2", "13.04", "0.9978"),  # 20 % × 65.2; 0.90 + 0.15 × 0.652
        ("65.3", "13.06", "0.9980"),  # 0.97950 + 0.01845 = 0.99795, half up
        ("100.0", "20.00", "1.0500"),
    ],
)
def test_the_hand_off_to_the_supplier_evaluation(total, points, multiplier):
    assert str(spe_value(Decimal(total), "points", Decimal(20), RULES)) == points
    assert str(spe_value(Decimal(total), "multiplier", Decimal(20), RULES)) == multiplier


def test_no_total_hands_off_nothing():
    assert spe_value(None, "points", Decimal(20), RULES) is None
