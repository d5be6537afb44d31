"""How figures read in each language."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils.translation import override

from suppliers.templatetags import greenlink as tags


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("275367", "275,367"),          # whole digits are kept
        ("147.76043", "147.8"),         # four significant figures
        ("0.6553", "0.6553"),
        ("0.00065534", "0.0006553"),
        ("1234.5", "1,235"),            # half up
        ("40.2169", "40.22"),
        ("0", "0"),
        ("-12.3456", "-12.35"),
    ],
)  # fmt: skip
def test_at_most_four_significant_figures(value, shown):
    assert tags.short_text(Decimal(value)) == shown


def test_a_signed_figure_keeps_its_last_zeros():
    assert tags.as_said("12345.600") == "12,345.600"
    assert tags.as_said(None) == tags.MISSING


def test_quantity_keeps_the_exact_value_in_the_title():
    assert tags.quantity(Decimal("147760.433000"), "kg") == (
        '<data value="147760.433000" title="147,760.433 kg">147,760 <span class="unit">kg</span></data>'
    )


def test_a_unit_from_outside_is_escaped():
    assert "<script>" not in tags.quantity(1, "<script>")


@pytest.mark.parametrize(
    "filter_", [tags.quantity, tags.tonnes, tags.kwh, tags.percent, tags.points, tags.month_label]
)
@pytest.mark.parametrize("missing", [None, ""])
def test_missing_is_a_dash_and_never_zero(filter_, missing):
    assert filter_(missing) == "–"


def test_not_a_number_is_a_dash():
    assert tags.quantity(float("nan")) == "–"
    assert tags.quantity("n/a") == "–"


def test_tonnes_in_both_languages():
    with override("zh-hans"):
        assert '>147.8 <span class="unit">吨</span>' in tags.tonnes(147760)
    with override("en"):
        assert '>147.8 <span class="unit">t</span>' in tags.tonnes(147760)


def test_electricity_is_wan_du_in_chinese_and_mwh_in_english():
    with override("zh-hans"):
        assert '>27.54 <span class="unit">万度</span>' in tags.kwh(275367)  # 275 367 / 10 000
    with override("en"):
        assert '>275.4 <span class="unit">MWh</span>' in tags.kwh(275367)  # 275 367 / 1 000


def test_percent_and_share():
    assert tags.percent(Decimal("33.333")) == "33.3 %"
    assert tags.percent(100) == "100 %"
    assert tags.share_percent(Decimal("0.125")) == "12.5 %"


def test_signed_differences():
    assert tags.signed(3.2) == "+3.2"
    assert tags.signed(Decimal("-0.5")) == "−0.5"
    assert tags.signed(0) == "0"


def test_points_always_show_one_decimal():
    assert tags.points(Decimal("65.25")) == "65.3"
    assert tags.points(74) == "74.0"


def test_names_follow_the_language():
    site = SimpleNamespace(name="合肥一厂", name_en="Hefei 1")
    only_chinese = SimpleNamespace(name="合肥二厂", name_en="")
    with override("zh-hans"):
        assert tags.named(site) == "合肥一厂"
    with override("en"):
        assert tags.named(site) == "Hefei 1"
        assert tags.named(only_chinese) == "合肥二厂"


def test_months_and_dates():
    with override("zh-hans"):
        assert tags.month_label(dt.date(2024, 3, 1)) == "2024年3月"
        assert tags.month_label("2024-03") == "2024年3月"
    with override("en"):
        assert tags.month_label("2024-03") == "2024-03"
    assert tags.date_iso(dt.date(2024, 3, 1)) == "2024-03-01"
    # half past eleven in the evening in London is the next morning in Shanghai
    assert tags.date_iso(dt.datetime(2024, 2, 29, 23, 30, tzinfo=dt.UTC)) == "2024-03-01"


def test_file_sizes():
    assert tags.file_size(51_234) == "51.2 KB"
    assert tags.file_size(1_100_000) == "1.1 MB"
