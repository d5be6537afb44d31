"""Fiscal quarters, and the sharing-out of periods over calendar months."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

import numpy as np
from numpy.typing import NDArray

from suppliers.calc import STORAGE_STEP

_LABEL = re.compile(r"FY(\d{2})Q([1-4])")


@dataclass(frozen=True, order=True)
class FiscalQuarter:
    """One quarter of a fiscal year that starts in `start_month` [1..12].

    `year` is the calendar year in which the fiscal year STARTS: with start month 4, FY24Q1 is April
    to June 2024 and FY24Q4 is January to March 2025. (pandas names the same quarters after the year
    in which the fiscal year ends, which is why it is not used.)
    """

    year: int
    quarter: int
    start_month: int = 4

    def __post_init__(self) -> None:
        if not 1 <= self.quarter <= 4:
            raise ValueError(f"quarter {self.quarter} is not one of 1 to 4")
        if not 1 <= self.start_month <= 12:
            raise ValueError(f"start month {self.start_month} is not one of 1 to 12")
        if not 1 <= self.year <= 9998:
            raise ValueError(f"year {self.year} cannot be a fiscal year")

    @classmethod
    def from_label(cls, label: str, start_month: int = 4) -> "FiscalQuarter":
        """Read 'FY24Q1'. The two digits mean 2000 to 2099. Anything else is a ValueError."""
        match = _LABEL.fullmatch(label.strip().upper())
        if match is None:
            raise ValueError(f"{label!r} is not a quarter label such as FY24Q1")
        return cls(2000 + int(match[1]), int(match[2]), start_month)

    @classmethod
    def containing(cls, day: date, start_month: int = 4) -> "FiscalQuarter":
        """The quarter in which `day` lies."""
        months_since_start = (day.month - start_month) % 12
        year = day.year if day.month >= start_month else day.year - 1
        return cls(year, months_since_start // 3 + 1, start_month)

    @property
    def label(self) -> str:
        return f"FY{self.year % 100:02d}Q{self.quarter}"

    @property
    def first_day(self) -> date:
        return self.months()[0]

    @property
    def last_day(self) -> date:
        return self.next().first_day - timedelta(days=1)

    def months(self) -> tuple[date, date, date]:
        """First days of the three months of the quarter."""
        first = self.year * 12 + self.start_month - 1 + (self.quarter - 1) * 3
        one, two, three = (date(month // 12, month % 12 + 1, 1) for month in range(first, first + 3))
        return one, two, three

    def previous(self, n: int = 1) -> "FiscalQuarter":
        """The quarter `n` quarters earlier."""
        return self.next(-n)

    def next(self, n: int = 1) -> "FiscalQuarter":
        """The quarter `n` quarters later."""
        count = self.year * 4 + self.quarter - 1 + n
        return FiscalQuarter(count // 4, count % 4 + 1, self.start_month)

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class MonthPieces:
    """Parts of periods by calendar month, in the order of the periods and, inside one, of time."""

    row_index: NDArray[np.int64]  # which period the piece belongs to
    year: NDArray[np.int64]
    month: NDArray[np.int64]  # 1..12
    days: NDArray[np.int64]  # [d] days of the piece
    first_day: NDArray[np.datetime64]  # first day of the piece, not of the month

    def __len__(self) -> int:
        return len(self.row_index)


def split_by_month(start: NDArray[np.datetime64], end: NDArray[np.datetime64]) -> MonthPieces:
    """Cut periods at month ends.

    `start`, `end`: datetime64[D], both days inside the period. A period inside one month gives one
    piece. No period gives no piece. An end before its start is a ValueError: it must have been
    refused as `period.reversed` before.
    """
    start = start.astype("datetime64[D]")
    end = end.astype("datetime64[D]")
    if np.any(end < start):
        raise ValueError("a period ends before it starts")
    first_month = start.astype("datetime64[M]")
    counts = (end.astype("datetime64[M]") - first_month).astype(np.int64) + 1
    row_index = np.repeat(np.arange(len(start), dtype=np.int64), counts)
    offset = np.arange(len(row_index), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
    month = first_month[row_index] + offset
    piece_start = np.maximum(month.astype("datetime64[D]"), start[row_index])
    piece_end = np.minimum((month + 1).astype("datetime64[D]") - 1, end[row_index])
    months_since_1970 = month.astype(np.int64)
    return MonthPieces(
        row_index=row_index,
        year=months_since_1970 // 12 + 1970,
        month=months_since_1970 % 12 + 1,
        days=(piece_end - piece_start).astype(np.int64) + 1,
        first_day=piece_start,
    )


def share_by_days(quantity: NDArray[np.object_], pieces: MonthPieces) -> NDArray[np.object_]:
    """Share whole quantities [any unit, Decimal] out over their pieces by days, exactly.

    Every piece but the last of a period is cut down (never up) to the storage step; the last takes
    what remains, so that the pieces of a period sum to the whole to the last digit, no piece is
    negative, and a quantity of zero gives zero pieces. Result [unit of `quantity`], one per piece.
    """
    shares = quantity[pieces.row_index]
    if len(shares) == len(quantity):
        return shares
    counts = np.bincount(pieces.row_index, minlength=len(quantity))
    for index, last in _periods_of_many_months(counts):
        first = last - int(counts[index]) + 1
        whole: Decimal = quantity[index]
        days = [int(day) for day in pieces.days[first : last + 1]]
        total, left = sum(days), whole
        for position, piece_days in zip(range(first, last), days, strict=False):
            part = (whole * piece_days / total).quantize(STORAGE_STEP, ROUND_DOWN)
            shares[position] = part
            left -= part
        shares[last] = left
    return shares


def _periods_of_many_months(counts: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """(index of the period, position of its last piece) for periods with more than one piece."""
    last = np.cumsum(counts) - 1
    for index in np.flatnonzero(counts > 1):
        yield int(index), int(last[index])
