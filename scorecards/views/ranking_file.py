"""The ranking as a workbook: exactly the rows that were filtered, in their order, with every figure exact."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from scorecards.calc.methodology import IDS
from scorecards.models import Edition, Scorecard
from suppliers.templatetags.greenlink import named

from . import wording

_WIDTHS = (8, 8, 10, 14, 30, 16, 8, 8, 8, 14, 12, 12, 30)


def workbook(edition: Edition, cards: Sequence[Scorecard], commodities: dict[str, str]) -> bytes:
    """`cards` with supplier and indicators loaded. Text is written as text, never as a formula."""
    target = io.BytesIO()
    names = wording.indicator_names(edition.methodology)
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet(f"{_('Ranking')} {edition.label}"[:31])
        head = book.add_format(
            {"bold": True, "bg_color": "#E2F2EC", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        tenth = book.add_format({"num_format": "0.0"})
        for column, title in enumerate(_titles(names)):
            sheet.write_string(0, column, title, head)
        for line, card in enumerate(cards, start=1):
            for column, value in enumerate(_line(card, commodities)):
                _write(sheet, line, column, value, tenth)
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.set_column(len(_WIDTHS), len(_WIDTHS) + 2 * len(IDS) - 1, 13)
        sheet.freeze_panes(1, 5)
        sheet.autofilter(0, 0, max(len(cards), 1), len(_WIDTHS) + 2 * len(IDS) - 1)
        _about(book, edition)
    return target.getvalue()


def _titles(names: dict[str, str]) -> list[str]:
    plain = [
        _("Rank"),
        _("Change"),
        _("Previous rank"),
        _("Code"),
        _("Supplier"),
        _("Commodity"),
        _("Size"),
        _("Total"),
        _("Grade"),
        _("Rank in group"),
        _("Coverage, %"),
        _("Verified, %"),
        _("Why unranked"),
    ]
    return plain + [text for code in IDS for text in (f"{code} {names[code]}", f"{code} {_('state')}")]


def _line(card: Scorecard, commodities: dict[str, str]) -> list[Any]:
    values = {value.indicator: value for value in card.indicators.all()}
    plain = [
        card.rank,
        card.rank_change,
        card.previous_rank,
        card.supplier.code,
        named(card.supplier),
        commodities.get(card.commodity, card.commodity),
        card.size_band,
        card.total,
        card.grade,
        card.group_rank,
        card.coverage_percent,
        card.verified_percent,
        wording.unranked_word(card.unranked_reason) if card.rank is None else "",
    ]
    for code in IDS:
        value = values.get(code)
        plain += [getattr(value, "points", None), wording.state_word(getattr(value, "state", ""))]
    return plain


def _write(sheet: Any, line: int, column: int, value: Any, tenth: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, Decimal | float):
        sheet.write_number(line, column, float(value), tenth)
    elif isinstance(value, int):
        sheet.write_number(line, column, value)
    else:
        sheet.write_string(line, column, str(value))


def _about(book: Any, edition: Edition) -> None:
    sheet = book.add_worksheet(_("About"))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 70)
    lines = [
        (_("Quarter"), f"{edition.label} ({edition.first_day} – {edition.last_day})"),
        (_("Edition number"), str(edition.number)),
        (_("State"), str(edition.get_state_display())),
        (_("Methodology"), edition.methodology.code),
        (_("Digest"), edition.digest or "–"),
    ]
    for line, (name, value) in enumerate(lines):
        sheet.write_string(line, 0, name)
        sheet.write_string(line, 1, value)
