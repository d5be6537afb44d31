"""How indicators, states and reasons are called and coloured on pages. Names come from the methodology."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from scorecards.calc import measured
from scorecards.calc.methodology import IDS
from scorecards.models import EditionState, Methodology
from suppliers.templatetags.greenlink import points as points_text

STATES: Mapping[str, tuple[str | Promise, str]] = {
    measured.SCORED: (gettext_lazy("scored"), "good"),
    measured.PENDING: (gettext_lazy("waiting for review"), "info"),
    measured.EXPIRED_GRACE: (gettext_lazy("expired, in grace"), "warn"),
    measured.EXPIRED: (gettext_lazy("expired"), "bad"),
    measured.MISSING: (gettext_lazy("missing"), "bad"),
    measured.NOT_APPLICABLE: (gettext_lazy("not applicable"), ""),
    measured.DISPUTED: (gettext_lazy("disputed"), "warn"),
}

EDITION_TONES: Mapping[str, str] = {
    EditionState.OPEN: "info",
    EditionState.COMPUTED: "accent",
    EditionState.LOCKED: "warn",
    EditionState.PUBLISHED: "good",
}

DIMENSIONS: Mapping[str, str | Promise] = {
    "E": gettext_lazy("Environment"),
    "S": gettext_lazy("Social"),
    "G": gettext_lazy("Governance"),
}

UNRANKED: Mapping[str, str | Promise] = {
    "gate": gettext_lazy(
        "Serious finding open, or closed less than two quarters ago: graded D at most, not ranked"
    ),
    "not_applicable": gettext_lazy("Too many indicators do not apply: less than 70 % of the weight is left"),
}

# lower limits of points for the five depths of a heat cell; nothing to show is depth 0
_DEPTHS = (20, 40, 60, 80)


def language() -> str:
    """ "zh" or "en": the two languages sentences and names are kept in."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def indicator_names(methodology: Methodology) -> dict[str, str]:
    """I1 … I8 with the names this version of the methodology gives them."""
    named = {part["id"]: str(part["names"][language()]) for part in methodology.rules.get("indicators", [])}
    return {code: named.get(code, code) for code in IDS}


def state_word(state: str) -> str:
    return str(STATES[state][0]) if state in STATES else state


def state_tone(state: str) -> str:
    return STATES[state][1] if state in STATES else ""


def unranked_word(reason: str) -> str:
    return str(UNRANKED.get(reason, reason)) if reason else _("Not ranked")


def depth(points: float | None, state: str) -> int:
    """0 where there are no points to show, else 1 (few) to 5 (many)."""
    if points is None or state in (measured.MISSING, measured.EXPIRED, measured.NOT_APPLICABLE):
        return 0
    return 1 + sum(points >= limit for limit in _DEPTHS)


def heat_cells(values: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Eight cells: code, depth, the points as a whole number, and the sentence that is read out or hovered."""
    cells = []
    for code in IDS:
        value = values.get(code)
        points = getattr(value, "points", None)
        state = getattr(value, "state", measured.MISSING)
        shown = state_word(state) if points is None else points_text(points)
        name = f"{names[code]}: {shown}"
        if points is not None and state != measured.SCORED:
            name = f"{name} ({state_word(state)})"
        level = depth(points, state)
        short = f"{points:.0f}" if level else "–"
        cells.append({"code": code, "level": level, "short": short, "name": name})
    return cells
