"""The verifier chooses its sample from all lines, and has the figures computed again."""

from __future__ import annotations

import datetime as dt

import pytest

from suppliers.inventory import inventories
from suppliers.inventory.models import Assignment
from suppliers.inventory.review import actions
from suppliers.models import ActivityRecord
from suppliers.tenants.scope import entered
from tests.suppliers.inventory.years import described, factors_loaded, record


@pytest.fixture
def review(world, everyone) -> Assignment:
    """Three diesel lines (CO2, CH4, N2O) and one of R410A, in force and under review."""
    factors_loaded()
    record(world.site, "diesel", 100)
    record(world.site, "R410A", 10)
    alice = world.actor(world.alice)
    opened = inventories.open_year(by=alice, supplier=world.supplier, year=2023)
    version = inventories.submit(by=alice, inventory=described(opened))
    world.vera.body.accreditation_expires_on = dt.date(2030, 1, 1)
    world.vera.body.save()
    made = actions.assign(by=world.actor(world.anna), inventory=version, body=world.vera.body)
    return actions.begin(by=world.actor(world.vera), assignment=made)


def test_every_total_leads_to_its_lines_and_ticked_ones_join_the_sample(world, review):
    vera = world.client(world.vera)
    page = vera.get(f"/reviews/{review.pk}/").content.decode()
    assert f'href="/reviews/{review.pk}/lines/?scope=1&amp;total=on"' in page
    lines = vera.get(f"/reviews/{review.pk}/lines/?scope=1&total=on")
    assert len(lines.context["page"].object_list) == 4 and lines.context["sums"].located > 19235
    vera.post(f"/reviews/{review.pk}/sample/", {"numbers": "1"})
    chosen = vera.get(f"/reviews/{review.pk}/lines/")
    assert chosen.context["sample"] == {1} and 'name="add" value="4"' in chosen.content.decode()
    assert vera.post(f"/reviews/{review.pk}/sample/", {"add": ["3", "4"]}).status_code == 302
    review.refresh_from_db()
    assert review.sample == [1, 3, 4]


def test_the_verifier_has_it_computed_again_without_seeing_the_records(
    world, review, django_capture_on_commit_callbacks
):
    vera = world.client(world.vera)
    with django_capture_on_commit_callbacks(execute=True):
        assert vera.post(f"/reviews/{review.pk}/replay/").status_code == 302
    page = vera.get(f"/reviews/{review.pk}/", headers={"Accept-Language": "en"}).content.decode()
    assert "4 lines computed again" in page and "equal to the last digit" in page
    with entered(world.vera.scope):
        assert not ActivityRecord.objects.exists()
