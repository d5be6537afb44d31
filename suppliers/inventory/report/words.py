"""What scopes, categories and gases are called, on pages and in reports."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from suppliers.inventory.models import Scope3

TOTALS: Mapping[str, str | Promise] = {
    "scope1": _("Scope 1"),
    "scope2_location": _("Scope 2, location-based"),
    "scope2_market": _("Scope 2, market-based"),
    "scope3": _("Scope 3"),
}
ISO: Mapping[str, str | Promise] = {
    "1": _("Category 1: direct emissions and removals"),
    "2": _("Category 2: indirect, imported energy"),
    "3": _("Category 3: indirect, transportation"),
    "4": _("Category 4: indirect, products used by the organisation"),
    "5": _("Category 5: indirect, use of the organisation's products"),
    "6": _("Category 6: indirect, other sources"),
}
CATEGORIES: Mapping[str, str | Promise] = {
    "stationary": _("Stationary combustion"),
    "mobile": _("Mobile combustion"),
    "fugitive": _("Refrigerants and extinguishers"),
    "process": _("Process emissions"),
    "purchased_electricity": _("Purchased electricity"),
    "purchased_heat": _("Purchased heat"),
    "beside": _("Beside the total"),
}


def category(code: str) -> str:
    kind, _mark, number = code.partition("_")
    if kind == "scope3" and number.isdigit() and int(number) in Scope3:
        return f"{number} {Scope3(int(number)).label}"
    return str(CATEGORIES.get(code, code))


def left_out(what: str) -> str:
    """An exclusion in the reader's words: `scope3:14` names a category, everything else is said freely."""
    kind, _mark, number = what.partition(":")
    if kind == "scope3" and number.isdigit() and int(number) in Scope3.values:
        return f"{TOTALS['scope3']}: {number} {Scope3(int(number)).label}"
    return what


def grade(letter: str) -> str:
    names = {
        "A": gettext("metered or invoiced"), "B": gettext("calculated from documents"),
        "C": gettext("estimated"), "D": gettext("screening factor or spend"),
    }  # fmt: skip
    return f"{letter} {names.get(letter, '')}".strip()
