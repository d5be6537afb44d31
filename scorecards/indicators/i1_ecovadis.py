"""I1 EcoVadis rating: the overall score on a curve, valid a year, with a short grace while reassessing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scorecards.calc.arrays import BoolArray, DateArray, FloatArray, TextArray, choose
from scorecards.calc.curves import curve, next_dot, points_on
from scorecards.calc.dates import add_months, earlier, reached
from scorecards.calc.measured import EXPIRED, EXPIRED_GRACE, MISSING, SCORED, Measured, measured
from scorecards.calc.reasons import Sentence


@dataclass(frozen=True, slots=True)
class Inputs:
    """The latest reviewed scorecard of each supplier."""

    as_of: np.datetime64  # last day of the quarter
    score: FloatArray  # [points of EcoVadis, 0..100], NaN: never rated
    lowest_theme: FloatArray  # [points of EcoVadis, 0..100], NaN: themes not given (no cap)
    issued: DateArray  # NaT: never rated
    stated_expiry: DateArray  # as printed; NaT: only the rule's validity counts
    reassessment_handed_in: DateArray  # NaT: none under way
    first_assessment_age: FloatArray  # [quarters] since the first one was handed in, 0 = this one; NaN: none
    reviewed: BoolArray


REASONS = {
    "i1.scored": Sentence(
        "EcoVadis {score} 分，最低主题 {lowest_theme} ≥ {theme_limit}，有效期至 {expires}",
        "EcoVadis {score}, lowest theme {lowest_theme} ≥ {theme_limit}, valid until {expires}",
    ),
    "i1.scored_themes_unknown": Sentence(
        "EcoVadis {score} 分，未提供主题分，有效期至 {expires}",
        "EcoVadis {score}, theme scores not given, valid until {expires}",
    ),
    "i1.capped": Sentence(
        "EcoVadis {score} 分，但最低主题 {lowest_theme} < {theme_limit}，最多 {cap} 分；有效期至 {expires}",
        "EcoVadis {score}, but the lowest theme {lowest_theme} < {theme_limit}: {cap} points at most; "
        "valid until {expires}",
    ),
    "i1.grace": Sentence(
        "EcoVadis {score} 分已于 {expires} 到期；已提交复评，宽限至 {grace_until}，按一半计分",
        "EcoVadis {score} expired on {expires}; reassessment handed in, half the points until {grace_until}",
    ),
    "i1.expired": Sentence(
        "EcoVadis {score} 分已于 {expires} 到期，不再计分",
        "EcoVadis {score} expired on {expires} and no longer counts",
    ),
    "i1.first_assessment": Sentence(
        "首次评估已提交，结果未出，暂计 {first_points} 分（最多 {first_quarters} 个季度）",
        "First assessment handed in, result not out: {first_points} points "
        "for at most {first_quarters} quarters",
    ),
    "i1.first_assessment_over": Sentence(
        "首次评估提交后已超过 {first_quarters} 个季度，仍无评级结果",
        "First assessment handed in more than {first_quarters} quarters ago, still no rating",
    ),
    "i1.missing": Sentence("没有 EcoVadis 评级", "No EcoVadis rating"),
}
STEPS = {
    "i1.step_score": Sentence(
        "EcoVadis 总分提高到 {next_score} 分", "the EcoVadis score rises to {next_score}"
    ),
    "i1.step_theme": Sentence(
        "最低主题从 {lowest_theme} 提高到 {theme_limit} 分以上",
        "the lowest theme rises from {lowest_theme} to at least {theme_limit}",
    ),
    "i1.step_renew": Sentence("完成复评并保持 {score} 分", "the rating is renewed at {score}"),
    "i1.step_first": Sentence(
        "取得 EcoVadis 评级，总分 {next_score} 分", "a first EcoVadis rating of {next_score}"
    ),
}


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where each supplier's rating stands on the last day of the quarter."""

    expires: DateArray
    grace_until: DateArray
    rated: BoolArray
    valid: BoolArray
    in_grace: BoolArray
    waiting: BoolArray  # never rated, a first assessment is handed in
    first_counts: BoolArray  # and was recently enough


