"""The report: chapters, tables, no formulas, no markup of tenants, and within its time."""

from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from decimal import Decimal

import pikepdf
import pytest
from django.utils import translation

from suppliers.inventory import inventories, inventory_queries, queries
from suppliers.inventory.accounts import Account
from suppliers.inventory.report import files
from suppliers.inventory.report.content import report
from suppliers.inventory.report.workbook import gri, ifrs
from suppliers.models import Output
from suppliers.tenants.all_tenants import all_tenants
from tests.factories import inventory as make
from tests.suppliers.inventory.years import described, factors_loaded, record

NASTY = '=1+1 #panic("x") $a$ *b* ]#read("/etc/passwd")'


@pytest.fixture
def version(world):
    with all_tenants("tests"):
        make.frozen(world.supplier, year=2023)
        more = make.TOTALS | {"scope1": "30.000000", "beside": {"R22": "7.000000"}, "tce": "0.122900"}
        yield make.frozen(
            world.supplier, year=2024, totals=more, organisation=NASTY, boundary="both sites",
            exclusions=[{"what": NASTY, "reason": "small", "percent": "0.1"}],
        )  # fmt: skip


def read(version, ending: str, language: str) -> bytes:
    with files.written(version, ending, language) as file:
        return file.read()


def test_the_chapters_of_iso_14064_are_there_in_both_languages(version):
    for language, titles in (
        ("en", ("Exclusions", "Uncertainty", "Factors used")),
        ("zh-hans", ("排除项", "不确定性", "采用的因子")),
    ):
        with translation.override(language):
            found = " ".join(chapter.title for chapter in report(Account(version)).chapters)
        assert all(title in found for title in titles)


def test_gri_and_ifrs_tables_say_tonnes_and_the_change(version):
    with translation.override("en"):
        table = gri(Account(version))
        by = {row[0]: row[2] for row in table.rows if row[0] != "305-2"}
        # 30 kg = 0.03 t; (30 + 500) − (20 + 500) = 10 kg = 0.01 t more than the year before
        assert by["305-1"] == Decimal("0.03") and by["305-5"] == Decimal("0.01")
        assert [row[2] for row in table.rows if row[0] == "305-2"] == [Decimal("0.5"), Decimal("0.5")]
        assert ifrs(Account(version)).rows[0][2] == Decimal("0.03")


def test_words_of_tenants_are_text_and_never_formula_or_markup(version):
    content = read(version, "xlsx", "en")
    name = files.name_of(version, "xlsx")
    book = zipfile.ZipFile(io.BytesIO(content))
    sheets = [book.read(one).decode() for one in book.namelist() if one.startswith("xl/worksheets/sheet")]
    assert name == "inventory-ALPHA-2024-v1.xlsx" and len(sheets) == 4
    assert any("=1+1" in sheet for sheet in sheets)
    assert not any("<f>" in sheet for sheet in sheets)
    for title in ("Report", "GRI 305", "IFRS S2", "Lines"):
        assert f'name="{title}"' in book.read("xl/workbook.xml").decode()
    assert read(version, "pdf", "en").startswith(b"%PDF-")


def test_a_pdf_of_a_normal_year_takes_less_than_two_seconds(world):
    with all_tenants("tests"):
        lines = tuple({**make.LINES[0], "month": number % 12 + 1} for number in range(1200))
        version = make.frozen(world.supplier, year=2024, lines=lines)
        started = time.monotonic()
        content = read(version, "pdf", "zh")
        assert time.monotonic() - started < 2
    assert len(pikepdf.open(io.BytesIO(content)).pages) >= 2


def test_factors_used_name_what_each_figure_was_made_with(world):
    with all_tenants("tests"), translation.override("en"):
        factors_loaded()
        record(world.site, "R410A", 10)
        record(world.site, "diesel", 5)
        opened = inventories.open_year(by=world.actor(world.alice), supplier=world.supplier, year=2023)
        version = inventories.submit(by=world.actor(world.alice), inventory=described(opened))
        (chapter,) = (one for one in report(Account(version)).chapters if "Factors used" in one.title)
    rows = {row[0]: row for row in chapter.tables[0].rows}
    # the warming potential itself, not the 1 that a leaked kilogram is multiplied with; methane's beside its factor
    assert (rows["GWP-R410A-AR5"][2], rows["GWP-CH4-AR5"][2]) == ("1,923.5", "28")
    assert rows["A-DIESEL"][2:4] == ["3.1451", "kgCO2/kg"] and "IPCC-DIESEL-CH4" in rows
    assert len(rows) == len(chapter.tables[0].rows)


def test_completeness_and_intensity_of_a_frozen_version_are_those_of_its_day(world):
    with all_tenants("tests"):
        factors_loaded()
        made = {"supplier": world.supplier, "site": world.site, "unit": "pcs", "state": "submitted"}
        Output.objects.create(value=100, start=dt.date(2023, 1, 1), end=dt.date(2023, 3, 31), **made)
        record(world.site, "diesel", 5, start="2023-01-01", end="2023-01-31")
        opened = inventories.open_year(by=world.actor(world.alice), supplier=world.supplier, year=2023)
        version = inventories.submit(by=world.actor(world.alice), inventory=described(opened))
        record(world.site, "diesel", 5, start="2023-02-01", end="2023-02-28")
        Output.objects.create(value=300, start=dt.date(2023, 4, 1), end=dt.date(2023, 6, 30), **made)
        (intensity,) = inventory_queries.intensities(Account(version))
        (row,) = inventory_queries.coverage(version)
        (now,) = queries.coverage(world.supplier, 2023)
    assert intensity.output == 100
    assert row["months"] == [1] + [0] * 11 and now["months"] == [1, 1] + [0] * 10
