"""Companies as a buyer names them, one or thousands: what is wrong with which cell, before anything is written."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import clock, credit_codes

MOST_ROWS = 5_000
MOST_INVITATIONS = 500  # each is a mail that goes out before the page answers
EARLIEST_START = dt.date(2000, 1, 1)
MOST_SPEND_CNY = Decimal("99999999999999.99")
LONGEST = {"name": 120, "name_en": 120, "erp_code": 40, "code": 40, "commodity": 40, "email": 254}
# A spreadsheet runs text that begins like this.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Entry:
    """One company and the terms it is enrolled on; None where the buyer said nothing."""

    name: str
    name_en: str = ""
    uscc: str = ""
    code: str = ""
    commodity: str = ""
    tier: int | None = None
    spend_cny: Decimal | None = None
    erp_code: str = ""
    email: str = ""
    starts_on: dt.date | None = None
    row: int | None = None

    @property
    def first_day(self) -> dt.date:
        return self.starts_on or clock.today()


@dataclass(frozen=True)
class Trouble:
    """What is wrong with one cell. `row` as the spreadsheet counts, `column` the field; codes are API."""

    code: str
    row: int | None
    column: str
    message: str | Promise
    value: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "severity": "error",
            "row": self.row,
            "column": self.column,
            "message": str(self.message),
        }


@dataclass
class Checking:
    """Collects troubles; `commodities` are the codes of the buyer's own program."""

    commodities: frozenset[str]
    troubles: list[Trouble] = field(default_factory=list)

    def say(self, entry: Entry, column: str, code: str, message: str | Promise) -> None:
        value = str(getattr(entry, column, "") or "")[:60]
        self.troubles.append(Trouble(code, entry.row, column, message, value))


def normal_uscc(text: str) -> str:
    """Without spaces and hyphens, in capitals, full-width letters and digits made plain."""
    return credit_codes.normal(text)


def troubles_in(entries: Sequence[Entry], commodities: Iterable[str]) -> list[Trouble]:
    """Every bad cell of every row, also where two rows name the same company."""
    checking = Checking(frozenset(commodities))
    for entry in entries:
        _texts(checking, entry)
        _terms(checking, entry)
    _duplicates(checking, entries)
    _limits(checking, entries)
    return sorted(checking.troubles, key=lambda one: one.row or 0)


def _texts(checking: Checking, entry: Entry) -> None:
    if not entry.name:
        checking.say(entry, "name", "enrolment.name", _("Every company needs its name."))
    for column in ("name", "name_en", "erp_code", "code", "commodity", "email"):
        text = getattr(entry, column)
        if len(text) > LONGEST[column]:
            checking.say(entry, column, "enrolment.text", _("This text is too long."))
        elif text.startswith(_FORMULA_STARTS) or any(unicodedata.category(one) == "Cc" for one in text):
            checking.say(
                entry,
                column,
                "enrolment.text",
                _("Text that a spreadsheet would run, or that cannot be kept."),
            )
    if entry.uscc and not credit_codes.is_valid(entry.uscc):
        checking.say(
            entry,
            "uscc",
            "enrolment.uscc",
            _("This is no unified social credit code: its check digit does not fit."),
        )
    if entry.email:
        try:
            validate_email(entry.email)
        except ValidationError:
            checking.say(entry, "email", "enrolment.email", _("This is no e-mail address."))


def _terms(checking: Checking, entry: Entry) -> None:
    if entry.commodity not in checking.commodities:
        sentence = _("Your program has no commodity with this code.")
        if not entry.commodity:
            sentence = _("Say which commodity the company delivers.")
        checking.say(entry, "commodity", "enrolment.commodity", sentence)
    if entry.tier is not None and not 1 <= entry.tier <= 9:
        checking.say(entry, "tier", "enrolment.tier", _("The tier is a whole number from 1 to 9."))
    if entry.spend_cny is not None and not 0 <= entry.spend_cny <= MOST_SPEND_CNY:
        checking.say(entry, "spend_cny", "enrolment.spend", _("The spend is a number of yuan, not below 0."))
    if entry.starts_on is not None and not EARLIEST_START <= entry.starts_on <= clock.today():
        checking.say(
            entry,
            "starts_on",
            "enrolment.start",
            _("An enrolment starts today or on an earlier day, from 2000 on."),
        )


def _duplicates(checking: Checking, entries: Sequence[Entry]) -> None:
    """The later of two rows is named. Namesakes are two companies only if both bring their own credit code."""
    seen: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        for column in ("uscc", "code", "name"):
            value = getattr(entry, column)
            if not value:
                continue
            first = seen.setdefault((column, value), entry)
            namesakes = column == "name" and first.uscc and entry.uscc and first.uscc != entry.uscc
            if first is not entry and not namesakes:
                sentence = _("Row %(row)s names the same company.") % {"row": first.row or "–"}
                checking.say(entry, column, "enrolment.duplicate", sentence)
                break


def _limits(checking: Checking, entries: Sequence[Entry]) -> None:
    if len(entries) > MOST_ROWS:
        sentence = _("At most %(most)s companies at a time.") % {"most": MOST_ROWS}
        checking.troubles.append(Trouble("enrolment.rows", None, "", sentence))
    if sum(bool(entry.email) for entry in entries) > MOST_INVITATIONS:
        sentence = _("At most %(most)s e-mail addresses at a time.") % {"most": MOST_INVITATIONS}
        checking.troubles.append(Trouble("enrolment.invitations", None, "email", sentence))
