import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suppliers.calc.columns import MappingOverride, RawTable
from suppliers.calc.facts import AcceptedPeriods, MeterFact, SiteFact, SupplierFacts
from suppliers.calc.tables import check_table, row_texts

TODAY = dt.date(2025, 2, 10)
HEADER = ("site", "meter", "carrier", "start", "end", "quantity", "unit", "document")
SITES = [SiteFact(101, "HF", "合肥工厂", "CN-AH"), SiteFact(102, "KS", "昆山工厂", "CN-JS")]
METERS = [
    MeterFact(11, 101, "MAIN", None, "electricity"),
    MeterFact(12, 101, "SHOP", 11, "electricity"),
    MeterFact(13, 101, "PRESS", 12, "electricity", accounting=False),
    MeterFact(14, 101, "GAS", None, "natural_gas"),
    MeterFact(21, 102, "KSMAIN", None, "electricity"),
]
FACTS = SupplierFacts(SITES, METERS)


def row(site="HF", meter="", carrier="electricity", start="2024-01", end="2024-01", quantity="100", unit="kWh",
        document=""):  # fmt: skip
    return (site, meter, carrier, start, end, quantity, unit, document)


def table(*rows, header=HEADER, first_row=2):
    columns = []
    for cells in zip(*rows, strict=True):
        column = np.empty(len(cells), dtype=object)
        column[:] = cells
        columns.append(column)
    return RawTable(header, tuple(columns), first_row)


def check(*rows, facts=FACTS, **options):
    return check_table(table(*rows), facts, TODAY, **options)


def found(checked):
    return [(issue.row, issue.column, issue.code) for issue in checked.issues]


def test_a_good_row_comes_out_typed():
    checked = check(row(meter="main", carrier="电", quantity="1,234.5", unit="MWh", document="B-1"))
    assert found(checked) == []
    assert (checked.rows_total, checked.rows_valid, checked.bad_rows) == (1, 1, 0)
    only = checked.rows.iloc[0]
    assert (only["row"], only["site_id"], only["meter_id"], only["carrier"]) == (2, 101, 11, "electricity")
    assert (str(only["start"].date()), str(only["end"].date())) == ("2024-01-01", "2024-01-31")
    assert only["quantity"] == Decimal("1234500")
    assert (only["quantity_given"], only["unit_given"], only["document"]) == (Decimal("1234.5"), "MWh", "B-1")


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"site": ""}, "site", "row.missing"),
        ({"quantity": "  "}, "quantity", "row.missing"),
        ({"unit": ""}, "unit", "row.missing"),
        ({"end": ""}, "end", "row.missing"),
        ({"site": "XX"}, "site", "row.site"),
        ({"meter": "NONE"}, "meter", "row.meter"),
        ({"meter": "KSMAIN"}, "meter", "row.meter"),
        ({"meter": "GAS"}, "meter", "row.meter"),
        ({"carrier": "uranium"}, "carrier", "row.carrier"),
        ({"start": "n/a"}, "start", "row.date"),
        ({"end": "2024-02-30"}, "end", "row.date"),
        ({"quantity": "1.234,5"}, "quantity", "row.number"),
        ({"quantity": "n/a"}, "quantity", "row.number"),
        ({"quantity": "1e13"}, "quantity", "row.number"),
        ({"quantity": "9999999999", "unit": "亿度"}, "quantity", "row.number"),
        ({"quantity": True}, "quantity", "row.number"),
        ({"quantity": float("nan")}, "quantity", "row.missing"),
        ({"quantity": "-5"}, "quantity", "row.negative"),
        ({"unit": "m3"}, "unit", "row.unit"),
        ({"unit": "箱"}, "unit", "row.unit"),
        ({"carrier": "natural_gas", "unit": "kWh"}, "unit", "row.unit"),
        ({"start": "2024-02"}, "end", "period.reversed"),
        ({"end": "2025-02-11"}, "end", "period.future"),
        ({"document": "a\x00b"}, "document", "row.text"),
        ({"document": "x" * 121}, "document", "row.text"),
        ({"site": "H\x00F"}, "site", "row.text"),
    ],
)
def test_every_bad_cell_is_named_and_keeps_its_row_out(changes, column, code):
    checked = check(row(start="2023-01", end="2023-01"), row(**changes))
    assert (3, column, code) in found(checked)
    assert checked.rows["row"].tolist() == [2]
    assert checked.bad_rows == 1
    letter = "ABCDEFGH"[HEADER.index(column)]
    assert all(issue.data["cell"] == f"{letter}3" for issue in checked.issues if issue.column == column)


def test_all_bad_cells_of_all_rows_in_one_go():
    checked = check(row(site="XX", quantity="abc", unit=""), row(carrier="?", start="never"))
    assert found(checked) == [
        (2, "unit", "row.missing"),
        (2, "site", "row.site"),
        (2, "quantity", "row.number"),
        (3, "carrier", "row.carrier"),
        (3, "start", "row.date"),
    ]


