"""From a file of companies to entries and the cells that cannot be read. Nothing is looked up but commodities."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import python_calamine
from django.utils.translation import gettext_lazy as _

from suppliers.tenants.enrolment_entries import MOST_ROWS, Entry, Trouble, normal_uscc
from suppliers.uploads import preflight
from suppliers.uploads.preflight import FileTrouble

LIMIT_BYTES = 2 * preflight.MEGABYTE
HEADER_SEARCH_ROWS = 10
HEADERS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "公司名称", "企业名称", "供应商名称", "供应商"),
    "name_en": ("name_en", "英文名称"),
    "uscc": ("uscc", "统一社会信用代码", "信用代码"),
    "code": ("code", "平台编码", "供应商编码"),
    "commodity": ("commodity", "物料类别", "品类"),
    "tier": ("tier", "层级"),
    "spend_cny": ("spend_cny", "采购额(元)", "采购额", "年采购额"),
    "erp_code": ("erp_code", "erp编码", "erp代码"),
    "email": ("email", "邮箱", "管理员邮箱"),
    "starts_on": ("start", "入册日期", "开始日期"),
}
TEMPLATE_COLUMNS = tuple(names[0] for names in HEADERS.values())
_FIELD_OF = {name: field for field, names in HEADERS.items() for name in names}
_REQUIRED = ("name", "commodity")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")

Cells = Mapping[str, Any]


class Reading:
    """What a file says: entries, and a trouble for each cell that is no number or day."""

    def __init__(self, commodities: Mapping[str, str]) -> None:
        self.commodities = commodities
        self.entries: list[Entry] = []
        self.troubles: list[Trouble] = []

    def add(self, row: int, cells: Cells) -> None:
        texts = {field: _text(cells.get(field)) for field in HEADERS}
        named = texts["commodity"]
        self.entries.append(
            Entry(
                name=texts["name"],
                name_en=texts["name_en"],
                uscc=normal_uscc(texts["uscc"]),
                code=texts["code"],
                commodity=self.commodities.get(named.casefold(), named),
                tier=self._read(row, "tier", cells, _whole),
                spend_cny=self._read(row, "spend_cny", cells, _amount),
                erp_code=texts["erp_code"],
                email=texts["email"],
                starts_on=self._read(row, "starts_on", cells, _day),
                row=row,
            )
        )

    def _read(self, row: int, field: str, cells: Cells, reader: Callable[[Any], Any]) -> Any:
        value = cells.get(field)
        if _text(value) == "":
            return None
        try:
            return reader(value)
        except (ValueError, InvalidOperation, OverflowError):
            code, sentence = _UNREADABLE[field]
            self.troubles.append(Trouble(code, row, field, sentence, _text(value)[:60]))
            return None


_UNREADABLE = {
    "tier": ("enrolment.tier", _("The tier is a whole number from 1 to 9.")),
    "spend_cny": ("enrolment.spend", _("The spend is a number of yuan, not below 0.")),
    "starts_on": ("enrolment.start", _("This is no day we can read; write it like 2025-01-31.")),
}


def read(content: bytes, commodities: Iterable[tuple[str, str, str]]) -> Reading:
    """`commodities`: (code, Chinese name, English name) of the program. Raises FileTrouble where there is no list."""
    names = {name.casefold(): code for code, *labels in commodities for name in (code, *labels)}
    rows = _rows(content)
    at, columns = _header(rows)
    reading = Reading(names)
    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        cells = {field: row[place] for field, place in columns.items() if place < len(row)}
        if any(_text(cell) for cell in row):
            reading.add(number, cells)
    if not reading.entries:
        raise preflight.trouble("file.empty")
    return reading


def _rows(content: bytes) -> list[Sequence[Any]]:
    if preflight.examine(content, LIMIT_BYTES).kind == "csv":
        return _csv_rows(content)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = workbook.get_sheet_by_index(0)
        rows: list[Sequence[Any]] = sheet.to_python(skip_empty_area=False, nrows=_MOST_LINES)
        return rows
    except (KeyboardInterrupt, SystemExit):
        raise
    # A panic in the workbook parser is not an Exception, and is a damaged file all the same.
    except BaseException as error:
        raise preflight.trouble("file.corrupt", detail=type(error).__name__) from None


_MOST_LINES = MOST_ROWS + HEADER_SEARCH_ROWS + 1  # one more than are taken, so that too many are noticed


def _csv_rows(content: bytes) -> list[Sequence[Any]]:
    text = _decoded(content)
    first = text[:10_000].splitlines()[:HEADER_SEARCH_ROWS]
    delimiter = max(",;\t", key=lambda one: sum(line.count(one) for line in first))
    rows: list[Sequence[Any]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) >= _MOST_LINES:
                break
    except csv.Error as error:
        raise preflight.trouble("file.corrupt", detail=str(error)) from None
    return rows


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise preflight.trouble("file.encoding")


def _header(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]]:
    """The first row that names what a list cannot do without."""
    for at, row in enumerate(rows[:HEADER_SEARCH_ROWS]):
        fields = {
            _FIELD_OF[_label(cell)]: place for place, cell in enumerate(row) if _label(cell) in _FIELD_OF
        }
        if all(field in fields for field in _REQUIRED):
            return at, fields
    raise HeaderMissing()


class HeaderMissing(FileTrouble):
    """No row of the file names its columns."""

    def __init__(self) -> None:
        super().__init__(preflight.trouble("file.header").issue)


def _label(cell: Any) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(cell))).casefold()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFC", str(value)).strip()


def _amount(value: Any) -> Decimal:
    text = unicodedata.normalize("NFKC", _text(value)).replace(",", "").replace(" ", "")
    amount = Decimal(text)
    if not amount.is_finite():
        raise ValueError(text)
    return amount.quantize(Decimal("0.01"))


def _whole(value: Any) -> int:
    amount = _amount(value)
    if amount != int(amount):
        raise ValueError(str(value))
    return int(amount)


def _day(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", _text(value)))
    if found is None:
        raise ValueError(str(value))
    return dt.date(*map(int, found.groups()))
