"""From a grid of cells to named columns: where the header stands, and which column is which field."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from suppliers.calc import issues, units
from suppliers.calc.texts import shown, visible

FIELDS = ("site", "meter", "carrier", "start", "end", "quantity", "unit", "document")
REQUIRED = ("site", "carrier", "start", "end", "quantity", "unit")
# One column that stands for both ends of a period.
PERIOD = "period"
HEADER_SEARCH_ROWS = 30

# The first name of each language is the one we print.
HEADERS: dict[str, tuple[str, ...]] = {
    "site": ("site", "工厂", "工厂编码", "工厂代码", "厂区", "工厂名称", "site code", "plant", "facility", "factory",
             "property name"),
    "meter": ("meter", "计量点", "计量点编码", "表号", "电表号", "仪表", "计量器具", "meter code", "meter name"),
    "carrier": ("carrier", "能源品种", "能源", "能源类型", "能源种类", "品种", "energy", "energy type", "meter type",
                "energy carrier", "fuel"),
    "start": ("start", "开始日期", "开始", "起始日期", "开始时间", "起", "start date", "from", "period start"),
    "end": ("end", "结束日期", "结束", "截止日期", "终止日期", "结束时间", "止", "end date", "to", "period end"),
    "period": ("period", "月份", "期间", "年月", "账期", "所属月份", "month"),
    "quantity": ("quantity", "用量", "数量", "消耗量", "使用量", "实物量", "用电量", "amount", "consumption", "usage",
                 "usage/quantity", "value"),
    "unit": ("unit", "单位", "计量单位", "units", "usage units", "uom"),
    "document": ("document", "凭证号", "凭证", "账单号", "发票号", "票据号", "bill", "bill number", "invoice",
                 "invoice number", "document number"),
}  # fmt: skip

_DROPPED = re.compile(r"[\s_\-*:.]+")
_BRACKETS = re.compile(r"\(([^()]*)\)\s*$")
_BETWEEN_LANGUAGES = re.compile(r"[/\n|]")


def plain_header(text: str) -> str:
    """A header as it is compared: no blanks, stars or colons, full-width made plain, one case."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text).casefold())


_RANK_BY_NAME: dict[str, tuple[str, int]] = {}
for _field, _names in HEADERS.items():
    for _rank, _name in enumerate(_names):
        _RANK_BY_NAME[plain_header(_name)] = (_field, 0 if _rank < 2 else 1)


@dataclass(frozen=True)
class RawTable:
    """Cells as the file had them: one object array per column, and where the data began.

    `first_row` is the number a spreadsheet shows beside the first data row. An empty cell is ''.
    """

    header: tuple[str, ...]
    columns: tuple[NDArray[np.object_], ...]
    first_row: int
    sheet: str = ""

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0


@dataclass(frozen=True)
class ColumnMapping:
    """Which column (counted from 0) holds which field."""

    column_of: Mapping[str, int]
    notes: tuple[tuple[str, int], ...] = ()
    decimal_comma: bool = False
    unit_in_header: str = ""

    def letter(self, field_name: str) -> str:
        index = self.column_of.get(field_name)
        return column_letter(index) if index is not None else ""

    def as_dict(self, header: Sequence[str]) -> dict[str, str]:
        """field -> header text, as stored with the upload."""
        return {name: visible(header[index]) for name, index in self.column_of.items()}


@dataclass(frozen=True)
class MappingOverride:
    """What the supplier said about the columns: {header: field}, and whether decimals have commas."""

    fields: Mapping[str, str] = field(default_factory=dict)
    decimal_comma: bool = False


class HeaderTrouble(Exception):
    """No usable header; carries the issue."""

    def __init__(self, issue: issues.Issue) -> None:
        super().__init__(issue.code)
        self.issue = issue


