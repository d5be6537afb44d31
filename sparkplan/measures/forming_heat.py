"""Heating of forming machines (injection barrels, hot presses): insulation, induction, closed-loop control."""

from sparkplan.measures.definition import Estimate, InputField, Measure, Step, Text, Values, number


def estimate(values: Values) -> Estimate:
    """Electricity saved on the heaters of forming machines.

    baseline = machines × heater power [kW] × mean load [%] / 100 × hours [h/a]     [kWh/a]
    saving   = baseline × saving rate [%] / 100                                    [kWh/a]

    Mean load is the share of the rated heater power drawn on average while the machine runs (read it from a
    logger, not from the plate).
    """
    baseline = (
        number(values, "machines")
        * number(values, "heater_kw")
        * number(values, "load_percent")
        / 100
        * number(values, "hours_per_year")
    )
    return Estimate(
        saving_kwh_per_year=baseline * number(values, "saving_rate_percent") / 100,
        baseline_kwh_per_year=baseline,
        formula=Text(
            "年节电 = 台数 × 加热功率 × 平均负荷率 × 年运行小时 × 节能率",
            "saving = machines × heater power × mean load × hours × saving rate",
        ),
        steps=(Step(Text("改造前年用电量", "baseline"), baseline, "kWh/a"),),
    )


MEASURE = Measure(
    code="forming_heat",
    name=Text("成型加热改造", "Forming heat"),
    summary=Text(
        "注塑料筒、热压机加热的保温、电磁加热与控温。",
        "Insulation, induction and control of barrel and press heating.",
    ),
    fields=(
        InputField("machines", Text("台数", "Machines"), "", 1, 10_000),
        InputField("heater_kw", Text("单台加热功率", "Heater power each"), "kW", 0.1, 2_000),
        InputField("load_percent", Text("平均负荷率", "Mean load"), "%", 1, 100),
        InputField("hours_per_year", Text("年运行小时", "Hours a year"), "h/a", 1, 8_784),
        InputField("saving_rate_percent", Text("节能率", "Saving rate"), "%", 0.1, 80),
    ),
    compute=estimate,
    lifetime_years=15,
)
