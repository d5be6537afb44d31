"""The big screen: for members of the buyer or with a key; the same figures for page and polling; constant queries."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from greenlink import screen_map
from scorecards import actions
from scorecards.models import Scorecard
from suppliers.models import Enrolment, Site
from suppliers.tenants import tokens
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.models import ScreenKey
from tests.factories import scorecards as make
from tests.factories import suppliers as make_suppliers

PAGE, DATA = "/screen/", "/screen/data/"


@pytest.fixture
def quarter(world):
    with all_tenants("tests"):
        make.example(world.supplier, world.buyer)
        return make.quarter(world.buyer, until="locked")


@pytest.fixture
def published(quarter):
    with all_tenants("tests"):
        return actions.publish(by=make.SYSTEM, edition=quarter, confirm="FY24Q3")


@pytest.fixture
def key(world):
    return tokens.issue_screen_key(buyer=world.buyer)


def figures(body, scene):
    return {figure["key"].split(".")[1]: figure["value"] for figure in body["scenes"][scene]["figures"]}


def test_members_of_the_buyer_see_it_and_others_do_not(world, published):
    for url in (PAGE, DATA):
        for reader in (world.paula, world.anna):
            assert world.client(reader).get(url).status_code == 200
        for other in (world.alice, world.vera):
            assert world.client(other).get(url).status_code == 403
    assert "ALPHA" not in world.client(world.otto).get(DATA).content.decode()
    assert world.client(world.otto).get(DATA).json()["scenes"]["ranking"]["top"] is None


def test_anonymous_is_sent_to_login_and_the_polling_gets_401(world, published):
    answer = world.client(None).get(PAGE)
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")
    assert world.client(None).get(DATA).status_code == 401


@pytest.mark.parametrize("url", [PAGE, DATA])
def test_a_key_opens_the_screen_without_a_session(world, published, key, url):
    assert world.client(None).get(f"{url}?key={key}").status_code == 200
    assert not world.client(None).get(f"{url}?key={key}").cookies.get("sessionid")


@pytest.mark.parametrize("wrong", ["", "nonsense", "x" * 5000, "%00"])
def test_a_wrong_key_finds_nothing_even_for_a_member(world, published, wrong):
    for who in (None, world.paula):
        assert world.client(who).get(f"{PAGE}?key={wrong}").status_code == 404
        assert world.client(who).get(f"{DATA}?key={wrong}").status_code == 404


def test_a_revoked_key_is_a_wrong_one(world, published, key):
    with all_tenants("tests"):
        ScreenKey.objects.update(revoked_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    assert world.client(None).get(f"{DATA}?key={key}").status_code == 404


def test_a_key_shows_its_buyer_whoever_is_logged_in_beside_it(world, published, key):
    """Otto of another buyer and Alice of a supplier stand before the wall: it is the wall's buyer they see."""
    for bystander in (world.otto, world.alice, world.paula):
        body = world.client(bystander).get(f"{DATA}?key={key}").json()
        assert body["scenes"]["ranking"]["top"]["rows"][0][3] == "67.0"
    # and nothing of the key stays with them
    assert world.client(world.otto).get(DATA).json()["scenes"]["ranking"]["top"] is None


def test_figures_of_the_three_scenes(world, published, key):
    """Alice: 12 months of 97 000 kWh at 0.5 kg/kWh = 582 t and x 0.1229 kgce = 143.06 tce; one project landed."""
    body = world.client(None).get(f"{DATA}?key={key}").json()
    carbon, spark, ranking = (figures(body, scene) for scene in ("carbon", "spark", "ranking"))
    assert carbon["total"] == pytest.approx(582.0)
    assert carbon["energy"] == pytest.approx(143.0556)
    assert carbon["electricity"] == pytest.approx(116.4)  # 1 164 000 kWh in units of 10 000
    assert carbon["suppliers"] == 1
    assert (spark["projects"], spark["partners"]) == (1, 1)
    assert (ranking["suppliers"], ranking["average"]) == (2, 33.5)  # (67.0 + 0.0) / 2
    assert body["quarter"] == "FY24Q3"
    assert body["data_until"] == "2024-12"
    assert body["period"] == "2024-01 – 2024-12"
    months = body["scenes"]["carbon"]["trend"]["rows"]
    assert (len(months), months[0][0], months[-1][0]) == (24, "2023-01", "2024-12")


def test_only_what_is_published_hangs_in_the_hall(world, quarter, key):
    body = world.client(None).get(f"{DATA}?key={key}").json()
    assert body["scenes"]["ranking"]["top"] is None
    assert (
        "No ranking has been published yet."
        in world.client(None).get(f"{PAGE}?key={key}&language=en").content.decode()
    )


