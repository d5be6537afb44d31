import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suppliers.calc.periods import FiscalQuarter, share_by_days, split_by_month

DAYS = st.dates(dt.date(1995, 1, 1), dt.date(2090, 12, 31))


def days(*texts):
    return np.array(texts, dtype="datetime64[D]")


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("FY24Q1", dt.date(2024, 4, 1), dt.date(2024, 6, 30)),
        ("FY24Q3", dt.date(2024, 10, 1), dt.date(2024, 12, 31)),
        ("FY24Q4", dt.date(2025, 1, 1), dt.date(2025, 3, 31)),
        ("FY23Q4", dt.date(2024, 1, 1), dt.date(2024, 3, 31)),  # leap year inside
    ],
)
def test_quarter_is_named_after_the_year_in_which_the_fiscal_year_starts(label, first, last):
    quarter = FiscalQuarter.from_label(label, start_month=4)
    assert (quarter.first_day, quarter.last_day, quarter.label) == (first, last, label)


def test_calendar_year_company_has_calendar_quarters():
    assert FiscalQuarter.containing(dt.date(2024, 2, 29), 1).label == "FY24Q1"
    assert FiscalQuarter(2024, 4, 1).last_day == dt.date(2024, 12, 31)


@pytest.mark.parametrize("label", ["2024Q1", "FY24Q5", "FY2024Q1", "FY24", "", "Q1FY24"])
def test_other_labels_are_refused(label):
    with pytest.raises(ValueError, match="quarter label"):
        FiscalQuarter.from_label(label)


@pytest.mark.parametrize(("year", "quarter", "month"), [(2024, 0, 4), (2024, 5, 4), (2024, 1, 13), (0, 1, 4)])
def test_impossible_quarters_are_refused(year, quarter, month):
    with pytest.raises(ValueError):
        FiscalQuarter(year, quarter, month)


@given(DAYS, st.integers(1, 12))
def test_a_day_lies_in_its_quarter_and_pandas_agrees_about_the_bounds(day, start_month):
    quarter = FiscalQuarter.containing(day, start_month)
    assert day in quarter
    # pandas names quarters after the month in which the year ENDS, and the year in which it ends.
    end_month = pd.Timestamp(2000, (start_month - 2) % 12 + 1, 1).strftime("%b").upper()
    period = pd.Period(day, freq=f"Q-{end_month}")
    assert period.start_time.date() == quarter.first_day
    assert period.end_time.date() == quarter.last_day
    assert period.quarter == quarter.quarter
    assert period.qyear - (start_month > 1) == quarter.year


@given(DAYS, st.integers(1, 12), st.integers(-20, 20))
def test_moving_there_and_back(day, start_month, n):
    quarter = FiscalQuarter.containing(day, start_month)
    assert quarter.next(n).previous(n) == quarter
    assert quarter.next().first_day == quarter.last_day + dt.timedelta(days=1)
    assert len(set(quarter.months())) == 3


def test_split_cuts_at_month_ends():
    pieces = split_by_month(days("2023-01-15", "2024-02-01"), days("2023-03-10", "2024-02-29"))
    assert pieces.row_index.tolist() == [0, 0, 0, 1]
    assert pieces.year.tolist() == [2023, 2023, 2023, 2024]
    assert pieces.month.tolist() == [1, 2, 3, 2]
    assert pieces.days.tolist() == [17, 28, 10, 29]
    assert pieces.first_day.astype(str).tolist() == ["2023-01-15", "2023-02-01", "2023-03-01", "2024-02-01"]


def test_split_of_nothing_and_of_a_reversed_period():
    assert len(split_by_month(days(), days())) == 0
    with pytest.raises(ValueError, match="before it starts"):
        split_by_month(days("2024-01-02"), days("2024-01-01"))


@given(
    st.lists(
        st.tuples(DAYS, st.integers(0, 900), st.decimals(0, 10**9, places=6, allow_nan=False)), max_size=20
    )
)
def test_shares_sum_exactly_to_the_whole_and_none_is_negative(periods):
    start = np.array([day for day, _, _ in periods], dtype="datetime64[D]")
    end = np.array([day + dt.timedelta(days=n) for day, n, _ in periods], dtype="datetime64[D]")
    quantity = np.array([q for _, _, q in periods], dtype=object)
    pieces = split_by_month(start, end)
    shares = share_by_days(quantity, pieces)
    assert np.bincount(pieces.row_index, pieces.days, minlength=len(periods)).tolist() == [
        n + 1 for _, n, _ in periods
    ]
    for index, (_, _, whole) in enumerate(periods):
        own = [share for share, row in zip(shares, pieces.row_index, strict=True) if row == index]
        assert sum(own, Decimal(0)) == whole
        assert min(own) >= 0


def test_shares_go_by_days():
    pieces = split_by_month(days("2023-01-31"), days("2023-02-02"))
    shares = share_by_days(np.array([Decimal("100")], dtype=object), pieces)
    # one day of three, the rest to the last piece
    assert shares.tolist() == [Decimal("33.333333"), Decimal("66.666667")]
