"""Privacy pages and the archive in a browser: both languages, at a desk and on a phone, readable by everybody."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors
from tests.browser.test_pages import DESK, HEIGHT, PHONE, serious, width_needed

pytestmark = pytest.mark.browser

LANGUAGES = ["zh-CN", "en-US"]


def fits(page: Page, axe: Axe) -> list[str]:
    found = [f"{page.url}: {trouble}" for trouble in serious(page, axe)]
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        if (needed := width_needed(page)) > width:
            found.append(f"{page.url}: needs {needed} px at {width}")
    page.set_viewport_size({"width": DESK, "height": HEIGHT})
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_is_open_to_everybody(visitors: Visitors, language: str) -> None:
    page = visitors(language=language).open("/privacy/")
    words = "隐私声明" if language == "zh-CN" else "Privacy notice"
    expect(page.locator("h1")).to_have_text(words)
    assert fits(page, Axe()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_agree_read_take_along_withdraw(visitors: Visitors, language: str) -> None:
    visitor = visitors(language=language)
    visitor.log_in("procurement")
    axe, found = Axe(), []
    page = visitor.open("/privacy/consent/?next=/ranking/")
    found += fits(page, axe)
    page.click("main form:has(input[name=next]) button[type=submit]")
    page.wait_for_url(f"{visitor.site.url}/ranking/**")

    page = visitor.open("/privacy/my-data/")
    found += fits(page, axe)
    with page.expect_download() as download:
        page.click("a[href='/privacy/my-data/download/']")
    copy = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert copy["person"]["email"] == "procurement@greenlink.example"

    page.click("[data-dialog-open=withdraw]")
    page.click("#withdraw button[type=submit]")
    expect(page.locator("[data-dialog-open=withdraw]")).to_have_count(0)
    expect(page.locator("#consent ~ div a[href='/privacy/consent/']")).to_have_count(1)
    assert found == []


def test_removal_waits_for_the_typed_address(visitors: Visitors) -> None:
    visitor = visitors()
    visitor.log_in("clerk")
    page = visitor.open("/privacy/my-data/")
    page.click("[data-dialog-open=remove]")
    submit = page.locator("#remove button[type=submit]")
    expect(submit).to_be_disabled()
    page.fill("#remove-word", "clerk@greenlink")
    expect(submit).to_be_disabled()
    page.fill("#remove-word", "clerk@greenlink.example")
    expect(submit).to_be_enabled()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_supplier_takes_all_data_home(visitors: Visitors, language: str) -> None:
    visitor = visitors(language=language)
    visitor.log_in("supplier")
    axe = Axe()
    page = visitor.open("/archive/")
    found = fits(page, axe)
    page.click(".page-head__action button[type=submit]")
    fetch = page.locator("a[href$='/file/']").first
    expect(fetch).to_be_visible(timeout=60_000)
    found += fits(page, axe)
    with page.expect_download() as download:
        fetch.click()
    with zipfile.ZipFile(download.value.path()) as content:
        assert content.testzip() is None
        assert "tables/emission_lines.csv" in content.namelist()
    page.click("[data-dialog-open^=remove-]")
    page.click("dialog[open] button[type=submit]")
    expect(page.locator("a[href$='/file/']")).to_have_count(0)
    assert found == []
