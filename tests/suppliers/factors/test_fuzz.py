"""Factor files that are wrong in many ways: each is refused with its code, and nothing is written."""

from __future__ import annotations

import csv
import io
import random
import shutil

import pytest
from django.core.management import CommandError, call_command

from suppliers.factors import actions, tables
from suppliers.factors.models import Factor, FactorSet
from suppliers.tenants.refusals import Refusal

pytestmark = pytest.mark.django_db

FILE = "fuels.csv"
COLUMNS = list(tables.FACTOR_COLUMNS)


@pytest.fixture
def folder(tmp_path):
    target = tmp_path / "data"
    shutil.copytree(tables.OWN_TABLES, target)
    return target


def rows_of(path):
    return list(csv.reader(io.StringIO(path.read_text("utf-8"))))


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)


def refused(folder, *codes):
    before = (FactorSet.objects.count(), Factor.objects.count())
    with pytest.raises(Refusal) as caught:
        actions.load(folder=folder)
    assert caught.value.code in codes
    assert (FactorSet.objects.count(), Factor.objects.count()) == before
    return caught.value


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        *(
            ("value", cell)
            for cell in ("NaN", "sNaN", "Infinity", "-1", "1e400", "1e-400", "9" * 40, "", "٣", "0x1")
        ),
        *(("value", cell) for cell in ("1e10000000000", "1_000", "1,5", "--1", "=1+1", "9" * 1_000_000)),
        *(("year", cell) for cell in ("", "15", "2015.0", "-2015", "9" * 5000, "1989", "2101", "２０１")),
        *(("is_default", cell) for cell in ("", "Yes", "1", "maybe")),
        *(("verified", cell) for cell in ("", "sure", "YES")),
        *(("unit", cell) for cell in ("", "kgCO2", "lb/MWh", "kgCO2/kg/kg")),
        *(("code", cell) for cell in ("", "x" * 61, "x" * 1_000_000)),
        *(("valid_from", cell) for cell in ("2015-02-30", "yesterday", "20150706T", "9999999-01-01")),
        *(("name", cell) for cell in ("", "\0", "a\0b", "x" * 161, "\x1b[31m", "\u202e")),
        *(("set", cell) for cell in ("", "NOT-A-SET", "gwp-ar5")),
        *(("ncv", cell) for cell in ("NaN", "-1", "1e99")),
        ("oxidation_rate", "1.01"),
        ("carbon_content_tc_per_gj", "inf"),
        ("per_unit", "t"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_bad_cell(folder, column, cell):
    rows = rows_of(folder / FILE)
    rows[1][COLUMNS.index(column)] = cell
    write(folder / FILE, rows)
    refusal = refused(folder, "factor.file")
    assert refusal.data["file"] == FILE
    assert len(str(refusal)) < 1000  # a cell of a million letters is not sent back whole


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n\n",
        b"\xff\xfe\x00\x01",
        b"\x00" * 100,
        "set,code\n".encode("utf-16"),
        "代码,数值\n".encode("gb18030"),
        b"set,code,value\nA,B,1\n",
        b'"unclosed\n',
        b"PK\x03\x04 a spreadsheet",
        b"<html>",
        (",".join(COLUMNS) + "\n" + "," * 3 + "\n").encode(),
        (",".join(reversed(COLUMNS)) + "\n").encode(),
        (",".join(COLUMNS) + ",more\n").encode(),
    ],
    ids=lambda value: repr(value[:12]),
)
@pytest.mark.parametrize("name", [FILE, "sets.csv"])
def test_a_file_that_is_none(folder, name, content):
    (folder / name).write_bytes(content)
    assert refused(folder, "factor.file").data["file"] == name


def test_files_that_changed_places(folder):
    (folder / FILE).rename(folder / "kept")
    (folder / "sets.csv").rename(folder / FILE)
    (folder / "kept").rename(folder / "sets.csv")
    refused(folder, "factor.file")


def test_an_unknown_series(folder):
    path = folder / "sets.csv"
    path.write_text(path.read_text("utf-8").replace(",gwp,", ",gossip,", 1), "utf-8")
    assert refused(folder, "factor.file").data["column"] == "series"


def test_two_defaults_and_a_row_that_stands_twice(folder):
    rows = rows_of(folder / FILE)
    write(folder / FILE, [*rows, rows[1]])
    refused(folder, "factor.file")
    twin = list(rows[1])
    twin[COLUMNS.index("code")] = "A-ANTHRACITE-2"
    write(folder / FILE, [*rows, twin])
    assert refused(folder, "factor.file").data["column"] == "is_default"


def test_a_default_that_another_set_on_file_has_already(folder):
    """Loaded alone, the file is in order; the database has one default for that place and year already."""
    actions.load()
    rows = rows_of(folder / FILE)
    for path in folder.glob("*.csv"):
        if path.name not in (FILE, "sets.csv"):
            path.unlink()
    sets = rows_of(folder / "sets.csv")
    own = next(row for row in sets if row[0] == "CN-NDRC-FUEL-2015")
    write(folder / "sets.csv", [sets[0], ["ANOTHER-2015", *own[1:]]])
    clash = [["ANOTHER-2015", "Z-1", *row[2:]] for row in rows[1:2]]
    write(folder / FILE, [rows[0], *clash])
    refused(folder, "factor.edited")


def test_random_damage_is_never_an_accident(folder):
    """200 files with bytes knocked out of place: loaded, or refused with a code; never anything else."""
    actions.load()
    before = dict(Factor.objects.values_list("code", "value"))
    clean = (folder / FILE).read_bytes()
    dice = random.Random(20241130)
    outcomes = {"loaded": 0, "factor.file": 0, "factor.edited": 0}
    for _ in range(200):
        damaged = bytearray(clean)
        for _ in range(dice.randint(1, 4)):
            damaged[dice.randrange(len(damaged))] = dice.choice(b'\x00",\n\r;\xff019-')
        (folder / FILE).write_bytes(bytes(damaged))
        try:
            actions.load(folder=folder)
            outcomes["loaded"] += 1
        except Refusal as refusal:
            outcomes[refusal.code] += 1
    assert outcomes["factor.file"] > 20
    assert outcomes["factor.edited"] > 0
    now = dict(Factor.objects.values_list("code", "value"))
    assert {code: now[code] for code in before} == before


def test_the_command_says_the_code(folder):
    (folder / FILE).write_bytes(b"\x00")
    with pytest.raises(CommandError, match=r"factor\.file"):
        call_command("load_factors", "--folder", str(folder))
    with pytest.raises(CommandError, match=r"factor\.file"):
        call_command("load_factors", "--folder", str(folder / "nowhere"))
