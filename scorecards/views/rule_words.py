"""The rules of a methodology version as sentences and small tables. Unknown keys show as they stand in the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Words = Mapping[str, str | Promise]

# what the keys of point tables mean
POINT_WORDS: Words = {
    "platinum": gettext_lazy("RBA VAP platinum"),
    "gold": gettext_lazy("RBA VAP gold"),
    "silver": gettext_lazy("RBA VAP silver"),
    "other": gettext_lazy("another valid RBA VAP"),
    "iso_14001": "ISO 14001",
    "iso_45001": "ISO 45001",
    "iso_50001": "ISO 50001",
    "none": gettext_lazy("no target"),
    "internal": gettext_lazy("internal target"),
    "public": gettext_lazy("public, with base and target year"),
    "public_progress": gettext_lazy("public, with yearly public progress"),
    "sbti_committed": gettext_lazy("SBTi committed"),
    "sbti_validated": gettext_lazy("SBTi validated"),
    "sbti_on_line": gettext_lazy("SBTi validated, progress on or ahead of the line"),
    "sbti_lapsed_public": gettext_lazy("SBTi lapsed, target still public"),
    "sbti_lapsed_internal": gettext_lazy("SBTi lapsed, target no longer public"),
    "target_year_past": gettext_lazy("target year is past"),
    "on_time": gettext_lazy("handed in on time"),
    "complete": gettext_lazy("complete"),
    "evidenced": gettext_lazy("with evidence"),
    "metered": gettext_lazy("share of kWh that is metered"),
    "limited": gettext_lazy("ISO 14064-1, limited assurance"),
    "reasonable": gettext_lazy("ISO 14064-1, reasonable assurance"),
    "scope3_inside": gettext_lazy("scope 3 (1, 3, 4) inside the statement, on top"),
    "lead": gettext_lazy("lead"),
    "audit": gettext_lazy("energy audit"),
    "feasible": gettext_lazy("found feasible"),
    "contracted": gettext_lazy("contracted"),
    "plan_registered": gettext_lazy("M&V plan registered"),
    "building": gettext_lazy("being built"),
    "commissioned": gettext_lazy("commissioned"),
    "operating": gettext_lazy("operating"),
    "closed": gettext_lazy("closed"),
    "dropped": gettext_lazy("dropped"),
    "completion": gettext_lazy("required people who completed (share × points)"),
    "pass_rate": gettext_lazy("pass rate (share × points)"),
    "cascade": gettext_lazy("passed on to own suppliers"),
}

_CURVE_NAMES: Mapping[tuple[str, str], str | Promise] = {
    ("I1", ""): gettext_lazy("EcoVadis overall score"),
    ("I3", ""): gettext_lazy("Matched renewable share, rolling 4 quarters"),
    ("I6", "cut"): gettext_lazy("Intensity cut against the 4 quarters before"),
    ("I7", "saving"): gettext_lazy("Verified saving, share of baseline energy"),
    ("I8", "alternate"): gettext_lazy("Certified mass"),
}

# (path of the value in the rules of an indicator, its sentence)
_LINES: Mapping[str, tuple[tuple[str, str | Promise], ...]] = {
    "I1": (
        ("lowest_theme", gettext_lazy("If any theme is below %(value)s, the points are capped.")),
        ("cap_below_lowest_theme", gettext_lazy("The cap is %(value)s points.")),
        (
            "first_assessment.points",
            gettext_lazy("A first assessment handed in, result not out: %(value)s points."),
        ),
        ("first_assessment.quarters", gettext_lazy("That holds for at most %(value)s quarters.")),
        ("validity_months", gettext_lazy("Valid for %(value)s months.")),
        (
            "grace.days",
            gettext_lazy("Then half the points for %(value)s days if a reassessment is handed in; then 0."),
        ),
    ),
    "I2": (
        ("vap.saq_points", gettext_lazy("RBA self-assessment only: %(value)s points.")),
        ("vap.validity_months", gettext_lazy("An RBA VAP report is valid for %(value)s months.")),
        ("iso.validity_months", gettext_lazy("An ISO certificate is valid for %(value)s months.")),
        (
            "iso.surveillance_months",
            gettext_lazy("Half the points if the last surveillance is over %(value)s months old."),
        ),
    ),
    "I3": (
        (
            "window_quarters",
            gettext_lazy("Matched renewable kWh over all kWh of %(value)s rolling quarters."),
        ),
        ("unrecorded_pv.share", gettext_lazy("Own PV without certificate counts %(value)s of its kWh.")),
        ("unrecorded_pv.quarters", gettext_lazy("That holds for at most %(value)s quarters.")),
    ),
    "I4": (("commitment_months", gettext_lazy("An SBTi commitment counts for %(value)s months.")),),
    "I5": (
        (
            "correction.points_off",
            gettext_lazy("%(value)s points off for each correction the buyer or verifier found."),
        ),
        ("correction.over_percent", gettext_lazy("Only corrections over %(value)s % count.")),
    ),
    "I6": (
        ("inventory.most", gettext_lazy("(a) Inventory: at most %(value)s points.")),
        ("inventory.complete", gettext_lazy("Scope 1 and 2 complete on the platform: %(value)s points.")),
        (
            "inventory.validity_months",
            gettext_lazy("A statement counts for %(value)s months after its period."),
        ),
        ("inventory.after_validity", gettext_lazy("Later, part (a) falls to %(value)s points.")),
        ("cut.most", gettext_lazy("(b) Cut of intensity: at most %(value)s points.")),
        (
            "best_quartile.floor",
            gettext_lazy("Best quartile of its group: at least %(value)s points for (b)."),
        ),
        ("best_quartile.smallest_group", gettext_lazy("Only in groups of %(value)s or more.")),
        (
            "no_baseline_quarters",
            gettext_lazy("Without a baseline in the first %(value)s quarters, (a) counts alone."),
        ),
    ),
    "I7": (
        ("stage.most", gettext_lazy("Stage of the best project: at most %(value)s points.")),
        (
            "saving.most",
            gettext_lazy("Verified saving over 8 quarters: at most %(value)s points. PV never earns it."),
        ),
        (
            "quarters_after_commissioning",
            gettext_lazy("Stage and saving count for %(value)s quarters after commissioning."),
        ),
        (
            "quarters_without_progress",
            gettext_lazy("Before it, a stage lapses after %(value)s quarters without progress."),
        ),
        ("least_annual_mwh", gettext_lazy("Not applicable under %(value)s MWh a year.")),
    ),
    "I8": (("validity_months", gettext_lazy("A training counts for %(value)s months.")),),
}

_GENERAL: tuple[tuple[str, str | Promise], ...] = (
    (
        "not_applicable.at_most",
        gettext_lazy("At most %(value)s indicators may be not applicable; their weight is spread."),
    ),
    (
        "not_applicable.weight_left",
        gettext_lazy("With less than %(value)s weight left the supplier is unranked."),
    ),
    (
        "ranking.smallest_public_group",
        gettext_lazy("Groups of fewer than %(value)s are not ranked in public."),
    ),
    (
        "gate.grade",
        gettext_lazy(
            "RBA Priority finding, child or forced labour, serious environmental penalty: grade %(value)s at most."
        ),
    ),
    (
        "gate.quarters_after_closing",
        gettext_lazy("Until closed and %(value)s quarters past; listed, not ranked."),
    ),
    ("calendar.due_days", gettext_lazy("Data are due %(value)s days after the quarter's end.")),
    ("calendar.preview_days", gettext_lazy("Suppliers see a preview after %(value)s days.")),
    (
        "calendar.dispute_working_days",
        gettext_lazy("Then %(value)s working days to dispute with new evidence."),
    ),
    ("calendar.lock_days", gettext_lazy("Locked after %(value)s days, then published.")),
)


def curve_name(indicator: str, part: str) -> str:
    return str(_CURVE_NAMES.get((indicator, part), indicator))


def lines(indicator: str, rules: Mapping[str, Any]) -> Iterator[str]:
    """Caps, validity and special cases of one indicator, with the numbers of this version."""
    yield from _filled(_LINES.get(indicator, ()), rules)


def general(rules: Mapping[str, Any]) -> Iterator[str]:
    """Rules over all indicators: not applicable, gate, groups, calendar."""
    yield from _filled(_GENERAL, rules)
    yield _(
        "Ties share the rank (1, 2, 2, 4). The total is rounded half-up to 0.1 once; grade and rank use that."
    )


def point_tables(rules: Mapping[str, Any]) -> Iterator[list[tuple[str, str]]]:
    """Ladders and sums of points: what is reached, and what it gives."""
    for key, value in rules.items():
        if key == "points" and isinstance(value, dict):
            yield [_named(name, points) for name, points in value.items()]
        elif key == "inventory":
            known = [name for name in ("limited", "reasonable", "scope3_inside") if name in value]
            yield [_named(name, value[name]) for name in known]
        elif isinstance(value, dict) and value.get("enabled", True):
            yield from point_tables(value)


def _named(name: str, points: Any) -> tuple[str, str]:
    return str(POINT_WORDS.get(name, name)), f"{points:g}"


def _filled(wanted: tuple[tuple[str, str | Promise], ...], rules: Mapping[str, Any]) -> Iterator[str]:
    for place, sentence in wanted:
        value: Any = rules
        for step in place.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        if value is not None:
            shown = f"{value:g}" if isinstance(value, int | float) else str(value)
            yield str(sentence).replace("%(value)s", shown)
