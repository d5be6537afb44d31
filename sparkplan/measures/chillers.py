"""Chiller plants: the same cooling with a better coefficient of performance."""

from sparkplan.measures.definition import (
    Estimate,
    InputError,
    InputField,
    Measure,
    Step,
    Text,
    Values,
    no_saving,
    number,
)


def estimate(values: Values) -> Estimate:
    """Electricity saved by a more efficient chiller plant.

    saving   = cooling [kWh cooling/a] × (1 / COP before − 1 / COP after)     [kWh/a]
    baseline = cooling / COP before                                          [kWh/a]

    Use the seasonal COP of the whole plant (chillers, pumps, towers) where the meter covers it; the rated
    COP of a machine overstates the saving.
    """
    before, after = number(values, "cop_before"), number(values, "cop_after")
    if after <= before:
        raise InputError([no_saving("cop_after")])
    cooling = number(values, "cooling_kwh")
    return Estimate(
        saving_kwh_per_year=cooling * (1 / before - 1 / after),
        baseline_kwh_per_year=cooling / before,
        formula=Text(
            "年节电 = 年供冷量 × (1/改造前能效 − 1/改造后能效)",
            "saving = cooling × (1/COP before − 1/COP after)",
        ),
        steps=(
            Step(Text("改造前年用电量", "before"), cooling / before, "kWh/a"),
            Step(Text("改造后年用电量", "after"), cooling / after, "kWh/a"),
        ),
    )


MEASURE = Measure(
    code="chillers",
    name=Text("冷水机组改造", "Chillers"),
    summary=Text("供冷量不变，提高冷站能效。", "The same cooling from a more efficient plant."),
    fields=(
        InputField("cooling_kwh", Text("年供冷量", "Cooling delivered"), "kWh/a", 1_000, 1_000_000_000),
        InputField("cop_before", Text("改造前能效 (COP)", "COP before"), "", 0.5, 12),
        InputField("cop_after", Text("改造后能效 (COP)", "COP after"), "", 0.5, 12),
    ),
    compute=estimate,
    lifetime_years=15,
)
