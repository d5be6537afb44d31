"""What must hold between the values of one thing handed in. Pages and API ask here; the database has the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from suppliers.tenants.refusals import Refusal

from . import instruments
from .models import CredentialKind, CredentialLevel

Trouble = tuple[str, str | Promise]

_L = CredentialLevel
LEVELS: dict[str, frozenset[str]] = {
    CredentialKind.ECOVADIS: frozenset(
        {_L.PLATINUM, _L.GOLD, _L.SILVER, _L.BRONZE, _L.COMMITTED, _L.FAST_MOVER}
    ),
    CredentialKind.RBA_VAP: frozenset({_L.PLATINUM, _L.GOLD, _L.SILVER, _L.OTHER}),
    CredentialKind.ISO_14064: frozenset({_L.LIMITED, _L.REASONABLE}),
}
HIGHEST_SCORE: dict[str, int] = {CredentialKind.ECOVADIS: 100, CredentialKind.RBA_VAP: 200}
_CERTIFICATES = (CredentialKind.ISO_14001, CredentialKind.ISO_45001, CredentialKind.ISO_50001)
_EARLIEST_YEAR, _LATEST_TARGET_YEAR = 1990, 2100


def credential(values: Mapping[str, Any], today: dt.date) -> list[Trouble]:
    kind, level, score = values.get("kind"), values.get("level") or "", values.get("score")
    issued, expires = values.get("issued_on"), values.get("expires_on")
    troubles: list[Trouble] = []
    if issued and issued > today:
        troubles.append(("issued_on", _("This day has not come yet.")))
    if issued and expires and expires < issued:
        troubles.append(("expires_on", _("It expires before it was issued.")))
    if level and level not in LEVELS.get(str(kind), frozenset()):
        troubles.append(("level", _("This level does not belong to this kind.")))
    if score is not None and not 0 <= score <= HIGHEST_SCORE.get(str(kind), 200):
        troubles.append(("score", _("The score is outside the scale: EcoVadis 0–100, VAP 0–200.")))
    if kind == CredentialKind.ECOVADIS and score is None and not values.get("handed_in_on"):
        troubles.append(("score", _("Enter the score, or the day the assessment was handed in.")))
    if kind in _CERTIFICATES and not (issued and expires):
        troubles.append(("expires_on", _("A certificate needs the day of issue and of expiry.")))
    if kind == CredentialKind.ISO_14064 and not level:
        troubles.append(("level", _("Say whether the assurance is limited or reasonable.")))
    if kind == CredentialKind.ISO_14064 and not values.get("period_end"):
        troubles.append(("period_end", _("Say until which day the statement covers.")))
    return troubles


def target(values: Mapping[str, Any], today: dt.date) -> list[Trouble]:
    base, goal, percent = values.get("base_year"), values.get("target_year"), values.get("reduction_percent")
    troubles: list[Trouble] = []
    if base is not None and not _EARLIEST_YEAR <= base <= today.year:
        troubles.append(("base_year", _("The base year lies between 1990 and this year.")))
    if goal is not None and goal > _LATEST_TARGET_YEAR:
        troubles.append(("target_year", _("This year is too far away.")))
    if base is not None and goal is not None and goal <= base:
        troubles.append(("target_year", _("The target year comes after the base year.")))
    if percent is not None and not 0 < percent <= 100:
        troubles.append(("reduction_percent", _("Between 0 and 100 per cent, please.")))
    if values.get("is_public") and not values.get("public_url"):
        troubles.append(("public_url", _("Where can the public read it?")))
    return troubles


def training(values: Mapping[str, Any], today: dt.date) -> list[Trouble]:
    required, completed, passed = (
        values.get(name) for name in ("required_people", "completed_people", "passed_people")
    )
    troubles: list[Trouble] = []
    if values.get("held_on") and values["held_on"] > today:
        troubles.append(("held_on", _("This day has not come yet.")))
    if required == 0:
        troubles.append(("required_people", _("At least one person must be required to attend.")))
    if required is not None and completed is not None and completed > required:
        troubles.append(("completed_people", _("More people than were required.")))
    if completed is not None and passed is not None and passed > completed:
        troubles.append(("passed_people", _("More people than completed.")))
    return troubles


def instrument(values: Mapping[str, Any], today: dt.date) -> list[Trouble]:
    year, kwh = values.get("year"), values.get("kwh")
    troubles: list[Trouble] = []
    if year is not None and not 2000 <= year <= today.year:
        troubles.append(("year", _("Between 2000 and this year, please.")))
    if kwh is not None and kwh <= 0:
        troubles.append(("kwh", _("More than zero, please.")))
    if bool(values.get("serial_from")) != bool(values.get("serial_to")):
        troubles.append(("serial_to", _("Give the first and the last serial number.")))
    return troubles


def instrument_serials(values: Mapping[str, Any]) -> list[Trouble]:
    """Whether the serial numbers are a range, and as many as the kWh say; a form shows it beside the field."""
    first, last, kwh = values.get("serial_from") or "", values.get("serial_to") or "", values.get("kwh")
    if not (first and last) or kwh is None:
        return []
    try:
        instruments.check(str(values.get("kind") or ""), kwh, first, last)
    except Refusal as refusal:
        return [("serial_to", str(refusal.message))]
    return []


def output(values: Mapping[str, Any], today: dt.date) -> list[Trouble]:
    start, end, value = values.get("start"), values.get("end"), values.get("value")
    troubles: list[Trouble] = []
    if start and end and end < start:
        troubles.append(("end", _("The end lies before the start.")))
    if end and end > today:
        troubles.append(("end", _("This period has not ended yet.")))
    if value is not None and value <= 0:
        troubles.append(("value", _("More than zero, please.")))
    return troubles
