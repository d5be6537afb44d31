"""How figures are written on pages. Stored in base units, read in the units of the reader's language.

A figure to read has at most four significant figures; the exact value stands in the title. Missing is a dash, never 0.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from suppliers.calc.carriers import CARRIERS
from suppliers.factors import regions
from suppliers.tenants.language import reads_chinese

register = template.Library()

MISSING = "–"
SIGNIFICANT_FIGURES = 4
KG_PER_TONNE = Decimal(1000)
KWH_PER_WAN = Decimal(10000)
KWH_PER_MWH = Decimal(1000)


def _decimal(value: Any) -> Decimal | None:
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def exact_text(number: Decimal) -> str:
    """Every digit, thousands separated, no trailing zeros."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def short_text(number: Decimal, figures: int = SIGNIFICANT_FIGURES) -> str:
    """At most `figures` significant figures, thousands separated; whole digits are never dropped."""
    if number == 0:
        return "0"
    places = max(figures - 1 - number.adjusted(), 0)
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return exact_text(rounded)


def _figure(number: Decimal, unit: str) -> SafeString:
    exact = exact_text(number)
    title = f"{exact} {unit}".strip()
    shown = short_text(number)
    if not unit:
        return format_html('<data value="{}" title="{}">{}</data>', number, title, shown)
    return format_html(
        '<data value="{}" title="{}">{} <span class="unit">{}</span></data>', number, title, shown, unit
    )


@register.filter
def quantity(value: Any, unit: str = "") -> str:
    """A value with its unit: `{{ record.quantity|quantity:record.unit }}`."""
    number = _decimal(value)
    return MISSING if number is None else _figure(number, unit)


@register.filter
def exact(value: Any) -> str:
    """Every digit, thousands separated: for records and traces, where nothing may be rounded away."""
    number = _decimal(value)
    return MISSING if number is None else exact_text(number)


@register.filter
def as_said(value: Any) -> str:
    """Thousands separated, and the last zeros kept: for figures that were signed as they stand."""
    number = _decimal(value)
    return MISSING if number is None else f"{number:,f}"


@register.filter
def tonnes(value_kg: Any) -> str:
    """Kilograms as tonnes with the unit of the language."""
    number = _decimal(value_kg)
    return MISSING if number is None else _figure(number / KG_PER_TONNE, "吨" if reads_chinese() else "t")


@register.filter
def tonnes_number(value_kg: Any) -> str:
    """Kilograms as tonnes without a unit: for columns that carry it in the header."""
    number = _decimal(value_kg)
    return MISSING if number is None else _figure(number / KG_PER_TONNE, "")


@register.filter
def kwh(value_kwh: Any) -> str:
    """kWh as 万度 in Chinese and MWh in English."""
    number = _decimal(value_kwh)
    if number is None:
        return MISSING
    return _figure(number / KWH_PER_WAN, "万度") if reads_chinese() else _figure(number / KWH_PER_MWH, "MWh")


@register.filter
def percent(value: Any, places: int = 1) -> str:
    """A number that already is per cent, with at most `places` decimals."""
    number = _decimal(value)
    if number is None:
        return MISSING
    return f"{exact_text(number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))} %"


@register.filter
def share_percent(value: Any, places: int = 1) -> str:
    """A share 0..1 as per cent."""
    number = _decimal(value)
    return MISSING if number is None else percent(number * 100, places)


@register.filter
def signed(value: Any, places: int = 1) -> str:
    """A difference with its sign: +3.2, −0.5, 0."""
    number = _decimal(value)
    if number is None:
        return MISSING
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return f"{sign}{exact_text(abs(rounded))}"


@register.filter
def points(value: Any) -> str:
    """Points and totals: one decimal, always shown."""
    number = _decimal(value)
    return MISSING if number is None else f"{number.quantize(Decimal('0.1'), rounding=ROUND_HALF_UP):,f}"


@register.filter
def named(item: Any) -> str:
    """The name of a thing in the reader's language: `name` in Chinese, `name_en` in English where there is one."""
    if item is None:
        return MISSING
    other = getattr(item, "name_en", "")
    return str(other if other and not reads_chinese() else getattr(item, "name", item))


@register.filter
def month_label(value: Any) -> str:
    """2024年3月 in Chinese, 2024-03 in English; takes a date or text like 2024-03."""
    if value in (None, ""):
        return MISSING
    year, month = (
        (value.year, value.month) if isinstance(value, dt.date) else map(int, str(value).split("-")[:2])
    )
    return f"{year}年{month}月" if reads_chinese() else f"{year}-{month:02d}"


@register.filter
def date_iso(value: dt.date | dt.datetime | None) -> str:
    if value is None or value == "":
        return MISSING
    if isinstance(value, dt.datetime):
        value = (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value.isoformat()


@register.filter
def file_size(value: Any) -> str:
    """Bytes as KB or MB, as file managers show them."""
    number = _decimal(value)
    if number is None:
        return MISSING
    if number < 1_000_000:
        return f"{short_text(max(number / 1000, Decimal('0.1')), 3)} KB"
    return f"{short_text(number / 1_000_000, 3)} MB"


@register.filter
def beside(cells: Iterable[Any], columns: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Pairs of (column, cell) of a table's row."""
    return zip(columns, cells, strict=False)


@register.filter
def carrier_name(code: Any) -> str:
    """Name of an energy carrier in the reader's language; the code itself where it is unknown."""
    carrier = CARRIERS.get(str(code))
    if carrier is None:
        return str(code)
    return carrier.zh if reads_chinese() else carrier.en


@register.filter
def base_unit(code: Any) -> str:
    """The unit in which quantities of a carrier are stored."""
    carrier = CARRIERS.get(str(code))
    return "" if carrier is None else carrier.base_unit.replace("m3", "m³")


@register.filter
def region_name(code: Any) -> str:
    return regions.name(str(code), get_language() or "")
