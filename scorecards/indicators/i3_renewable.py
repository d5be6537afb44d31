"""I3 Renewable electricity: matched renewable kWh over all kWh of four rolling quarters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scorecards.calc.arrays import BoolArray, FloatArray, IntArray, choose
from scorecards.calc.curves import curve, next_dot, points_on
from scorecards.calc.measured import MISSING, SCORED, Measured, measured
from scorecards.calc.reasons import Sentence


@dataclass(frozen=True, slots=True)
class Inputs:
    """Electricity by quarter [Q x N], oldest first, the edition's quarter last.

    Grid kWh NaN means that the quarter was not handed in; NaN in the renewable columns means none.
    """

    quarter_year: IntArray  # [Q] calendar year of each quarter
    grid_kwh: FloatArray  # without contract
    green_power_kwh: FloatArray  # further grid kWh under a green power contract
    pv_kwh: FloatArray  # own PV used on site
    pv_recorded_kwh: FloatArray  # of it with a (non-tradable) GEC record
    certificate_years: IntArray  # [Y] generation years of the certificates below
    certificate_kwh: FloatArray  # [Y x N] bought certificates, 1 each 1 000 kWh
    reviewed: BoolArray  # [N] evidence of the renewable part


REASONS = {
    "i3.scored": Sentence(
        "近四季可再生电力 {renewable_kwh} kWh / 全部 {total_kwh} kWh = {percent}%",
        "Four quarters: {renewable_kwh} kWh renewable of {total_kwh} kWh = {percent}%",
    ),
    "i3.scored_unrecorded": Sentence(
        "近四季可再生电力 {renewable_kwh} kWh / 全部 {total_kwh} kWh = {percent}%；其中 {unrecorded_kwh} kWh "
        "自发光伏无绿证记录，按折扣计（最多两个季度）",
        "Four quarters: {renewable_kwh} kWh renewable of {total_kwh} kWh = {percent}%; {unrecorded_kwh} kWh "
        "of own PV has no certificate record and counts in part, for at most two quarters",
    ),
    "i3.none": Sentence(
        "近四季用电 {total_kwh} kWh，无匹配的可再生电力",
        "Four quarters: {total_kwh} kWh, none of it matched renewable",
    ),
    "i3.gap": Sentence(
        "近四季用电数据不连续，无法计算占比", "Electricity data of the four quarters has gaps: no share"
    ),
    "i3.missing": Sentence("本季没有用电数据", "No electricity data for this quarter"),
}
STEPS = {
    "i3.step_record": Sentence(
        "为 {unrecorded_kwh} kWh 自发光伏补齐绿证记录",
        "{unrecorded_kwh} kWh of own PV gets its certificate record",
    ),
    "i3.step_share": Sentence(
        "可再生电力占比提高到 {next_percent}%", "the renewable share rises to {next_percent}%"
    ),
    "i3.step_data": Sentence("补齐近四季的用电数据", "the electricity of the four quarters is handed in"),
}


def matched_kwh(inputs: Inputs, rules: Mapping[str, Any]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return matched renewable [kWh, N], all electricity [kWh, N] and unrecorded PV counted in part [kWh].

    Certificates match only electricity of their own year and never more than is left unmatched in it; PV
    without record counts with its share in the newest quarters only, then not at all until recorded.
    """
    grid, green, pv = (
        np.nan_to_num(part) for part in (inputs.grid_kwh, inputs.green_power_kwh, inputs.pv_kwh)
    )
    recorded = np.minimum(np.nan_to_num(inputs.pv_recorded_kwh), pv)
    age = np.arange(len(grid))[::-1, None]
    young = age < rules["unrecorded_pv"]["quarters"]
    unrecorded = np.where(young, pv - recorded, 0.0)
    total = grid + green + pv
    matched = green + recorded + unrecorded * rules["unrecorded_pv"]["share"]
    result = matched.sum(axis=0)
    for year, bought in zip(inputs.certificate_years, np.nan_to_num(inputs.certificate_kwh), strict=True):
        of_year = inputs.quarter_year == year
        open_kwh = (total[of_year] - matched[of_year]).sum(axis=0)
        result = result + np.minimum(bought, np.maximum(open_kwh, 0.0))
    return result, total.sum(axis=0), unrecorded.sum(axis=0)


def measure(inputs: Inputs, rules: Mapping[str, Any]) -> Measured:
    """Score N suppliers' renewable share [% -> points].

    The window begins with the supplier's first quarter; a hole after it, or no data for the edition's
    quarter, is missing: a share is never reckoned on the quarters that suit.
    """
    line = curve(rules["curve"])
    known = ~np.isnan(inputs.grid_kwh[-int(rules["window_quarters"]) :])
    begun = np.logical_or.accumulate(known, axis=0)
    renewable, total, unrecorded = matched_kwh(inputs, rules)
    current, gap = known[-1], (begun & ~known).any(axis=0)
    usable = current & ~gap & (total > 0)
    percent = np.where(usable, np.minimum(renewable / np.where(total > 0, total, 1.0), 1.0) * 100.0, np.nan)
    points = np.nan_to_num(points_on(line, percent))
    next_percent, next_points = next_dot(line, percent)
    lost = unrecorded * (1.0 - rules["unrecorded_pv"]["share"])
    with_record = points_on(line, percent + lost / np.where(total > 0, total, 1.0) * 100.0)
    has_unrecorded = usable & (lost > 0)
    return measured(
        value=percent,
        points=points,
        state=choose([usable], [SCORED], MISSING),
        reason=choose(
            [has_unrecorded, usable & (renewable > 0), usable, gap & current],
            ["i3.scored_unrecorded", "i3.scored", "i3.none", "i3.gap"],
            "i3.missing",
        ),
        next_points=np.where(has_unrecorded, with_record, next_points),
        step=choose([has_unrecorded, usable], ["i3.step_record", "i3.step_share"], "i3.step_data"),
        reviewed=inputs.reviewed | (renewable == 0),
        data={
            "percent": percent,
            "renewable_kwh": renewable,
            "total_kwh": total,
            "unrecorded_kwh": unrecorded,
            "next_percent": next_percent,
        },
    )
