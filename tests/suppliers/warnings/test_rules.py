"""The arithmetic of the six rules, with the sums beside them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from suppliers.calc import warnings as calc
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


def test_a_bill_is_judged_by_six_earlier_ones():
    months = [(2024, month) for month in range(1, 7)]
    usual = [
        _use(*month, quantity=str(10 * days))
        for month, days in zip(months, (31, 29, 31, 30, 31, 30), strict=True)
    ]
    # median 10 a day, MAD 0: spread 5 % = 0.5; 12 a day: z = (12 - 10) / 0.5 = 4 > 3.5
    (found,) = calc.bill_outliers([*usual, _use(2024, 7, "372")], D("3.5"), dt.date(2024, 1, 1))
    assert (found.data["per_day"], found.data["usual"], found.data["z"]) == ("12.0000", "10.0000", "4.0")
    # 11.5 a day: z = 3
    assert calc.bill_outliers([*usual, _use(2024, 7, "356.5")], D("3.5"), dt.date(2024, 1, 1)) == []
    assert calc.bill_outliers([*usual[1:], _use(2024, 7, "999")], D("3.5"), dt.date(2024, 1, 1)) == []


def test_an_end_moves_through_its_steps():
    today = dt.date(2025, 2, 10)
    for days, step in ((91, None), (90, 90), (61, 90), (60, 60), (30, 30), (7, 7), (0, 7), (-1, 0)):
        found = calc.expiries(
            [Ending(3, "ecovadis", today + dt.timedelta(days=days))], today, 90, (7, 30, 60, 90)
        )
        assert [one.data["step"] for one in found] == ([] if step is None else [step])
        assert {one.key for one in found} <= {"expiry:credential:3"}
