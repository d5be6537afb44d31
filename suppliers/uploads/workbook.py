"""The workbook of one supplier: its own sites and meters to choose from, ready to fill and send back."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from suppliers.calc import units
from suppliers.calc.carriers import CARRIERS
from suppliers.calc.columns import FIELDS, HEADERS, REQUIRED
from suppliers.sites.models import Meter, Site
from suppliers.tenants import clock
from suppliers.tenants.models import Supplier

DATA_SHEET = "数据 Data"
HELP_SHEET = "说明 Help"
LISTS_SHEET = "清单 Lists"
ROWS_WITH_LISTS = 2000

_WIDTHS = {
    "site": 16,
    "meter": 18,
    "carrier": 16,
    "start": 14,
    "end": 14,
    "quantity": 16,
    "unit": 12,
    "document": 20,
}
_HEADER_ROW = 2

_HELP: tuple[tuple[str, str], ...] = (
    (
        "在“数据 Data”表中每行填写一个工厂(或计量点)、一种能源、一个期间的用量,然后上传整个文件。",
        "One row per site (or meter), carrier and period on the sheet “数据 Data”; then upload the whole file.",
    ),
    (
        "带 * 的列必填。计量点留空表示全厂用量;同一期间不要既填全厂又填计量点。",
        "Columns with * are required. No meter means the whole site; never give both for the same period.",
    ),
    (
        "日期可写 2024-01-31,也可写 2024-01:开始日期取当月第一天,结束日期取当月最后一天。",
        "Dates as 2024-01-31, or 2024-01: as start its first day, as end its last.",
    ),
    (
        "用量写数字,如 1234.5 或 1,234.5,不要写单位;单位在“单位”列中选择。",
        "Quantities are plain numbers such as 1234.5 or 1,234.5; the unit has its own column.",
    ),
    (
        "可以增加自己的列(如备注),会作为附注保留。",
        "You may add columns of your own (remarks); they are kept as notes.",
    ),
)


def template_workbook(supplier: Supplier) -> bytes:
    """An XLSX with this supplier's drop-downs; what is filled into it is read by our own reader."""
    sites = list(Site.objects.filter(supplier=supplier, closed_on=None).order_by("code"))
    meters = list(Meter.objects.filter(supplier=supplier, site__in=sites).order_by("site__code", "code"))
    meters_site = {site.pk: site for site in sites}
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": "GreenLink", "created": dt.datetime(2025, 1, 1)})  # noqa: DTZ001 - same bytes each time
        data = book.add_worksheet(DATA_SHEET)
        helping = book.add_worksheet(HELP_SHEET)
        lists = book.add_worksheet(LISTS_SHEET)
        ranges = _write_lists(book, lists, sites, meters, meters_site)
        _write_data(book, data, supplier, ranges)
        _write_help(book, helping, sites, meters)
    return buffer.getvalue()


def _write_lists(
    book: Workbook, sheet: Worksheet, sites: list[Site], meters: list[Meter], site_of: dict[int, Site]
) -> dict[str, str]:
    """The values of the drop-downs. Returns field -> range."""
    bold = book.add_format({"bold": True})
    carriers = list(CARRIERS.values())
    offered = list(dict.fromkeys(unit for carrier in carriers for unit in units.usual(carrier)))
    blocks: list[tuple[str, list[list[str]]]] = [
        ("site", [[site.code, site.name] for site in sites]),
        ("meter", [[meter.code, f"{meter.name} ({site_of[meter.site_id].code})"] for meter in meters]),
        ("carrier", [[carrier.zh, carrier.code, " / ".join(units.usual(carrier))] for carrier in carriers]),
        ("unit", [[unit] for unit in offered]),
    ]
    ranges, column = {}, 0
    for name, rows in blocks:
        sheet.write_string(0, column, f"{HEADERS[name][1]} {name}", bold)
        for index, cells in enumerate(rows, start=1):
            for offset, text in enumerate(cells):
                sheet.write_string(index, column + offset, text)
        if rows:
            first = xl_rowcol_to_cell(1, column, row_abs=True, col_abs=True)
            last = xl_rowcol_to_cell(len(rows), column, row_abs=True, col_abs=True)
            ranges[name] = f"='{LISTS_SHEET}'!{first}:{last}"
        width = max((len(row) for row in rows), default=1)
        sheet.set_column(column, column + width - 1, 22)
        column += width + 1
    return ranges