def test_a_withdrawn_upload_leaves_the_wall(world, published, key):
    with all_tenants("tests"):
        now = dt.datetime(2025, 2, 1, tzinfo=dt.UTC)
        make.EmissionLine.objects.filter(supplier=world.supplier).update(withdrawn_at=now)
        make.ActivityRecord.objects.filter(supplier=world.supplier).update(withdrawn_at=now)
    carbon = figures(world.client(None).get(f"{DATA}?key={key}").json(), "carbon")
    assert (carbon["total"], carbon["electricity"]) == (None, None)


def test_the_map_names_every_province_and_points_to_hefei(world, published, key):
    with all_tenants("tests"):
        world.neighbour.province = "CN-GD"
        world.neighbour.save()
        Site.objects.filter(supplier=world.supplier).update(province="CN-JS")
    carbon = world.client(None).get(f"{DATA}?key={key}").json()["scenes"]["carbon"]
    tiles = {tile["code"]: tile for tile in carbon["tiles"]}
    assert len(tiles) == 34
    assert len({(tile["row"], tile["column"]) for tile in carbon["tiles"]}) == 34
    assert (tiles["CN-JS"]["text"], tiles["CN-JS"]["depth"]) == ("582", 5)
    assert tiles["CN-AH"]["is_home"]
    assert [arrow["code"] for arrow in carbon["arrows"]] == ["CN-GD"]  # none from Anhui to itself


def test_the_page_is_in_chinese_unless_english_is_asked_for(world, published, key):
    chinese = world.client(None).get(f"{PAGE}?key={key}", headers={"accept-language": "en"}).content.decode()
    assert "绿色发展大屏" in chinese
    english = world.client(None).get(f"{PAGE}?key={key}&language=en").content.decode()
    assert "Green development screen" in english
    assert 'lang="en"' in english


def test_one_scene_by_choice(world, published, key):
    page = world.client(None).get(f"{PAGE}?key={key}&scene=spark").content.decode()
    assert 'data-fixed="spark"' in page
    assert 'data-fixed=""' in world.client(None).get(f"{PAGE}?key={key}&scene=nonsense").content.decode()


def test_neither_inline_style_nor_script(world, published, key):
    response = world.client(None).get(f"{PAGE}?key={key}")
    page = response.content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick=" not in page
    assert "no-store" in response["Cache-Control"] or "no-cache" in response["Cache-Control"]


@pytest.mark.parametrize("url", [PAGE, DATA])
def test_the_query_count_is_the_same_for_3_and_30_suppliers(world, published, key, url):
    def counted():
        with CaptureQueriesContext(connection) as queries:
            assert world.client(None).get(f"{url}?key={key}").status_code == 200
        return len(queries)

    def add(count):
        with all_tenants("tests"):
            for place in range(count):
                supplier = make_suppliers.SupplierFactory.create(
                    province=["CN-JS", "CN-ZJ", "CN-GD"][place % 3]
                )
                Enrolment.objects.create(
                    buyer=world.buyer, supplier=supplier, commodity="pcb", started_on=dt.date(2022, 1, 1)
                )
                site = make_suppliers.SiteFactory.create(supplier=supplier, province=supplier.province)
                make._record(
                    supplier, site, make_suppliers.MeterFactory.create(site=site), make.factor(), "electricity",
                    dt.date(2024, 11, 1), dt.date(2024, 11, 30), make.KWH_A_MONTH,
                )  # fmt: skip

    add(1)
    few = counted()
    add(27)
    assert counted() == few
    with all_tenants("tests"):
        assert Scorecard.objects.count() == 2


@pytest.mark.parametrize(
    ("value", "chinese", "shown"),
    [(421.4, True, "421"), (12_345, True, "1.2万"), (12_345, False, "12.3k"), (87, False, "87")],
)
def test_tonnes_on_a_small_square(value, chinese, shown):
    assert screen_map.short_tonnes(value, chinese) == shown


def test_depth_goes_by_place_so_that_one_giant_does_not_blank_the_rest():
    tonnes = {"CN-AH": 1e6, "CN-JS": 40.0, "CN-ZJ": 30.0, "CN-GD": 20.0, "CN-SH": 10.0}
    depths = {tile["code"]: tile["depth"] for tile in screen_map.tiles(tonnes, {})}
    assert [depths[code] for code in ("CN-AH", "CN-JS", "CN-ZJ", "CN-GD", "CN-SH")] == [5, 4, 3, 2, 1]
    assert depths["CN-BJ"] == 0
