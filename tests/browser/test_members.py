"""From an invitation to Today in a browser of one's own, and the pages of team, keys and rights for every reader."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor, Visitors
from tests.browser.test_pages import DESK, HEIGHT, PHONE, serious, width_needed

pytestmark = pytest.mark.browser

PASSWORD = "Boiler-House-7"
LANGUAGES = ["zh-CN", "en-US"]


def sent_link(manager: Visitor, email: str, role: str) -> str:
    page = manager.open("/team/invite/")
    page.fill("input[name=email]", email)
    page.select_option("select[name=role]", role)
    page.click("main form button[type=submit]")
    link = page.locator("input#link").input_value()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/invitations/[\w-]{43}/", link)
    return link


def fits(page: Page, axe: Axe) -> list[str]:
    found = [f"{page.url}: {trouble}" for trouble in serious(page, axe)]
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        if (needed := width_needed(page)) > width:
            found.append(f"{page.url}: needs {needed} px at {width}")
    page.set_viewport_size({"width": DESK, "height": HEIGHT})
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_invited_person_sets_a_password_and_lands_on_today(visitors: Visitors, language: str) -> None:
    manager = visitors(language=language)
    manager.log_in("supplier")
    email = f"new-{language.lower()}@greenlink.example"
    link = sent_link(manager, email, "supplier_contributor")
    found = fits(manager.page, axe := Axe())
    expect(manager.open("/team/").locator("main")).to_contain_text(email)

    guest = visitors(language=language, width=PHONE, height=844)
    page = guest.page
    page.goto(link)
    found += fits(page, axe)
    page.fill("input[name=name]", "新同事")
    page.fill("input[name=password]", PASSWORD)
    page.fill("input[name=again]", PASSWORD)
    page.set_viewport_size({"width": PHONE, "height": 844})
    page.click("main form button[type=submit]")
    page.wait_for_url(f"{guest.site.url}/")
    expect(page.locator("nav.navigation")).to_have_count(1)

    again = visitors(language=language)
    # The browser notes the 404 in its console; it is what is looked for.
    answer = again.page.goto(link)
    assert answer is not None and answer.status == 404
    assert all(link in trouble for trouble in again.troubles)
    again.troubles.clear()
    found += fits(again.page, axe)
    assert found == []

    row = manager.open("/team/").locator("tr", has_text=email)
    row.locator("[data-dialog-open]").click()
    dialog = manager.page.locator("dialog[open]")
    expect(dialog).to_contain_text("新同事")
    dialog.locator("button[type=submit]").click()
    expect(manager.page.locator("tr", has_text=email)).to_have_count(0)
    page.goto(f"{guest.site.url}/")
    expect(page.locator("nav.navigation")).to_have_count(0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_is_made_and_revoked(visitors: Visitors, language: str) -> None:
    manager = visitors(language=language)
    manager.log_in("supplier")
    page, axe = manager.open("/keys/new/"), Axe()
    found = fits(page, axe)
    page.fill("input[name=name]", f"ERP {language}")
    page.check("input[name=rights][value=record_read]")
    page.click("main form button[type=submit]")
    secret = page.locator("input#secret").input_value()
    found += fits(page, axe)
    call = {"Authorization": f"Token {secret}"}
    sites = f"{manager.site.url}/api/v1/sites/"
    guest = visitors()
    assert guest.context.request.get(sites, headers=call).status == 200

    row = manager.open("/keys/").locator("tr", has_text=f"ERP {language}")
    expect(row).to_contain_text(secret[:8])
    found += fits(page, axe)
    row.locator("[data-dialog-open]").click()
    page.locator("dialog[open] button[type=submit]").click()
    expect(page.locator("tr", has_text=f"ERP {language}")).to_have_count(0)
    assert guest.context.request.get(sites, headers=call).status == 401
    assert found == []


@pytest.mark.layout
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ["supplier", "admin", "verifier"])
def test_team_keys_and_rights_fit_and_can_be_read(visitors: Visitors, role: str, language: str) -> None:
    visitor = visitors(language=language)
    visitor.log_in(role)
    axe, found = Axe(), []
    for address in ("/team/", "/keys/", "/keys/personal/new/", "/who-sees-what/"):
        page = visitor.open(address)
        for details in page.locator("main details").all():
            details.locator("summary").click()
        found += fits(page, axe)
    if role == "admin":
        visitor.open("/keys/").locator("form[action$='/keys/screen/new/'] button").click()
        expect(visitor.page.locator("input#secret")).to_have_value(re.compile(r"/screen/\?key=gls_"))
    assert found == []