def _write_data(book: Workbook, sheet: Worksheet, supplier: Supplier, ranges: dict[str, str]) -> None:
    title = book.add_format({"bold": True, "font_size": 14})
    grey = book.add_format({"font_color": "#5f6b66"})
    header = book.add_format(
        {"bold": True, "bg_color": "#e3f1e8", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    formats = {
        "start": book.add_format({"num_format": "yyyy-mm-dd"}),
        "end": book.add_format({"num_format": "yyyy-mm-dd"}),
        "quantity": book.add_format({"num_format": "#,##0.######"}),
    }
    sheet.write_string(0, 0, f"{supplier.name} {supplier.code}", title)
    sheet.write_string(
        1, 0, f"填写说明和示例见“{HELP_SHEET}”。 See “{HELP_SHEET}” for how to fill it in.", grey
    )
    for index, name in enumerate(FIELDS):
        star = " *" if name in REQUIRED else ""
        sheet.write_string(_HEADER_ROW, index, f"{HEADERS[name][1]} / {name}{star}", header)
        sheet.set_column(index, index, _WIDTHS[name], formats.get(name))
        if name in ranges:
            sheet.data_validation(
                _HEADER_ROW + 1,
                index,
                _HEADER_ROW + ROWS_WITH_LISTS,
                index,
                {
                    "validate": "list",
                    "source": ranges[name],
                    # Aliases and units beyond the list are read too: warn, do not forbid.
                    "error_type": "warning",
                    "error_title": HEADERS[name][1],
                    "error_message": "不在清单中,仍要使用吗? Not in the list; use it anyway?",
                },
            )
    sheet.set_row(_HEADER_ROW, 32)
    sheet.freeze_panes(_HEADER_ROW + 1, 0)
    sheet.activate()


def _write_help(book: Workbook, sheet: Worksheet, sites: list[Site], meters: list[Meter]) -> None:
    bold = book.add_format({"bold": True})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    grey = book.add_format({"font_color": "#5f6b66", "bg_color": "#f2f2f2"})
    sheet.set_column(0, 7, 18)
    for row, (chinese, english) in enumerate(_HELP):
        sheet.merge_range(row, 0, row, 7, f"{row + 1}. {chinese}\n{english}", wrap)
        sheet.set_row(row, 34)
    top = len(_HELP) + 1
    sheet.write_string(top, 0, "示例(不会被读取) Examples (not read)", bold)
    # The headers carry a mark here so that this sheet is never taken for data.
    for index, name in enumerate(FIELDS):
        sheet.write_string(top + 1, index, f"例: {HEADERS[name][1]}", bold)
    for offset, example in enumerate(_examples(sites, meters), start=2):
        for index, cell in enumerate(example):
            sheet.write(top + offset, index, cell, grey)


def _examples(sites: list[Site], meters: list[Meter]) -> list[tuple[Any, ...]]:
    site = sites[0].code if sites else "HF"
    meter = next((m.code for m in meters if m.carrier == "electricity"), "")
    last_month = clock.today().replace(day=1) - dt.timedelta(days=1)
    month = f"{last_month:%Y-%m}"
    return [
        (site, meter, CARRIERS["electricity"].zh, month, month, 123456.7, "kWh", "DF-202401-001"),
        (site, "", CARRIERS["natural_gas"].zh, month, month, 1860, "m3", "RQ-0117"),
        (site, "", CARRIERS["diesel"].zh, f"{month}-01", f"{month}-15", 420, "L", ""),
        (site, "", "R410A", month, month, 3.5, "kg", "充注单 12"),
    ]
