"""Pages of Spark Action: the owner works, a reader may only look, a stranger finds nothing."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sparkplan import actions
from sparkplan.models import Project, Saving
from suppliers.factors import actions as factors
from suppliers.tenants.all_tenants import all_tenants
from tests.factories import sparkplan as make
from tests.factories import suppliers as make_suppliers

NEW = {
    "code": "SPK-9",
    "name": "空压站改造",
    "name_en": "Compressors",
    "input_baseline_kwh": "１１，７６６，６６７",
    "input_saving_rate_percent": "30",
    "price_cny_per_kwh": "0.70",
    "investment_cny": "4,200,000",
    "funding": "emc",
    "emc_share_percent": "30",
    "emc_years": "6",
}


@pytest.fixture
def tables(db):
    factors.load()


@pytest.fixture
def project(world, tables):
    with all_tenants("tests"):
        made = make.project(world.supplier, world.site, stage="operating", code="A-1", name="照明")
        actions.enter_saving(
            project=made,
            month=dt.date(2024, 1, 1),
            baseline_kwh=Decimal(13000),
            metered_kwh=Decimal(4500),
            by=make.Actor.system("tests"),
        )
        return made


@pytest.fixture
def alice(world):
    return world.client(world.alice)


def text_of(response):
    return response.content.decode()


def post_pages(pk):
    return [f"/spark/projects/{pk}/{act}/" for act in ("edit", "move", "savings", "plan", "verify", "remove")]


def test_owner_reader_and_buyer_see_the_portfolio(world, project):
    for membership in (world.alice, world.bob, world.paula, world.anna):
        page = world.client(membership).get("/spark/")
        assert page.status_code == 200
        assert "照明" in text_of(page)
        assert "CN-GRID-NDRC-EAST-2012" in text_of(page)
        assert "CN-ELEC-AVG-2022" in text_of(page)
        assert "CN-ELEC-AVG-2023" in text_of(page)


def test_a_stranger_finds_nothing(world, project):
    for membership in (world.charlie, world.otto):
        client = world.client(membership)
        assert "照明" not in text_of(client.get("/spark/"))
        assert client.get(f"/spark/projects/{project.pk}/").status_code == 404
    for page in post_pages(project.pk):
        assert world.client(world.charlie).post(page).status_code == 404


def test_who_may_not_write_is_refused(world, project):
    for membership in (world.bob, world.clara, world.paula, world.anna):
        client = world.client(membership)
        for page in (*post_pages(project.pk), "/spark/projects/new/?measure=pv"):
            assert client.post(page).status_code == 403, page
        assert "/edit/" not in text_of(client.get(f"/spark/projects/{project.pk}/"))
    assert world.client(world.vera).get("/spark/").status_code == 403


def test_anonymous_is_sent_to_the_login(world, project):
    for page in ("/spark/", f"/spark/projects/{project.pk}/", *post_pages(project.pk)):
        answer = world.client(None).get(page)
        assert answer.status_code == 302
        assert "/accounts/login/" in answer["Location"]


@pytest.mark.parametrize("pk", [0, 999999, 10**30])
def test_an_unknown_project_is_404(alice, project, pk):
    assert alice.get(f"/spark/projects/{pk}/").status_code == 404


def test_reading_pages_do_not_take_posts_nor_acts_gets(alice, project):
    assert alice.post("/spark/").status_code == 405
    assert alice.get(f"/spark/projects/{project.pk}/move/").status_code == 405


def test_the_estimate_is_shown_before_saving(world, alice, tables):
    data = NEW | {"site": world.site.pk}
    page = alice.post("/spark/projects/new/?measure=compressed_air", data | {"preview": "1"})
    assert page.status_code == 200
    assert "353 万度" in " ".join(
        text_of(page).replace("</span>", "").replace('<span class="unit">', "").split()
    )
    fragment = alice.post(
        "/spark/projects/new/?measure=compressed_air", data | {"preview": "1"}, headers={"HX-Request": "true"}
    )
    assert text_of(fragment).lstrip().startswith("<section")
    with all_tenants("tests"):
        assert Project.objects.count() == 0
    saved = alice.post("/spark/projects/new/?measure=compressed_air", data)
    assert saved.status_code == 303
    with all_tenants("tests"):
        made = Project.objects.get()
    assert made.expected_saving_kwh == Decimal("3530000.10")
    assert made.investment_cny == Decimal(4_200_000)
    assert "11,766,667" in text_of(alice.get(saved["Location"]))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"input_saving_rate_percent": "n/a"}, "input_saving_rate_percent"),
        ({"input_saving_rate_percent": "90"}, "input_saving_rate_percent"),
        ({"input_saving_rate_percent": ""}, "input_saving_rate_percent"),
        ({"input_baseline_kwh": "1.234,5"}, "input_baseline_kwh"),
        ({"input_baseline_kwh": "1e400"}, "input_baseline_kwh"),
        ({"input_baseline_kwh": "nan"}, "input_baseline_kwh"),
        ({"input_baseline_kwh": "1\x000"}, "input_baseline_kwh"),
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"code": "a b"}, "code"),
        ({"site": "999999"}, "site"),
        ({"site": "x"}, "site"),
        ({"price_cny_per_kwh": "-1"}, "price_cny_per_kwh"),
        ({"investment_cny": "9" * 40}, "investment_cny"),
        ({"emc_years": ""}, "emc_years"),
        ({"emc_years": "1.5"}, "emc_years"),
        ({"funding": "gift"}, "funding"),
    ],
)
def test_bad_input_is_named_at_its_field_and_nothing_is_written(world, alice, tables, wrong, field):
    answer = alice.post("/spark/projects/new/?measure=compressed_air", NEW | {"site": world.site.pk} | wrong)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    with all_tenants("tests"):
        assert Project.objects.count() == 0


def test_a_site_of_the_neighbour_is_no_choice(world, alice, tables):
    with all_tenants("tests"):
        foreign = make_suppliers.SiteFactory.create(supplier=world.neighbour)
    answer = alice.post("/spark/projects/new/?measure=compressed_air", NEW | {"site": foreign.pk})
    assert set(answer.context["form"].errors) == {"site"}


def test_the_same_code_twice_is_an_error_at_the_code(world, alice, project):
    answer = alice.post(
        "/spark/projects/new/?measure=compressed_air", NEW | {"site": world.site.pk, "code": "A-1"}
    )
    assert set(answer.context["form"].errors) == {"code"}


def test_editing_keeps_what_is_not_changed(world, alice, project):
    page = alice.get(f"/spark/projects/{project.pk}/edit/")
    assert 'value="1000"' in text_of(page)
    data = {f"input_{name}": value for name, value in make.LIGHTING.items()} | {"input_control_percent": "0"}
    data |= {"site": world.site.pk, "name": "新照明", "funding": "own", "price_cny_per_kwh": "0.70"}
    assert alice.post(f"/spark/projects/{project.pk}/edit/", data).status_code == 303
    with all_tenants("tests"):
        assert Project.objects.get().name == "新照明"


def test_moving_and_its_refusals_on_the_page(alice, project):
    move = f"/spark/projects/{project.pk}/move/"
    late = alice.post(move, {"move-stage": "closed", "move-on": "2025-02-11"})
    assert late.status_code == 422
    assert set(late.context["move_form"].errors) == {"on"}
    wrong = alice.post(move, {"move-stage": "lead", "move-on": "2025-01-01"})
    assert set(wrong.context["move_form"].errors) == {"stage"}
    back = alice.post(move, {"move-stage": "commissioned", "move-on": "2025-01-01"})
    assert set(back.context["move_form"].errors) == {"note"}
    assert alice.post(move, {"move-stage": "closed", "move-on": "2025-01-01"}).status_code == 303


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"month": "2025-13", "saved_kwh": "1"}, "month"),
        ({"month": "x", "saved_kwh": "1"}, "month"),
        ({"month": "2025-02", "saved_kwh": "1"}, "month"),
        ({"month": "2020-01", "saved_kwh": "1"}, "month"),
        ({"month": "2024-02"}, "saved_kwh"),
        ({"month": "2024-02", "saved_kwh": "1,5"}, "saved_kwh"),
        ({"month": "2024-02", "saved_kwh": "1" * 30}, "saved_kwh"),
        ({"month": "2024-02", "baseline_kwh": "-5", "metered_kwh": "1"}, "baseline_kwh"),
    ],
)
def test_bad_months_are_named_at_their_field(alice, project, data, field):
    data = {f"saving-{name}": value for name, value in data.items()}
    answer = alice.post(f"/spark/projects/{project.pk}/savings/", data)
    assert answer.status_code == 422
    assert field in answer.context["saving_form"].errors
    with all_tenants("tests"):
        assert Saving.objects.count() == 1


def test_a_month_appears_beside_what_was_expected(alice, project):
    data = {"saving-month": "2024年2月", "saving-baseline_kwh": "12,000", "saving-metered_kwh": "4000"}
    assert alice.post(f"/spark/projects/{project.pk}/savings/", data).status_code == 303
    page = text_of(alice.get(f"/spark/projects/{project.pk}/"))
    assert "2024年2月" in page
    assert "8,000" in page
    # 100 000 × 29/366 = 7 923.5 expected; 8 000 ÷ 7 923.5 = 101 %
    assert "101 %" in page


def test_plan_then_verified(alice, project):
    url = f"/spark/projects/{project.pk}/"
    assert alice.post(f"{url}verify/", {"verify-on": "2025-01-01"}).status_code == 422
    assert alice.post(f"{url}plan/", {"plan-on": "2024-01-01"}).status_code == 303
    assert alice.post(f"{url}verify/", {"verify-on": "2025-01-01"}).status_code == 303
    assert "2025-01-01" in text_of(alice.get(url))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("measure=lighting", 1),
        ("measure=pv", 0),
        ("stage=operating", 1),
        ("words=照明", 1),
        ("measure=x", 1),
        ("page=zzz", 1),
    ],
)
def test_filters_narrow_and_what_cannot_be_read_narrows_nothing(alice, project, query, found):
    page = alice.get(f"/spark/?{query}")
    assert page.context["page"].paginator.count == found


def test_a_filter_answers_with_the_fragment(alice, project):
    page = alice.get("/spark/?measure=lighting", headers={"HX-Request": "true"})
    assert "<html" not in text_of(page)
    assert "照明" in text_of(page)


def test_pages_speak_both_languages(world, alice, project):
    for language, word in (("zh-hans", "星火行动"), ("en", "Spark Action")):
        for page in ("/spark/", f"/spark/projects/{project.pk}/", "/spark/projects/new/?measure=pv"):
            assert word in text_of(alice.get(page, headers={"Accept-Language": language}))


def test_no_page_asks_more_for_thirty_projects_than_for_three(world, tables):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/spark/")
        return len(queries)

    client = world.client(world.paula)
    with all_tenants("tests"):
        for _ in range(3):
            make.project(world.supplier, world.site, stage="operating")
    few = count()
    with all_tenants("tests"):
        for _ in range(27):
            site = make_suppliers.SiteFactory.create(supplier=world.neighbour)
            make.project(world.neighbour, site, stage="operating")
    assert count() == few <= 12
