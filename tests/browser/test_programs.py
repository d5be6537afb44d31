"""From an offer to data that a buyer reads: a company is enrolled, joins, leaves, is asked again and shares history."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from stdnum.cn import uscc as credit_code

from tests.browser.conftest import Visitor, Visitors
from tests.browser.test_pages import DESK, HEIGHT, PHONE, serious, width_needed

pytestmark = pytest.mark.browser

STEM = "91340100MA9000007"
USCC = STEM + credit_code.calc_check_digit(STEM)
NAME = "新链科技"
PASSWORD = "a long and winding word"


def invite(page: Page, *, email: str = "") -> None:
    page.fill("input[name=name]", NAME)
    page.fill("input[name=uscc]", USCC)
    page.select_option("select[name=commodity]", index=1)
    page.fill("input[name=starts_on]", "2025-01-01")
    page.fill("input[name=email]", email)
    page.locator("section[aria-labelledby=one] .form__foot button").click()


def test_an_offer_is_accepted_with_history_and_the_buyer_sees_from_when(visitors: Visitors) -> None:
    buyer, company = visitors(language="en-US"), visitors(language="en-US")
    buyer.log_in("admin")
    invite(buyer.open("/suppliers/enrol/"), email="first@new.example")
    link = buyer.page.locator("input.copy-link").input_value()

    page = company.page
    page.goto(link)
    page.fill("input[name=name]", "First Manager")
    page.fill("input[name=password]", PASSWORD)
    page.fill("input[name=again]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{company.site.url}/")
    company.open("/programs/")
    expect(page.locator("dl.facts")).to_contain_text("2025-01-01")
    page.click("[data-dialog-open]")
    expect(page.locator("dialog[open]")).to_contain_text("sees none of your records")
    page.click("dialog[open] button[type=submit]")
    expect(page.locator("main")).to_contain_text("In no program")

    invite(buyer.open("/suppliers/enrol/"))
    buyer.page.wait_for_url(f"{buyer.site.url}/suppliers/")
    buyer.open("/suppliers/enrol/")
    expect(buyer.page.locator("section[aria-labelledby=offers]")).to_contain_text(NAME)
    company.open("/")
    expect(page.locator("main")).to_contain_text("invites you to its program")
    company.open("/programs/")
    page.select_option("select[name=history]", "from")
    page.fill("input[name=shared_from]", "2024-07-01")
    page.click("button[value=accept]")
    expect(page.locator("dl.facts")).to_contain_text("2024-07-01")
    buyer.open(f"/suppliers/?words={NAME}")
    buyer.page.locator("main tbody th a").first.click()
    expect(buyer.page.locator("dl.facts")).to_contain_text("2024-07-01")


def check(visitor: Visitor, axe: Axe | None) -> list[str]:
    """The page as it stands: at a desk, then at a phone's width; read by axe."""
    page, found = visitor.page, []
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        if (needed := width_needed(page)) > width:
            found.append(f"{page.url}: needs {needed} px at {width}")
    page.set_viewport_size({"width": DESK, "height": HEIGHT})
    return found + ([f"{page.url}: {trouble}" for trouble in serious(page, axe)] if axe else [])


@pytest.mark.layout
@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_the_pages_of_enrolling_fit_and_can_be_read(
    visitors: Visitors, tmp_path: Path, language: str
) -> None:
    axe = Axe()
    supplier, buyer = visitors(language=language), visitors(language=language)
    supplier.log_in("supplier")
    supplier.open("/programs/")
    supplier.page.locator("main details summary").first.click()
    found = check(supplier, axe)
    buyer.log_in("admin")
    page = buyer.open("/suppliers/enrol/")
    found += check(buyer, axe)
    commodity = page.locator("select[name=commodity] option").nth(1).get_attribute("value")
    file = tmp_path / "list.csv"
    file.write_text(f"name,commodity\n一家公司,{commodity}\n另一家公司,{commodity}\n", encoding="utf-8")
    page.set_input_files("input[type=file]", file)
    page.locator("section[aria-labelledby=many] button").click()
    expect(page.locator("input[name=shown]")).to_have_count(1)
    found += check(buyer, axe)
    buyer.open("/suppliers/SHENGLI/terms/")
    found += check(buyer, axe)
    assert found == []
