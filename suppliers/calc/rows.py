"""Columns of cells to columns of values. Each distinct cell is read once, however often it stands there."""

import calendar
import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suppliers.calc.findings import Findings
from suppliers.calc.texts import CONTROL, LONGEST_NOTE, shown

# Column widths of the store; a longer text is a mistake, not data.
TEXT_LIMITS = {"document": 120, "unit": 60}
LARGEST_QUANTITY = Decimal(10) ** 13
FIRST_YEAR, LAST_YEAR = 1990, 2100

_EXCEL_EPOCH = date(1899, 12, 30)
_FIRST_SERIAL = (date(FIRST_YEAR, 1, 1) - _EXCEL_EPOCH).days
_LAST_SERIAL = (date(LAST_YEAR, 12, 31) - _EXCEL_EPOCH).days
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,2})?")
_GROUPED_NUMBER = re.compile(r"[+-]?\d{1,3}([, '])\d{3}(\1\d{3})*(\.\d*)?")
_GROUPED_COMMA = re.compile(r"[+-]?\d{1,3}([. '])\d{3}(\1\d{3})*(,\d*)?")
_PLAIN_COMMA = re.compile(r"[+-]?\d+(,\d*)?")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月?)")
_TIME_OF_DAY = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$")
_DIGITS = re.compile(r"\d+(\.0+)?")


@dataclass(frozen=True)
class Cells:
    """One column as distinct cells and a code per row: `distinct[codes]` is the column."""

    codes: NDArray[np.int64]
    distinct: NDArray[np.object_]

    @classmethod
    def of(cls, column: NDArray[np.object_]) -> "Cells":
        if bool in set(map(type, column)):
            # True and 1 are equal to a hash table, but not to a reader of spreadsheets.
            column = np.array([str(c).upper() if isinstance(c, bool) else c for c in column], dtype=object)
        codes, distinct = pd.factorize(column, use_na_sentinel=False)
        return cls(np.asarray(codes, dtype=np.int64), np.asarray(distinct, dtype=object))

    def take(self, rows: NDArray[np.int64]) -> "Cells":
        """The same column with only these rows."""
        return Cells(self.codes[rows], self.distinct)

    @cached_property
    def texts(self) -> list[str]:
        """The distinct cells as trimmed text; an empty cell is ''."""
        return [text_of(cell) for cell in self.distinct]

    @cached_property
    def blank(self) -> NDArray[np.bool_]:
        """Per row, whether the cell is empty."""
        return np.array([text == "" for text in self.texts], dtype=bool)[self.codes]

    def text(self, row: int) -> str:
        found: str = self.texts[self.codes[row]]
        return found

    def rows_of(self, bad: list[int]) -> NDArray[np.int64]:
        """Rows whose distinct cell is one of `bad`."""
        mask = np.zeros(len(self.distinct), dtype=bool)
        mask[bad] = True
        return np.flatnonzero(mask[self.codes])


