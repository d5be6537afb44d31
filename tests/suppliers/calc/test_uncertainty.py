from __future__ import annotations

import pytest

from suppliers.calc import gases, uncertainty


def test_independent_sources_are_combined_by_root_sum_of_squares():
    # 300 at 5 % and 100 at 30 %: √(15² + 30²) / 400 = 8.385 %
    assert uncertainty.combined_percent([(300, "A"), (100, "C")]) == pytest.approx(8.3853, abs=1e-4)
    assert uncertainty.combined_percent([(100, "D")]) == 50
    assert uncertainty.combined_percent([]) is None


def test_which_gases_count():
    assert [gases.counts_in_total(gas) for gas in ("CO2", "R410A", "SF6", "HCFC-22")] == [
        True,
        True,
        True,
        False,
    ]
