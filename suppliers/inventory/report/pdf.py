"""The report as PDF. Words of the tenant reach typst as data and are never put together to markup."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst
from django.utils.translation import gettext as _

from suppliers.tenants.language import reads_chinese

from .content import Cell, Report

_TEMPLATE = Path(__file__).with_name("report.typ")
_FONTS = str(Path(pylopdf_fonts_zh_cn.sans_path()).parent)


def pdf(report: Report) -> bytes:
    said = {
        "language": "zh" if reads_chinese() else "en",
        "title": report.title,
        "company": report.company,
        "period": report.period,
        "version": report.version,
        "digest": report.digest,
        "standard": _("By the reporting contents of ISO 14064-1:2018"),
        "chapters": [
            {
                "title": chapter.title,
                "facts": [list(fact) for fact in chapter.facts],
                "note": chapter.note,
                "tables": [
                    {
                        "columns": table.columns,
                        "rows": [[_shown(cell) for cell in row] for row in table.rows],
                        "numbers": [_is_number(table.rows, place) for place in range(len(table.columns))],
                    }
                    for table in chapter.tables
                ],
            }
            for chapter in report.chapters
        ],
    }
    made: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(said, ensure_ascii=False)},
    )
    return made


def _shown(cell: Cell) -> str:
    """Figures to three decimals of a tonne: kilograms; the workbook has every digit."""
    if cell is None:
        return "–"
    # Three places in every row, so that the points stand below one another.
    return f"{cell.quantize(Decimal('0.001'), ROUND_HALF_UP):,f}" if isinstance(cell, Decimal) else cell


def _is_number(rows: list[list[Cell]], place: int) -> bool:
    return any(isinstance(row[place], Decimal) for row in rows)
