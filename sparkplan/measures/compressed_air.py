"""Compressor stations: a share of the baseline, or specific power before and after times the air made."""

from sparkplan.measures.definition import (
    Estimate,
    InputError,
    InputField,
    Measure,
    Step,
    Text,
    Values,
    missing,
    no_saving,
    number,
)

_BEFORE, _AFTER, _VOLUME = "specific_power_before", "specific_power_after", "air_volume_m3"


def estimate(values: Values) -> Estimate:
    """Electricity saved by retrofitting a compressor station.

    By saving rate:     saving = baseline [kWh/a] × saving rate [%] / 100                     [kWh/a]
    By specific power:  saving = (before − after) [kWh/m³] × air delivered [m³/a]             [kWh/a]
                        baseline = before × air delivered                                     [kWh/a]

    Specific power is preferred where the flow is metered, for it separates the retrofit from a change in
    demand; when its three inputs are there, they are used and the saving rate is not. An incomplete set of
    either kind raises InputError. Specific power and volume must refer to the same state (free air, ISO 1217).
    """
    given = [name for name in (_BEFORE, _AFTER, _VOLUME) if values.get(name) is not None]
    if given:
        return _by_specific_power(values, given)
    absent = [name for name in ("baseline_kwh", "saving_rate_percent") if values.get(name) is None]
    if absent:
        raise InputError([missing(name) for name in absent])
    baseline = number(values, "baseline_kwh")
    return Estimate(
        saving_kwh_per_year=baseline * number(values, "saving_rate_percent") / 100,
        baseline_kwh_per_year=baseline,
        formula=Text("年节电 = 改造前年用电量 × 节能率", "saving = baseline × saving rate"),
    )


def _by_specific_power(values: Values, given: list[str]) -> Estimate:
    absent = [name for name in (_BEFORE, _AFTER, _VOLUME) if name not in given]
    if absent:
        raise InputError([missing(name) for name in absent])
    before, after, volume = number(values, _BEFORE), number(values, _AFTER), number(values, _VOLUME)
    if after >= before:
        raise InputError([no_saving(_AFTER)])
    return Estimate(
        saving_kwh_per_year=(before - after) * volume,
        baseline_kwh_per_year=before * volume,
        formula=Text(
            "年节电 = (改造前比功率 − 改造后比功率) × 年产气量", "saving = (before − after) × air delivered"
        ),
        steps=(
            Step(Text("节能率", "saving rate"), (before - after) / before * 100, "%"),
            Step(Text("改造前年用电量", "baseline"), before * volume, "kWh/a"),
        ),
    )


MEASURE = Measure(
    code="compressed_air",
    name=Text("空压机改造", "Compressed air"),
    summary=Text(
        "按节能率，或按改造前后比功率与年产气量估算。",
        "By saving rate, or by specific power before and after and the air delivered.",
    ),
    fields=(
        InputField(
            "baseline_kwh",
            Text("改造前年用电量", "Baseline electricity"),
            "kWh/a",
            1_000,
            500_000_000,
            required=False,
            hint=Text("与节能率一起填写。", "Together with the saving rate."),
        ),
        InputField(
            "saving_rate_percent",
            Text("节能率", "Saving rate"),
            "%",
            0.1,
            80,
            required=False,
            hint=Text("已知比功率时可不填。", "Not needed where specific power is known."),
        ),
        InputField(
            _BEFORE, Text("改造前比功率", "Specific power before"), "kWh/m³", 0.03, 0.5, required=False
        ),
        InputField(_AFTER, Text("改造后比功率", "Specific power after"), "kWh/m³", 0.03, 0.5, required=False),
        InputField(_VOLUME, Text("年产气量", "Air delivered"), "m³/a", 1_000, 10_000_000_000, required=False),
    ),
    compute=estimate,
    lifetime_years=15,
)
