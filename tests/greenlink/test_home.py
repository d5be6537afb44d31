"""Today: each kind of member finds what is due, what is wrong, what changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from suppliers.models import Credential, Upload, User
from suppliers.tenants.all_tenants import all_tenants


@pytest.fixture(autouse=True)
def _english(settings: Any) -> Any:
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


def an_upload(supplier: Any, number: int, **values: Any) -> Upload:
    with all_tenants("tests"):
        return Upload.objects.create(
            supplier=supplier, filename=f"{number}.csv", sha256=f"{number:064d}", size_bytes=1, **values
        )


def test_a_supplier_sees_the_months_that_are_missing(world):
    page = world.client(world.alice).get("/").content.decode()
    # today is 2025-02-10: October to December are over, data were due on 31 December + 15 days
    assert "FY24Q3: 3 site-months without complete data" in page
    assert "2025-01-15" in page
    assert "overdue" in page
    # January alone of the running quarter
    assert "FY24Q4: 1 site-month without complete data" in page


def test_a_company_without_sites_is_led_to_add_one(world):
    with all_tenants("tests"):
        world.site.delete()
    client = world.client(world.alice)
    home = client.get("/").content.decode()
    assert "add the first one" in home and "Nothing is due" not in home
    assert "Your company has no site yet" in client.get("/data/").content.decode()


def test_what_is_wrong_leads_to_the_file(world):
    upload = an_upload(world.supplier, 1, status="needs_fix", rows_total=24, rows_valid=22)
    page = world.client(world.alice).get("/").content.decode()
    assert "Fix 2 rows in 1.csv" in page
    assert f'href="/data/uploads/{upload.pk}/"' in page
    assert "1.csv" not in world.client(world.charlie).get("/").content.decode()


def test_what_expires_leads_to_the_certificate(world):
    with all_tenants("tests"):
        item = Credential.objects.create(
            supplier=world.supplier,
            kind="iso14001",
            issued_on=dt.date(2022, 3, 1),
            expires_on=dt.date(2025, 2, 28),
            state="submitted",
            submitted_at=dt.datetime(2022, 3, 2, tzinfo=dt.UTC),
        )
    page = world.client(world.alice).get("/").content.decode()
    assert f"/evidence/credentials/{item.pk}/" in page
    assert "18 days left" in page


def test_procurement_sees_who_is_late(world):
    page = world.client(world.paula).get("/").content.decode()
    assert "Late with data" in page
    assert 'href="/suppliers/ALPHA/"' in page
    assert "GAMMA" not in page


def test_a_verifier_is_told_the_truth(world):
    assert "No inventory is assigned to you" in world.client(world.vera).get("/").content.decode()


def test_a_person_without_a_company_is_told_whom_to_ask(db, client):
    client.force_login(User.objects.create_user("lost@example.test"))
    assert "You do not belong to a company yet" in client.get("/").content.decode()


def test_nobody_goes_to_the_login(db, client):
    assert "/accounts/login/" in client.get("/")["Location"]


def test_many_uploads_take_the_queries_of_one(world, django_assert_num_queries):
    client = world.client(world.alice)
    an_upload(world.supplier, 1, status="needs_fix", rows_total=2, rows_valid=1)
    with CaptureQueriesContext(connection) as captured:
        client.get("/")
    for_one = len(captured)
    for number in range(2, 8):
        an_upload(world.supplier, number, status="needs_fix", rows_total=2, rows_valid=1)
    with django_assert_num_queries(for_one):
        client.get("/")
