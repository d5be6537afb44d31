"""The verifier's way from Today to a checked line, and a stranger at the public page of a statement."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors
from tests.browser.test_pages import DESK, HEIGHT, PHONE, serious, width_needed

pytestmark = pytest.mark.browser


def at_every_width(page: Page) -> None:
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        assert width_needed(page) <= width, f"{page.url} at {width}"
        assert serious(page, Axe()) == []


def test_a_verifier_begins_a_review_and_checks_its_first_line(visitors: Visitors) -> None:
    verifier = visitors(language="en-US")
    page = verifier.log_in("verifier")
    at_every_width(page)
    page.locator(".duty", has_text="to begin").first.click()
    page.get_by_role("button", name="Begin the review").click()
    expect(page.locator("main")).to_contain_text("suggestion")
    page.get_by_role("button", name="Confirm the sample").click()
    expect(page.locator("main")).to_contain_text(re.compile(r"\d+ lines? to check"))
    at_every_width(page)
    page.locator("section[aria-labelledby=sample] tbody a").first.click()
    expect(page.locator("main")).to_contain_text("The document")
    at_every_width(page)
    before = page.url
    page.get_by_label("right", exact=True).check()
    page.get_by_role("button", name="Keep and go on").click()
    page.wait_for_url(lambda url: url != before and "/check/" not in url)


def test_a_stranger_checks_the_statement_that_the_supplier_shows(visitors: Visitors) -> None:
    supplier, stranger = visitors(language="en-US"), visitors(language="zh-CN")
    supplier.log_in("supplier")
    page = supplier.open("/statements/")
    at_every_width(page)
    public = page.get_by_role("link", name="Public page").first.get_attribute("href") or ""
    shown = stranger.open(public)
    expect(shown.locator("[data-state=valid]")).to_contain_text("签名有效")
    at_every_width(shown)
    shown.get_by_role("link", name="公钥", exact=True).click()
    expect(shown.locator("main")).to_contain_text("现用密钥")
    at_every_width(shown)
    shown.go_back()
    with shown.expect_download() as download:
        shown.get_by_role("link", name="payload.json").click()
    assert public.split("/")[2] in download.value.path().read_text(encoding="utf-8")
