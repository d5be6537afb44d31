import string

import pytest

from suppliers.calc import issues

CONTRACT = {
    *("row.missing", "row.number", "row.date", "row.unit", "row.carrier", "row.site", "row.meter", "row.negative"),
    *("period.reversed", "period.future", "period.overlap", "row.duplicate", "record.exists", "factor.missing"),
    *("reading.conflict", "value.implausible", "file.type", "file.size", "file.empty", "file.header"),
    *("file.encrypted", "file.bomb", "file.macro", "file.encoding", "file.corrupt", "upload.needs_fix"),
    "upload.state",
}  # fmt: skip


def test_every_code_of_the_contract_is_in_the_catalogue():
    assert set(issues.codes()) >= CONTRACT


@pytest.mark.parametrize("name", issues.CATALOGUE)
def test_both_sentences_use_the_same_values(name):
    def values(text):
        found = {field for _, field, _, _ in string.Formatter().parse(text) if field}
        return {field.removesuffix("_zh").removesuffix("_en") for field in found}

    chinese, english = issues.CATALOGUE[name]
    assert values(chinese) == values(english)
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)


@pytest.mark.parametrize("name", issues.CATALOGUE)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_sentence_never_fails_for_want_of_a_value(name, language):
    code, _, reason = name.partition(":")
    text = issues.sentence(code, {"reason": reason} if reason else {}, language=language)
    assert text
    assert "{" not in text


def test_a_sentence_names_value_and_hints_in_the_reader_s_language():
    issue = issues.make("row.unit", row=5, column="unit", value="箱", carrier_zh="柴油", carrier_en="Diesel",
                        expected=["kg", "t"])  # fmt: skip
    assert issues.sentence(issue, language="zh-hans") == "单位“箱”不能用于柴油,可用:kg、t。"
    assert issue.message == "Unit “箱” does not fit Diesel; use one of kg, t."
    assert issue.as_dict("en")["message"] == issue.message


def test_warnings_do_not_block():
    warning, error = issues.make("value.implausible", row=1), issues.make("row.date", row=2)
    assert (warning.severity, error.severity) == (issues.WARNING, issues.ERROR)


def test_unknown_codes():
    with pytest.raises(KeyError):
        issues.make("row.unheard_of")
    assert issues.sentence("row.of_another_edition", {}) == "row.of_another_edition"


def test_braces_in_data_are_only_text():
    assert "{0.__class__}" in issues.sentence("row.date", {"value": "{0.__class__}"})
