"""Rooftop photovoltaics: capacity × specific yield × self-consumed share."""

from sparkplan.measures.definition import Estimate, InputField, Measure, Step, Text, Values, number


def estimate(values: Values) -> Estimate:
    """Energy a rooftop plant supplies to the factory in its first full year.

    supplied = capacity [kWp] × specific yield [kWh/kWp/a] × self-consumed share [%] / 100  [kWh/a]

    The specific yield is the design yield of the project where there is one; the province table
    (sparkplan/data/pv_yields.csv) is a first guess only. Exported energy is left out: it replaces grid
    electricity of somebody else. No baseline: a roof consumes nothing.
    """
    generated = number(values, "capacity_kw") * number(values, "specific_yield_kwh_per_kwp")
    supplied = generated * number(values, "self_consumption_percent") / 100
    return Estimate(
        saving_kwh_per_year=supplied,
        baseline_kwh_per_year=None,
        formula=Text(
            "年节电 = 装机容量 × 年等效利用小时 × 自发自用比例",
            "supplied = capacity × specific yield × self-consumed share",
        ),
        steps=(Step(Text("年发电量", "generation"), generated, "kWh/a"),),
    )


MEASURE = Measure(
    code="pv",
    name=Text("屋顶光伏", "Rooftop PV"),
    summary=Text(
        "屋顶所发电量替代外购电，报告口径计入年节电。",
        "Energy from the roof replaces bought electricity; the report counts it as electricity saved.",
    ),
    fields=(
        InputField(
            "capacity_kw",
            Text("装机容量", "Capacity"),
            "kWp",
            1,
            200_000,
            hint=Text("星火行动一般要求 500 kWp 以上。", "Spark Action usually asks for 500 kWp or more."),
        ),
        InputField(
            "specific_yield_kwh_per_kwp",
            Text("年等效利用小时（设计值）", "Specific yield (design)"),
            "kWh/kWp/a",
            400,
            2_200,
            hint=Text(
                "取自设计文件；留空则按省份参考值估算。",
                "From the design; left empty, the reference value of the province is used.",
            ),
        ),
        InputField(
            "self_consumption_percent", Text("自发自用比例", "Self-consumed share"), "%", 1, 100, default=100
        ),
    ),
    compute=estimate,
    lifetime_years=25,
    degradation_per_year=0.0055,
    reduces_consumption=False,
)
