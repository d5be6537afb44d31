"""The hand-off of the quarterly review: the ESG result of each supplier for its SPE, as data, CSV or workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import xlsxwriter

from scorecards import queries
from scorecards.models import Edition
from suppliers.models import Enrolment, Supplier

SPE_COLUMNS = ("supplier", "name", "erp_code", "group", "total", "grade", "rank", "form", "value")
# A spreadsheet program takes text that begins like this for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def spe(edition: Edition, *, supplier: Supplier | None = None) -> dict[str, Any]:
    """The hand-off: `points` (share of SPE x total) or `multiplier` (base + slope x total / 100), as the buyer set."""
    buyer, rules = edition.buyer, edition.methodology.rules["spe"]["formulas"]
    erp = dict(
        Enrolment.objects.filter(buyer=buyer)
        .order_by("started_on", "id")
        .values_list("supplier_id", "erp_code")
    )
    rows = [
        {
            "supplier": card.supplier.code,
            "name": queries.supplier_name(card.supplier),
            "erp_code": erp.get(card.supplier_id, ""),
            "group": card.group,
            "total": card.total,
            "grade": card.grade,
            "rank": card.rank,
            "form": buyer.spe_form,
            "value": spe_value(card.total, buyer.spe_form, buyer.spe_share_percent, rules),
        }
        for card in queries.ranking(edition, supplier=supplier).prefetch_related(None)
    ]
    return {
        "label": edition.label,
        "number": edition.number,
        "form": buyer.spe_form,
        "share_percent": buyer.spe_share_percent if buyer.spe_form == "points" else None,
        "digest": edition.digest,
        "results": rows,
    }


def spe_value(
    total: Decimal | None, form: str, share_percent: Decimal, rules: Mapping[str, Any]
) -> Decimal | None:
    """SPE points to 0.01 or multiplier to 0.0001, half-up, from the rounded total; no total gives none."""
    if total is None:
        return None
    if form == "points":
        return (share_percent * total / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    part = rules["multiplier"]
    factor = Decimal(str(part["base"])) + Decimal(str(part["slope"])) * total / 100
    return factor.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """CSV for spreadsheet programs; text that looks like a formula is kept text."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_safe(row[name]) for name in columns])
    return target.getvalue()


def _safe(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value


def workbook(title: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """One sheet; numbers as numbers, text as text."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True})
        for place, name in enumerate(columns):
            sheet.write_string(0, place, name, bold)
        for line, row in enumerate(rows, start=1):
            for place, name in enumerate(columns):
                value = row[name]
                if isinstance(value, Decimal | float | int) and not isinstance(value, bool):
                    sheet.write_number(line, place, float(value))
                elif value is not None:
                    sheet.write_string(line, place, str(value))
        sheet.freeze_panes(1, 2)
        sheet.set_column(0, len(columns) - 1, 14)
    return target.getvalue()
