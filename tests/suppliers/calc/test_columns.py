import pytest

from suppliers.calc import columns
from suppliers.calc.columns import HeaderTrouble, MappingOverride, map_columns

ENGLISH = ["site", "meter", "carrier", "start", "end", "quantity", "unit", "document"]
CHINESE = ["工厂", "计量点", "能源品种", "开始日期", "结束日期", "用量", "单位", "凭证号"]


@pytest.mark.parametrize(
    "header", [ENGLISH, CHINESE, [f"{z} / {e} *" for z, e in zip(CHINESE, ENGLISH, strict=True)]]
)
def test_our_headers_in_both_languages_and_together(header):
    assert map_columns(header).column_of == {name: index for index, name in enumerate(ENGLISH)}


def test_any_order_and_extra_columns_are_notes():
    mapping = map_columns(["备注", "unit", "Quantity", "END", "Start", "carrier", "SITE", ""])
    assert mapping.column_of["site"] == 6
    assert mapping.notes == (("备注", 0),)
    assert mapping.letter("site") == "G"


def test_missing_columns_are_named_in_both_languages():
    with pytest.raises(HeaderTrouble) as caught:
        map_columns(["site", "carrier", "start"])
    issue = caught.value.issue
    assert issue.code == "file.header"
    assert issue.data["fields"] == ["end", "quantity", "unit"]
    assert "用量 quantity" in issue.message


def test_a_header_twice_is_refused_but_an_alias_yields_to_our_own_header():
    with pytest.raises(HeaderTrouble) as caught:
        map_columns([*ENGLISH, "quantity"])
    assert caught.value.issue.data["reason"] == "repeated"
    assert map_columns([*CHINESE, "用电量"]).notes == (("用电量", 8),)
    assert map_columns(["用电量", *CHINESE]).column_of["quantity"] == 6


def test_one_period_column_stands_for_both_ends():
    mapping = map_columns(["工厂", "能源", "月份", "用量", "单位"])
    assert mapping.column_of["start"] == mapping.column_of["end"] == 2


def test_the_unit_may_stand_in_the_header_of_the_quantity():
    mapping = map_columns(["工厂", "能源", "月份", "用电量(kWh)"])
    assert mapping.unit_in_header == "kWh"


def test_an_override_says_which_header_is_which_field():
    override = MappingOverride(fields={"Werk": "site", "Menge": "quantity"}, decimal_comma=True)
    mapping = map_columns(["Werk", "carrier", "start", "end", "Menge", "unit"], override)
    assert (mapping.column_of["site"], mapping.column_of["quantity"]) == (0, 4)
    assert mapping.decimal_comma


def test_the_header_is_found_below_title_lines():
    rows = [["XX公司能源台账", "", ""], ["2024年", "", ""], [], CHINESE, ["HF"]]
    assert columns.find_header(rows) == 3
    assert columns.find_header([["a", "b"], ["1", "2"]]) is None


@pytest.mark.parametrize(("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_column_letters(index, letter):
    assert columns.column_letter(index) == letter
