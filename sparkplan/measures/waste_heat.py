"""Heat recovery (compressors, ovens): electric heating displaced by heat that was thrown away."""

from sparkplan.measures.definition import Estimate, InputField, Measure, Step, Text, Values, number


def estimate(values: Values) -> Estimate:
    """Electricity no longer used for heating, because waste heat does it.

    recovered = source power [kW] × recoverable share [%] / 100 × hours [h/a] × used share [%] / 100   [kWh heat/a]
    saving    = recovered / efficiency of the heater displaced (COP)                                  [kWh/a]

    Electricity only: where a gas or steam heater is displaced, its fuel is saved, not kWh of electricity,
    and this measure does not apply. Energy of added pumps must be taken off the used share.
    """
    recovered = (
        number(values, "source_kw")
        * number(values, "recoverable_percent")
        / 100
        * number(values, "hours_per_year")
        * number(values, "used_percent")
        / 100
    )
    baseline = recovered / number(values, "displaced_cop")
    return Estimate(
        saving_kwh_per_year=baseline,
        baseline_kwh_per_year=None,
        formula=Text(
            "年节电 = 热源功率 × 可回收比例 × 年运行小时 × 利用率 ÷ 被替代电加热的能效",
            "saving = source power × recoverable share × hours × used share ÷ efficiency of the heater displaced",
        ),
        steps=(Step(Text("年回收热量", "heat recovered"), recovered, "kWh/a"),),
    )


MEASURE = Measure(
    code="waste_heat",
    name=Text("余热回收", "Waste heat recovery"),
    summary=Text(
        "用空压机、烘箱等余热替代电加热。", "Heat from compressors or ovens replaces electric heating."
    ),
    fields=(
        InputField("source_kw", Text("热源平均功率", "Mean power of the source"), "kW", 1, 100_000),
        InputField("recoverable_percent", Text("可回收比例", "Recoverable share"), "%", 1, 95),
        InputField("hours_per_year", Text("年运行小时", "Hours a year"), "h/a", 1, 8_784),
        InputField("used_percent", Text("利用率", "Used share"), "%", 1, 100),
        InputField(
            "displaced_cop",
            Text("被替代电加热的能效", "Efficiency of the heater displaced"),
            "",
            0.5,
            8,
            default=0.95,
            hint=Text(
                "电阻加热约 0.95，热泵约 3。", "About 0.95 for resistance heating, about 3 for a heat pump."
            ),
        ),
    ),
    compute=estimate,
    lifetime_years=15,
)
