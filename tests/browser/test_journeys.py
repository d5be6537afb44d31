"""What people come to do, done in a browser: drill down, export, publish a quarter, trace a figure, withdraw a file."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from python_calamine import CalamineWorkbook

from tests.browser.conftest import Site, Visitor, Visitors

pytestmark = pytest.mark.browser

PUBLISHED, OPEN = "FY24Q3", "FY24Q4"  # of the demo; only the publication's own test touches the open one
COMMODITY, GRADE = "metal", "D"
CODE_COLUMN, TOTAL_COLUMN, GRADE_COLUMN = 3, 7, 8  # of the exported workbook, counted from 0


def open_from_navigation(visitor: Visitor, path: str) -> Page:
    visitor.page.locator(f"nav.navigation a[href='{path}']").click()
    expect(visitor.page).to_have_url(f"{visitor.site.url}{path}")
    return visitor.page


def ranking_of(visitor: Visitor, label: str) -> list[dict[str, Any]]:
    """The same ranking as programs read it."""
    answer = visitor.context.request.get(f"{visitor.site.url}/api/v1/rankings/{label}/?page_size=200")
    assert answer.ok
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def fact(container: Page | Locator, name: str) -> Locator:
    """The value beside a name in a list of facts."""
    return container.locator("dt", has_text=re.compile(f"^{re.escape(name)}$")).locator(
        "xpath=following-sibling::dd[1]"
    )


def test_the_export_holds_exactly_what_is_filtered(visitors: Visitors, tmp_path: Path) -> None:
    buyer = visitors()
    buyer.log_in("procurement")
    page = open_from_navigation(buyer, "/ranking/")
    page.locator("details.menu", has=page.locator(f"a[href='/ranking/{PUBLISHED}/']")).locator(
        "summary"
    ).click()
    page.locator(f"a.menu__item[href='/ranking/{PUBLISHED}/']").click()
    page.locator(f"a.chip[href='?commodity={COMMODITY}']").click()
    page.locator(f"a.chip[href*='grade={GRADE}']").click()

    wanted = {
        row["supplier"]: row["total"]
        for row in ranking_of(buyer, PUBLISHED)
        if row["group"].startswith(f"{COMMODITY}/") and row["grade"] == GRADE
    }
    assert len(wanted) > 1
    shown = page.locator(".ranking-table tbody tr")
    expect(shown).to_have_count(len(wanted))

    with page.expect_download() as download:
        page.locator("a[href*='export.xlsx']").click()
    target = tmp_path / "ranking.xlsx"
    download.value.save_as(target)
    _titles, *lines = CalamineWorkbook.from_path(str(target)).get_sheet_by_index(0).to_python()
    assert {line[GRADE_COLUMN] for line in lines} == {GRADE}
    exported = {str(line[CODE_COLUMN]): line[TOTAL_COLUMN] for line in lines}
    assert len(lines) == len(wanted)
    assert exported == pytest.approx(wanted, abs=0.05)


def test_from_a_score_to_its_document(visitors: Visitors) -> None:
    buyer = visitors()
    buyer.log_in("procurement")
    page = buyer.open(f"/ranking/{PUBLISHED}/")
    page.locator(".ranking-table tbody th a").first.click()
    expect(page.locator("article.indicator")).to_have_count(8)
    page.locator(".indicator__evidence a[href^='/evidence/credentials/']").first.click()
    expect(page).to_have_url(re.compile(r"/evidence/credentials/\d+/$"))
    with page.expect_download() as download:
        page.locator("main a[href^='/evidence/files/']").click()
    content = Path(download.value.path()).read_bytes()
    digest = page.locator("main [title]", has_text=hashlib.sha256(content).hexdigest()[:16])
    expect(digest).to_be_visible()


def step(page: Page, deed: str) -> None:
    """A step of the quarter, with its dialog."""
    page.locator(f"main [data-dialog-open={deed}-dialog]").click()
    page.locator(f"#{deed}-dialog button[type=submit]").click()


def test_a_quarter_is_published_by_its_typed_label_and_for_good(visitors: Visitors) -> None:
    admin = visitors()
    admin.log_in("admin")
    open_from_navigation(admin, "/editions/")
    page = admin.page
    page.locator(f"main a[href='/editions/{OPEN}/']").first.click()
    badge = page.locator("h1 .badge")

    page.locator("form[action$='/compute/'] button").click()
    expect(page.locator(".toast--success")).to_contain_text(OPEN)
    step(page, "preview")
    expect(page.locator("main [data-dialog-open=preview-dialog]")).to_have_count(0)
    step(page, "lock")
    expect(page.locator("form[action$='/compute/']")).to_have_count(0)
    expect(badge).to_have_text("已锁定")

    page.locator("[data-dialog-open=publish-dialog]").click()
    dialog = page.locator("#publish-dialog")
    word, publish = dialog.locator("input[name=word]"), dialog.locator("button[type=submit]")
    expect(publish).to_be_disabled()
    word.fill(PUBLISHED)
    expect(publish).to_be_disabled()
    # whoever gets past the page is refused by the server
    publish.evaluate("button => { button.disabled = false }")
    publish.click()
    expect(page.locator(".toast--error")).to_be_visible()
    expect(badge).to_have_text("已锁定")

    page.locator("[data-dialog-open=publish-dialog]").click()
    word.fill(OPEN)
    publish.click()
    expect(badge).to_have_text("已发布")
    digest = page.locator(".digest").inner_text()
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    before = ranking_of(admin, OPEN)

    refused = post(admin, f"/editions/{OPEN}/compute/")
    assert "toast--error" in refused
    page.reload()
    expect(page.locator(".digest")).to_have_text(digest)
    assert ranking_of(admin, OPEN) == before


def post(visitor: Visitor, path: str) -> str:
    """What somebody sends who kept an old page open; the page that answers."""
    token = visitor.page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
    answer = visitor.context.request.post(
        f"{visitor.site.url}{path}",
        form={"csrfmiddlewaretoken": token},
        headers={"Referer": visitor.page.url},
    )
    assert answer.ok
    return answer.text()


def test_a_tonne_is_traced_to_its_cell_in_two_clicks(visitors: Visitors, tmp_path: Path) -> None:
    supplier = visitors()
    supplier.log_in("supplier")
    page = supplier.open("/carbon/?year=2024")

    page.locator("main a[href^='/carbon/lines/']").first.click()
    page.locator("td a[href$='/trace/']").first.click()

    drawer = page.locator("#drawer-body")
    expect(drawer.locator(".equation")).to_contain_text("kgCO2e")
    expect(fact(drawer, "编码")).to_have_text(re.compile(r"\S"))
    expect(fact(drawer, "来源")).to_have_text(re.compile(r"\S"))
    name = fact(drawer, "文件").inner_text()
    digest, row = fact(drawer, "SHA-256").inner_text(), int(fact(drawer, "行号").inner_text())
    given = fact(drawer, "原始填报").inner_text().split()[0]

    # the file itself agrees: same digest, and the quantity stands in that row
    drawer.get_by_role("link", name=name).click()
    with page.expect_download() as download:
        page.locator("a[href$='/file/']").click()
    target = tmp_path / name
    download.value.save_as(target)
    assert hashlib.sha256(target.read_bytes()).hexdigest() == digest
    cells = (
        CalamineWorkbook.from_path(str(target))
        .get_sheet_by_index(0)
        .to_python(skip_empty_area=False)[row - 1]
    )
    assert float(given.replace(",", "")) in [cell for cell in cells if isinstance(cell, float)]


def test_a_withdrawn_upload_no_longer_counts(visitors: Visitors) -> None:
    supplier = visitors()
    supplier.log_in("other")
    page = open_from_navigation(supplier, "/data/")
    row = page.locator("tbody tr", has=page.locator(".badge", has_text="已入账")).first
    row.locator("th a").click()
    records = page.locator("a[href^='/records/?upload=']").get_attribute("href") or ""
    address = page.url

    page.locator("[data-dialog-open=withdraw-dialog]").click()
    dialog = page.locator("#withdraw-dialog")
    expect(dialog).to_be_visible()
    dialog.locator("[data-dialog-close]").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".before-after")).to_be_visible()

    page.locator("[data-dialog-open=withdraw-dialog]").click()
    dialog.locator("button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("已撤回")
    expect(page.locator("[data-dialog-open=withdraw-dialog]")).to_have_count(0)
    supplier.open(records)
    expect(page.locator("main tbody tr a[href^='/records/']")).to_have_count(0)
    page.goto(address)  # the file and its history stay
    expect(page.locator("a[href$='/file/']")).to_be_visible()


def test_the_language_is_switched_in_the_header_and_stays(visitors: Visitors, site: Site) -> None:
    person = visitors(language="zh-CN")
    person.log_in("supplier")
    page = person.open("/carbon/?year=2024")
    html, heading = page.locator("html"), page.locator("h1")
    expect(html).to_have_attribute("lang", "zh-hans")
    expect(heading).to_have_text("碳排放")

    page.get_by_role("button", name="English").click()
    expect(html).to_have_attribute("lang", "en")
    expect(page).to_have_url(f"{site.url}/carbon/?year=2024")
    expect(heading).to_have_text("Carbon")
    open_from_navigation(person, "/data/")
    expect(heading).to_have_text("Data")
    page.reload()
    expect(heading).to_have_text("Data")

    page.get_by_role("button", name="中文").click()
    expect(heading).to_have_text("数据填报")
