"""EcoVadis ratings: the one that stands today, and the one a year before it, which was lower."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from suppliers.models import Credential

from .companies import Company
from .handing import DAY, YEAR, Handing, handed_in, years_later

MEDAL_SCORES = {
    "gold": (76, 82),
    "silver": (68, 74),
    "bronze": (59, 66),
    "committed": (46, 55),
    "fast_mover": (36, 44),
}
# Ratings that end soon, so that the steps of 7, 30, 60 and 90 days before the end all show.
_RATED_ON = {
    "SHENGLI": dt.date(2024, 3, 6),
    "NUWA": dt.date(2024, 2, 16),
    "HUAXU": dt.date(2024, 4, 4),
    "GANJIANG": dt.date(2024, 5, 6),
    "MOYE": dt.date(2024, 2, 24),
    "DIANMU": dt.date(2025, 1, 14),
    "WUYOU": dt.date(2025, 1, 20),
}
# Whose rating of the year before had ended by the end of 2024: one was being reassessed, one was not.
_RATED_BEFORE_ON = {"DIANMU": dt.date(2023, 11, 20), "WUYOU": dt.date(2023, 10, 9)}
_REASSESSED = {"DIANMU": dt.date(2024, 11, 25)}


def rating(company: Company) -> tuple[dt.date, int, int]:
    """Day, score and lowest theme of the rating that stands today."""
    dice = company.dice("ecovadis")
    day = _RATED_ON.get(company.code, dt.date(2024, 3, 1) + dice.randint(0, 290) * DAY)
    if company.medal:
        low, high = MEDAL_SCORES[company.medal]
        score = dice.randint(low, high)
        return day, score, max(score - dice.randint(6, 14), 30)
    # No medal: a low score, or a fair one with a theme below 30.
    score = dice.choice([24, 27, 29, 31, 33, 48])
    return day, score, min(score - 4, 28)


def rating_fields(company: Company, *, now: bool) -> dict[str, Any]:
    """The rating of 2024, or the one a year before it, which was lower."""
    day, score, theme = rating(company)
    medal = company.medal
    if not now:
        dice = company.dice("ecovadis before")
        day = _RATED_BEFORE_ON.get(company.code, day - YEAR + dice.randint(2, 20) * DAY)
        score -= dice.randint(4, 9)
        theme = max(min(theme, score - 6), 16)
        medal = _medal(score, theme)
    expires = years_later(day, 1)
    return {
        "kind": "ecovadis",
        "level": medal,
        "score": Decimal(score),
        "lowest_theme": Decimal(theme),
        "issued_on": day,
        "expires_on": expires,
        "issuer": "EcoVadis",
        "scope_entity": company.name,
        "number": f"EV-DEMO-{company.number:03d}-{day:%y%m}",
    }


def _medal(score: int, theme: int) -> str:
    if theme < 30:
        return ""
    if score >= 76:
        return "gold"
    if score >= 67:
        return "silver"
    return "bronze" if score >= 58 else "committed" if score >= 45 else ""


def ratings(company: Company) -> Iterator[Handing]:
    for now in (False, True):
        fields = rating_fields(company, now=now)
        day = fields["issued_on"] + company.dice("ev day", now).randint(2, 8) * DAY
        yield handed_in(
            company, Credential, fields, day, "EcoVadis scorecard", f"Overall score {fields['score']}"
        )
    if company.code in _REASSESSED:
        day = _REASSESSED[company.code]
        yield handed_in(
            company, Credential, {"kind": "ecovadis", "handed_in_on": day, "issuer": "EcoVadis"}, day
        )
