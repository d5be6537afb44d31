from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from suppliers.factors import actions
from suppliers.models import Commodity, Enrolment, Membership
from suppliers.tenants.all_tenants import all_tenants
from tests.factories import disclosure as make

# WhiteNoise misses the collected files, which tests do not have.
pytestmark = pytest.mark.filterwarnings("ignore:No directory at")


@pytest.fixture
def world(world, settings):
    """As everywhere, in Chinese; users as the database has them, so that a session of theirs holds."""
    settings.LANGUAGE_CODE = "zh-hans"
    for membership in vars(world).values():
        if isinstance(membership, Membership):
            membership.user.refresh_from_db()
    return world


def status(world, who, url):
    return world.client(getattr(world, who) if who else None).get(url).status_code


def test_who_opens_the_list(world):
    url = reverse("suppliers")
    who = ("paula", "anna", "otto", "alice", "vera", None)
    assert [status(world, one, url) for one in who] == [200, 200, 200, 403, 403, 302]


def test_who_opens_one_supplier(world):
    url = reverse("supplier_detail", args=["ALPHA"])
    who = ("paula", "otto", "alice", "charlie", "vera", None)
    assert [status(world, one, url) for one in who] == [200, 404, 403, 403, 403, 302]
    assert status(world, "paula", reverse("supplier_detail", args=["GAMMA"])) == 404
    assert status(world, "paula", reverse("supplier_detail", args=["NOBODY"])) == 404


def test_list_shows_own_program_and_filters(world):
    with all_tenants("test"):
        Commodity.objects.create(buyer=world.buyer, code="pcb", name="印制电路板", name_en="PCB")
        Enrolment.objects.filter(supplier=world.neighbour).update(commodity="cable")
    client = world.client(world.paula)
    page = client.get(reverse("suppliers")).content.decode()
    assert "阿尔法" in page
    assert "贝塔" in page
    assert "伽马" not in page
    assert "贝塔" not in client.get(reverse("suppliers"), {"commodity": "pcb"}).content.decode()
    assert "阿尔法" not in client.get(reverse("suppliers"), {"words": "BETA"}).content.decode()
    rows = client.get(reverse("suppliers"), {"order": "-code"}).context["rows"]
    assert [row["supplier"].code for row in rows] == ["BETA", "ALPHA"]


def test_former_supplier_is_gone(world):
    with all_tenants("test"):
        Enrolment.objects.filter(supplier=world.supplier).update(ended_on=dt.date(2025, 1, 1))
        item = make.credential(world.supplier, **make.submitted())
    assert status(world, "paula", reverse("supplier_detail", args=["ALPHA"])) == 404
    assert status(world, "paula", reverse("credential_detail", args=[item.pk])) == 404
    assert "阿尔法" not in world.client(world.paula).get(reverse("suppliers")).content.decode()


@pytest.mark.parametrize("who", ["alice", "bob", "paula", "vera"])
def test_factors_are_for_every_member(world, who):
    assert status(world, who, reverse("factors")) == 200
    assert status(world, None, reverse("factors")) == 302


def test_factor_browser_filters_and_says_how_well_checked(world, django_assert_max_num_queries):
    actions.load()
    client = world.client(world.alice)
    page = client.get(reverse("factors"), {"region": "CN-AH", "year": "2023"}, HTTP_ACCEPT_LANGUAGE="en")
    assert [row["factor"].code for row in page.context["rows"]] == ["CN-AH-ELEC-2023"]
    assert "0.6553" in page.content.decode()
    assert "Announcement 2025 No. 47" in page.content.decode()
    assert client.get(reverse("factors"), {"words": "0.7035 nothing"}).context["rows"] == []
    assert client.get(reverse("factors"), {"year": "²⁰²³", "series": "x"}).status_code == 200
    with django_assert_max_num_queries(10):
        client.get(reverse("factors"))
