"""I8 ESG training, or (where the buyer says so) certified green materials and packaging."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scorecards.calc.arrays import BoolArray, DateArray, FloatArray, TextArray, choose
from scorecards.calc.curves import curve, next_dot, points_on
from scorecards.calc.dates import add_months, reached
from scorecards.calc.measured import EXPIRED, MISSING, SCORED, Measured, measured
from scorecards.calc.reasons import Sentence


@dataclass(frozen=True, slots=True)
class Inputs:
    """The latest reviewed training year of each supplier."""

    as_of: np.datetime64  # last day of the quarter
    held_on: DateArray  # last training counted; NaT: none
    completion: FloatArray  # [1] share of the required people who completed; NaN: none
    pass_rate: FloatArray  # [1] share of the examined who passed; NaN: no exam, nothing earned
    cascade: BoolArray  # own tier-2 suppliers trained
    reviewed: BoolArray
    group: TextArray  # material group, for the alternate; "" none
    green_material_percent: FloatArray  # [% of mass] certified; NaN: not given


REASONS = {
    "i8.scored": Sentence(
        "完成率 {completion}%，通过率 {pass_rate}%；有效期至 {expires}",
        "{completion}% completed, {pass_rate}% passed; valid until {expires}",
    ),
    "i8.scored_cascade": Sentence(
        "完成率 {completion}%，通过率 {pass_rate}%，并培训了二级供应商；有效期至 {expires}",
        "{completion}% completed, {pass_rate}% passed, tier 2 trained as well; valid until {expires}",
    ),
    "i8.expired": Sentence("培训记录已于 {expires} 过期", "The training expired on {expires}"),
    "i8.missing": Sentence("没有 ESG 培训记录", "No ESG training on record"),
    "i8.materials": Sentence(
        "绿色材料与包装：经认证质量占比 {material_percent}%",
        "Green materials: {material_percent}% of mass certified",
    ),
    "i8.materials_missing": Sentence("没有绿色材料与包装数据", "No data on green materials and packaging"),
}
STEPS = {
    "i8.step_completion": Sentence("应训人员全部完成培训", "everyone required completes the training"),
    "i8.step_pass": Sentence("参加考试者全部通过", "everyone examined passes"),
    "i8.step_cascade": Sentence("对自己的二级供应商开展培训", "own tier-2 suppliers are trained"),
    "i8.step_materials": Sentence(
        "经认证的绿色材料占比达到 {next_percent}%", "certified green material reaches {next_percent}% of mass"
    ),
}


def _training(
    inputs: Inputs, valid: BoolArray, most: Mapping[str, float]
) -> tuple[FloatArray, FloatArray, TextArray]:
    """Return points of training [0..100], points after the next step, and the step with the most to gain."""
    earned = np.stack(
        [
            np.clip(np.nan_to_num(inputs.completion), 0.0, 1.0) * most["completion"],
            np.clip(np.nan_to_num(inputs.pass_rate), 0.0, 1.0) * most["pass_rate"],
            np.where(inputs.cascade, most["cascade"], 0.0),
        ]
    )
    short = np.array([most["completion"], most["pass_rate"], most["cascade"]], dtype=float)[:, None] - earned
    points = np.where(valid, earned.sum(axis=0), 0.0)
    steps = np.array(["i8.step_completion", "i8.step_pass", "i8.step_cascade"])
    return (
        points,
        np.where(valid, points + short.max(axis=0), float(most["completion"])),
        np.where(valid, steps[np.argmax(short, axis=0)], "i8.step_completion"),
    )


def measure(inputs: Inputs, rules: Mapping[str, Any]) -> Measured:
    """Score N suppliers' training [shares 0..1 -> points]; nothing on record is missing, 0 points."""
    alternate, line = rules["alternate"], curve(rules["alternate"]["curve"])
    other = np.isin(inputs.group, alternate["groups"] if alternate["enabled"] else [])
    expires = add_months(inputs.held_on, int(rules["validity_months"]))
    held = reached(inputs.held_on, inputs.as_of) & ~np.isnan(inputs.completion)
    valid = held & (inputs.as_of <= expires)
    training, next_training, next_step = _training(inputs, valid, rules["points"])
    material = inputs.green_material_percent
    next_percent, next_material = next_dot(line, material)
    given = ~np.isnan(material)
    return measured(
        value=np.where(other, material, np.where(held, inputs.completion * 100.0, np.nan)),
        points=np.where(other, np.nan_to_num(points_on(line, material)), training),
        state=choose([other & given, other, valid, held], [SCORED, MISSING, SCORED, EXPIRED], MISSING),
        reason=choose(
            [other & given, other, valid & inputs.cascade, valid, held],
            ["i8.materials", "i8.materials_missing", "i8.scored_cascade", "i8.scored", "i8.expired"],
            "i8.missing",
        ),
        next_points=np.where(other, next_material, next_training),
        step=np.where(other, "i8.step_materials", next_step),
        reviewed=inputs.reviewed,
        data={
            "completion": inputs.completion * 100.0,
            "pass_rate": inputs.pass_rate * 100.0,
            "expires": expires,
            "material_percent": material,
            "next_percent": next_percent,
        },
    )
