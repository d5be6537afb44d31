"""Reads the factor tables: `sets.csv` and tables of factors. SOURCES.md describes the columns.

Nothing is guessed: a table with one bad cell is refused as a whole, file and row named.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from suppliers.tenants.refusals import Refusal

from .models import Series, Verified

OWN_TABLES = Path(__file__).parent / "data"

SETS_FILE = "sets.csv"
UNITS = frozenset(
    {"kgCO2/kWh", "kgCO2e/kWh", "kgCO2/kg", "kgCO2/m3", "kgCO2/MJ", "kgCO2e/kg"}
    | {"kgce/kWh", "kgce/MJ", "kgce/kg", "kgce/m3", "kg/L"}
    | {"kgCO2/L", "kgCO2/TJ", "kgCH4/TJ", "kgN2O/TJ"}
    # per tonne-kilometre, passenger-kilometre, room and night, US dollar of 2022 at purchaser prices
    | {f"kgCO2e/{per}" for per in ("t", "tkm", "pkm", "km", "roomnight", "m3", "L", "USD2022")}
)
_PLAIN_NUMBER = re.compile(r"[0-9]{1,30}(\.[0-9]{1,30})?")
_FOUR_DIGITS = re.compile(r"[0-9]{4}")
_SHOWN_OF_A_CELL = 60
_EARLIEST_YEAR, _LATEST_YEAR = 1990, 2100


@dataclass(frozen=True)
class Tables:
    """What the files say, as plain values by field name."""

    sets: list[dict[str, Any]]
    factors: list[dict[str, Any]]


def _text(maximum: int, *, required: bool = False) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if required and not cell:
            raise ValueError("empty")
        if len(cell) > maximum:
            raise ValueError(f"longer than {maximum}")
        # What is printable has none; most cells are, and this is asked of thousands.
        if not cell.isprintable() and any(unicodedata.category(sign)[0] == "C" for sign in cell):
            raise ValueError("a character that cannot be seen")
        return cell

    return read


def _number(digits: int, places: int) -> Callable[[str], Decimal | None]:
    def read(cell: str) -> Decimal | None:
        if not cell:
            return None
        if not _PLAIN_NUMBER.fullmatch(cell):
            raise ValueError("not a plain number from zero on, like 0.6553")
        number = Decimal(cell)
        if number != round(number, places) or number >= 10 ** (digits - places):
            raise ValueError(f"needs more than {digits} digits or {places} places")
        return number

    return read


def _required_number(cell: str) -> Decimal:
    number = _number(18, 8)(cell)
    if number is None:
        raise ValueError("empty")
    return number


def _year(cell: str) -> int:
    if not _FOUR_DIGITS.fullmatch(cell):
        raise ValueError("not a year")
    year = int(cell)
    if not _EARLIEST_YEAR <= year <= _LATEST_YEAR:
        raise ValueError("not a year")
    return year


def _day(cell: str) -> dt.date | None:
    return dt.date.fromisoformat(cell) if cell else None


def _one_of(choices: frozenset[str]) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if cell not in choices:
            raise ValueError(f"not one of {', '.join(sorted(choices))}")
        return cell

    return read


def _yes(cell: str) -> bool:
    return _one_of(frozenset({"yes", "no"}))(cell) == "yes"


SET_COLUMNS: dict[str, Callable[[str], Any]] = {
    "code": _text(60, required=True),
    "name": _text(160, required=True),
    "name_en": _text(160, required=True),
    "series": _one_of(frozenset(Series.values)),
    "source": _text(300, required=True),
    "source_address": _text(300),
    "edition": _text(60, required=True),
    "year": _year,
    "published_on": _day,
    "licence_note": _text(300),
}
FACTOR_COLUMNS: dict[str, Callable[[str], Any]] = {
    "set": _text(60, required=True),
    "code": _text(60, required=True),
    "carrier": _text(40),
    "name": _text(160, required=True),
    "name_en": _text(160, required=True),
    "region": _text(20, required=True),
    "year": _year,
    "year_label": _text(40),
    "value": _required_number,
    "unit": _one_of(UNITS),
    "per_unit": _text(10, required=True),
    "gas": _text(20),
    "basis": _text(30),
    "is_default": _yes,
    "verified": _one_of(frozenset(Verified.values)),
    "note": _text(300),
    "ncv": _number(12, 4),
    "ncv_unit": _text(20),
    "carbon_content_tc_per_gj": _number(10, 6),
    "oxidation_rate": _number(6, 4),
    "valid_from": _day,
    "valid_to": _day,
}


def read(folder: Path = OWN_TABLES) -> Tables:
    """All tables of a folder. Refuses what is malformed (`factor.file`), naming file, row and column."""
    if not (folder / SETS_FILE).is_file():
        raise _refusal(SETS_FILE, 0, "", "the file is missing")
    sets = list(_rows(folder / SETS_FILE, SET_COLUMNS))
    known = {row["code"] for row in sets}
    factors: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*.csv")):
        if path.name != SETS_FILE:
            factors.extend(_rows(path, FACTOR_COLUMNS, known_sets=known))
    _refuse_repeated(sets)
    _refuse_repeated(factors)
    _refuse_two_defaults(factors)
    return Tables(sets=[_plain(row) for row in sets], factors=[_plain(row) for row in factors])


def _rows(
    path: Path, columns: dict[str, Callable[[str], Any]], *, known_sets: set[str] | None = None
) -> Iterator[dict[str, Any]]:
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines(), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _refusal(path.name, 0, "", str(error)) from error
    if not lines or lines[0] != list(columns):
        raise _refusal(path.name, 1, "", f"the columns must be {', '.join(columns)}")
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(columns):
            raise _refusal(path.name, number, "", f"{len(cells)} cells instead of {len(columns)}")
        row: dict[str, Any] = {"_file": path.name, "_row": number}
        for (column, reader), cell in zip(columns.items(), cells, strict=True):
            try:
                row[column] = reader(cell.strip())
            except (ValueError, InvalidOperation) as error:
                raise _refusal(path.name, number, column, f"{cell[:_SHOWN_OF_A_CELL]!r}: {error}") from error
        if known_sets is not None:
            _check_factor(row, known_sets)
        yield row


def _check_factor(row: dict[str, Any], known_sets: set[str]) -> None:
    if row["set"] not in known_sets:
        raise _refusal(row["_file"], row["_row"], "set", f"{row['set']!r} is not in {SETS_FILE}")
    if row["unit"].split("/")[1] != row["per_unit"]:
        raise _refusal(row["_file"], row["_row"], "per_unit", "does not agree with the unit")
    if row["valid_from"] and row["valid_to"] and row["valid_to"] < row["valid_from"]:
        raise _refusal(row["_file"], row["_row"], "valid_to", "ends before it begins")
    if row["oxidation_rate"] is not None and row["oxidation_rate"] > 1:
        raise _refusal(row["_file"], row["_row"], "oxidation_rate", "more than 1")


def _refuse_repeated(rows: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for row in rows:
        if row["code"] in seen:
            raise _refusal(row["_file"], row["_row"], "code", f"{row['code']!r} stands there twice")
        seen.add(row["code"])


def _refuse_two_defaults(rows: list[dict[str, Any]]) -> None:
    seen: dict[tuple[Any, ...], str] = {}
    for row in rows:
        if row["is_default"] and row["carrier"]:
            key = (row["carrier"], row["region"], row["year"], row["unit"])
            if key in seen:
                raise _refusal(
                    row["_file"], row["_row"], "is_default", f"{seen[key]!r} is the default already"
                )
            seen[key] = row["code"]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {column: value for column, value in row.items() if not column.startswith("_")}


def _refusal(file: str, row: int, column: str, trouble: str) -> Refusal:
    return Refusal(
        "factor.file",
        _("%(file)s, row %(row)s, column %(column)s: %(trouble)s")
        % {"file": file, "row": row, "column": column or "-", "trouble": trouble},
        status=422,
        data={"file": file, "row": row, "column": column},
    )
