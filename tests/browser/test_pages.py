"""Every main page of every role: answers, fits a desk and a phone in both languages, and can be read by everybody."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, Visitor, Visitors

pytestmark = pytest.mark.browser

DESK, PHONE, HEIGHT = 1440, 390, 900
SCREEN = (1920, 1080)
LEAST_SCREEN_PIXELS = 20

# Behind the pages of the navigation: where a link stands, and which. The first one is opened.
BEHIND = {
    "supplier": [
        ("/data/", "main a[href^='/data/uploads/']"),
        ("/records/", "main a[href^='/records/']:not([href*='export'])"),
        ("/sites/", "main a[href$='/meters/new/']"),
        ("/carbon/?year=2024", "main a[href^='/carbon/lines/']"),
        ("/carbon/lines/?year=2024", "main a[href$='/trace/']"),
        ("/evidence/", "main a[href='/evidence/credentials/new/']"),
        ("/spark/", "main a[href^='/spark/projects/']:not([href$='/new/'])"),
    ],
    "procurement": [
        ("/ranking/FY24Q3/", ".ranking-table tbody th a"),
        ("/editions/", "main a[href='/editions/FY24Q4/']"),
        ("/suppliers/", "main tbody a[href^='/suppliers/']"),
        ("/evidence/desk/", "main a[href^='/evidence/credentials/']"),
        ("/evidence/desk/", "main a[href$='/incidents/']"),
        ("/spark/", "main a[href^='/spark/projects/']"),
    ],
    "admin": [
        ("/editions/", "main a[href='/editions/FY24Q4/']"),
        ("/evidence/desk/", "main a[href$='/enter/']"),
    ],
    "verifier": [("/", "main a.duty[href^='/reviews/']")],
}

# what procurement and the program admin see alike: axe, the slow one, reads it once
SAME_FOR_ADMIN = ("/ranking/", "/suppliers/", "/spark/", "/factors/", "/methodology/", "/screen/")


TABS = """links => Promise.all(links.map(link => fetch(link).then(answer => answer.text()).then(text =>
  [...new DOMParser().parseFromString(text, "text/html").querySelectorAll("nav.tabs a")]
    .map(tab => tab.getAttribute("href"))))).then(found => found.flat())"""


def pages_of(visitor: Visitor, role: str) -> list[str]:
    """Addresses in the navigation, the tabs there, and the chosen ones behind them."""
    found: list[str] = visitor.page.eval_on_selector_all(
        "nav.navigation .navigation__link",
        "links => links.map(link => link.getAttribute('href'))",
    )
    found += visitor.page.evaluate(TABS, found)
    for where, which in BEHIND[role]:
        visitor.open(where)
        address = visitor.page.locator(which).first.get_attribute("href")
        assert address, (where, which)
        found.append(address)
    return list(dict.fromkeys(found))


# fades and slides have ended (what turns for ever is not waited for); half-seen text has no contrast to judge
SETTLED = """Promise.allSettled(document.getAnimations()
  .filter(one => one.effect.getComputedTiming().endTime !== Infinity).map(one => one.finished)).then(() => true)"""


def width_needed(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


def troubles(visitor: Visitor, address: str, axe: Axe | None) -> list[str]:
    """A page at a desk, then narrowed to a phone's width as a turned or resized window is."""
    page, found = visitor.page, []
    page.set_viewport_size({"width": DESK, "height": HEIGHT})
    answer = page.goto(f"{visitor.site.url}{address}")
    if answer is None or answer.status != 200:
        found.append(f"{address}: {answer and answer.status}")
    expect(page.locator("[data-chart]:not([data-drawn])")).to_have_count(0)
    page.evaluate(SETTLED)
    if axe:
        found += [f"{address}: {trouble}" for trouble in serious(page, axe)]
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        if (needed := width_needed(page)) > width:
            found.append(f"{address}: needs {needed} px at {width}")
    return found


