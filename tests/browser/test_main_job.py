"""The main job in a real browser: template, 24 rows, two bad cells fixed on the page, accepted, tonnes seen."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.browser.conftest import Visitors

pytestmark = pytest.mark.browser

MONTHS = [f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 13)]
# 47.31 GJ/t × 0.0172 tC/GJ × 0.99 × 44/12 = 2.95383… kgCO2/kg; the factor is stored as 2.9538
LPG_KG_A_MONTH = 500
LPG_TONNES = Decimal(24 * LPG_KG_A_MONTH) * Decimal("2.9538") / 1000  # 35.4456


def filled(template: Path) -> bytes:
    """The downloaded workbook with 24 rows below its own header, two of them wrong, as a clerk would save it."""
    book = CalamineWorkbook.from_path(str(template))
    sheet = book.get_sheet_by_index(0).to_python()
    at = next(number for number, row in enumerate(sheet) if any("site" in str(cell) for cell in row))
    header = [str(cell) for cell in sheet[at]]
    field_of = {name: next(i for i, cell in enumerate(header) if name in cell) for name in FIELDS}
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        page = workbook.add_worksheet("data")
        for number, row in enumerate(sheet[: at + 1]):
            page.write_row(number, 0, [str(cell) for cell in row])
        for offset, month in enumerate(MONTHS):
            quantity: object = "n/a" if month == "2023-05" else LPG_KG_A_MONTH
            unit = "kWh" if month == "2024-02" else "kg"
            values = ("F1", "lpg", month, month, quantity, unit)
            for name, value in zip(FIELDS, values, strict=True):
                page.write(at + 1 + offset, field_of[name], value)
    return content.getvalue()


FIELDS = ("site", "carrier", "start", "end", "quantity", "unit")


def fix(page: Page, field: str, new: str) -> None:
    form = page.locator("form.cell-fix__form", has=page.locator(f"input[name=field][value={field}]"))
    form.locator("input[name=new]").fill(new)
    form.locator("button").click()
    expect(form).to_have_count(0)


def test_from_template_to_tonnes(visitors: Visitors, tmp_path: Path) -> None:
    clerk = visitors()
    page = clerk.log_in("clerk")

    clerk.open("/data/")
    with page.expect_download() as download:
        page.locator("a[href$='/data/template/']").first.click()
    template = tmp_path / "template.xlsx"
    download.value.save_as(template)

    page.set_input_files(
        "input[type=file]",
        {
            "name": "lpg.xlsx",
            "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "buffer": filled(template),
        },
    )
    page.locator("main form button[type=submit]").first.click()
    counts = page.locator(".upload-counts")
    expect(counts).to_contain_text("24")
    codes = page.locator(".issue-group__code")
    expect(codes).to_have_text(["row.number", "row.unit"], use_inner_text=True)

    fix(page, "quantity", str(LPG_KG_A_MONTH))
    fix(page, "unit", "kg")
    expect(page.locator(".issue-group")).to_have_count(0)

    page.locator("[data-dialog-open=accept-dialog]").first.click()
    page.locator("#accept-dialog button[type=submit]").last.click()
    gained = page.locator(".before-after")
    expect(gained).to_contain_text("35.45")
    assert round(LPG_TONNES, 2) == Decimal("35.45")

    page.locator("a[href*='/records/?upload=']").click()
    expect(page.locator("main")).to_contain_text("2024-12")
