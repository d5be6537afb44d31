"""Lighting: lamps of less power, and hours cut by control."""

from sparkplan.measures.definition import Estimate, InputField, Measure, Step, Text, Values, number


def estimate(values: Values) -> Estimate:
    """Electricity saved by new lamps and by control.

    before = lamps × power before [W] / 1000 × hours [h/a]                                        [kWh/a]
    after  = lamps × power after [W] / 1000 × hours [h/a] × (1 − hours cut by control [%] / 100)   [kWh/a]
    saving = before − after                                                                       [kWh/a]

    Same lamps with control only: give the same power twice. Less heat for the air conditioning to remove
    is not counted.
    """
    lamps, hours = number(values, "lamps"), number(values, "hours_per_year")
    before = lamps * number(values, "watts_before") / 1000 * hours
    remaining = 1 - number(values, "control_percent") / 100
    after = lamps * number(values, "watts_after") / 1000 * hours * remaining
    return Estimate(
        saving_kwh_per_year=before - after,
        baseline_kwh_per_year=before,
        formula=Text(
            "年节电 = 灯具数 × [改造前功率 − 改造后功率 × (1 − 控制节省比例)] × 年点灯小时",
            "saving = lamps × [power before − power after × (1 − cut by control)] × hours",
        ),
        steps=(
            Step(Text("改造前年用电量", "before"), before, "kWh/a"),
            Step(Text("改造后年用电量", "after"), after, "kWh/a"),
        ),
    )


MEASURE = Measure(
    code="lighting",
    name=Text("照明改造", "Lighting"),
    summary=Text("更换 LED 灯具与智能控制。", "LED lamps and control."),
    fields=(
        InputField("lamps", Text("灯具数", "Lamps"), "", 1, 1_000_000),
        InputField("hours_per_year", Text("年点灯小时", "Hours a year"), "h/a", 1, 8_784),
        InputField("watts_before", Text("改造前单灯功率", "Power before"), "W", 1, 5_000),
        InputField("control_percent", Text("控制节省比例", "Hours cut by control"), "%", 0, 95, default=0),
        InputField("watts_after", Text("改造后单灯功率", "Power after"), "W", 0.5, 5_000),
    ),
    compute=estimate,
    lifetime_years=10,
)
