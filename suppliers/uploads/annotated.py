"""The uploaded table given back with every bad cell coloured and explained.

Everything from the file is written as text, never as a formula or link: a cell such as
=HYPERLINK(...) must not come alive in the hands of whoever opens the answer.
"""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from suppliers.calc import issues
from suppliers.calc.columns import RawTable, map_columns
from suppliers.calc.rows import text_of

from . import queries, readers
from .models import Upload, UploadReport
from .preflight import FileTrouble

_ISSUE_COLUMN = {"zh": "问题", "en": "Issues"}
_ISSUE_SHEET = {"zh": "问题清单", "en": "Issues"}
_LIST_HEADERS = {
    "zh": ("行", "列", "单元格", "代码", "问题"),
    "en": ("Row", "Column", "Cell", "Code", "Issue"),
}
# Excel grows slow with more comments than this; the issue column has them all.
_MOST_COMMENTS = 2000


def annotated_workbook(upload: Upload, language: str) -> bytes:
    """An XLSX of the upload with its issues. A file that could not be read gives the list of issues alone."""
    tongue = "zh" if language.startswith("zh") else "en"
    report = queries.report_of(upload)
    found = report.issues if report else []
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        table = _table(upload)
        if table is not None:
            _write_table(book, table, upload, report, tongue)
        _write_list(book, found, tongue)
    return buffer.getvalue()


def _table(upload: Upload) -> RawTable | None:
    try:
        return readers.read_table(queries.content_of(upload), mapping=queries.mapping_of(upload))
    except FileTrouble:
        return None


def _write_table(
    book: Any, table: RawTable, upload: Upload, report: UploadReport | None, language: str
) -> None:
    sheet = book.add_worksheet((table.sheet or "data")[:31])
    header = book.add_format({"bold": True, "bg_color": "#e3f1e8"})
    formats = {
        issues.ERROR: book.add_format({"bg_color": "#f8d0c8"}),
        issues.WARNING: book.add_format({"bg_color": "#fbe9b7"}),
    }
    mapping = map_columns(table.header, queries.mapping_of(upload))
    fixes = {(row, mapping.column_of.get(name)): text for row, name, text in queries.fixes_of(upload)}
    by_cell, by_row = _by_place(report.issues if report else [], mapping.column_of, language)
    top = table.first_row - 2
    for column, text in enumerate(table.header):
        sheet.write_string(top, column, text, header)
    sheet.write_string(top, len(table.header), _ISSUE_COLUMN[language], header)
    comments = 0
    for index in range(len(table)):
        row = table.first_row + index
        for column, cells in enumerate(table.columns):
            text = fixes.get((row, column), text_of(cells[index]))
            trouble = by_cell.get((row, column))
            if text or trouble:
                sheet.write_string(row - 1, column, _writable(text), formats[trouble[0]] if trouble else None)
            if trouble and comments < _MOST_COMMENTS:
                sheet.write_comment(row - 1, column, "\n".join(trouble[1]), {"visible": False})
                comments += 1
        if row in by_row:
            sheet.write_string(row - 1, len(table.header), "\n".join(by_row[row]))
    sheet.set_column(0, len(table.header) - 1, 16)
    sheet.set_column(len(table.header), len(table.header), 60)
    sheet.freeze_panes(top + 1, 0)


def _by_place(
    found: list[dict[str, Any]], column_of: Any, language: str
) -> tuple[dict[tuple[int, int], tuple[str, list[str]]], dict[int, list[str]]]:
    """Messages by (row, column) with the worst severity, and by row."""
    by_cell: dict[tuple[int, int], tuple[str, list[str]]] = {}
    by_row: dict[int, list[str]] = {}
    for issue in found:
        if issue["row"] is None:
            continue
        message = issues.sentence(issue["code"], issue["data"], language=language, column=issue["column"])
        by_row.setdefault(issue["row"], []).append(message)
        column = column_of.get(issue["column"])
        if column is None:
            continue
        severity, messages = by_cell.get((issue["row"], column), (issue["severity"], []))
        worst = issues.ERROR if issues.ERROR in (severity, issue["severity"]) else severity
        by_cell[issue["row"], column] = (worst, [*messages, message])
    return by_cell, by_row


def _write_list(book: Any, found: list[dict[str, Any]], language: str) -> None:
    sheet = book.add_worksheet(_ISSUE_SHEET[language])
    bold = book.add_format({"bold": True, "bg_color": "#e3f1e8"})
    for column, text in enumerate(_LIST_HEADERS[language]):
        sheet.write_string(0, column, text, bold)
    for index, issue in enumerate(found, start=1):
        if issue["row"] is not None:
            sheet.write_number(index, 0, issue["row"])
        names = issues.FIELD_NAMES.get(issue["column"] or "", ("", ""))
        sheet.write_string(index, 1, names[0 if language == "zh" else 1])
        sheet.write_string(index, 2, str(issue["data"].get("cell", "")))
        sheet.write_string(index, 3, issue["code"])
        message = issues.sentence(issue["code"], issue["data"], language=language, column=issue["column"])
        sheet.write_string(index, 4, _writable(message))
    sheet.set_column(0, 2, 12)
    sheet.set_column(3, 3, 20)
    sheet.set_column(4, 4, 80)


def _writable(text: str) -> str:
    """What a cell can hold: no control characters, not longer than Excel allows."""
    return "".join(character for character in text if character >= " " or character in "\n\t")[:32_767]
