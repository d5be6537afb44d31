"""I4 Public carbon target: a ladder from an internal aim to a validated target that is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scorecards.calc.arrays import BoolArray, DateArray, FloatArray, IntArray, TextArray, best_row, choose
from scorecards.calc.dates import add_months
from scorecards.calc.measured import EXPIRED, MISSING, SCORED, Measured, measured
from scorecards.calc.reasons import Sentence


@dataclass(frozen=True, slots=True)
class Inputs:
    """Target rows [T], any number for each of `count` suppliers; the best one counts."""

    count: int
    as_of: np.datetime64  # last day of the quarter
    owner: IntArray  # supplier index
    public: BoolArray  # public URL with archived copy, still there this quarter
    base_year: FloatArray  # NaN: not stated
    target_year: FloatArray  # NaN: not stated
    yearly_progress: BoolArray  # progress published within the last year
    sbti_status: (
        TextArray  # "" none, committed, active, extended, updated, expired, inactive, withdrawn, archived
    )
    sbti_committed_on: DateArray  # NaT: unknown, then a commitment does not run out
    on_line: BoolArray  # progress on or ahead of the straight line
    reviewed: BoolArray  # evidence checked this quarter


REASONS = {
    "i4.target_year_past": Sentence("目标年 {target_year} 已过", "The target year {target_year} is past"),
    "i4.internal": Sentence(
        "内部目标，未完整公开（缺网址、基准年或目标年）",
        "Internal target: no public URL, base or target year",
    ),
    "i4.sbti_lapsed_internal": Sentence(
        "SBTi 状态已失效且未公开，按内部目标计", "SBTi no longer stands and the target is not public"
    ),
    "i4.public": Sentence(
        "公开目标：{base_year}–{target_year} 年", "Public target {base_year}–{target_year}"
    ),
    "i4.sbti_lapsed_public": Sentence(
        "SBTi 状态已失效，目标仍公开，按公开目标计", "SBTi no longer stands; the target is still public"
    ),
    "i4.public_progress": Sentence(
        "公开目标：{base_year}–{target_year} 年，并逐年公布进展",
        "Public target {base_year}–{target_year} with yearly progress",
    ),
    "i4.sbti_committed": Sentence("已向 SBTi 承诺", "Committed to SBTi"),
    "i4.sbti_validated": Sentence(
        "SBTi 已验证目标，目标年 {target_year}", "Validated by SBTi, target year {target_year}"
    ),
    "i4.sbti_on_line": Sentence(
        "SBTi 已验证且进展不落后于路径", "Validated by SBTi and on or ahead of its line"
    ),
    "i4.missing": Sentence("没有减排目标", "No carbon target"),
}
STEPS = {
    "i4.step_public": Sentence(
        "公开目标并写明基准年和目标年", "the target is public with base and target year"
    ),
    "i4.step_progress": Sentence("逐年公布进展", "progress is published every year"),
    "i4.step_committed": Sentence("向 SBTi 作出承诺", "a commitment to SBTi is made"),
    "i4.step_validated": Sentence("目标经 SBTi 验证", "SBTi validates the target"),
    "i4.step_on_line": Sentence("排放回到或优于目标路径", "emissions come back on or ahead of the line"),
    "i4.step_new": Sentence("设定并公开新的目标年", "a new target year is set and made public"),
}
_NEXT = {
    "none": ("i4.step_public", "public"),
    "target_year_past": ("i4.step_new", "public"),
    "internal": ("i4.step_public", "public"),
    "sbti_lapsed_internal": ("i4.step_public", "public"),
    "public": ("i4.step_progress", "public_progress"),
    "sbti_lapsed_public": ("i4.step_validated", "sbti_validated"),
    "public_progress": ("i4.step_committed", "sbti_committed"),
    "sbti_committed": ("i4.step_validated", "sbti_validated"),
    "sbti_validated": ("i4.step_on_line", "sbti_on_line"),
    "sbti_on_line": ("", "sbti_on_line"),
}


def on_line(
    *,
    cut_percent: FloatArray,
    target_percent: FloatArray,
    base_year: FloatArray,
    target_year: FloatArray,
    year: FloatArray | int,
) -> BoolArray:
    """Return whether the cut so far [% of base] reaches the straight line from base year to target year.

    The line asks target_percent x (year - base) / (target - base). Anything unknown (NaN), or a target year
    not after its base, is not on the line.
    """
    span = target_year - base_year
    passed = np.clip((year - base_year) / np.where(span > 0, span, np.nan), 0.0, 1.0)
    return np.asarray(cut_percent >= target_percent * passed, dtype=bool)


def rung(inputs: Inputs, rules: Mapping[str, Any]) -> TextArray:
    """Return the rung of the ladder [code] for each target row."""
    stated = ~np.isnan(inputs.base_year) & ~np.isnan(inputs.target_year)
    public = inputs.public & stated
    runs_out = add_months(inputs.sbti_committed_on, int(rules["commitment_months"])) < inputs.as_of
    committed = (inputs.sbti_status == "committed") & ~runs_out
    validated = np.isin(inputs.sbti_status, rules["sbti_validated"])
    lapsed = np.isin(inputs.sbti_status, rules["sbti_lapsed"])
    lapsed |= (inputs.sbti_status == "committed") & runs_out
    year = int(str(inputs.as_of)[:4])
    return choose(
        [
            inputs.target_year < year,
            validated & inputs.on_line,
            validated,
            committed,
            lapsed & inputs.public,
            lapsed,
            public & inputs.yearly_progress,
            public,
        ],
        [
            "target_year_past",
            "sbti_on_line",
            "sbti_validated",
            "sbti_committed",
            "sbti_lapsed_public",
            "sbti_lapsed_internal",
            "public_progress",
            "public",
        ],
        "internal",
    )


def measure(inputs: Inputs, rules: Mapping[str, Any]) -> Measured:
    """Score N suppliers' best target [rung -> points]; no target is missing, 0 points."""
    worth: Mapping[str, float] = rules["points"]
    rungs = rung(inputs, rules)
    row_points = np.array([worth[name] for name in rungs.tolist()], dtype=np.float64)
    row = best_row(inputs.owner, row_points, inputs.count)
    has = row >= 0

    def of_best(column: Any, none: Any) -> Any:
        return np.where(has, np.append(column, none)[row], none)  # row -1 takes the appended none

    best = of_best(rungs, "none")
    points = of_best(row_points, 0.0)
    past = best == "target_year_past"
    return measured(
        value=np.where(has, points, np.nan),
        points=points,
        state=choose([past, has], [EXPIRED, SCORED], MISSING),
        reason=np.where(has, np.char.add("i4.", best), "i4.missing"),
        next_points=np.array([float(worth[_NEXT[name][1]]) for name in best.tolist()]),
        step=np.array([_NEXT[name][0] for name in best.tolist()], dtype=np.str_),
        reviewed=of_best(inputs.reviewed, False),
        data={
            "base_year": _year(of_best(inputs.base_year, np.nan)),
            "target_year": _year(of_best(inputs.target_year, np.nan)),
        },
    )


def _year(column: FloatArray) -> TextArray:
    """Years as text: a thousands comma has no place in them."""
    return np.where(np.isnan(column), "?", np.nan_to_num(column).astype(np.int64).astype(np.str_))
