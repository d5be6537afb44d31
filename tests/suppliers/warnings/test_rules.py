"""The arithmetic of the six rules, with the sums beside them."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from decimal import Decimal

import pytest

from suppliers.calc import warnings as calc
from suppliers.calc.bill_outliers import bill_outliers
from suppliers.calc.warnings import Ending, MonthUse, OutputPeriod, TargetLine

D = Decimal


def _output(year: int, month: int, value: str) -> OutputPeriod:
    return OutputPeriod("HF", dt.date(year, month, 1), dt.date(year, month, 28), "万元", D(value))


def test_intensity_compares_the_same_months_only():
    emissions = {("HF", (2023, 1)): D(100), ("HF", (2023, 2)): D(100), ("HF", (2024, 1)): D(111)}
    emissions["HF", (2024, 3)] = D(9000)  # no March before: not compared
    outputs = [_output(2023, 1, "10"), _output(2023, 2, "10"), _output(2024, 1, "10"), _output(2024, 3, "1")]
    # 11.1 against 10 = +11 %
    (found,) = calc.intensity_up(emissions, outputs, D(10))
    assert (found.key, found.data["change_percent"], found.data["months"]) == (
        "intensity_up:2024:万元",
        "11.0",
        [1],
    )
    assert calc.intensity_up(emissions, outputs, D(11)) == []


def test_output_of_a_quarter_is_shared_out_by_days():
    quarter = OutputPeriod("HF", dt.date(2023, 1, 1), dt.date(2023, 3, 31), "万元", D(90))
    # 90 over 90 days: 31, 28 and 31 days
    assert list(calc.output_by_month([quarter]).values()) == [D(31), D(28), D(31)]


def test_missing_output_is_not_zero_output():
    emissions = {("HF", (2023, 1)): D(100), ("HF", (2024, 1)): D(900)}
    assert calc.intensity_up(emissions, [_output(2024, 1, "10")], D(10)) == []


def test_off_target_by_the_straight_line():
    target = TargetLine(7, 2020, 2030, D(42))
    # 2023: 1000 x (1 - 0.42 x 3/10) = 874
    assert calc.off_target({2020: D(1000), 2023: D(874)}, [target], D(0)) == []
    (found,) = calc.off_target({2020: D(1000), 2023: D("874.1")}, [target], D(0))
    assert D(found.data["line"]) == 874
    assert calc.off_target({2020: D(1000), 2023: D(900)}, [target], D(5)) == []  # allowed: 917.7
    assert calc.off_target({2023: D(900)}, [target], D(0)) == []  # no base, no line


def _use(year: int, month: int, quantity: str = "310", *, carrier: str = "electricity") -> MonthUse:
    end = dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
    return MonthUse(year * 100 + month, "HF", "", carrier, dt.date(year, month, 1), end, D(quantity))


def test_a_hole_is_one_finding_and_the_running_month_is_not_asked_for():
    uses = [_use(2024, month) for month in (6, 7, 10, 11)]
    today = dt.date(2025, 1, 14)  # December ended 14 days ago: not expected yet
    (found,) = calc.missing_months(uses, today, 15)
    assert found.key == "missing_month:HF:electricity:2024-08"
    assert found.data["months"] == ["2024-08", "2024-09"]
    later = calc.missing_months(uses, dt.date(2025, 1, 17), 15)
    assert [one.data["months"] for one in later] == [["2024-08", "2024-09"], ["2024-12"]]


def test_gases_and_closed_sites_miss_no_month():
    assert calc.missing_months([_use(2024, 6, carrier="R410A")], dt.date(2025, 1, 17), 15, {"R410A"}) == []
    closed = [
        MonthUse(
            1, "HF", "", "electricity", dt.date(2024, 6, 1), dt.date(2024, 6, 30), D(1), dt.date(2024, 6, 30)
        )
    ]
    assert calc.missing_months(closed, dt.date(2025, 1, 17), 15) == []


def _found_bills(uses: list[MonthUse], since: dt.date = dt.date(2000, 1, 1)) -> list[tuple[str, str, str]]:
    found = bill_outliers(uses, D("3.5"), since)
    return [(one.data["start"][:7], one.data["usual"], one.data["z"]) for one in found]


def _daily(year: int, month: int, per_day: float, **more: str) -> MonthUse:
    return _use(year, month, str(per_day * monthrange(year, month)[1]), **more)


def _summers(*years: int, july: float = 300, factor: float = 1) -> list[MonthUse]:
    """100 kWh a day, in June and August 200, in July 300, with a ripple of up to 3 %."""
    by_month = {6: 200.0, 7: july, 8: 200.0}
    return [
        _daily(
            year, month, factor * by_month.get(month, 100.0) * (1 + ((year * 3 + month * 5) % 7 - 3) / 100)
        )
        for year in years
        for month in range(1, 13)
    ]


def test_without_a_same_month_a_bill_is_judged_by_six_earlier_ones():
    usual = [_daily(2024, month, 10) for month in range(1, 7)]
    # median 10 a day, MAD 0: spread 5 % = 0.5; 12 a day: z = (12 - 10) / 0.5 = 4 > 3.5
    (found,) = bill_outliers([*usual, _daily(2024, 7, 12)], D("3.5"), dt.date(2024, 1, 1))
    assert (found.data["per_day"], found.data["usual"], found.data["z"]) == ("12.0000", "10.0000", "4.0")
    assert "same_month" not in found.data
    # 11.75 a day: z = 3.5 is not over 3.5
    assert _found_bills([*usual, _daily(2024, 7, 11.75)]) == []
    assert _found_bills([*usual[1:], _daily(2024, 7, 999)]) == []  # five are too few
    # 8, 9, 10, 10, 11, 12: median 10, deviations 2 1 0 0 1 2, MAD 1: 15.2 is (15.2 - 10) / 1.4826 = 3.507, 15.1 is 3.44
    rippled = [_daily(2024, month, use) for month, use in enumerate((8, 9, 10, 10, 11, 12), start=1)]
    assert _found_bills([*rippled, _daily(2024, 7, 15.2)]) == [("2024-07", "10.0000", "3.5")]
    assert _found_bills([*rippled, _daily(2024, 7, 15.1)]) == []


def test_three_months_of_noise_are_no_history():
    assert (
        _found_bills([_daily(2024, month, use) for month, use in ((1, 10), (2, 90), (3, 2), (4, 400))]) == []
    )
    assert bill_outliers([], D("3.5"), dt.date(2024, 1, 1)) == []


def test_a_july_peak_of_every_year_is_usual_and_twice_of_it_is_not():
    judged = dt.date(2023, 1, 1)  # the first year, in which a season cannot be known, is not asked about
    assert _found_bills(_summers(2022, 2023, 2024), judged) == []
    assert _found_bills(_summers(2022, 2023), judged) == []
    two_and_a_half = _summers(2022, 2023)
    july = 300 * 0.97  # of 2023: 2023 x 3 + 7 x 5 = 6104, a multiple of 7: -3 %
    until_june = [_daily(2024, month, 200.0 if month == 6 else 100.0) for month in range(1, 7)]
    found = _found_bills([*two_and_a_half, *until_june, _daily(2024, 7, 2 * july)], judged)
    # ratio 2 against growth about 1.00: z = (2 - 1) / (0.05 x sqrt 2) = 14.1 for growth of 1
    assert [(month, float(usual)) for month, usual, _z in found] == [
        ("2024-07", pytest.approx(july, rel=0.03))
    ]
    assert 13 < float(found[0][2]) < 15
    # a January at the height of July is as far: 300 / 100 = 3
    assert [month for month, _u, _z in _found_bills([*two_and_a_half, _daily(2024, 1, 300)], judged)] == [
        "2024-01"
    ]
    # last July is missing: the one before it is taken
    holed = [use for use in two_and_a_half if use.start != dt.date(2023, 7, 1)]
    assert _found_bills([*holed, *until_june, _daily(2024, 7, july)], judged) == []
    (late,) = bill_outliers([*holed, *until_june, _daily(2024, 7, 2 * july)], D("3.5"), judged)
    assert late.data["same_month"] == "2022-07"


def test_the_season_goes_with_growth_and_a_new_level_is_no_lasting_trouble():
    judged = dt.date(2023, 1, 1)
    grown = [*_summers(2022), *_summers(2023, factor=1.3), *_summers(2024, factor=1.3 * 1.3)]
    assert [month for month, _u, _z in _found_bills(grown, dt.date(2024, 2, 1))] == []
    # a second hall from January 2024 on doubles all: three bills say so, and neither the rest of 2024 nor 2025 does
    doubled = [*_summers(2022, 2023), *_summers(2024, 2025, factor=2)]
    assert [month for month, _u, _z in _found_bills(doubled, judged)] == ["2024-01", "2024-02", "2024-03"]


def test_what_is_missing_is_not_zero_and_a_zero_is_far():
    years = _summers(2022, 2023)
    holed = [use for use in years if use.start.month not in (2, 3, 11)]
    assert _found_bills(holed, dt.date(2023, 1, 1)) == []
    found = _found_bills([*years, _daily(2024, 1, 0)], dt.date(2023, 1, 1))
    # ratio 0: z = (0 - 1) / 0.0707 = -14.1
    assert [(month, z) for month, _usual, z in found] == [("2024-01", "-14.1")]
    nothing = [_daily(2024, month, 0) for month in range(1, 8)]
    assert _found_bills([*nothing, _daily(2024, 8, 50)]) == []  # no scale to say how far


def test_series_are_judged_apart():
    steady = [_daily(2024, month, 10) for month in range(1, 8)]
    gas = [_daily(2024, month, 10 if month < 7 else 90, carrier="natural_gas") for month in range(1, 8)]
    (found,) = bill_outliers([*steady, *gas], D("3.5"), dt.date(2024, 1, 1))
    assert found.key == "bill_outlier:HF::natural_gas:2024-07-01"


def test_an_end_moves_through_its_steps():
    today = dt.date(2025, 2, 10)
    for days, step in ((91, None), (90, 90), (61, 90), (60, 60), (30, 30), (7, 7), (0, 7), (-1, 0)):
        found = calc.expiries(
            [Ending(3, "ecovadis", today + dt.timedelta(days=days))], today, 90, (7, 30, 60, 90)
        )
        assert [one.data["step"] for one in found] == ([] if step is None else [step])
        assert {one.key for one in found} <= {"expiry:credential:3"}
