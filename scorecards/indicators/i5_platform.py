"""I5 ESG digital platform and data quality, from the platform's own log of the quarter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scorecards.calc.arrays import FloatArray, choose
from scorecards.calc.measured import MISSING, SCORED, Measured, measured
from scorecards.calc.reasons import Sentence

PARTS = ("on_time", "complete", "evidenced", "metered")


@dataclass(frozen=True, slots=True)
class Inputs:
    """The quarter's log; a supplier that handed nothing in has NaN (or 0) in `complete`."""

    on_time: FloatArray  # [1] share of what was due that came in time
    complete: FloatArray  # [1] share of what was due that came at all
    evidenced: FloatArray  # [1] share of records with a document
    metered: FloatArray  # [1] share of kWh from meters; NaN: no kWh at all, the part is left out
    corrections: FloatArray  # [count] above the limit, found first by buyer or verifier


_SUMS_ZH = "准时 {on_time}%，完整 {complete}%，有凭证 {evidenced}%，计量 {metered}%"
_SUMS_EN = "on time {on_time}%, complete {complete}%, evidenced {evidenced}%, metered {metered}%"
REASONS = {
    "i5.scored": Sentence(_SUMS_ZH, _SUMS_EN),
    "i5.scored_no_kwh": Sentence(
        "准时 {on_time}%，完整 {complete}%，有凭证 {evidenced}%；无用电量，计量一项不计",
        "on time {on_time}%, complete {complete}%, evidenced {evidenced}%; no kWh, so metering is left out",
    ),
    "i5.corrected": Sentence(
        _SUMS_ZH + "；他人先发现的大于 {over_percent}% 更正 {corrections} 次，扣 {points_off} 分",
        _SUMS_EN
        + "; {corrections} corrections above {over_percent}% found by others: {points_off} points off",
    ),
    "i5.missing": Sentence("本季没有提交数据", "Nothing was handed in this quarter"),
}
STEPS = {
    "i5.step_on_time": Sentence("全部按时提交", "everything comes in time"),
    "i5.step_complete": Sentence("数据全部提交", "everything that is due comes in"),
    "i5.step_evidenced": Sentence("每条记录都附凭证", "every record has its document"),
    "i5.step_metered": Sentence("用电量全部来自计量表", "all kWh come from meters"),
    "i5.step_corrections": Sentence(
        "自己先发现并更正错误", "errors are found and corrected by yourselves first"
    ),
}


def measure(inputs: Inputs, rules: Mapping[str, Any]) -> Measured:
    """Score N suppliers' data quality [shares 0..1, corrections -> points], never below 0."""
    most = np.array([float(rules["points"][part]) for part in PARTS])[:, None]
    shares = np.stack([inputs.on_time, inputs.complete, inputs.evidenced, inputs.metered])
    no_kwh = np.isnan(inputs.metered)
    counted = np.ones_like(shares, dtype=bool)
    counted[PARTS.index("metered")] = ~no_kwh
    # without any kWh the metered part cannot be earned or lost: the rest is scaled up to the same sum
    scale = most.sum() / (most * counted).sum(axis=0)
    earned = most * counted * np.clip(np.nan_to_num(shares), 0.0, 1.0) * scale
    off = np.nan_to_num(inputs.corrections) * rules["correction"]["points_off"]
    quality = earned.sum(axis=0)
    points = np.maximum(quality - off, 0.0)
    handed_in = np.nan_to_num(inputs.complete) > 0

    short = np.vstack([most * counted * scale - earned, np.minimum(off, quality)[None, :]])
    largest = np.argmax(short, axis=0)
    steps = np.array([f"i5.step_{part}" for part in (*PARTS, "corrections")])
    # quality - off may lie below zero: a step is worth what it lifts above it
    next_points = np.maximum(quality - off + np.where(largest == len(PARTS), off, short.max(axis=0)), 0.0)
    return measured(
        value=np.where(handed_in, points, np.nan),
        points=points,
        state=choose([handed_in], [SCORED], MISSING),
        reason=choose(
            [~handed_in, off > 0, no_kwh], ["i5.missing", "i5.corrected", "i5.scored_no_kwh"], "i5.scored"
        ),
        next_points=np.where(handed_in, next_points, most[PARTS.index("complete")]),
        step=np.where(handed_in, steps[largest], "i5.step_complete"),
        reviewed=handed_in,  # the log is the platform's own: there is nothing to hand in or review
        data={
            **{part: getattr(inputs, part) * 100.0 for part in PARTS},
            "corrections": inputs.corrections,
            "points_off": off,
            "over_percent": np.full(len(points), float(rules["correction"]["over_percent"])),
        },
    )
