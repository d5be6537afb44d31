"""I6 Verified inventory (a) and intensity cut (b)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scorecards.calc.arrays import BoolArray, DateArray, FloatArray, TextArray, choose
from scorecards.calc.curves import curve, next_dot, points_on
from scorecards.calc.dates import add_months, reached
from scorecards.calc.measured import MISSING, SCORED, Measured, measured
from scorecards.calc.reasons import Sentence


@dataclass(frozen=True, slots=True)
class Inputs:
    """Inventory, statement and intensity of each supplier.

    Both intensities are location-based scope 1 + 2 per unit of output over four quarters, reckoned with the
    same factor set and year, so that a new edition of factors is no effort.
    """

    as_of: np.datetime64  # last day of the quarter
    complete: BoolArray  # scope 1 + 2 complete on the platform
    assurance: TextArray  # "" none, limited, reasonable (ISO 14064-1 statement)
    period_end: DateArray  # of the statement; NaT: none
    scope3_inside: BoolArray  # categories 1, 3 and 4 inside the verified statement
    intensity_now: FloatArray  # [kgCO2e/unit], NaN: data of the four quarters incomplete
    intensity_before: FloatArray  # [kgCO2e/unit], NaN: no baseline
    quarters_enrolled: FloatArray  # [quarters] with this one, 1 in the first
    group: TextArray  # what compares: commodity and unit of output; "" none
    reviewed: BoolArray  # of the statement


WORDS = {
    "i6.none": Sentence("无核查声明", "no statement"),
    "i6.complete": Sentence("平台范围一、二完整", "scopes 1 and 2 complete on the platform"),
    "i6.limited": Sentence("ISO 14064-1 有限保证", "ISO 14064-1, limited assurance"),
    "i6.reasonable": Sentence("ISO 14064-1 合理保证", "ISO 14064-1, reasonable assurance"),
    "i6.limited_scope3": Sentence(
        "ISO 14064-1 有限保证（含范围三）", "ISO 14064-1, limited assurance with scope 3"
    ),
    "i6.reasonable_scope3": Sentence(
        "ISO 14064-1 合理保证（含范围三）", "ISO 14064-1, reasonable assurance with scope 3"
    ),
    "i6.old": Sentence("核查声明已超期", "statement too old"),
}
_A_ZH = "(a) {inventory}：{inventory_points} 分（声明有效期至 {valid_until}）；"
_A_EN = "(a) {inventory}: {inventory_points} points (statement counts until {valid_until}); "
_P_ZH = "(a) {inventory}：{inventory_points} 分；"
_P_EN = "(a) {inventory}: {inventory_points} points; "
_B = {
    "cut": (
        "(b) 强度下降 {cut_percent}%：{cut_points} 分",
        "(b) intensity cut {cut_percent}%: {cut_points} points",
    ),
    "quartile": (
        "(b) 强度下降 {cut_percent}%，同组 {group_size} 家中最优四分之一，保底：{cut_points} 分",
        "(b) intensity cut {cut_percent}%, best quarter of a group of {group_size}: {cut_points} points",
    ),
    "no_baseline": ("(b) 无基准，0 分", "(b) no baseline, 0 points"),
    "rescaled": (
        "加入前 {first_quarters} 个季度尚无基准，(a) 换算为百分制",
        "no baseline within the first {first_quarters} quarters, so (a) is rescaled to 100",
    ),
}
REASONS = {
    f"i6.{a}{b}": Sentence(zh + _B[b][0], en + _B[b][1])
    for a, zh, en in (("stated_", _A_ZH, _A_EN), ("plain_", _P_ZH, _P_EN))
    for b in _B
} | {
    "i6.missing": Sentence("没有完整的碳盘查，也没有强度数据", "No complete inventory and no intensity data")
}
STEPS = {
    "i6.step_complete": Sentence("范围一、二数据补充完整", "scopes 1 and 2 are completed"),
    "i6.step_limited": Sentence(
        "取得 ISO 14064-1 有限保证声明", "an ISO 14064-1 statement with limited assurance"
    ),
    "i6.step_reasonable": Sentence("核查提升到合理保证", "assurance rises to reasonable"),
    "i6.step_scope3": Sentence(
        "范围三（1、3、4 类）纳入核查声明", "scope 3 (1, 3, 4) is inside the statement"
    ),
    "i6.step_cut": Sentence("强度下降达到 {next_cut}%", "the intensity cut reaches {next_cut}%"),
}


def best_quartile(
    intensity: FloatArray, group: TextArray, *, smallest_group: int, share: float
) -> tuple[BoolArray, FloatArray]:
    """Return who lies in the best `share` [1] of its group by intensity [kgCO2e/unit], and the group's size.

    Only suppliers with known intensity count; equals share the place; a group smaller than `smallest_group`
    [suppliers], no group ("") or NaN intensity has no quartile.
    """
    known = ~np.isnan(intensity) & (group != "")
    size = np.zeros(len(intensity))
    lower = np.full(len(intensity), np.nan)
    rows = np.flatnonzero(known)
    if len(rows):
        _, number = np.unique(group[rows], return_inverse=True)
        order = np.lexsort((intensity[rows], number))
        sorted_number, value = number[order], intensity[rows][order]
        place = np.arange(len(order))
        new = np.ones(len(order), dtype=bool)
        new[1:] = (sorted_number[1:] != sorted_number[:-1]) | (value[1:] != value[:-1])
        first = np.maximum.accumulate(np.where(new, place, 0))
        lower[rows[order]] = first - np.searchsorted(sorted_number, sorted_number, side="left")
        size[rows] = np.bincount(number)[number]
    # rank = lower + 1, within the first share x size ranks
    return known & (size >= smallest_group) & (lower + 1 <= share * size), size


def _inventory(
    inputs: Inputs, rules: Mapping[str, Any]
) -> tuple[FloatArray, TextArray, BoolArray, DateArray]:
    """Return the points of part (a) [0..40], its word, whether a statement counts, and until when."""
    day = np.timedelta64(1, "D")
    # reckoned from the day after, so that a period to 30 June counts to 31 December and not to the 30th
    until = add_months(inputs.period_end + day, int(rules["validity_months"])) - day
    stated = np.isin(inputs.assurance, ("limited", "reasonable")) & reached(inputs.period_end, inputs.as_of)
    stands = stated & (inputs.as_of <= until)
    level = np.where(inputs.assurance == "reasonable", float(rules["reasonable"]), float(rules["limited"]))
    verified = level + np.where(inputs.scope3_inside, float(rules["scope3_inside"]), 0.0)
    points = np.select(
        [stands, stated, inputs.complete],
        [np.minimum(verified, rules["most"]), float(rules["after_validity"]), float(rules["complete"])],
        0.0,
    )
    named = np.char.add(np.char.add("i6.", inputs.assurance), np.where(inputs.scope3_inside, "_scope3", ""))
    word = np.where(stands, named, choose([stated, inputs.complete], ["i6.old", "i6.complete"], "i6.none"))
    return points, word, stands, until


def _next_inventory(
    inputs: Inputs, stands: BoolArray, points: FloatArray, rules: Mapping[str, Any]
) -> tuple[FloatArray, TextArray]:
    """Return part (a) after its next step [points 0..40] and the step's code."""
    none = ~stands & (points == 0)
    limited = stands & (inputs.assurance == "limited")
    target = np.select(
        [none, ~stands, limited],
        [float(rules["complete"]), float(rules["limited"]), points + rules["reasonable"] - rules["limited"]],
        points + rules["scope3_inside"],
    )
    code = choose(
        [none, ~stands, limited],
        ["i6.step_complete", "i6.step_limited", "i6.step_reasonable"],
        "i6.step_scope3",
    )
    return np.minimum(target, rules["most"]), code


