"""The yearly inventory in a real browser: both languages, at a desk and on a phone, read by axe."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Visitors
from tests.browser.test_programs import check

pytestmark = [pytest.mark.browser]


@pytest.mark.layout
@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_from_the_list_to_the_cell(visitors: Visitors, language: str) -> None:
    axe = Axe()
    visitor = visitors(language=language)
    page, found = visitor.log_in("supplier"), []
    visitor.open("/inventory/")
    found += check(visitor, axe)
    page.locator("main tbody th a").first.click()
    expect(page.locator("h1")).to_contain_text("2024")
    found += check(visitor, axe)
    # click 1: the total; click 2: the line; click 3: the file
    page.locator("main .grid--figures a").nth(1).click()
    expect(page.locator("main tbody tr").first).to_be_visible()
    found += check(visitor, axe)
    page.locator("main tbody th a").first.click()
    drawer = page.locator("#drawer")
    expect(drawer.locator(".equation")).to_contain_text("kWh")
    drawer.locator("a[href*='/uploads/'], a[href*='/data/']").first.click()
    expect(page.locator("h1")).to_be_visible()
    visitor.open("/inventory/")
    # 2024 is under review and stands still; 2023 may be restated
    page.locator("main tbody th a").nth(1).click()
    page.locator("a[href$='/restatement/']").click()
    found += check(visitor, axe)
    assert found == []
