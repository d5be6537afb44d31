"""A warning in words of the reader's language, made from its data when it is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from suppliers.calc.carriers import CARRIERS
from suppliers.disclosure.models import CredentialKind
from suppliers.notices.models import EarlyWarning, WarningKind
from suppliers.tenants import clock

_KG_PER_T = Decimal(1000)


def reason(warning: EarlyWarning) -> str:
    """One sentence; the plain word of the kind where the data do not suffice for one."""
    try:
        return _SENTENCES[warning.kind](warning.data)
    except (KeyError, InvalidOperation, TypeError, ValueError):
        return str(warning.get_kind_display())


def figures(warning: EarlyWarning) -> list[tuple[str, str]]:
    """The data that prove it, as (name, value)."""
    try:
        return _FIGURES[warning.kind](warning.data)
    except (KeyError, InvalidOperation, TypeError, ValueError):
        return []


# What the number of a rule means.
THRESHOLD_WORDS: dict[str, str | Promise] = {
    WarningKind.INTENSITY_UP: gettext_lazy("% above the same months a year before"),
    WarningKind.OFF_TARGET: gettext_lazy("% above the target line"),
    WarningKind.MISSING_MONTH: gettext_lazy("days after the end of the month"),
    WarningKind.BILL_OUTLIER: gettext_lazy("modified z-score"),
    WarningKind.EXPIRY: gettext_lazy("days before the end"),
}


def _intensity_up(data: dict[str, Any]) -> str:
    return _("Emissions per output (%(unit)s) are %(percent)s %% up against the same months of %(year)s.") % {
        "unit": data["unit"],
        "percent": number(data["change_percent"]),
        "year": data["year"] - 1,
    }


def _off_target(data: dict[str, Any]) -> str:
    return _("%(year)s: %(now)s t CO2e, and the way to the target of %(target_year)s allows %(line)s t.") % {
        "year": data["year"],
        "now": _tonnes(data["now"]),
        "target_year": data["target_year"],
        "line": _tonnes(data["line"]),
    }


def _missing_month(data: dict[str, Any]) -> str:
    months = data["months"]
    sentence = ngettext(
        "%(site)s has no data of %(carrier)s for %(months)s.",
        "%(site)s has no data of %(carrier)s for %(count)s months: %(months)s.",
        len(months),
    )
    shown = months[0] if len(months) == 1 else f"{months[0]} – {months[-1]}"
    return sentence % {
        "site": data["site"],
        "carrier": _carrier(data["carrier"]),
        "count": len(months),
        "months": shown,
    }


def _bill_outlier(data: dict[str, Any]) -> str:
    higher = Decimal(data["per_day"]) > Decimal(data["usual"])
    sentence = (
        _(
            "%(carrier)s at %(site)s from %(start)s: %(per_day)s %(unit)s a day, far above the usual %(usual)s."
        )
        if higher
        else _(
            "%(carrier)s at %(site)s from %(start)s: %(per_day)s %(unit)s a day, far below the usual %(usual)s."
        )
    )
    return sentence % {
        "carrier": _carrier(data["carrier"]),
        "site": "/".join(part for part in (data["site"], data["meter"]) if part),
        "start": data["start"],
        "per_day": number(data["per_day"]),
        "unit": CARRIERS[data["carrier"]].base_unit,
        "usual": number(data["usual"]),
    }


def _factor_outdated(data: dict[str, Any]) -> str:
    return _(
        "%(year)s, %(carriers)s: %(code)s was used, and the newer %(new_code)s is on file. "
        "It would change %(now)s t to %(after)s t."
    ) % {
        "year": data["year"],
        "carriers": ", ".join(_carrier(code) for code in data["carriers"]),
        "code": data["code"],
        "new_code": data["new_code"],
        "now": _tonnes(data["now"]),
        "after": _tonnes(data["after"]),
    }


def _expiry(data: dict[str, Any]) -> str:
    what = str(CredentialKind(data["kind"]).label)
    if "statement" in data:
        what = _("Verification statement %(number)s") % {"number": data["number"]}
    words = {"what": what, "day": data["expires_on"], "step": data["step"]}
    if data["step"] == 0:
        return _("%(what)s was valid until %(day)s.") % words
    return _("%(what)s is valid until %(day)s: %(step)s days or fewer are left.") % words


_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    WarningKind.INTENSITY_UP: _intensity_up,
    WarningKind.OFF_TARGET: _off_target,
    WarningKind.MISSING_MONTH: _missing_month,
    WarningKind.BILL_OUTLIER: _bill_outlier,
    WarningKind.FACTOR_OUTDATED: _factor_outdated,
    WarningKind.EXPIRY: _expiry,
}


def _intensity_figures(data: dict[str, Any]) -> list[tuple[str, str]]:
    unit = f"kgCO2e/{data['unit']}"
    return [
        (str(data["year"]), f"{number(data['now'])} {unit}"),
        (str(data["year"] - 1), f"{number(data['before'])} {unit}"),
        (_("Months compared"), ", ".join(str(month) for month in data["months"])),
        (_("Sites compared"), ", ".join(data["sites"])),
        (_("Allowed"), f"+{number(data['threshold'])} %"),
    ]


def _target_figures(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (str(data["base_year"]), f"{_tonnes(data['base'])} t"),
        (str(data["year"]), f"{_tonnes(data['now'])} t"),
        (pgettext("of a target", "Line"), f"{_tonnes(data['line'])} t"),
        (str(data["target_year"]), f"−{number(data['reduction_percent'])} %"),
    ]


def _month_figures(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(_("Months missing"), ", ".join(data["months"]))]


def _bill_figures(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (pgettext("of a bill", "Period"), f"{data['start']} – {data['end']}"),
        *([(_("Same month before"), data["same_month"])] if "same_month" in data else []),
        (_("Modified z-score"), number(data["z"])),
        *([(_("Values compared"), str(data["values"]))] if data["values"] else []),
    ]


def _factor_figures(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(pgettext("of factors", "Regions"), ", ".join(data["regions"]))]


def _expiry_figures(data: dict[str, Any]) -> list[tuple[str, str]]:
    left = (dt.date.fromisoformat(data["expires_on"]) - clock.today()).days
    return [(_("Days left"), str(left))]


_FIGURES: dict[str, Callable[[dict[str, Any]], list[tuple[str, str]]]] = {
    WarningKind.INTENSITY_UP: _intensity_figures,
    WarningKind.OFF_TARGET: _target_figures,
    WarningKind.MISSING_MONTH: _month_figures,
    WarningKind.BILL_OUTLIER: _bill_figures,
    WarningKind.FACTOR_OUTDATED: _factor_figures,
    WarningKind.EXPIRY: _expiry_figures,
}


def number(value: Any) -> str:
    """A figure at four significant digits, its thousands apart and no idle zeros."""
    figure = Decimal(str(value))
    digits = max(0, 3 - figure.adjusted()) if figure else 0
    text = f"{figure:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _tonnes(kilograms: Any) -> str:
    return number(Decimal(str(kilograms)) / _KG_PER_T)


def _carrier(code: str) -> str:
    carrier = CARRIERS.get(code)
    return carrier.name(get_language() or "") if carrier else code
