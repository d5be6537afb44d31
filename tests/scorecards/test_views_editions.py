"""The quarter's pages: everybody of the buyer reads, the admin acts, a wrong step changes nothing."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scorecards.models import Edition, Scorecard
from suppliers.tenants.all_tenants import all_tenants
from tests.factories import scorecards as make

PAGE = "/editions/FY24Q3/"


def english(world, who):
    client = world.client(who)
    client.cookies["django_language"] = "en"
    return client


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def state():
    with all_tenants("tests"):
        found = Edition.objects.filter(label="FY24Q3").order_by("-number").first()
        return found.state if found else None


@pytest.fixture
def opened(world):
    with all_tenants("tests"):
        return make.quarter(world.buyer, until="open")


@pytest.fixture
def computed(world):
    with all_tenants("tests"):
        make.example(world.supplier, world.buyer)
        return make.quarter(world.buyer)


@pytest.mark.parametrize("url", ["/editions/", PAGE])
def test_who_reads(world, opened, url):
    for reader in (world.paula, world.anna):
        assert world.client(reader).get(url).status_code == 200
    for other in (world.alice, world.vera):
        assert world.client(other).get(url).status_code == 403
    assert world.client(None).get(url).status_code == 302
    assert world.client(world.otto).get(PAGE).status_code == 404
    # the stranger may open an FY24Q3 of its own, but there is no row that leads to this one
    assert PAGE not in text(world.client(world.otto).get("/editions/"))


@pytest.mark.parametrize("deed", ["compute", "preview", "lock", "publish", "restate"])
def test_only_the_admin_acts(world, computed, deed):
    url = f"{PAGE}{deed}/"
    for member in (world.paula, world.alice, world.vera):
        assert world.client(member).post(url, {"word": "FY24Q3"}).status_code == 403
    assert world.client(world.otto).post(url, {"word": "FY24Q3"}).status_code == 404
    assert world.client(None).post(url).status_code == 302
    assert world.client(world.anna).get(url).status_code == 405
    assert state() == "computed"


def test_the_reviewer_sees_no_buttons_and_the_admin_does(world, computed):
    reader = text(english(world, world.paula).get(PAGE))
    assert "/editions/FY24Q3/compute/" not in reader
    assert "You read this page" in reader
    admin = text(english(world, world.anna).get(PAGE))
    assert "/editions/FY24Q3/compute/" in admin
    assert "/editions/FY24Q3/publish/" not in admin  # not locked yet


def test_the_whole_quarter_by_its_buttons(world):
    client = english(world, world.anna)
    assert client.post("/editions/open/", {"label": "FY24Q3"}).url == PAGE
    for deed, becomes in (("compute", "computed"), ("preview", "computed"), ("lock", "locked")):
        assert client.post(f"{PAGE}{deed}/").url == PAGE
        assert state() == becomes
    assert "Type FY24Q3 to publish" in text(client.get(PAGE))
    assert client.post(f"{PAGE}publish/", {"word": "FY24Q3"}).url == PAGE
    assert state() == "published"
    with all_tenants("tests"):
        digest = Edition.objects.get(label="FY24Q3").digest
    assert digest in text(client.get(PAGE))
    client.post(f"{PAGE}restate/", {"reason": "meter was wrong"})
    with all_tenants("tests"):
        assert list(
            Edition.objects.filter(label="FY24Q3").order_by("number").values_list("number", flat=True)
        ) == [1, 2]


@pytest.mark.parametrize(
    ("deed", "data"), [("preview", {}), ("lock", {}), ("publish", {"word": "FY24Q3"}), ("restate", {})]
)
def test_a_step_out_of_order_says_so_and_changes_nothing(world, opened, deed, data):
    client = english(world, world.anna)
    page = text(client.post(f"{PAGE}{deed}/", data, follow=True))
    assert "The quarter is not at this step." in page
    assert state() == "open"


def test_publishing_asks_for_the_label(world, computed):
    client = english(world, world.anna)
    client.post(f"{PAGE}lock/")
    for word in ("", "FY24Q2"):
        page = text(client.post(f"{PAGE}publish/", {"word": word}, follow=True))
        assert "Type the quarter&#x27;s label to publish it." in page
        assert state() == "locked"


@pytest.mark.parametrize("label", ["", "2024Q3", "FY24Q5", "<script>"])
def test_a_label_that_is_none_opens_nothing(world, label):
    client = english(world, world.anna)
    page = text(client.post("/editions/open/", {"label": label}, follow=True))
    assert "A quarter is written like FY24Q1." in page
    assert state() is None


def test_opening_needs_the_right(world):
    for member in (world.paula, world.alice):
        assert world.client(member).post("/editions/open/", {"label": "FY24Q3"}).status_code == 403
    assert state() is None


def test_unknown_deed_is_absent(world, opened):
    assert world.client(world.anna).post(f"{PAGE}erase/").status_code == 404


def test_the_line_of_duties_has_the_days_of_the_buyer(world, computed):
    """The quarter ends 2024-12-31: due T+15, preview T+25, lock T+45."""
    duties = world.client(world.anna).get(PAGE).context["duties"]
    days = {duty["key"]: duty["day"].isoformat() for duty in duties}
    assert days == {
        "due": "2025-01-15",
        "compute": "2025-01-15",
        "preview": "2025-01-25",
        "lock": "2025-02-14",
        "publish": "2025-02-14",
    }
    states = {duty["key"]: (duty["state"], duty["late"]) for duty in duties}
    assert states["compute"] == ("done", False)
    assert states["preview"] == ("now", True)  # today is 2025-02-10
    assert states["lock"] == ("next", False)


def test_what_changed_is_named_with_its_reason(world, computed):
    client = english(world, world.anna)
    client.post(f"{PAGE}lock/")
    client.post(f"{PAGE}publish/", {"word": "FY24Q3"})
    with all_tenants("tests"):
        make.Credential.objects.filter(supplier=world.supplier, kind="ecovadis").update(score=80)
        make.quarter(world.buyer, label="FY24Q4")
    response = client.get("/editions/FY24Q4/")
    first = response.context["changes"][0]
    assert first["supplier"] == "ALPHA"
    assert "What changed since last quarter" in text(response)


@pytest.mark.parametrize("url", ["/editions/", PAGE])
def test_the_query_count_does_not_grow(world, computed, url):
    client = world.client(world.anna)

    def counted():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    few = counted()
    with all_tenants("tests"):
        for place in range(27):
            supplier = make.enrolled(world.buyer)
            Scorecard.objects.create(
                buyer=world.buyer, supplier=supplier, edition=computed, commodity="pcb", total=50, grade="D",
                rank=3 + place, coverage_percent=80, verified_percent=60,
            )  # fmt: skip
    assert counted() == few
