"""Insulation of electrically heated drying drums: less heat lost through the shell."""

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
    """Electricity saved by insulating drying drums.

    saving = drums × surface [m²] × (loss before − loss after) [W/m²] / 1000 × hours [h/a]
             ÷ (heating efficiency [%] / 100)                                               [kWh/a]

    The losses are surface heat flux, measured or from surface temperature (GB/T 8174 describes how). Only
    shell loss is counted; the heat that dries the goods stays the same, so no baseline is claimed.
    """
    before, after = number(values, "loss_before_w_per_m2"), number(values, "loss_after_w_per_m2")
    if after >= before:
        raise InputError([no_saving("loss_after_w_per_m2")])
    area = number(values, "drums") * number(values, "surface_m2")
    heat = area * (before - after) / 1000 * number(values, "hours_per_year")
    return Estimate(
        saving_kwh_per_year=heat / (number(values, "efficiency_percent") / 100),
        baseline_kwh_per_year=None,
        formula=Text(
            "年节电 = 台数 × 表面积 × (改造前散热 − 改造后散热) × 年运行小时 ÷ 加热效率",
            "saving = drums × surface × (loss before − loss after) × hours ÷ heating efficiency",
        ),
        steps=(
            Step(Text("保温总面积", "insulated surface"), area, "m²"),
            Step(Text("年减少散热", "heat loss avoided"), heat, "kWh/a"),
        ),
    )


MEASURE = Measure(
    code="drying_drums",
    name=Text("烘干筒保温", "Drying drums"),
    summary=Text(
        "电加热烘干筒外壳保温，减少散热。",
        "Insulated shells of electrically heated drying drums lose less heat.",
    ),
    fields=(
        InputField("drums", Text("台数", "Drums"), "", 1, 10_000),
        InputField("surface_m2", Text("单台表面积", "Surface each"), "m²", 0.1, 1_000),
        InputField("loss_before_w_per_m2", Text("改造前表面散热", "Surface loss before"), "W/m²", 1, 20_000),
        InputField("loss_after_w_per_m2", Text("改造后表面散热", "Surface loss after"), "W/m²", 0, 20_000),
        InputField("hours_per_year", Text("年运行小时", "Hours a year"), "h/a", 1, 8_784),
        InputField("efficiency_percent", Text("加热效率", "Heating efficiency"), "%", 10, 100, default=95),
    ),
    compute=estimate,
    lifetime_years=10,
)
