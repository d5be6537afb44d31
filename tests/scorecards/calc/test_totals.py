import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecards.calc import methodology
from scorecards.calc.totals import gate_holds, grade_scale, half_up_tenths, size_band, totals
from tests.scorecards.methodology import V1

WEIGHTS = methodology.weights(V1)


def weigh(points, *, off=(), missing=(), verified=(), gated=False):
    points = np.array(points, dtype=float)[:, None]
    applicable = np.ones_like(points, dtype=bool)
    applicable[list(off)] = False
    covered = applicable.copy()
    covered[list(missing)] = False
    reviewed = np.zeros_like(covered)
    reviewed[list(verified)] = True
    result = totals(
        points=np.where(applicable, points, np.nan),
        weights=WEIGHTS,
        applicable=applicable,
        covered=covered,
        verified=reviewed & covered,
        gated=np.array([gated]),
        scale=methodology.scale(V1),
        most_not_applicable=2,
        least_weight_left=70.0,
    )
    return {name: getattr(result, name)[0] for name in result.__slots__}


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        (65.25, 65.3), (65.24, 65.2), (65.35, 65.4), (0.05, 0.1), (0.15, 0.2), (0.25, 0.3), (1.005, 1.0),
        (54.95, 55.0), (54.949, 54.9), (69.95, 70.0), (84.95, 85.0), (100.0, 100.0), (0.0, 0.0),
        (0.1 + 0.2 - 0.05, 0.3), (64.1 + 1.15, 65.3), (65.2499999, 65.2),
    ],
)  # fmt: skip
def test_totals_round_half_up_in_decimals_not_in_binary(exact, rounded):
    assert half_up_tenths(np.array([exact]))[0] == rounded


def test_rounding_keeps_the_unknown_unknown():
    assert np.isnan(half_up_tenths(np.array([np.nan]))[0])


@given(st.integers(0, 10_000))
def test_rounding_agrees_with_decimal_arithmetic(hundredths):
    from decimal import ROUND_HALF_UP, Decimal

    exact = Decimal(hundredths) / 100
    assert half_up_tenths(np.array([float(exact)]))[0] == float(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("points", "grade"),
    [
        (100, "A"),
        (85, "A"),
        (84.95, "A"),
        (84.94, "B"),
        (70, "B"),
        (69.94, "C"),
        (55, "C"),
        (54.94, "D"),
        (0, "D"),
    ],
)
def test_the_grade_uses_the_rounded_total(points, grade):
    assert weigh([points] * 8)["grade"] == grade


def test_the_weight_of_what_does_not_apply_is_spread_over_the_rest():
    points = [100, 0, 0, 0, 0, 0, 50, 0]
    assert weigh(points)["total"] == 25.0  # 20 + 5
    assert weigh(points, off=[6])["total"] == 22.2  # 20 / 90
    assert weigh(points, off=[6])["applicable_weight"] == 90


@pytest.mark.parametrize(
    ("off", "ranked"),
    [
        ((), True), ((6,), True), ((6, 7), True), ((1, 2), True),  # 70 left
        ((0, 1), False),  # 65 left
        ((4, 6, 7), False),  # three
    ],
)  # fmt: skip
def test_at_most_two_do_not_apply_and_70_weight_is_left_or_there_is_no_rank(off, ranked):
    assert weigh([60] * 8, off=off)["ranked"] == ranked


def test_nothing_applicable_has_neither_total_nor_grade():
    result = weigh([60] * 8, off=range(8))
    assert np.isnan(result["total"]) and result["grade"] == "" and not result["ranked"]


@pytest.mark.parametrize(("points", "grade"), [(95, "D"), (60, "D"), (10, "D")])
def test_a_gated_supplier_gets_d_at_most_and_no_rank_but_keeps_its_total(points, grade):
    result = weigh([points] * 8, gated=True)
    assert (result["grade"], result["ranked"], result["total"]) == (grade, False, points)


@pytest.mark.parametrize(
    ("is_open", "since", "holds"),
    [(True, np.nan, True), (False, np.nan, False), (False, 0, True), (False, 1, True), (False, 2, False)],
)
def test_the_gate_holds_until_closed_and_two_quarters_past(is_open, since, holds):
    assert gate_holds(np.array([is_open]), np.array([since], dtype=float), 2)[0] == holds


def test_coverage_and_verified_are_shares_of_the_applicable_weight():
    result = weigh([60] * 8, missing=[0], verified=[0, 1, 2])
    assert result["coverage_percent"] == 80.0
    assert result["verified_percent"] == 30.0  # what is missing cannot be verified
    assert weigh([60] * 8, off=[6], missing=[0])["coverage_percent"] == 77.8  # 70 / 90


@pytest.mark.parametrize("limits", [[["A", 50], ["B", 60]], [["A", 50], ["A", 40]]])
def test_a_scale_that_does_not_fall_is_refused(limits):
    with pytest.raises(ValueError):
        grade_scale(limits, "A")


@pytest.mark.parametrize(
    ("employees", "band"), [(299, "S"), (300, "M"), (999, "M"), (1000, "L"), (np.nan, "")]
)
def test_size_band(employees, band):
    assert size_band(np.array([employees], dtype=float), [("S", 300), ("M", 1000)], "L")[0] == band


def test_a_draft_says_what_is_wrong_with_it():
    import copy

    assert methodology.problems(V1) == []
    heavy = copy.deepcopy(V1)
    heavy["indicators"][0]["weight"] = 30
    heavy["indicators"][2]["rules"]["curve"] = [[0, 10], [5, 0]]
    heavy["grades"]["limits"] = [["A", 1], ["B", 2]]
    assert methodology.problems(heavy) == [
        "methodology.weights", "methodology.grades", "methodology.curve:I3",
    ]  # fmt: skip
    assert methodology.problems({"indicators": []}) == ["methodology.indicators"]
