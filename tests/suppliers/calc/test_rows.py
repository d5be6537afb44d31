import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suppliers.calc.rows import parse_date, parse_number, text_of

# Cells of a spreadsheet have no time zone.
MIDNIGHT, MORNING, NOON = (
    dt.datetime.fromisoformat(f"2024-01-05T{hour}:00:00") for hour in ("00", "08", "12")
)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (1234.5, "1234.5"),
        (12, "12"),
        ("1234.5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1,234,567", "1234567"),
        ("1 234.5", "1234.5"),
        ("１２３４．５", "1234.5"),
        ("1，234.5", "1234.5"),
        (" 7 ", "7"),
        ("+7", "7"),
        ("-7", "-7"),
        ("−7", "-7"),
        (".5", "0.5"),
        ("1.2E3", "1200"),
        (0.1, "0.1"),
        ("0", "0"),
    ],
)
def test_numbers_that_are_read(cell, number):
    assert parse_number(cell) == Decimal(number)


@pytest.mark.parametrize(
    "cell",
    ["1.234,5", "1,5", "12,34", "1,2345", "n/a", "N/A", "-", "abc", "1234 kWh", "1.2.3", "nan", "inf", "Infinity",
     "1e999", "1" * 50, "0x10", "1_000", "", "#REF!", float("nan"), float("inf"), dt.date(2024, 1, 1), None],
)  # fmt: skip
def test_what_is_no_number(cell):
    assert parse_number(cell) is None


@pytest.mark.parametrize(
    ("cell", "number"), [("1.234,5", "1234.5"), ("1234,5", "1234.5"), ("1.234", "1234"), (1.5, "1.5")]
)
def test_decimal_commas_only_where_the_mapping_says_so(cell, number):
    assert parse_number(cell, decimal_comma=True) == Decimal(number)


def test_a_decimal_point_is_refused_where_commas_were_declared():
    assert parse_number("1,234.5", decimal_comma=True) is None


@given(st.floats(min_value=0, max_value=1e12, allow_nan=False))
def test_floats_lose_nothing(value):
    parsed = parse_number(value)
    assert parsed is not None
    assert float(parsed) == value


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_nothing(text):
    parsed = parse_number(text)
    assert parsed is None or parsed.is_finite()


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        ("2024-01-05", "2024-01-05", "2024-01-05"),
        ("2024/1/5", "2024-01-05", "2024-01-05"),
        ("2024.1.5", "2024-01-05", "2024-01-05"),
        ("2024年1月5日", "2024-01-05", "2024-01-05"),
        ("2024-01-05 13:45:00", "2024-01-05", "2024-01-05"),
        ("2024-01-05T00:00:00+08:00", "2024-01-05", "2024-01-05"),
        ("20240105", "2024-01-05", "2024-01-05"),
        (20240105.0, "2024-01-05", "2024-01-05"),
        ("２０２４－０１－０５", "2024-01-05", "2024-01-05"),
        (dt.date(2024, 1, 5), "2024-01-05", "2024-01-05"),
        (NOON, "2024-01-05", "2024-01-05"),
        ("45296", "2024-01-05", "2024-01-05"),  # Excel serial: 45292 is 2024-01-01
        (45296.0, "2024-01-05", "2024-01-05"),
        ("2024-01", "2024-01-01", "2024-01-31"),
        ("2024/2", "2024-02-01", "2024-02-29"),
        ("2023年2月", "2023-02-01", "2023-02-28"),
        ("202412", "2024-12-01", "2024-12-31"),
        (202412.0, "2024-12-01", "2024-12-31"),
    ],
)
def test_dates_that_are_read(cell, first, last):
    assert str(parse_date(cell)) == first
    assert str(parse_date(cell, last_of_month=True)) == last


@pytest.mark.parametrize(
    "cell",
    ["2024", "24-1-5", "05/01/2024", "2024-13-01", "2024-02-30", "Jan-24", "2024-13", "1899-01-01", "9999-01-01",
     "n/a", 2024.0, 1.0, float("nan"), 1e300, "2024年", None, True and "TRUE", "2024-01-05 sometime", "1" * 50],
)  # fmt: skip
def test_what_is_no_date(cell):
    assert parse_date(cell) is None


@given(st.one_of(st.text(max_size=50), st.floats(), st.integers()))
def test_any_cell_is_a_date_of_our_time_or_nothing(cell):
    day = parse_date(cell)
    assert day is None or 1990 <= day.year <= 2100


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)))
def test_every_spelling_of_a_day_is_the_same_day(day):
    serial = (day - dt.date(1899, 12, 30)).days
    for cell in (day.isoformat(), f"{day.year}/{day.month}/{day.day}", f"{day:%Y%m%d}", serial, str(serial)):
        assert parse_date(cell) == day


@pytest.mark.parametrize(
    ("cell", "text"),
    [(1001.0, "1001"), (1.5, "1.5"), (" a ", "a"), (None, ""), (float("nan"), ""), (dt.date(2024, 1, 5), "2024-01-05"),
     (MIDNIGHT, "2024-01-05"), (MORNING, "2024-01-05T08:00:00")],
)  # fmt: skip
def test_cells_as_text(cell, text):
    assert text_of(cell) == text
