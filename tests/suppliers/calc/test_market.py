from __future__ import annotations

import numpy as np
import pytest

from suppliers.calc import market


def test_claims_count_in_their_order_until_nothing_is_left():
    assert market.granted([600, 200, 50], 700) == [600, 100, 0]
    assert market.granted([], 700) == []
    assert market.granted([5], 0) == [0]


def test_cover_is_shared_out_in_proportion_without_remainder():
    # 10 over 1, 1, 1 of 30 each: running sums 3, 6, 10
    assert market.spread(10, np.array([30, 30, 30])).tolist() == [3, 3, 4]
    assert market.spread(90, np.array([30, 30, 30])).tolist() == [30, 30, 30]
    assert market.spread(0, np.array([30])).tolist() == [0]
    with pytest.raises(ValueError, match="more cover"):
        market.spread(31, np.array([30]))