def test_hints_come_as_data():
    checked = check(row(site="HE"), row(unit="箱"), row(meter="KSMAIN"), row(quantity="1.234,5"))
    site, unit, meter, number = checked.issues
    assert site.data["closest"][0] == "HF"
    assert unit.data["expected"][0] == "kWh"
    assert (meter.data["reason"], meter.data["other_site"]) == ("other_site", "KS")
    assert number.data["reason"] == "decimal_comma"


def test_a_period_may_end_today_and_be_one_day_long():
    assert found(check(row(start="2025-02-10", end="2025-02-10"))) == []


def test_decimal_commas_where_the_mapping_says_so():
    checked = check(row(quantity="1.234,5"), mapping=MappingOverride(decimal_comma=True))
    assert checked.rows["quantity"].tolist() == [Decimal("1234.5")]


def test_fixes_replace_cells_and_the_later_one_wins():
    checked = check(row(quantity="abc"), fixes=[(2, "quantity", "x"), (2, "quantity", "7")])
    assert checked.rows["quantity"].tolist() == [7]
    with pytest.raises(ValueError, match="no cell"):
        check(row(), fixes=[(9, "quantity", "7")])


def test_rows_of_titles_and_blanks_do_not_shift_the_numbers():
    checked = check_table(table(row(), ("",) * 8, row(quantity="x"), first_row=6), FACTS, TODAY)
    assert checked.rows["row"].tolist() == [6]
    assert found(checked) == [(8, "quantity", "row.number")]
    assert checked.rows_total == 2


def test_extra_columns_are_kept_as_notes():
    raw = table(
        (*row(), "夜班", ""), (*row(start="2024-02", end="2024-02"), "", ""), header=(*HEADER, "班次", "空")
    )
    checked = check_table(raw, FACTS, TODAY)
    assert checked.rows["notes"].tolist() == [{"班次": "夜班"}, None]


# -- rows against rows ---------------------------------------------------------------------------------


def test_the_same_row_twice():
    checked = check(row(document="B1"), row(document="B1"))
    assert found(checked) == [(3, None, "row.duplicate")]
    assert checked.issues[0].data["other_row"] == 2
    assert checked.rows["row"].tolist() == [2]


def test_the_same_period_with_another_quantity_overlaps_and_both_rows_are_named():
    checked = check(row(), row(quantity="101"), row(start="2024-02", end="2024-02"))
    assert found(checked) == [(2, "start", "period.overlap"), (3, "start", "period.overlap")]
    assert [issue.data["other_row"] for issue in checked.issues] == [3, 2]
    assert checked.rows["row"].tolist() == [4]


def test_a_long_period_overlaps_every_short_one_inside():
    year = row(start="2024-01-01", end="2024-12-31")
    checked = check(year, row(start="2024-03", end="2024-03"), row(start="2024-05", end="2024-05"))
    assert [issue.row for issue in checked.issues] == [2, 3, 4]


def test_touching_periods_and_other_sites_or_carriers_do_not_overlap():
    checked = check(
        row(start="2024-01-01", end="2024-01-15"),
        row(start="2024-01-16", end="2024-01-31"),
        row(site="KS"),
        row(carrier="water", unit="t"),
    )
    assert found(checked) == []


def test_an_accounting_meter_under_another_counts_twice():
    checked = check(row(meter="MAIN"), row(meter="SHOP", start="2024-01-10", end="2024-01-12"))
    assert found(checked) == [(2, "start", "period.overlap"), (3, "start", "period.overlap")]
    assert checked.issues[1].data["reason"] == "meter_tree"
    assert (checked.issues[1].data["upper"], checked.issues[1].data["lower"]) == ("MAIN", "SHOP")


def test_a_meter_that_does_not_account_may_stand_beside_any():
    assert found(check(row(meter="MAIN"), row(meter="PRESS"))) == []
    assert found(check(row(), row(meter="PRESS"))) == []


def test_the_tree_reaches_through_meters_that_do_not_account():
    meters = [
        MeterFact(1, 101, "A", None, "electricity"),
        MeterFact(2, 101, "B", 1, "electricity", accounting=False),
        MeterFact(3, 101, "C", 2, "electricity"),
    ]
    checked = check(row(meter="A"), row(meter="C"), facts=SupplierFacts(SITES, meters))
    assert [issue.code for issue in checked.issues] == ["period.overlap"] * 2


def test_a_site_row_beside_metered_rows_counts_twice():
    checked = check(row(), row(meter="SHOP"), row(meter="GAS", carrier="natural_gas", unit="m3"))
    assert found(checked) == [(2, "start", "period.overlap"), (3, "start", "period.overlap")]
    assert checked.issues[0].data["reason"] == "site_and_meter"


def test_meters_in_a_circle_do_not_hang_the_check():
    meters = [MeterFact(1, 101, "A", 2, "electricity"), MeterFact(2, 101, "B", 1, "electricity")]
    assert check(row(meter="A"), facts=SupplierFacts(SITES, meters)).rows_total == 1


