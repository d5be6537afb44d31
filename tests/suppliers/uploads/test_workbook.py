"""What is downloaded is read by our own reader when it is filled in; what is given back is harmless."""

import io
import re
import zipfile

import pytest
import python_calamine

from suppliers import pipeline
from suppliers.factors import actions as factors
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.scope import entered
from suppliers.uploads import annotated, readers, workbook
from suppliers.uploads.preflight import FileTrouble
from tests.factories import suppliers as make
from tests.suppliers.uploads.files import HEADER, csv_bytes, xlsx

GOOD = ("HF", "MAIN", "electricity", "2023-03", "2023-03", "1000", "kWh", "B1")


@pytest.fixture
def meter(world):
    factors.load()
    with all_tenants("test"):
        make.SiteFactory.create(supplier=world.neighbour, code="THEIRS")
        return make.MeterFactory.create(site=world.site, code="MAIN", name="总表")


@pytest.fixture
def alice(world):
    return world.actor(world.alice)


def grids(content):
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name: archive.read(name).decode()
            for name in archive.namelist()
            if name.endswith((".xml", ".rels"))
        }


def checked(world, alice, content, name="filled.xlsx"):
    with entered(alice.scope):
        upload = pipeline.receive(by=alice, supplier=world.supplier, content=content, filename=name)
        return pipeline.check(upload=upload)


def test_the_template_lists_own_sites_and_meters_and_nobody_else_s(world, meter, alice):
    with entered(alice.scope):
        content = workbook.template_workbook(world.supplier)
    texts = {str(cell) for grid in grids(content).values() for row in grid for cell in row}
    assert {"HF", "MAIN", "合肥工厂", "R410A", "天然气"} <= texts
    assert "THEIRS" not in texts
    assert parts(content)["xl/worksheets/sheet1.xml"].count("<dataValidation ") == 4


def test_the_template_filled_in_is_accepted_by_our_reader(world, meter, alice):
    with entered(alice.scope):
        content = workbook.template_workbook(world.supplier)
    with pytest.raises(FileTrouble) as caught:
        readers.read_table(content)
    assert caught.value.issue.code == "file.empty"  # the examples are not taken for data
    rows = grids(content)[workbook.DATA_SHEET]
    others = [(name, grid) for name, grid in grids(content).items() if name != workbook.DATA_SHEET]
    filled = xlsx((workbook.DATA_SHEET, [*rows, GOOD]), *others)
    upload = checked(world, alice, filled)
    assert (upload.status, upload.rows_valid) == ("ready", 1)


def test_a_supplier_without_sites_or_meters_gets_a_workbook_too(world, alice):
    with entered(alice.scope):
        assert workbook.template_workbook(world.supplier).startswith(b"PK")


def test_the_annotated_workbook_marks_bad_cells_and_says_why(world, meter, alice):
    upload = checked(world, alice, csv_bytes(HEADER, GOOD, (*GOOD[:5], "n/a", "m3", "B2")))
    with entered(alice.scope):
        content = annotated.annotated_workbook(upload, "zh-hans")
    table, issues = grids(content).values()
    assert table[0] == [*HEADER, "问题"]
    assert table[2][5] == "n/a"
    assert "不是能识别的数字" in table[2][8]
    assert [row[3] for row in issues] == ["代码", "row.number", "row.unit"]
    comments = parts(content)["xl/comments1.xml"]
    assert re.findall(r'<comment ref="(\w+)"', comments) == ["F3", "G3"]


def test_the_annotated_workbook_keeps_rows_where_they_were_and_shows_fixes(world, meter, alice):
    upload = checked(world, alice, xlsx(("能源", [["标题"], [], HEADER, (*GOOD[:5], "abc", "kWh")])))
    with entered(alice.scope):
        upload = pipeline.fix_cell(by=alice, upload=upload, row=4, field="quantity", new="77")
        content = annotated.annotated_workbook(upload, "en")
    grid = grids(content)["能源"]
    assert grid[2][:3] == ["site", "meter", "carrier"]
    assert grid[3][5] == "77"


@pytest.mark.parametrize(
    "evil", ['=HYPERLINK("http://x",1)', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "http://x.test"]
)
def test_text_comes_back_as_text(world, meter, alice, evil):
    row = (*GOOD[:5], "abc", "kWh", '"' + evil.replace('"', '""') + '"')
    upload = checked(world, alice, csv_bytes(HEADER, row))
    with entered(alice.scope):
        inside = parts(annotated.annotated_workbook(upload, "en"))
    assert all("<f>" not in xml and "hyperlink" not in xml.lower().replace("=hyperlink", "") for name, xml in
               inside.items() if name.startswith("xl/worksheets/sheet"))  # fmt: skip


def test_a_file_that_could_not_be_read_gives_its_issue_alone(world, alice):
    upload = checked(world, alice, b"%PDF-1.7 x")
    with entered(alice.scope):
        (only,) = grids(annotated.annotated_workbook(upload, "en")).values()
    assert only[1][3] == "file.type"


def test_control_characters_cannot_break_the_answer(world, meter, alice):
    upload = checked(world, alice, csv_bytes(HEADER, ("H\x00F\x0b", *GOOD[1:])))
    with entered(alice.scope):
        table, _ = grids(annotated.annotated_workbook(upload, "en")).values()
    assert table[1][0] == "HF"
