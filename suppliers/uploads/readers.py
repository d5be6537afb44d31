"""From bytes to a table of cells, or to one issue that says why not. Never a traceback."""

import csv
import io
import logging
import threading
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import python_calamine

from suppliers.calc import columns
from suppliers.calc.columns import MappingOverride, RawTable
from suppliers.uploads import preflight
from suppliers.uploads.preflight import FileTrouble, trouble

_ENCODINGS = (
    ((b"\xef\xbb\xbf",), "utf-8-sig"),
    ((b"\xff\xfe", b"\xfe\xff"), "utf-16"),
)
_DELIMITERS = (",", ";", "\t")
_LONGEST_CELL = 32_767
_MOST_COLUMNS = 400
_WORKSHEET = python_calamine.SheetTypeEnum.WorkSheet

logger = logging.getLogger(__name__)
# The csv module keeps one limit for the whole process.
_csv_limit_lock = threading.Lock()

Row = Sequence[Any]


def read_table(
    content: bytes,
    *,
    limit_bytes: int = preflight.DEFAULT_LIMIT_BYTES,
    mapping: MappingOverride | None = None,
    examined: bool = False,
) -> RawTable:
    """The table in a file; raises FileTrouble with its issue where there is none to read.

    `examined`: these very bytes passed the preflight before, and need not again.
    """
    if not examined:
        preflight.examine(content, limit_bytes)
    try:
        if content.startswith(b"PK"):
            return _read_workbook(content, mapping)
        return _read_csv(content, mapping)
    except FileTrouble:
        raise
    except (KeyboardInterrupt, SystemExit):
        raise
    # A panic in the workbook parser is not an Exception, and is a damaged file all the same.
    except BaseException as error:
        logger.info("unreadable upload: %r", error)
        raise trouble("file.corrupt", detail=type(error).__name__) from None


# -- workbooks -----------------------------------------------------------------------------------------


def _read_workbook(content: bytes, mapping: MappingOverride | None) -> RawTable:
    """The first sheet with a complete header; else the complaint about the best of them."""
    workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    names = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == _WORKSHEET]
    complaint: FileTrouble | None = None
    for name in names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.start is None:
            continue
        rows = sheet.to_python(skip_empty_area=True)
        first_row, first_column = sheet.start
        try:
            return _table(rows, first_row + 1, first_column, name, mapping)
        except FileTrouble as found:
            complaint = _more_telling(complaint, found)
    raise complaint or trouble("file.empty")


def _more_telling(old: FileTrouble | None, new: FileTrouble) -> FileTrouble:
    """Of two sheets without data, speak of the one that came nearer to having some."""
    if old is None:
        return new
    if "file.empty" in (old.issue.code, new.issue.code):
        return old if old.issue.code == "file.empty" else new
    return min(old, new, key=lambda one: len(one.issue.data.get("fields", ())))


# -- text ----------------------------------------------------------------------------------------------


def _read_csv(content: bytes, mapping: MappingOverride | None) -> RawTable:
    text = _decoded(content)
    delimiter = _delimiter(text, mapping)
    with _csv_limit_lock:
        csv.field_size_limit(_LONGEST_CELL)
        rows = _limited(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    return _table(rows, 1, 0, "", mapping)


def _limited(reader: Iterable[Row]) -> list[Row]:
    """All rows, or a refusal as soon as there are more than memory is meant for."""
    rows: list[Row] = []
    cells = 0
    for row in reader:
        rows.append(row)
        cells += len(row)
        if cells > preflight.MOST_CELLS or len(rows) > preflight.MOST_ROWS:
            raise preflight.too_much()
    return rows


def _decoded(content: bytes) -> str:
    for marks, encoding in _ENCODINGS:
        if content.startswith(marks):
            return _decode(content, encoding)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decode(content, "gb18030")


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise trouble("file.encoding") from error


def _delimiter(text: str, mapping: MappingOverride | None) -> str:
    """The one with which the first lines name most of our fields; a comma if none names any."""
    head = text[:100_000].splitlines()[: columns.HEADER_SEARCH_ROWS]

    def named(delimiter: str) -> int:
        rows = list(csv.reader(head, delimiter=delimiter))
        return columns.most_fields_named(rows, mapping)

    return max(_DELIMITERS, key=named)


# -- both ----------------------------------------------------------------------------------------------


def _table(
    rows: Sequence[Row], first_row: int, first_column: int, sheet: str, mapping: MappingOverride | None
) -> RawTable:
    """Cut the header off a grid whose first row a spreadsheet would number `first_row`."""
    if not any(_has_text(row) for row in rows[: columns.HEADER_SEARCH_ROWS]):
        raise trouble("file.empty")
    at = columns.find_header(rows, mapping)
    if at is None:
        raise FileTrouble(columns.header_missing(columns.REQUIRED, _first_texts(rows)))
    header = tuple(_header_text(cell) for cell in rows[at][:_MOST_COLUMNS])
    _refuse_incomplete(header, mapping)
    start = at + 1
    if start < len(rows) and columns.is_header(rows[start], mapping):
        start += 1  # the same header again in the other language
    body = rows[start:]
    if not any(_has_text(row) for row in body):
        raise trouble("file.empty")
    width = len(header)
    cells = _columns_of(body, width)
    pad = [np.full(len(body), "", dtype=object)] * first_column
    return RawTable(("",) * first_column + header, (*pad, *cells), first_row + start, sheet)


def _refuse_incomplete(header: tuple[str, ...], mapping: MappingOverride | None) -> None:
    try:
        columns.map_columns(header, mapping)
    except columns.HeaderTrouble as error:
        raise FileTrouble(error.issue) from error


def _columns_of(rows: Sequence[Row], width: int) -> tuple[np.ndarray[Any, Any], ...]:
    """Columns of a grid whose rows may be too short (a CSV's) or too long."""
    if set(map(len, rows)) != {width}:
        blank = [""] * width
        rows = [(list(row) + blank)[:width] for row in rows]
    grid = np.array(rows, dtype=object)
    return tuple(np.ascontiguousarray(grid[:, index]) for index in range(width))


def _has_text(row: Row) -> bool:
    return any(cell != "" and not (isinstance(cell, str) and not cell.strip()) for cell in row)


def _header_text(cell: Any) -> str:
    return cell.strip() if isinstance(cell, str) else str(cell)


def _first_texts(rows: Sequence[Row]) -> list[str]:
    """What the file has instead of our header: its fullest row near the top."""
    fullest = max(rows[: columns.HEADER_SEARCH_ROWS], key=lambda row: sum(cell != "" for cell in row))
    return [_header_text(cell) for cell in fullest]