def column_letter(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def field_of(header: str) -> tuple[str, int] | None:
    """(field, 0 for our own header or 1 for an alias), or None. 'site / 工厂' and '用量(kWh)' are understood."""
    text = unicodedata.normalize("NFKC", header)
    bare = _BRACKETS.sub("", text)
    for candidate in (text, bare, *_BETWEEN_LANGUAGES.split(bare)):
        found = _RANK_BY_NAME.get(plain_header(candidate))
        if found:
            return found
    return None


def find_header(rows: Sequence[Sequence[Any]], override: MappingOverride | None = None) -> int | None:
    """Index of the header among the first rows: the row that names most fields; None if none names two."""
    best, best_score = None, 1
    for index, row in enumerate(rows[:HEADER_SEARCH_ROWS]):
        score = len(_named(row, override))
        if score > best_score:
            best, best_score = index, score
    return best


def is_header(row: Sequence[Any], override: MappingOverride | None = None) -> bool:
    """Whether this row names every required field (a second header line in the other language, say)."""
    named = _named(row, override)
    return not missing_fields(named) if named else False


def _named(row: Sequence[Any], override: MappingOverride | None) -> set[str]:
    said = _said(override)
    named = set()
    for cell in row:
        if isinstance(cell, str) and cell and len(cell) < 100:
            name = said.get(plain_header(cell)) or (field_of(cell) or (None,))[0]
            if name:
                named.add(name)
    return named


def most_fields_named(rows: Sequence[Sequence[Any]], override: MappingOverride | None = None) -> int:
    """How many fields the best of these rows names; for choosing between readings of the same file."""
    return max((len(_named(row, override)) for row in rows), default=0)


def missing_fields(named: set[str]) -> list[str]:
    """Required fields that are not there, in the order of the workbook."""
    have = named | ({"start", "end"} if PERIOD in named else set())
    return [name for name in REQUIRED if name not in have]


def map_columns(header: Sequence[str], override: MappingOverride | None = None) -> ColumnMapping:
    """Which column is which field. Required fields without a column, or named twice: HeaderTrouble."""
    said = _said(override)
    column_of: dict[str, int] = {}
    ranks: dict[str, int] = {}
    repeated: dict[str, int] = {}
    notes: list[tuple[str, int]] = []
    for index, text in enumerate(header):
        found = (said[plain_header(text)], -1) if plain_header(text) in said else field_of(text)
        if found is None or found[0] not in HEADERS:
            notes.append((text, index))
            continue
        name, rank = found
        if name in ranks and rank == ranks[name]:
            repeated[name] = index
        if name in ranks and rank >= ranks[name]:
            notes.append((text, index))
            continue
        if name in ranks:
            repeated.pop(name, None)
            notes.append((header[column_of[name]], column_of[name]))
        column_of[name], ranks[name] = index, rank
    for index in repeated.values():
        raise HeaderTrouble(issues.make("file.header", reason="repeated", header=shown(header[index])))
    return _finished(header, column_of, notes, override)


def _finished(
    header: Sequence[str],
    column_of: dict[str, int],
    notes: list[tuple[str, int]],
    override: MappingOverride | None,
) -> ColumnMapping:
    period = column_of.pop(PERIOD, None)
    if period is not None and {"start", "end"} <= column_of.keys():
        notes.append((header[period], period))
    elif period is not None:
        column_of.setdefault("start", period)
        column_of.setdefault("end", period)
    unit_in_header = ""
    if "unit" not in column_of and "quantity" in column_of:
        bracket = _BRACKETS.search(unicodedata.normalize("NFKC", header[column_of["quantity"]]))
        unit_in_header = bracket[1] if bracket and units.find(bracket[1]) else ""
    named = set(column_of) | ({"unit"} if unit_in_header else set())
    missing = missing_fields(named)
    if missing:
        raise HeaderTrouble(header_missing(missing, header))
    kept = tuple((text, index) for text, index in sorted(notes, key=lambda note: note[1]) if text.strip())
    comma = override.decimal_comma if override else False
    return ColumnMapping(column_of, kept, comma, unit_in_header)


def header_missing(missing: Sequence[str], header: Sequence[str] = ()) -> issues.Issue:
    """The issue that names the missing columns by both their headers."""
    names = [f"{HEADERS[name][1]} {HEADERS[name][0]}" for name in missing]
    found = [shown(text) for text in header if text.strip()][:40]
    return issues.make("file.header", missing=names, fields=list(missing), found=found)


def _said(override: MappingOverride | None) -> dict[str, str]:
    if override is None:
        return {}
    return {plain_header(text): name for text, name in override.fields.items()}