# -- rows against what is accepted ---------------------------------------------------------------------


def accepted(site=101, meter=0, carrier="electricity", start="2024-01-01", end="2024-01-31"):
    carriers = np.empty(1, dtype=object)
    carriers[0] = carrier
    periods = AcceptedPeriods(
        np.array([site]), np.array([meter]), carriers, np.array([start], "datetime64[D]"), np.array([end], "datetime64[D]")
    )  # fmt: skip
    return SupplierFacts(SITES, METERS, periods)


def test_what_is_accepted_already_exists():
    checked = check(row(), row(start="2024-02", end="2024-02"), facts=accepted())
    assert found(checked) == [(2, "start", "record.exists")]
    assert checked.issues[0].data["other_end"] == "2024-01-31"


def test_one_shared_day_is_enough_and_another_carrier_is_not():
    assert found(check(row(start="2024-01-31", end="2024-02-28"), facts=accepted())) == [
        (2, "start", "record.exists")
    ]
    assert found(check(row(carrier="water", unit="m3"), facts=accepted())) == []


def test_an_accepted_site_record_stands_against_a_metered_row():
    checked = check(row(meter="SHOP"), facts=accepted())
    assert found(checked) == [(2, "start", "period.overlap")]
    assert checked.issues[0].data["accepted"] is True
    assert found(check(row(meter="PRESS"), facts=accepted())) == []


def test_accepted_rows_are_skipped_and_still_counted():
    checked = check(row(), row(quantity="x"), facts=accepted(), skip=[2])
    assert (checked.rows_total, checked.rows_valid, checked.bad_rows) == (2, 0, 1)


# -- odd values ----------------------------------------------------------------------------------------


def months(*quantities):
    return [row(start=f"2024-{m:02d}", end=f"2024-{m:02d}", quantity=q) for m, q in enumerate(quantities, 1)]


def test_ten_times_the_usual_is_a_warning_and_does_not_block():
    checked = check(*months("100", "110", "90", "1500", "100"))
    assert found(checked) == [(5, "quantity", "value.implausible")]
    assert checked.issues[0].severity == "warning"
    # 1500 in 30 days against a median of 100 in 31: (1500/30) / (100/31) = 15.5
    assert checked.issues[0].data["ratio"] == 15.5
    assert checked.rows_valid == 5


def test_a_tenth_of_the_usual_too_but_three_values_say_nothing():
    assert [issue.row for issue in check(*months("100", "110", "90", "5")).issues] == [5]
    assert found(check(*months("100", "1", "10000"))) == []
    assert found(check(*months("0", "0", "0", "0", "9"))) == []


# -- properties ----------------------------------------------------------------------------------------

ROWS = st.lists(
    st.builds(
        row,
        site=st.sampled_from(["HF", "KS", "XX"]),
        meter=st.sampled_from(["", "MAIN", "SHOP", "PRESS"]),
        start=st.sampled_from(["2024-01-01", "2024-01-10", "2024-02-01"]),
        end=st.sampled_from(["2024-01-12", "2024-01-31", "2024-03-31"]),
        quantity=st.sampled_from(["1", "2", "x"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)

    def outcome(checked, given_rows):
        valid = sorted(str(given_rows[number - 2]) for number in checked.rows["row"])
        return valid, sorted((issue.code, str(given_rows[issue.row - 2])) for issue in checked.issues)

    assert outcome(check(*rows), rows) == outcome(check(*shuffled), shuffled)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_no_two_valid_rows_count_the_same_day_twice(rows):
    """The vectorised comparison against the obvious one, pair by pair."""
    checked = check(*rows)
    above = {0: set(), 11: {0}, 12: {0, 11}, 13: set()}
    valid = list(checked.rows.itertuples())
    for one in valid:
        for other in valid:
            if one.row == other.row or one.site_id != other.site_id:
                continue
            if one.start > other.end or other.start > one.end:
                continue
            assert one.meter_id != other.meter_id
            assert other.meter_id not in above[one.meter_id]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.one_of(st.text(max_size=8), st.floats(), st.dates(), st.booleans(), st.none())] * 8),
        min_size=1,
        max_size=8,
    )
)
def test_no_cells_whatever_raise(rows):
    checked = check(*rows)
    assert checked.rows_valid + checked.bad_rows == checked.rows_total


def test_row_texts_show_fixes():
    raw = table(row(quantity="abc"))
    mapping = check(row()).mapping
    assert row_texts(raw, mapping, 2, [(2, "quantity", "5")])["quantity"] == "5"
    assert row_texts(raw, mapping, 2)["quantity"] == "abc"
    with pytest.raises(ValueError, match="no row"):
        row_texts(raw, mapping, 99)


def test_thousands_of_wrong_names_are_all_told():
    checked = check(*[row(site=f"wrong{i}", unit=f"unit{i}", carrier=f"c{i}") for i in range(5000)])
    assert len(checked.issues) == 10_000  # a unit is not judged without its carrier
