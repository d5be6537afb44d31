"""I7 Spark Action: how far the best retrofit got, and what it verifiably saves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scorecards.calc.arrays import BoolArray, FloatArray, IntArray, TextArray, best_row, choose
from scorecards.calc.curves import Curve, curve, next_dot, points_on
from scorecards.calc.measured import EXPIRED, MISSING, NOT_APPLICABLE, SCORED, Measured, measured
from scorecards.calc.reasons import Sentence

DONE = ("commissioned", "operating", "closed")


@dataclass(frozen=True, slots=True)
class Inputs:
    """Project rows [P], any number for each of `count` suppliers; the best one counts."""

    count: int
    owner: IntArray  # [P] supplier index
    stage: TextArray  # [P] lead audit feasible contracted building commissioned operating closed dropped
    plan_registered: BoolArray  # [P] M&V plan
    quarters_since_commissioning: FloatArray  # [P quarters] 0 = this one; NaN: not commissioned
    quarters_since_progress: FloatArray  # [P quarters] 0 = this one; NaN: never
    earns_saving: BoolArray  # [P] false for PV: its kWh count in I3
    saving_tce: FloatArray  # [P tce] verified, rolling 8 quarters; NaN: none verified
    reviewed: BoolArray  # [P]
    baseline_tce: FloatArray  # [N tce] energy of the same quarters without the saving; NaN: unknown
    annual_mwh: FloatArray  # [N MWh] electricity of four complete quarters; NaN: unknown, so not small


WORDS = {
    "lead": Sentence("线索", "lead"),
    "audit": Sentence("诊断", "audit"),
    "feasible": Sentence("可行", "feasible"),
    "contracted": Sentence("已签约", "contracted"),
    "plan_registered": Sentence("M&V 方案已登记", "M&V plan registered"),
    "building": Sentence("建设中", "building"),
    "commissioned": Sentence("已投运", "commissioned"),
    "operating": Sentence("运行中", "operating"),
    "closed": Sentence("已关闭", "closed"),
    "dropped": Sentence("已放弃", "dropped"),
}
REASONS = {
    "i7.saving": Sentence(
        "最佳项目：{stage}（{stage_points} 分），核证节能 {saving_percent}%（{saving_points} 分）",
        "Best project: {stage} ({stage_points} points), verified saving {saving_percent}% "
        "({saving_points} points)",
    ),
    "i7.stage": Sentence(
        "最佳项目：{stage}（{stage_points} 分）", "Best project: {stage} ({stage_points} points)"
    ),
    "i7.pv": Sentence(
        "最佳项目：光伏，{stage}（{stage_points} 分）；光伏电量计入可再生电力，不重复计节能",
        "Best project: PV, {stage} ({stage_points} points); its kWh count as renewable electricity, "
        "not as saving",
    ),
    "i7.lapsed": Sentence(
        "项目停留在“{stage}”已 {idle_quarters} 个季度无进展，或投运已超过 {counted_quarters} 个季度",
        "Projects stand still ({stage}, {idle_quarters} quarters) or were commissioned over "
        "{counted_quarters} quarters ago",
    ),
    "i7.small": Sentence(
        "年用电 {annual_mwh} MWh，低于 {least_mwh} MWh，不适用",
        "{annual_mwh} MWh a year, under {least_mwh} MWh: not applicable",
    ),
    "i7.missing": Sentence("没有星火行动项目", "No Spark Action project"),
}
STEPS = {
    "i7.step_audit": Sentence("完成能源诊断", "an energy audit is done"),
    "i7.step_plan": Sentence("登记 M&V 方案", "the M&V plan is registered"),
    "i7.step_building": Sentence("项目开工", "building begins"),
    "i7.step_commissioned": Sentence("项目投运", "the project is commissioned"),
    "i7.step_saving": Sentence("核证节能达到 {next_saving}%", "the verified saving reaches {next_saving}%"),
    "i7.step_other": Sentence(
        "另有非光伏项目投运且核证节能达到 {next_saving}%",
        "a project other than PV is commissioned and saves a verified {next_saving}%",
    ),
}


def stage_points(inputs: Inputs, rules: Mapping[str, Any]) -> tuple[FloatArray, BoolArray]:
    """Return the stage part [points 0..40] of each project and whether the project still counts.

    Counts for the given quarters after commissioning; before it, lapses after quarters without progress.
    """
    worth: Mapping[str, float] = rules["stage"]["points"]
    points = np.array([float(worth[name]) for name in inputs.stage.tolist()], dtype=np.float64)
    alive = inputs.stage != "dropped"
    planned = inputs.plan_registered & alive
    points = np.where(planned, np.maximum(points, float(worth["plan_registered"])), points)
    done = np.isin(inputs.stage, DONE)
    counts = np.where(
        done,
        inputs.quarters_since_commissioning <= rules["quarters_after_commissioning"],
        inputs.quarters_since_progress < rules["quarters_without_progress"],
    )
    return np.minimum(points, float(rules["stage"]["most"])), counts & alive


def _next_step(
    stage: FloatArray, saving_percent: FloatArray, pv: BoolArray, line: Curve, worth: Mapping[str, float]
) -> tuple[FloatArray, TextArray, FloatArray]:
    """Return points after the next step [points 0..100], its code and the saving it asks for [%]."""
    done = stage >= worth["commissioned"]
    ladder = ("audit", "plan_registered", "building", "commissioned")
    below = [stage < worth[name] for name in ladder]
    next_saving, on_curve = next_dot(line, saving_percent)
    points = np.select(
        [~done], [np.select(below, [float(worth[n]) for n in ladder], np.nan)], stage + on_curve
    )
    steps = ["i7.step_audit", "i7.step_plan", "i7.step_building", "i7.step_commissioned", "i7.step_other"]
    return points, choose([*below, pv], steps, "i7.step_saving"), next_saving


def _saving(inputs: Inputs, counts: BoolArray, line: Curve) -> tuple[FloatArray, FloatArray]:
    """Return the verified saving of each project [% of energy], NaN where none is earned, and its points [0..60]."""
    baseline = inputs.baseline_tce[inputs.owner]
    earned = counts & inputs.earns_saving & np.isin(inputs.stage, DONE)
    percent = np.where(
        earned & (baseline > 0), inputs.saving_tce / np.where(baseline > 0, baseline, 1.0) * 100.0, np.nan
    )
    return percent, np.nan_to_num(points_on(line, percent))


@dataclass(frozen=True, slots=True)
class _Best:
    """The best project of each supplier [N]; without one, what stands there says so."""

    has: BoolArray  # a project that was not dropped
    live: BoolArray  # and that counts
    stage: TextArray  # its word; "" without a project
    stage_points: FloatArray
    saving_percent: FloatArray
    saving_points: FloatArray
    pv: BoolArray
    idle_quarters: FloatArray
    reviewed: BoolArray


def _best(inputs: Inputs, rules: Mapping[str, Any], line: Curve) -> _Best:
    stage, counts = stage_points(inputs, rules)
    percent, saving = _saving(inputs, counts, line)
    merit = np.where(counts, stage + saving, -1.0) - np.where(inputs.stage == "dropped", 1.0, 0.0)
    row = best_row(inputs.owner, merit, inputs.count)

    def of_best(column: Any, none: Any) -> Any:
        return np.where(row >= 0, np.append(column, none)[row], none)  # row -1 takes the appended none

    live = of_best(counts, False)
    planned = of_best(
        inputs.plan_registered & np.isin(inputs.stage, ("lead", "audit", "feasible", "contracted")), False
    )
    return _Best(
        has=of_best(inputs.stage, "dropped") != "dropped",
        live=live,
        stage=np.where(planned, "plan_registered", of_best(inputs.stage, "")),
        stage_points=of_best(stage, 0.0),
        saving_percent=of_best(percent, np.nan),
        saving_points=of_best(saving, 0.0),
        pv=live & ~of_best(inputs.earns_saving, True),
        idle_quarters=of_best(inputs.quarters_since_progress, np.nan),
        reviewed=of_best(inputs.reviewed, False),
    )


def measure(inputs: Inputs, rules: Mapping[str, Any]) -> Measured:
    """Score N suppliers' best project; under the yearly MWh limit not applicable, no project missing."""
    line = curve(rules["saving"]["curve"], maximum=float(rules["saving"]["most"]))
    best = _best(inputs, rules, line)
    small = inputs.annual_mwh < rules["least_annual_mwh"]
    next_points, step, next_saving = _next_step(
        np.where(best.live, best.stage_points, 0.0),
        best.saving_percent,
        best.pv,
        line,
        rules["stage"]["points"],
    )
    return measured(
        value=np.where(small | ~best.live, np.nan, best.saving_percent),
        points=np.where(best.live, best.stage_points + best.saving_points, 0.0),
        state=choose([small, best.live, best.has], [NOT_APPLICABLE, SCORED, EXPIRED], MISSING),
        reason=choose(
            [small, best.pv, best.live & ~np.isnan(best.saving_percent), best.live, best.has],
            ["i7.small", "i7.pv", "i7.saving", "i7.stage", "i7.lapsed"],
            "i7.missing",
        ),
        next_points=next_points,
        step=step,
        reviewed=best.reviewed,
        data={
            "stage": best.stage,
            "stage_points": best.stage_points,
            "saving_percent": best.saving_percent,
            "saving_points": best.saving_points,
            "idle_quarters": best.idle_quarters,
            "counted_quarters": np.full(inputs.count, float(rules["quarters_after_commissioning"])),
            "annual_mwh": inputs.annual_mwh,
            "least_mwh": np.full(inputs.count, float(rules["least_annual_mwh"])),
            "next_saving": next_saving,
        },
    )