def measure(inputs: Inputs, rules: Mapping[str, Any]) -> Measured:
    """Score N suppliers' inventory and intensity cut [%]; neither inventory nor intensity is missing."""
    line = curve(rules["cut"]["curve"], maximum=float(rules["cut"]["most"]))
    quartile, most = rules["best_quartile"], float(rules["inventory"]["most"])
    a, word, stands, until = _inventory(inputs, rules["inventory"])
    before = np.where(inputs.intensity_before > 0, inputs.intensity_before, np.nan)
    cut = (before - inputs.intensity_now) / before * 100.0
    on_curve = np.nan_to_num(points_on(line, cut))
    best, size = best_quartile(
        inputs.intensity_now, inputs.group, smallest_group=quartile["smallest_group"], share=quartile["share"]
    )
    b = np.where(best, np.maximum(on_curve, float(quartile["floor"])), on_curve)
    lifted = best & (on_curve < quartile["floor"])
    no_baseline = np.isnan(cut)
    young = no_baseline & (inputs.quarters_enrolled <= rules["no_baseline_quarters"])
    rescaled = young & (a * 100.0 / most >= a + b)
    points = np.where(rescaled, a * 100.0 / most, a + b)
    missing = (a == 0) & no_baseline & (b == 0)

    next_a, step_a = _next_inventory(inputs, stands, a, rules["inventory"])
    next_cut, next_b = next_dot(line, np.where(no_baseline, np.nan, cut))
    next_b = np.where(young | np.isnan(next_b), b, np.maximum(next_b, b))
    after_a = np.where(rescaled, next_a * 100.0 / most, next_a + b)
    by_cut = (a + next_b > after_a) & ~young
    which = choose([rescaled, lifted, no_baseline], ["rescaled", "quartile", "no_baseline"], "cut")
    return measured(
        value=cut,
        points=points,
        state=choose([missing], [MISSING], SCORED),
        reason=np.where(
            missing, "i6.missing", np.char.add(np.where(np.isnat(until), "i6.plain_", "i6.stated_"), which)
        ),
        next_points=np.where(by_cut, a + next_b, after_a),
        step=np.where(by_cut, "i6.step_cut", step_a),
        reviewed=stands & inputs.reviewed,
        data={
            "inventory": word,
            "inventory_points": a,
            "valid_until": until,
            "cut_percent": cut,
            "cut_points": b,
            "group_size": size,
            "first_quarters": np.full(len(a), float(rules["no_baseline_quarters"])),
            "next_cut": next_cut,
        },
    )
