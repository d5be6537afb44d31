"""The audit trail at a desk and on a phone, in both languages: read, filtered, taken home."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Visitors
from tests.browser.test_pages import DESK, HEIGHT, PHONE, serious, width_needed

pytestmark = pytest.mark.browser

WORDS = {"zh-CN": ("审计日志", "链条完整"), "en-GB": ("Audit trail", "The chain is whole")}


@pytest.mark.layout
@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("account", ["supplier", "admin"])
def test_the_trail_fits_and_can_be_read_by_everybody(visitors: Visitors, language: str, account: str) -> None:
    visitor = visitors(language=language)
    page = visitor.log_in(account)
    heading, whole = WORDS[language]
    page.click("nav.navigation a[href='/audit/']")
    expect(page.locator("h1")).to_contain_text(heading)
    if page.locator("a[href*='verify=1']").count():
        page.click("a[href*='verify=1']")
    expect(page.locator("#audit-chain")).to_contain_text(whole)
    assert page.locator("main tbody tr").count() > 10
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        assert width_needed(page) <= width
        assert serious(page, Axe()) == []


def test_a_filter_narrows_the_page_and_what_is_taken_home(visitors: Visitors) -> None:
    visitor = visitors(language="en-GB", width=PHONE)
    page = visitor.log_in("supplier")
    visitor.open("/audit/")
    page.select_option(
        "select[name=act]", "upload.withdraw" if _has(page, "upload.withdraw") else "upload.accept"
    )
    page.select_option("select[name=kind]", "deed")
    page.click("form.filters button[type=submit]")
    deeds = page.locator("main tbody td[data-label='Deed'] .strong")
    expect(deeds.first).to_contain_text("File ")
    assert len(set(deeds.all_inner_texts())) == 1
    with page.expect_download() as waiting:
        page.click("a[href^='/audit/export/']")
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text("utf-8-sig"))))
    assert rows and {row["done"] for row in rows} == set(deeds.all_inner_texts())


def _has(page: object, act: str) -> bool:
    return bool(page.locator(f"select[name=act] option[value='{act}']").count())  # type: ignore[attr-defined]
