import datetime as dt
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suppliers.calc.columns import MappingOverride
from suppliers.uploads import preflight, readers
from suppliers.uploads.preflight import FileTrouble
from tests.suppliers.uploads import files
from tests.suppliers.uploads.files import GOOD_ROW, HEADER, csv_bytes, xlsx

CHINESE = ("工厂", "计量点", "能源品种", "开始日期", "结束日期", "用量", "单位", "凭证号")


def outcome(content):
    """'table', or the code of the trouble; anything else is raised."""
    try:
        readers.read_table(content)
    except FileTrouble as trouble:
        return trouble.issue.code
    return "table"


def first_cells(table):
    return tuple(column[0] for column in table.columns)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_in_every_encoding_and_with_every_delimiter(encoding, delimiter):
    row = ("合肥", "", "天然气", "2024-01", "2024-01", "1.5", "立方米", "票,1" if delimiter != "," else "票1")
    table = readers.read_table(csv_bytes(CHINESE, row, delimiter=delimiter, encoding=encoding))
    assert table.header == CHINESE
    assert first_cells(table) == row
    assert table.first_row == 2


def test_quoted_text_with_line_breaks_counts_as_one_row():
    table = readers.read_table(csv_bytes(HEADER, ('"H\nF"', *GOOD_ROW[1:]), GOOD_ROW))
    assert table.columns[0].tolist() == ["H\nF", "HF"]


def test_short_and_long_rows_are_evened_out():
    table = readers.read_table(csv_bytes(HEADER, ("HF",), (*GOOD_ROW, "more", "and more")))
    assert len(table) == 2
    assert table.columns[7].tolist() == ["", "B1"]


def test_a_workbook_keeps_types_and_row_numbers():
    rows = [
        ["能源台账 2024"],
        [],
        HEADER,
        ["HF", None, "电", dt.date(2024, 1, 1), dt.date(2024, 1, 31), 12.5, "kWh"],
    ]
    table = readers.read_table(xlsx(("数据", rows)))
    assert table.first_row == 4
    assert table.sheet == "数据"
    assert first_cells(table)[3:6] == (dt.date(2024, 1, 1), dt.date(2024, 1, 31), 12.5)


def test_a_table_that_starts_elsewhere_keeps_its_cell_addresses():
    blank = [None, None]
    table = readers.read_table(xlsx(("d", [[], [], [*blank, *HEADER], [*blank, *GOOD_ROW]])))
    assert table.first_row == 4
    assert table.header[2] == "site"
    assert table.columns[2].tolist() == ["HF"]


def test_the_first_sheet_with_a_header_is_taken_whatever_it_is_called():
    book = xlsx(
        ("封面", [["公司介绍"]]), ("Sheet7", [HEADER, GOOD_ROW]), ("后面", [HEADER, ("KS", *GOOD_ROW[1:])])
    )
    table = readers.read_table(book)
    assert (table.sheet, first_cells(table)[0]) == ("Sheet7", "HF")


def test_a_second_header_line_in_the_other_language_is_not_data():
    table = readers.read_table(xlsx(("d", [CHINESE, HEADER, GOOD_ROW])))
    assert (len(table), table.first_row) == (1, 3)


def test_columns_named_by_the_supplier():
    override = MappingOverride(fields={"Werk": "site", "Menge": "quantity"})
    content = csv_bytes(
        ("Werk", "carrier", "start", "end", "Menge", "unit"), ("HF", "电", "2024-01", "2024-01", "1", "kWh")
    )
    with pytest.raises(FileTrouble):
        readers.read_table(content)
    assert len(readers.read_table(content, mapping=override)) == 1


def test_the_header_issue_says_what_is_missing_and_what_was_found():
    with pytest.raises(FileTrouble) as caught:
        readers.read_table(csv_bytes(("site", "carrier", "Jan", "Feb"), ("HF", "电", "1", "2")))
    assert caught.value.issue.data["fields"] == ["start", "end", "quantity", "unit"]
    assert caught.value.issue.data["found"] == ["site", "carrier", "Jan", "Feb"]


@pytest.mark.parametrize("name", files.HOSTILE)
def test_hostile_files_are_one_issue_and_quickly(name):
    content, code = files.HOSTILE[name]
    began = time.process_time()  # others may be busy on this machine
    with pytest.raises(FileTrouble) as caught:
        readers.read_table(content)
    assert caught.value.issue.code == code
    assert time.process_time() - began < 4


def test_a_file_over_the_limit():
    with pytest.raises(FileTrouble) as caught:
        preflight.examine(b"x" * 1001, limit_bytes=1000)
    assert caught.value.issue.code == "file.size"


def test_a_nul_byte_among_text_is_left_to_its_cell():
    table = readers.read_table(csv_bytes(HEADER, ("H\x00F", *GOOD_ROW[1:])))
    assert first_cells(table)[0] == "H\x00F"


