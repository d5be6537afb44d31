from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from suppliers.calc import scaled


def whole(*values: str, places: int = 6) -> scaled.Whole:
    return scaled.from_decimals([Decimal(value) for value in values], places)


def test_a_product_is_cut_once_half_up():
    # 1.5 × 0.000001 = 0.0000015 → 0.000002; 0.000000 stays
    assert scaled.times(whole("1.5", "0"), 6, [Decimal("0.000001")], 6).tolist() == [2, 0]


def test_what_does_not_fit_64_bits_is_exact_all_the_same():
    large = whole("99999999999999.999999")
    (product,) = scaled.times(large, 6, [Decimal("12345.67890123"), Decimal("2255.5")], 6).tolist()
    exact = Decimal("99999999999999.999999") * Decimal("12345.67890123") * Decimal("2255.5")
    assert product == int((exact * 10**6).to_integral_value()) or abs(product - exact * 10**6) <= Decimal(
        "0.5"
    )


def test_more_places_than_are_kept_and_negatives_are_refused():
    with pytest.raises(ValueError, match="more than 6 places"):
        whole("0.0000001")
    with pytest.raises(ValueError, match="below zero"):
        scaled.times(np.array([-1]), 6, [Decimal(1)], 6)
    with pytest.raises(ValueError, match="below zero"):
        scaled.times(np.array([1]), 6, [Decimal(-1)], 6)


def test_no_rows_give_no_rows():
    assert scaled.times(whole(), 6, [Decimal(2)], 6).tolist() == []
    assert scaled.to_decimals(whole(), 6) == []


def test_decimals_come_back_with_their_places():
    assert [str(value) for value in scaled.to_decimals(whole("1", "0.5"), 6)] == ["1.000000", "0.500000"]
