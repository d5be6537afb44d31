"""Getting in, in a browser: the app, recovery codes, passkeys of a made-up device, sessions; no console error."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, Visitor, Visitors
from tests.browser.test_pages import troubles
from tests.suppliers.tenants.accounts import code_of

pytestmark = pytest.mark.browser

OPEN = (
    *("login/", "signup/", "inactive/", "password/reset/", "password/reset/sent/", "password/reset/done/"),
    *("password/reset/1/used/", "email/sent/", "email/confirm/used/"),
)
OWN = ("", "sessions/", "email/", "password/", "logout/", "again/", "second-factor/", "passkeys/")
AFTER_SHOWING_WHO = ("second-factor/app/", "passkeys/new/")
WITH_AN_APP = (
    "second-factor/",
    "second-factor/codes/",
    "second-factor/codes/new/",
    "second-factor/app/remove/",
)
# nobody else logs in as this one, so a second factor that a failed test leaves behind stops no other
ALONE = "admin2"
LANGUAGES = ["zh-CN", "en-US"]
ENGLISH_ONLY = re.compile(r"^[^\u4e00-\u9fff]*[A-Za-z]{3,}[^\u4e00-\u9fff]*$")
NO_WORDS = re.compile(r"@greenlink\.example|^[A-Z2-7]{32}$|^\w+, \w+$|^[\w ]+/[\d.]+")


def looked_at(visitor: Visitor, paths: tuple[str, ...], language: str) -> list[str]:
    """What is wrong with these pages: size, reading aids (the same in both languages, so asked once), foreign lines."""
    found = []
    axe = Axe() if language == "zh-CN" else None
    for path in paths:
        address = f"/accounts/{path}"
        found += troubles(visitor, address, axe)
        lines = visitor.page.locator("main").inner_text().splitlines()
        if language == "zh-CN":
            wrong = [line for line in lines if ENGLISH_ONLY.match(line) and not NO_WORDS.search(line)]
        else:
            wrong = [line for line in lines if re.search(r"[\u4e00-\u9fff]", line)]
        found += [f"{address}: {line}" for line in wrong]
    return found


def password(page: Page, site: Site) -> None:
    page.fill("input[name=password]", site.password)
    page.click("main button[type=submit]")


def enter(visitor: Visitor, account: str) -> Page:
    """The password alone, at the login page."""
    page = visitor.open("/accounts/login/")
    page.fill("input[name=login]", f"{account}@greenlink.example")
    password(page, visitor.site)
    return page


def show_who(visitor: Visitor, path: str) -> Page:
    page = visitor.open(path)
    password(page, visitor.site)
    page.wait_for_url(f"{visitor.site.url}{path}")
    return page


def by_name(visitor: Visitor) -> None:
    """A passkey belongs to a name; browsers give none to 127.0.0.1."""
    visitor.site = Site(
        url=visitor.site.url.replace("127.0.0.1", "localhost"),
        var=visitor.site.var,
        accounts=visitor.site.accounts,
    )


def give_device(visitor: Visitor) -> None:
    devices = visitor.context.new_cdp_session(visitor.page)
    devices.send("WebAuthn.enable")
    abilities = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
            | abilities
        },
    )


@pytest.mark.layout
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_fit_and_can_be_read(visitors: Visitors, language: str) -> None:
    visitor = visitors(language=language)
    found = looked_at(visitor, OPEN, language)
    visitor.log_in("clerk")
    found += looked_at(visitor, OWN, language)
    show_who(visitor, "/accounts/second-factor/app/")
    found += looked_at(visitor, AFTER_SHOWING_WHO, language)
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_app_from_setting_up_to_removing(visitors: Visitors, language: str) -> None:
    visitor = visitors(language=language)
    visitor.log_in(ALONE)
    page = show_who(visitor, "/accounts/second-factor/app/")
    picture = page.locator("img.second-factor-picture")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    secret = page.locator("main code").inner_text()
    page.fill("input[name=code]", code_of(secret))
    page.click("main button[type=submit]")
    page.wait_for_url("**/second-factor/codes/")
    codes = page.locator(".recovery-codes code").all_inner_texts()
    assert len(codes) == 10
    assert looked_at(visitor, WITH_AN_APP, language) == []

    other = visitors(language=language)
    page = enter(other, ALONE)
    page.wait_for_url("**/accounts/second-factor/login/")
    assert looked_at(other, ("second-factor/login/",), language) == []
    page.fill("input[name=code]", codes[0])
    page.click("main button[type=submit]")
    page.wait_for_url(f"{other.site.url}/")

    page = visitor.open("/accounts/second-factor/app/remove/")
    page.click("main button[type=submit]")
    page.wait_for_url("**/accounts/second-factor/")
    expect(page.locator("#factor-codes")).to_have_count(0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_passkey_logs_in_alone_and_beside_the_password(visitors: Visitors, language: str) -> None:
    visitor = visitors(language=language)
    by_name(visitor)
    visitor.log_in(ALONE)
    give_device(visitor)
    page = show_who(visitor, "/accounts/passkeys/new/")
    page.fill("input[name=name]", "K1")
    page.click("main button[type=submit]")
    page.wait_for_url("**/second-factor/codes/")
    key = visitor.open("/accounts/passkeys/").locator("main a[href$='/name/']").get_attribute("href")
    assert key
    pages = ("passkeys/", key.removeprefix("/accounts/"), "again/passkey/")
    assert looked_at(visitor, pages, language) == []

    visitor.context.clear_cookies()
    page = visitor.open("/accounts/login/")
    page.click("form[data-passkey] button")
    page.wait_for_url(f"{visitor.site.url}/")

    visitor.context.clear_cookies()
    page = enter(visitor, ALONE)
    page.wait_for_url("**/second-factor/login/")
    page.click("form[data-passkey] button")
    page.wait_for_url(f"{visitor.site.url}/")

    visitor.open("/accounts/again/passkey/").click("main button[type=submit]")
    page.wait_for_url(f"{visitor.site.url}/")
    visitor.open(key.replace("/name/", "/remove/")).click("main button[type=submit]")
    page.wait_for_url("**/accounts/passkeys/")
    expect(page.locator("main table")).to_have_count(0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_forgotten_password_is_replaced_by_a_mailed_link(visitors: Visitors, language: str) -> None:
    visitor = visitors(language=language)
    page = visitor.open("/accounts/password/reset/")
    page.fill("input[name=email]", f"{ALONE}@greenlink.example")
    page.click("main button[type=submit]")
    page.wait_for_url("**/password/reset/sent/")
    link = visitor.site.last_link()
    assert looked_at(visitor, (link.removeprefix("/accounts/"),), language) == []
    # the same one again: the demo goes on as it was
    page.fill("input[name=password1]", visitor.site.password)
    page.fill("input[name=password2]", visitor.site.password)
    page.click("main button[type=submit]")
    page.wait_for_url("**/password/reset/done/")
    visitor.log_in(ALONE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_address_waits_for_its_link(visitors: Visitors, language: str) -> None:
    visitor = visitors(language=language)
    visitor.log_in(ALONE)
    page = visitor.open("/accounts/again/?next=/accounts/email/")
    password(page, visitor.site)
    page.wait_for_url("**/accounts/email/")
    page.fill("input[name=email]:not([type=hidden])", f"new-{language.lower()}@greenlink.example")
    page.click("button[name=action_add]")
    expect(page.locator(".facts dd")).to_have_count(2)
    link = visitor.site.last_link()
    found = looked_at(visitor, ("email/", link.removeprefix("/accounts/")), language)
    assert found == []
    visitor.open("/accounts/email/").click("button[name=action_remove]")
    expect(page.locator(".facts dd")).to_have_count(1)


def test_where_there_is_no_passkey_the_page_says_so(visitors: Visitors) -> None:
    visitor = visitors()
    page = visitor.open("/accounts/login/")
    expect(page.locator("[data-passkey-trouble]")).to_be_hidden()
    page.click("form[data-passkey] button")
    expect(page.locator("[data-passkey-trouble]")).to_be_visible()


def test_a_session_ended_from_elsewhere_is_over(visitors: Visitors) -> None:
    here, there = visitors(), visitors()
    here.log_in("other")
    there.log_in("other")
    page = here.open("/accounts/sessions/")
    assert page.locator("tbody tr").count() >= 2
    page.click(".page-head__action button")
    expect(page.locator("tbody tr")).to_have_count(1)
    there.open("/")
    expect(there.page).to_have_url(re.compile(r"/accounts/login/"))


def test_the_menu_leads_to_the_account(visitors: Visitors) -> None:
    visitor = visitors()
    page = visitor.log_in("supplier")
    page.click("header.bar details.menu:last-of-type summary")
    page.click("a.menu__item[href='/accounts/']")
    expect(page.locator("h1")).to_have_text("账号与安全")