def test_whole_formatted_columns_are_harmless():
    rows = "".join(
        f'<row r="{r}">' + "".join(
            f'<c r="{chr(65 + c)}{r}" t="inlineStr"><is><t>{text}</t></is></c>' for c, text in enumerate(cells)
        ) + "</row>"
        for r, cells in enumerate((HEADER, GOOD_ROW), 1)
    )  # fmt: skip
    empty_styled = '<row r="1048576"><c r="ZZ1048576" s="1"/></row>'
    assert len(readers.read_table(files.raw_xlsx(rows + empty_styled))) == 1


def test_a_header_that_begins_like_a_program():
    assert len(readers.read_table(csv_bytes(("MZ", *HEADER), ("x", *GOOD_ROW)))) == 1


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_table_or_an_issue(content):
    assert outcome(content) == "table" or outcome(content).startswith("file.")


def test_a_workbook_with_flipped_bytes_gives_a_table_or_an_issue():
    good = xlsx(("data", [HEADER, *[GOOD_ROW] * 20]))
    dice = random.Random(20250210)
    for _ in range(200):
        broken = bytearray(good)
        for _ in range(dice.randint(1, 20)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        assert outcome(bytes(broken)) == "table" or outcome(bytes(broken)).startswith("file.")


def test_sheets_with_odd_xml_give_a_table_or_an_issue():
    odd = [
        "<row><c><v>1</v></c></row>",
        '<row r="0"><c r="A0"><v>1</v></c></row>',
        '<row r="-1"><c r="1A"><v>x</v></c></row>',
        '<row r="99999999999"><c r="ZZZZ9"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>999999</v></c></row>',
        '<row r="1"><c r="A1" t="d"><v>not a date</v></c></row>',
        '<row r="1"><c r="A1" t="b"><v>7</v></c></row>',
        '<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>',
        '<row r="2"><c r="B2"><v>1e400</v></c></row><row r="1"><c r="A1"><v>nan</v></c></row>',
    ]
    for rows in odd:
        with pytest.raises(FileTrouble) as caught:
            readers.read_table(files.raw_xlsx(rows))
        assert caught.value.issue.code in {"file.corrupt", "file.empty", "file.header", "file.bomb"}


FIRST = "".join(
    f'<c r="{letter}1" t="str"><v>{field}</v></c>' for letter, field in zip("ABCDEFGH", HEADER, strict=True)
)
FAR = {
    "columns beyond any sheet": '<row r="2"><c r="ZZZZZZ2"><v>1</v></c></row>',
    "more letters than a number holds": '<row r="2"><c r="ZZZZZZZZZZ2"><v>1</v></c></row>',
    "a cell far below its row": '<row r="2"><c r="Z1048576"><v>1</v></c></row>',
    "small letters": '<row r="2"><c r="xfd1048576"><v>1</v></c></row>',
    "another white space": '<row r="2"><c\tr\n= "Z1048576"><v>1</v></c></row>',
    "single quotes": "<row r='2'><c r='Z1048576'><v>1</v></c></row>",
    "an angle bracket before it": '<row r="2"><c s=">" r="Z1048576"><v>1</v></c></row>',
    "hidden by a false cell": '<row r="2"><![CDATA[<c r="A1">]]><c s=">" r="Z1048576"><v>1</v></c></row>',
    "a prefix": '<x:row r="1048576"><x:c><x:v>1</x:v></x:c></x:row>',
    "a cell without its place in a far row": '<row r="1048576"><c><v>1</v></c></row>',
    "rows beyond any sheet": '<row r="4294967295"><c><v>1</v></c></row>',
    "leading zeros across two pieces": '<row r="2"><c r="A' + "0" * 3_000_000 + '9999999"><v>1</v></c></row>',
}


@pytest.mark.parametrize("rows", FAR.values(), ids=FAR.keys())
def test_cells_far_apart_are_refused_before_a_parser_makes_room_for_them(rows):
    """The parser ends the whole process when the memory is not there: nothing could catch that."""
    with pytest.raises(FileTrouble) as caught:
        preflight.examine(files.raw_xlsx(f'<row r="1">{FIRST}</row>{rows}'))
    assert caught.value.issue.code == "file.bomb"


def test_a_sheet_may_have_any_name_and_is_measured_all_the_same():
    far = FAR["columns beyond any sheet"]
    with pytest.raises(FileTrouble) as caught:
        preflight.examine(files.with_members(xlsx(("data", [HEADER, GOOD_ROW])), **{"xl/media/a.png": far}))
    assert caught.value.issue.code == "file.bomb"


def test_more_cells_than_memory_is_meant_for_are_refused_though_they_share_one_place(monkeypatch):
    monkeypatch.setattr(preflight, "MOST_ELEMENTS", 1000)
    with pytest.raises(FileTrouble) as caught:
        preflight.examine(files.raw_xlsx('<row r="1">' + '<c r="A1"><v>1</v></c>' * 600 + "</row>"))
    assert caught.value.issue.code == "file.bomb"


def test_other_office_formats_inside_are_not_tried():
    """The library opens what it finds when the workbook itself is damaged."""
    for inside in ("content.xml", "xl/workbook.bin"):
        with pytest.raises(FileTrouble) as caught:
            preflight.examine(files.with_members(xlsx(("data", [HEADER, GOOD_ROW])), **{inside: "x"}))
        assert caught.value.issue.code == "file.type"
