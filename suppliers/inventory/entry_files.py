"""Many entries in one CSV: every bad line is listed, and nothing enters unless all of them can."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from suppliers.calc import mass_balance
from suppliers.sites.models import Site
from suppliers.tenants.models import Supplier
from suppliers.tenants.refusals import Refusal

from . import entry_queries
from .entries import Given, checked
from .models import EntryKind, InventoryEntry

LIMIT_BYTES, LIMIT_LINES = 2 * 1024 * 1024, 2000
COLUMNS = (
    "year", "month", "kind", "category", "description", "quantity", "unit", "factor", "own_factor", "rate",
    "rate_source", "gas", *mass_balance.PARTS, "data_quality", "site", "document",
)  # fmt: skip
_CHINESE = {
    "年份": "year", "月份": "month", "类型": "kind", "类别": "category", "内容": "description", "数量": "quantity",
    "单位": "unit",
    "因子": "factor", "自有因子": "own_factor", "汇率": "rate", "汇率来源": "rate_source", "气体": "gas", "期初": "opening",
    "购入": "bought", "退回": "returned", "期末": "closing", "容量增加": "capacity_increase", "数据质量": "data_quality",
    "厂区": "site", "单据号": "document",
}  # fmt: skip


@dataclass(frozen=True)
class Trouble:
    line: int
    code: str
    message: str | Promise


@dataclass
class Read:
    entries: list[InventoryEntry] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)


def read(*, supplier: Supplier, content: bytes) -> Read:
    """The entries of a file, none of them written, and what is wrong with it, line by line."""
    found = Read()
    if len(content) > LIMIT_BYTES:
        found.troubles.append(Trouble(0, "entry.file", _("The file is larger than 2 MB.")))
        return found
    try:
        lines = list(csv.reader(io.StringIO(_text(content)), strict=True))
    except (csv.Error, UnicodeDecodeError):
        found.troubles.append(Trouble(0, "entry.file", _("This file cannot be read as CSV.")))
        return found
    header = [_column(name) for name in lines[0]] if lines else []
    missing = {"year", "kind", "description"} - set(header)
    if missing or len(set(header)) != len(header) or len(lines) - 1 > LIMIT_LINES:
        words = _(
            "The first line names each column once, with year, kind and description among them; "
            "2,000 lines at most."
        )
        found.troubles.append(Trouble(1, "entry.file", words))
        return found
    known = _Known(supplier)
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
            found.entries.append(checked(supplier=supplier, given=known.given(row)))
        except Refusal as refusal:
            found.troubles.append(Trouble(number, refusal.code, refusal.message))
    if not found.entries and not found.troubles:
        found.troubles.append(Trouble(1, "entry.file", _("The file holds no entries.")))
    return found


def template() -> str:
    """The first line of a file, for a start."""
    return ",".join(COLUMNS) + "\r\n"


class _Known:
    """Factors and sites that lines may name, read once."""

    def __init__(self, supplier: Supplier) -> None:
        self.factors = {factor.code: factor for factor in entry_queries.factors_for(EntryKind.SCOPE3)}
        self.own = {own.code: own for own in entry_queries.own_factors_for(supplier)}
        self.sites = {site.code: site for site in Site.objects.filter(supplier=supplier)}

    def given(self, row: Mapping[str, str]) -> Given:
        def cell(name: str) -> str:
            return row.get(name, "")

        return Given(
            year=_whole(cell("year"), "year") or 0,
            month=_whole(cell("month"), "month"),
            kind=_kind(cell("kind")),
            scope3_category=_whole(cell("category"), "category"),
            description=cell("description"),
            quantity=_number(cell("quantity"), "quantity"),
            unit=cell("unit"),
            factor=_of(self.factors, cell("factor"), "factor"),
            own_factor=_of(self.own, cell("own_factor"), "factor"),
            rate=_number(cell("rate"), "rate"),
            rate_source=cell("rate_source"),
            gas=cell("gas"),
            parts={name: _number(cell(name), "balance") for name in mass_balance.PARTS},
            data_quality=cell("data_quality").upper(),
            site=_of(self.sites, cell("site"), "site"),
            document=cell("document"),
        )


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _column(name: str) -> str:
    plain = name.strip().lower()
    return _CHINESE.get(plain, plain)


def _kind(text: str) -> str:
    by_label = {str(kind.label): str(kind) for kind in EntryKind}
    return by_label.get(text, text.lower())


def _of(known: Mapping[str, Any], code: str, what: str) -> Any:
    if not code:
        return None
    if code not in known:
        raise Refusal(f"entry.{what}", _("%(code)s is not known here.") % {"code": code}, status=422)
    return known[code]


def _number(text: str, what: str) -> Decimal | None:
    if not text:
        return None
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise Refusal(f"entry.{what}", _("%(text)s is not a number.") % {"text": text[:40]}, status=422)
    return number


def _whole(text: str, what: str) -> int | None:
    number = _number(text, what)
    if number is None:
        return None
    if number != number.to_integral_value() or abs(number) > 9999:
        raise Refusal(f"entry.{what}", _("%(text)s is not a whole number.") % {"text": text[:40]}, status=422)
    return int(number)
