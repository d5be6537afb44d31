"""Which months have data, counted in days."""

from __future__ import annotations

import datetime as dt

from suppliers.activity import coverage

D = dt.date


def test_days_are_counted_once_however_many_records_cover_them():
    found = coverage.days_with_data(
        [
            (1, D(2024, 1, 1), D(2024, 1, 20)),
            (1, D(2024, 1, 11), D(2024, 1, 31)),
            (2, D(2024, 1, 5), D(2024, 1, 5)),
        ]
    )
    assert found == {(1, (2024, 1)): 31, (2, (2024, 1)): 1}


def test_a_period_over_a_year_end_counts_in_each_month():
    found = coverage.days_with_data([(1, D(2023, 12, 30), D(2024, 2, 1))])
    assert found == {(1, (2023, 12)): 2, (1, (2024, 1)): 31, (1, (2024, 2)): 1}


def test_february_is_full_with_29_days_in_a_leap_year_only():
    leap = coverage.SiteMonths(site=None, days={(2024, 2): 28})  # type: ignore[arg-type]
    plain = coverage.SiteMonths(site=None, days={(2023, 2): 28})  # type: ignore[arg-type]
    assert leap.state((2024, 2)) == "part"
    assert plain.state((2023, 2)) == "full"
    assert plain.state((2023, 3)) == "none"