def _standing(inputs: Inputs, rules: Mapping[str, Any]) -> _Standing:
    expires = earlier(add_months(inputs.issued, int(rules["validity_months"])), inputs.stated_expiry)
    grace_until = expires + np.timedelta64(int(rules["grace"]["days"]), "D")
    rated = ~np.isnan(inputs.score) & reached(inputs.issued, inputs.as_of)
    valid = rated & (inputs.as_of <= expires)
    renewing = reached(inputs.reassessment_handed_in, inputs.as_of)
    renewing &= inputs.reassessment_handed_in > inputs.issued
    waiting = ~rated & ~np.isnan(inputs.first_assessment_age)
    return _Standing(
        expires=expires,
        grace_until=grace_until,
        rated=rated,
        valid=valid,
        in_grace=rated & ~valid & (inputs.as_of <= grace_until) & renewing,
        waiting=waiting,
        first_counts=waiting & (inputs.first_assessment_age < rules["first_assessment"]["quarters"]),
    )


def _reason(at: _Standing, inputs: Inputs, weak_theme: BoolArray, capped: BoolArray) -> TextArray:
    themes_unknown = np.isnan(inputs.lowest_theme)
    cases = (
        (at.valid & capped, "i1.capped"),
        (at.valid & themes_unknown, "i1.scored_themes_unknown"),
        (at.valid & ~weak_theme, "i1.scored"),
        (at.valid, "i1.capped"),
        (at.in_grace, "i1.grace"),
        (at.rated, "i1.expired"),
        (at.first_counts, "i1.first_assessment"),
        (at.waiting, "i1.first_assessment_over"),
    )
    return choose([mask for mask, _ in cases], [code for _, code in cases], "i1.missing")


def _data(inputs: Inputs, rules: Mapping[str, Any], at: _Standing, next_score: FloatArray) -> dict[str, Any]:
    """What the sentences name."""
    first, count = rules["first_assessment"], len(inputs.score)
    return {
        "score": inputs.score,
        "lowest_theme": inputs.lowest_theme,
        "theme_limit": np.full(count, float(rules["lowest_theme"])),
        "cap": np.full(count, float(rules["cap_below_lowest_theme"])),
        "expires": at.expires,
        "grace_until": at.grace_until,
        "first_points": np.full(count, float(first["points"])),
        "first_quarters": np.full(count, float(first["quarters"])),
        "next_score": next_score,
    }


def measure(inputs: Inputs, rules: Mapping[str, Any]) -> Measured:
    """Score N suppliers' EcoVadis ratings [EcoVadis points -> points]; no rating is missing, 0 points."""
    line, cap, at = curve(rules["curve"]), rules["cap_below_lowest_theme"], _standing(inputs, rules)
    on_curve = points_on(line, inputs.score)
    weak_theme = inputs.lowest_theme < rules["lowest_theme"]
    full = np.where(weak_theme, np.minimum(on_curve, cap), on_curve)
    capped = weak_theme & (on_curve > full)
    next_score, next_on_curve = next_dot(line, np.where(at.rated, inputs.score, np.nan))
    return measured(
        value=np.where(at.rated, inputs.score, np.nan),
        points=np.select(
            [at.valid, at.in_grace, at.first_counts],
            [full, full * rules["grace"]["share"], float(rules["first_assessment"]["points"])],
            default=0.0,
        ),
        state=choose(
            [at.valid | at.first_counts, at.in_grace, at.rated], [SCORED, EXPIRED_GRACE, EXPIRED], MISSING
        ),
        reason=_reason(at, inputs, weak_theme, capped),
        next_points=np.select(
            [at.valid & capped, at.valid & weak_theme],
            [on_curve, np.minimum(next_on_curve, cap)],
            np.where(at.valid | ~at.rated, next_on_curve, full),
        ),
        step=choose(
            [at.valid & capped, at.valid, at.rated],
            ["i1.step_theme", "i1.step_score", "i1.step_renew"],
            "i1.step_first",
        ),
        reviewed=inputs.reviewed,
        data=_data(inputs, rules, at, next_score),
    )