def text_of(cell: Any) -> str:
    """A cell as the reader of the spreadsheet would say it: 1001.0 is '1001', a date is ISO."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == datetime.min.time():
        cell = cell.date()
    if isinstance(cell, date):
        iso: str = cell.isoformat()
        return iso
    return str(cell)


def require(cells: Cells, field: str, findings: Findings) -> None:
    """`row.missing` for every empty cell."""
    findings.flag(np.flatnonzero(cells.blank), "row.missing", field, lambda _: {"value": ""})


def refuse_control_characters(cells: Cells, field: str, findings: Findings) -> None:
    """`row.text` for NUL and its kin, and for a text that is longer than its column."""
    limit = TEXT_LIMITS.get(field, LONGEST_NOTE)
    dirty = [i for i, text in enumerate(cells.texts) if CONTROL.search(text)]
    long = [i for i, text in enumerate(cells.texts) if len(text) > limit and i not in set(dirty)]
    if dirty:
        findings.flag(cells.rows_of(dirty), "row.text", field, lambda r: {"value": shown(cells.text(r))})
    if long:
        findings.flag(
            cells.rows_of(long),
            "row.text",
            field,
            lambda r: {"value": shown(cells.text(r)), "reason": "too_long", "limit": limit},
        )


# -- numbers -------------------------------------------------------------------------------------------


def parse_number(cell: Any, decimal_comma: bool = False) -> Decimal | None:
    """The number in a cell as Decimal, or None. NaN and infinities are no numbers; floats go by repr."""
    if isinstance(cell, float):
        return Decimal(repr(cell)) if math.isfinite(cell) else None
    if isinstance(cell, int):
        return Decimal(cell)
    if not isinstance(cell, str):
        return None
    text = unicodedata.normalize("NFKC", cell).strip().replace("\u2212", "-").casefold()
    if len(text) > 40:
        return None
    if decimal_comma:
        if _PLAIN_COMMA.fullmatch(text) or _GROUPED_COMMA.fullmatch(text):
            return Decimal(re.sub(r"[. ']", "", text).replace(",", "."))
        return None
    if not (_PLAIN_NUMBER.fullmatch(text) or _GROUPED_NUMBER.fullmatch(text)):
        return None
    try:
        return Decimal(re.sub(r"[, ']", "", text))
    except InvalidOperation:
        return None


def numbers(cells: Cells, field: str, findings: Findings) -> NDArray[np.object_]:
    """Numbers [as given] per distinct cell; unreadable and negative ones are flagged and stay None."""
    comma = findings.mapping.decimal_comma
    values = [parse_number(cell, comma) for cell in cells.distinct]
    unread = [i for i, v in enumerate(values) if v is None and cells.texts[i] != ""]
    negative = [i for i, v in enumerate(values) if v is not None and v < 0]
    large = [i for i, v in enumerate(values) if v is not None and v >= LARGEST_QUANTITY]
    if unread:
        findings.flag(cells.rows_of(unread), "row.number", field, lambda r: _number_hint(cells.text(r)))
    if large:
        data = {"reason": "too_large"}
        findings.flag(
            cells.rows_of(large), "row.number", field, lambda r: data | {"value": shown(cells.text(r))}
        )
    if negative:
        findings.flag(
            cells.rows_of(negative), "row.negative", field, lambda r: {"value": shown(cells.text(r))}
        )
    result = np.empty(len(values), dtype=object)
    result[:] = values
    return result


def _number_hint(text: str) -> dict[str, Any]:
    data: dict[str, Any] = {"value": shown(text)}
    if _GROUPED_COMMA.fullmatch(text) or _PLAIN_COMMA.fullmatch(text):
        data["reason"] = "decimal_comma"
    return data


# -- dates ---------------------------------------------------------------------------------------------


def parse_date(cell: Any, last_of_month: bool = False) -> date | None:
    """The day in a cell, or None. A month is its first day, or its last if `last_of_month`.

    Read: date and datetime cells, ISO dates with or without time, 2024/1/5, 2024.1.5, 2024年1月5日,
    20240105, months in the same spellings and 202401, Excel serial days (1900 system) as number or
    text. Not read, because they mean different days to different readers: 05/01/2024, 24-1-5.
    """
    if isinstance(cell, datetime):
        day: date | None = cell.date()
    elif isinstance(cell, date):
        day = cell
    elif isinstance(cell, float | int):
        day = _date_of_number(float(cell), last_of_month)
    elif isinstance(cell, str):
        day = _date_of_text(cell, last_of_month)
    else:
        day = None
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


def _date_of_number(number: float, last_of_month: bool) -> date | None:
    if not math.isfinite(number):
        return None
    if _FIRST_SERIAL <= number < _LAST_SERIAL + 1:
        return _EXCEL_EPOCH + timedelta(days=int(number))
    if number.is_integer():
        whole = int(number)
        if 10_000_101 <= whole <= 99_991_231:
            return _calendar_day(whole // 10_000, whole // 100 % 100, whole % 100)
        if 100_001 <= whole <= 999_912:
            return _month_day(whole // 100, whole % 100, last_of_month)
    return None


def _date_of_text(text: str, last_of_month: bool) -> date | None:
    plain = unicodedata.normalize("NFKC", text).strip()
    if len(plain) > 40:
        return None
    plain = _TIME_OF_DAY.sub("", plain).replace(" ", "")
    if _DIGITS.fullmatch(plain):
        return _date_of_number(float(plain), last_of_month)
    match = _DATE.fullmatch(plain)
    if match is None:
        return None
    year, month = int(match[1]), int(match[2])
    if match[3]:
        return _calendar_day(year, month, int(match[3]))
    return _month_day(year, month, last_of_month)


def _calendar_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_day(year: int, month: int, last_of_month: bool) -> date | None:
    if not (1 <= month <= 12 and FIRST_YEAR <= year <= LAST_YEAR):
        return None
    return date(year, month, calendar.monthrange(year, month)[1] if last_of_month else 1)


def dates(cells: Cells, field: str, findings: Findings) -> NDArray[np.datetime64]:
    """Days per row, NaT where there is none; unreadable cells are flagged `row.date`."""
    values = [parse_date(cell, last_of_month=field == "end") for cell in cells.distinct]
    unread = [i for i, v in enumerate(values) if v is None and cells.texts[i] != ""]
    if unread:
        findings.flag(cells.rows_of(unread), "row.date", field, lambda r: {"value": shown(cells.text(r))})
    return np.array(values, dtype="datetime64[D]")[cells.codes]


def check_periods(
    start: NDArray[np.datetime64], end: NDArray[np.datetime64], today: date, findings: Findings
) -> None:
    """`period.reversed` where a period ends before it starts, `period.future` where it ends after today.

    `today` itself may be the last day of a period: nobody is refused for reading the meter tonight.
    """
    reversed_rows = np.flatnonzero(end < start)
    future_rows = np.flatnonzero(end > np.datetime64(today, "D"))
    findings.flag(
        reversed_rows, "period.reversed", "end", lambda r: {"start": str(start[r]), "end": str(end[r])}
    )
    findings.flag(
        future_rows, "period.future", "end", lambda r: {"end": str(end[r]), "today": today.isoformat()}
    )
