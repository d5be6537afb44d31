"""Sites and meters: a tree that stays a tree, codes that stay."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from suppliers.models import AuditEntry, Meter, Site
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.scope import Scope, entered
from tests.factories import suppliers as make

from .conftest import assert_doors

SITE = {"code": "HF2", "name": "二厂", "name_en": "", "province": "CN-AH", "address": "", "closed_on": ""}
METER = {
    "code": "E01",
    "name": "总表",
    "name_en": "",
    "carrier": "electricity",
    "accounting": "on",
    "parent": "",
}


def scope_of(world):
    return entered(Scope(supplier_id=world.supplier.pk))


@pytest.fixture
def meter(world):
    with all_tenants("tests"):
        return make.MeterFactory.create(site=world.site, code="E00")


def test_a_site_is_added_and_noted(world):
    assert world.client(world.alice).post("/sites/new/", SITE).status_code == 302
    with scope_of(world):
        site = Site.objects.get(code="HF2")
        assert site.supplier_id == world.supplier.pk
        assert AuditEntry.objects.get(act="site.add").subject_id == site.pk
    assert "二厂" in world.client(world.alice).get("/sites/").content.decode()


def test_a_code_twice_is_said_beside_the_form(world):
    answer = world.client(world.alice).post("/sites/new/", SITE | {"code": "HF"})
    assert answer.status_code == 422
    assert "There is already a site with this code." in answer.content.decode()


@pytest.mark.parametrize("wrong", [{"province": "CN-XX"}, {"code": "a b"}, {"name": ""}])
def test_wrong_entries_stay_in_the_form(world, wrong):
    assert world.client(world.alice).post("/sites/new/", SITE | wrong).status_code == 422


def test_the_code_of_a_site_cannot_be_changed(world):
    world.client(world.alice).post(f"/sites/{world.site.pk}/", SITE | {"name": "新名"})
    with scope_of(world):
        site = Site.objects.get(pk=world.site.pk)
        assert (site.code, site.name) == ("HF", "新名")


def test_meters_form_a_tree(world, meter):
    client = world.client(world.alice)
    url = f"/sites/{world.site.pk}/meters/new/"
    assert client.post(url, METER | {"parent": str(meter.pk), "accounting": ""}).status_code == 302
    with scope_of(world):
        below = Meter.objects.get(code="E01")
        assert (below.parent_id, below.accounting) == (meter.pk, False)
    turned = client.post(
        f"/sites/meters/{meter.pk}/", {"name": "总表", "name_en": "", "parent": str(below.pk)}
    )
    assert turned.status_code == 422
    assert "cannot hang under itself" in turned.content.decode()


def test_a_meter_of_another_company_is_no_parent(world):
    with all_tenants("tests"):
        foreign = make.MeterFactory.create(site=make.SiteFactory.create(supplier=world.neighbour))
    answer = world.client(world.alice).post(
        f"/sites/{world.site.pk}/meters/new/", METER | {"parent": str(foreign.pk)}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("url", ["/sites/{site}/", "/sites/{site}/meters/new/", "/sites/meters/{meter}/"])
def test_who_may_open_the_forms(world, meter, url):
    assert_doors(world, "get", url.format(site=world.site.pk, meter=meter.pk), reader=403, right=200)


def test_who_may_save(world, meter):
    assert_doors(world, "post", f"/sites/{world.site.pk}/", SITE, reader=403, right=302)
    assert_doors(
        world, "post", f"/sites/meters/{meter.pk}/", {"name": "x", "parent": ""}, reader=403, right=302
    )
    assert world.client(world.bob).post("/sites/new/", SITE).status_code == 403
    assert world.client(world.paula).get("/sites/").status_code == 403
    assert world.client(None).get("/sites/").status_code == 302


def test_everyone_sees_the_own_sites_only(world, meter):
    assert "E00" in world.client(world.bob).get("/sites/").content.decode()
    assert "E00" not in world.client(world.charlie).get("/sites/").content.decode()


def test_ten_sites_take_the_queries_of_one(world, meter, django_assert_num_queries):
    client = world.client(world.alice)
    with CaptureQueriesContext(connection) as one:
        client.get("/sites/")
    with all_tenants("tests"):
        for _ in range(9):
            make.MeterFactory.create(site=make.SiteFactory.create(supplier=world.supplier))
    with django_assert_num_queries(len(one)):
        client.get("/sites/")
