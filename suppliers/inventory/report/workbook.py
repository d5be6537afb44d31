"""The report as a workbook: its chapters, tables in the manner of GRI 305 and IFRS S2, and the lines. No formulas."""

from __future__ import annotations

from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from suppliers.inventory import inventory_queries
from suppliers.inventory.accounts import Account, Lines
from suppliers.inventory.models import Scope3

from .content import Cell, Report, Table, tonnes
from .lines_csv import HEADER, csv_rows

LINES_LIMIT = 200_000
_NUMBERS = {"quantity", "factor_value", "gwp_value", "kgco2e", "kgce"}


def write_workbook(file: IO[bytes], account: Account, report: Report) -> None:
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    formats = {
        "head": book.add_format({"bold": True, "font_color": "#0b7a5b", "font_size": 13}),
        "column": book.add_format({"bold": True, "bottom": 1}),
        "number": book.add_format({"num_format": "#,##0.000"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    _report_sheet(book.add_worksheet(_("Report")), report, formats)
    _tables_sheet(book.add_worksheet("GRI 305"), "GRI 305: 2016", gri(account), formats)
    _tables_sheet(
        book.add_worksheet("IFRS S2"), _("IFRS S2, metrics of greenhouse gases"), ifrs(account), formats
    )
    _lines_sheet(book.add_worksheet(_("Lines")), account, formats)
    book.close()


def gri(account: Account) -> Table:
    kg = account.kg
    rows: list[list[Cell]] = [
        ["305-1", _("Direct emissions (scope 1)"), tonnes(kg("scope1")), "tCO2e"],
        [
            "305-2",
            _("Energy indirect emissions (scope 2), location-based"),
            tonnes(kg("scope2_location")),
            "tCO2e",
        ],
        [
            "305-2",
            _("Energy indirect emissions (scope 2), market-based"),
            tonnes(kg("scope2_market")),
            "tCO2e",
        ],
        ["305-3", _("Other indirect emissions (scope 3)"), tonnes(kg("scope3")), "tCO2e"],
    ]
    rows += [
        ["305-4", _("Emissions intensity"), one.value, f"kgCO2e/{one.unit}"]
        for one in inventory_queries.intensities(account)
    ]
    before = inventory_queries.year_before(account.inventory)
    if before is not None:
        now, then = account.located, Account(before).located
        moved = tonnes(now - then) if now is not None and then is not None else None
        rows.append(
            ["305-5", _("Change against %(year)s, location-based") % {"year": before.year}, moved, "tCO2e"]
        )
    return Table([_("Disclosure"), _("What"), _("Value"), _("Unit")], rows)


def ifrs(account: Account) -> Table:
    kg, found = account.kg, account.totals.get("by_scope3_category") or {}
    rows: list[list[Cell]] = [
        ["29(a)(i)", _("Scope 1"), tonnes(kg("scope1")), "tCO2e"],
        ["29(a)(i), (v)", _("Scope 2, location-based"), tonnes(kg("scope2_location")), "tCO2e"],
        ["29(a)(v)", _("Scope 2, market-based"), tonnes(kg("scope2_market")), "tCO2e"],
        ["29(a)(vi)", _("Scope 3"), tonnes(kg("scope3")), "tCO2e"],
    ]
    rows += [
        ["29(a)(vi)", f"{one.value} {one.label}", tonnes(found[str(one.value)]), "tCO2e"]
        for one in Scope3
        if str(one.value) in found
    ]
    rows.append(
        ["29(a)(iii)", _("Consolidation approach"), str(account.inventory.get_approach_display()), ""]
    )
    return Table([_("Paragraph"), _("What"), _("Value"), _("Unit")], rows)


def _report_sheet(sheet: Any, report: Report, formats: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 6, 24)
    sheet.write_string(0, 0, report.title, formats["head"])
    sheet.write_string(1, 0, f"{report.company} · {report.period} · {report.version}")
    if report.digest:
        sheet.write_string(2, 0, f"SHA-256 {report.digest}")
    row = 4
    for chapter in report.chapters:
        sheet.write_string(row, 0, chapter.title, formats["head"])
        row += 1
        for label, text in chapter.facts:
            sheet.write_string(row, 0, label)
            sheet.write_string(row, 1, text, formats["wrap"])
            row += 1
        for table in chapter.tables:
            row = _table(sheet, row, table, formats) + 1
        if chapter.note:
            sheet.write_string(row, 0, chapter.note)
            row += 1
        row += 1


def _tables_sheet(sheet: Any, title: str, table: Table, formats: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 52)
    sheet.set_column(2, 3, 20)
    sheet.write_string(0, 0, title, formats["head"])
    _table(sheet, 2, table, formats)


def _table(sheet: Any, row: int, table: Table, formats: dict[str, Any]) -> int:
    for place, name in enumerate(table.columns):
        sheet.write_string(row, place, name, formats["column"])
    for cells in table.rows:
        row += 1
        for place, cell in enumerate(cells):
            if isinstance(cell, Decimal):
                sheet.write_number(row, place, float(cell), formats["number"])
            else:
                sheet.write_string(row, place, cell or "–")
    return row + 1


def _cut_short(lines: Lines) -> str:
    return _("A workbook holds the first %(limit)s lines of %(count)s; the CSV of the lines holds them all.") % {
        "limit": f"{LINES_LIMIT:,}", "count": f"{lines.count():,}"
    }  # fmt: skip


def _lines_sheet(sheet: Any, account: Account, formats: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 0)
    numbers = [name in _NUMBERS for name in HEADER]
    lines = Lines(account)
    for row, cells in enumerate(csv_rows(lines)):
        if row > LINES_LIMIT:
            sheet.write_string(row, 0, _cut_short(lines))
            break
        for place, cell in enumerate(cells):
            if row == 0:
                sheet.write_string(0, place, str(cell), formats["column"])
            elif cell == "":
                continue
            elif numbers[place] or isinstance(cell, int):
                sheet.write_number(row, place, float(cell))
            else:
                sheet.write_string(row, place, str(cell))
