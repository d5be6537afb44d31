"""Each kind of retrofit: its arithmetic, shown beside, and what it refuses."""

import pytest

from sparkplan.measures import MEASURES, InputError, measure

# code, inputs, expected saving [kWh/a], expected baseline [kWh/a]
WORKED = [
    # 5 500 kWp × 1 108 kWh/kWp × 100 %
    ("pv", {"capacity_kw": 5500, "specific_yield_kwh_per_kwp": 1108}, 6_094_000, None),
    # 1 000 × 1 000 × 80 %
    (
        "pv",
        {"capacity_kw": 1000, "specific_yield_kwh_per_kwp": 1000, "self_consumption_percent": 80},
        800_000,
        None,
    ),
    # 11 766 667 × 30 %
    ("compressed_air", {"baseline_kwh": 11_766_667, "saving_rate_percent": 30}, 3_530_000.1, 11_766_667),
    # (0.125 − 0.100) × 40 000 000; baseline 0.125 × 40 000 000
    (
        "compressed_air",
        {"specific_power_before": 0.125, "specific_power_after": 0.1, "air_volume_m3": 40_000_000},
        1_000_000,
        5_000_000,
    ),
    # 40 × 12 × 45 % × 6 000 = 1 296 000; × 25 %
    (
        "forming_heat",
        {
            "machines": 40,
            "heater_kw": 12,
            "load_percent": 45,
            "hours_per_year": 6000,
            "saving_rate_percent": 25,
        },
        324_000,
        1_296_000,
    ),
    # 200 × 60 % × 5 000 × 38 % = 228 000; ÷ 0.95
    (
        "waste_heat",
        {"source_kw": 200, "recoverable_percent": 60, "hours_per_year": 5000, "used_percent": 38},
        240_000,
        None,
    ),
    # 6 × 8 m² × 750 W/m² = 36 kW; × 4 800 h = 172 800; ÷ 0.96
    (
        "drying_drums",
        {
            "drums": 6,
            "surface_m2": 8,
            "loss_before_w_per_m2": 900,
            "loss_after_w_per_m2": 150,
            "hours_per_year": 4800,
            "efficiency_percent": 96,
        },
        180_000,
        None,
    ),
    # 1 000 lamps × 4 000 h × (40 − 18 × 0.8 = 25.6) W
    (
        "lighting",
        {"lamps": 1000, "hours_per_year": 4000, "watts_before": 40, "watts_after": 18, "control_percent": 20},
        102_400,
        160_000,
    ),
    # 2 000 000 × (1/4 − 1/5)
    ("chillers", {"cooling_kwh": 2_000_000, "cop_before": 4, "cop_after": 5}, 100_000, 500_000),
    # 2 × 50 × 4 000 = 400 000; after 400 000 × 0.5³ ÷ 1.00 = 50 000
    (
        "fans_pumps",
        {
            "units": 2,
            "input_kw": 50,
            "hours_per_year": 4000,
            "speed_percent": 50,
            "exponent": 3,
            "drive_efficiency_percent": 100,
        },
        350_000,
        400_000,
    ),
]


@pytest.mark.parametrize(("code", "inputs", "saving", "baseline"), WORKED)
def test_worked_examples(code, inputs, saving, baseline):
    estimate = measure(code).estimate(inputs)
    assert estimate.saving_kwh_per_year == pytest.approx(saving, rel=1e-12)
    assert estimate.baseline_kwh_per_year == (None if baseline is None else pytest.approx(baseline))


def test_every_measure_has_a_worked_example():
    assert set(MEASURES) == {code for code, *_ in WORKED}


def test_every_text_is_there_in_both_languages():
    for kind in MEASURES.values():
        for text in (kind.name, kind.summary, *(f.label for f in kind.fields)):
            assert text.zh and text.en, kind.code


def problems(code, **inputs):
    with pytest.raises(InputError) as caught:
        measure(code).estimate(inputs)
    return {(p.field, p.code) for p in caught.value.problems}


def test_all_bad_inputs_are_named_at_once():
    assert problems("chillers", cooling_kwh=-1, cop_before=4) == {
        ("cooling_kwh", "input.range"),
        ("cop_after", "input.missing"),
    }


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 101, 0])
def test_a_percentage_outside_its_range_is_refused(value):
    assert problems(
        "pv", capacity_kw=1000, specific_yield_kwh_per_kwp=1000, self_consumption_percent=value
    ) == {("self_consumption_percent", "input.range")}


def test_a_misspelt_input_is_refused():
    assert ("capcity_kw", "input.unknown") in problems("pv", capcity_kw=5, specific_yield_kwh_per_kwp=1000)


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, {"baseline_kwh", "saving_rate_percent"}),
        ({"baseline_kwh": 5000}, {"saving_rate_percent"}),
        ({"specific_power_before": 0.12}, {"specific_power_after", "air_volume_m3"}),
    ],
)
def test_compressed_air_names_what_completes_a_method(inputs, expected):
    assert problems("compressed_air", **inputs) == {(field, "input.missing") for field in expected}


@pytest.mark.parametrize(
    ("code", "inputs", "field"),
    [
        (
            "compressed_air",
            {"specific_power_before": 0.1, "specific_power_after": 0.1, "air_volume_m3": 1_000_000},
            "specific_power_after",
        ),
        ("chillers", {"cooling_kwh": 1_000_000, "cop_before": 5, "cop_after": 4}, "cop_after"),
        (
            "lighting",
            {"lamps": 1, "hours_per_year": 10, "watts_before": 10, "watts_after": 10},
            "watts_after",
        ),
        (
            "fans_pumps",
            {"units": 1, "input_kw": 1, "hours_per_year": 10, "speed_percent": 100},
            "speed_percent",
        ),
        (
            "drying_drums",
            {
                "drums": 1,
                "surface_m2": 1,
                "loss_before_w_per_m2": 10,
                "loss_after_w_per_m2": 20,
                "hours_per_year": 10,
            },
            "loss_after_w_per_m2",
        ),
    ],
)
def test_a_retrofit_that_saves_nothing_is_refused(code, inputs, field):
    assert problems(code, **inputs) == {(field, "input.no_saving")}


def test_pv_supplies_and_does_not_reduce_consumption():
    assert not MEASURES["pv"].reduces_consumption
    assert all(kind.reduces_consumption for code, kind in MEASURES.items() if code != "pv")
