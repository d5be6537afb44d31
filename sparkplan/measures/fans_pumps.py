"""Fans and pumps on a variable-speed drive: power falls with a power of the speed."""

from sparkplan.measures.definition import Estimate, InputField, Measure, Step, Text, Values, number


def estimate(values: Values) -> Estimate:
    """Electricity saved by running fans or pumps slower instead of throttling.

    before = units × input power [kW] × hours [h/a]                                          [kWh/a]
    after  = before × (speed [%] / 100) ^ exponent ÷ (drive efficiency [%] / 100)            [kWh/a]
    saving = before − after                                                                 [kWh/a]

    The exponent is 3 for pure friction (affinity law); with a static head it is lower, 2.0 to 2.7, and the
    default 2.5 is deliberately careful. Input power is the measured one before the retrofit.
    """
    before = number(values, "units") * number(values, "input_kw") * number(values, "hours_per_year")
    share = (number(values, "speed_percent") / 100) ** number(values, "exponent")
    after = before * share / (number(values, "drive_efficiency_percent") / 100)
    return Estimate(
        saving_kwh_per_year=before - after,
        baseline_kwh_per_year=before,
        formula=Text(
            "年节电 = 台数 × 输入功率 × 年运行小时 × [1 − 转速比^指数 ÷ 变频器效率]",
            "saving = units × input power × hours × [1 − speed ratio^exponent ÷ drive efficiency]",
        ),
        steps=(
            Step(Text("改造前年用电量", "before"), before, "kWh/a"),
            Step(Text("改造后年用电量", "after"), after, "kWh/a"),
        ),
    )


MEASURE = Measure(
    code="fans_pumps",
    name=Text("风机水泵变频", "Fans and pumps"),
    summary=Text("以变频调速代替节流。", "Variable speed instead of throttling."),
    fields=(
        InputField("units", Text("台数", "Units"), "", 1, 10_000),
        InputField("input_kw", Text("单台输入功率", "Input power each"), "kW", 0.1, 20_000),
        InputField("hours_per_year", Text("年运行小时", "Hours a year"), "h/a", 1, 8_784),
        InputField("exponent", Text("功率指数", "Exponent"), "", 1.5, 3, default=2.5),
        InputField(
            "drive_efficiency_percent", Text("变频器效率", "Drive efficiency"), "%", 80, 100, default=97
        ),
        InputField("speed_percent", Text("平均转速比", "Mean speed"), "%", 10, 100),
    ),
    compute=estimate,
    lifetime_years=15,
)