def serious(page: Page, axe: Axe) -> list[str]:
    violations = axe.run(page).response["violations"]
    return [
        f"{violation['id']} at {violation['nodes'][0]['html'][:120]}"
        for violation in violations
        if violation["impact"] in ("serious", "critical")
    ]


@pytest.mark.layout
@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
@pytest.mark.parametrize("role", list(BEHIND))
def test_main_pages_fit_and_can_be_read(visitors: Visitors, role: str, language: str) -> None:
    visitor = visitors(language=language)
    visitor.log_in(role)
    is_chinese = language == "zh-CN"
    expect(visitor.page.locator("html")).to_have_attribute("lang", "zh-hans" if is_chinese else "en")
    addresses = pages_of(visitor, role)
    assert len(addresses) >= 2
    axe = Axe()
    found = []
    for address in addresses:
        checked = is_chinese and not (role == "admin" and address in SAME_FOR_ADMIN)
        found += troubles(visitor, address, axe if checked else None)
    assert found == []


@pytest.mark.layout
def test_pages_loaded_on_a_phone_fit(visitors: Visitors) -> None:
    """Pages with charts and wide tables, loaded where there is never more room."""
    phone = visitors(width=PHONE, height=844)
    phone.log_in("supplier")
    for address in ("/", "/carbon/?year=2024", "/scorecard/", "/records/", "/evidence/", "/spark/"):
        page = phone.open(address)
        expect(page.locator("[data-chart]:not([data-drawn])")).to_have_count(0)
        assert width_needed(page) <= PHONE, address


# The size of every written line that is seen, as the wall shows it (text in a drawing is scaled by the drawing).
SMALL_TEXT = """least => [...document.querySelectorAll("body *")].filter(element => {
  const own = [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  const box = element.getBoundingClientRect();
  const hidden = !element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  return own && !hidden && box.width > 1 && box.height > 1;
}).map(element => {
  const scale = element instanceof SVGGraphicsElement ? element.getScreenCTM().d : 1;
  return [parseFloat(getComputedStyle(element).fontSize) * scale, element.textContent.trim().slice(0, 40)];
}).concat([...document.querySelectorAll("[data-chart]")].flatMap(element => {
  const options = echarts.getInstanceByDom(element).getOption();
  const axes = [...options.xAxis ?? [], ...options.yAxis ?? []].map(axis => axis.axisLabel);
  const texts = [options.textStyle, ...(options.legend ?? []).map(legend => legend.textStyle), ...axes];
  return texts.map(text => [text.fontSize, element.dataset.chart]);
})).filter(([size]) => size < least)"""


@pytest.mark.layout
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("scene", ["carbon", "spark", "ranking"])
def test_the_big_screen_by_key_fits_and_is_large(
    visitors: Visitors, site: Site, scene: str, language: str
) -> None:
    wall = visitors(width=SCREEN[0], height=SCREEN[1])
    page = wall.open(f"{site.accounts['screen']['path']}&scene={scene}&language={language}")
    expect(page.locator(f"[data-scene={scene}]")).to_have_attribute("data-active", "")
    expect(page.locator("[data-chart]:not([data-drawn])")).to_have_count(0)
    expect(page.locator(f"[data-scene={scene}]")).to_have_css("opacity", "1")
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert (size[0] <= SCREEN[0], size[1] <= SCREEN[1]) == (True, True), size
    assert page.evaluate(SMALL_TEXT, LEAST_SCREEN_PIXELS) == []
    assert page.locator(f"[data-scene={scene}] [data-figure]").count() > 0


def test_a_wrong_screen_key_shows_nothing(visitors: Visitors, site: Site) -> None:
    wall = visitors(width=SCREEN[0], height=SCREEN[1])
    answer = wall.context.request.get(f"{site.url}/screen/?key=gls_wrong")
    assert answer.status == 404
    assert "data-scene" not in answer.text()
