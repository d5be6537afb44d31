"""Early warnings as a person sees and deals with them, on pages and by the API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from suppliers.models import EarlyWarning, Upload, WarningRule
from suppliers.tenants.all_tenants import all_tenants
from tests.conftest import TODAY, World
from tests.suppliers.views.conftest import ONE_BAD


@pytest.fixture
def warning(world: World) -> EarlyWarning:
    with all_tenants("tests"):
        return EarlyWarning.objects.create(
            supplier=world.supplier, kind="missing_month", key="missing_month:HF:electricity:2024-10",
            data={"site": "HF", "carrier": "electricity", "months": ["2024-10"]},
        )  # fmt: skip


def _now(warning: EarlyWarning) -> EarlyWarning:
    with all_tenants("tests"):
        return EarlyWarning.objects.select_related("owner", "settled_by").get(pk=warning.pk)


def test_the_list_says_why_and_where_it_ends(world: World, warning: EarlyWarning) -> None:
    page = world.client(world.bob).get("/warnings/").content.decode()
    assert "HF has no data of" in page and "2024-10" in page
    assert 'href="/data/"' in page
    assert "Mark as done" not in page  # bob only reads
    assert "Mark as done" in world.client(world.clara).get("/warnings/").content.decode()
    assert "HF has no data of" not in world.client(world.alice).get("/warnings/?kind=expiry").content.decode()
    assert "HF has no data of" in world.client(world.alice).get("/").content.decode()  # Today


def test_done_snoozed_assigned_and_opened_again(world: World, warning: EarlyWarning) -> None:
    clara, url = world.client(world.clara), f"/warnings/{warning.pk}/act/"
    until = TODAY + dt.timedelta(days=9)
    assert clara.post(url, {"act": "assign", "owner": world.bob.user_id}).status_code == 302
    assert clara.post(url, {"act": "snooze", "until": until.isoformat(), "note": "waits"}).status_code == 302
    row = _now(warning)
    assert (row.state, row.snoozed_until, row.owner, row.note) == ("snoozed", until, world.bob.user, "waits")
    assert clara.post(url, {"act": "done"}).status_code == 302
    assert (_now(warning).state, _now(warning).settled_by) == ("done", world.clara.user)
    assert clara.post(url, {"act": "reopen"}).status_code == 302
    assert (_now(warning).state, _now(warning).settled_by) == ("open", None)
    bad = (
        {"act": "snooze", "until": "2020-01-01"},
        {"act": "assign", "owner": world.charlie.user_id},
        {"act": "nonsense"},
    )
    for said in bad:  # refused with a sentence on the page
        assert clara.post(url, said).status_code == 303
    assert (_now(warning).state, _now(warning).owner) == ("open", world.bob.user)


def test_who_may(world: World, warning: EarlyWarning) -> None:
    url = f"/warnings/{warning.pk}/act/"
    assert world.client(world.bob).post(url, {"act": "done"}).status_code == 403
    assert world.client(world.charlie).post(url, {"act": "done"}).status_code == 404
    assert world.client(world.anna).get("/warnings/").status_code == 403
    assert world.client(world.paula).get("/program/warnings/").status_code == 403
    assert world.client(world.anna).get(f"/api/v1/warnings/{warning.pk}/").status_code == 403


def test_a_program_sets_its_rules(world: World) -> None:
    anna = world.client(world.anna)
    assert "3.5" in anna.get("/program/warnings/").content.decode()
    answer = anna.post("/program/warnings/", {"kind": "intensity_up", "is_on": "on", "threshold": "5"})
    assert answer.status_code == 302
    with all_tenants("tests"):
        row = WarningRule.objects.get()
    assert (row.buyer, row.kind, row.is_on, row.threshold) == (world.buyer, "intensity_up", True, 5)
    for bad in (
        {"kind": "expiry", "threshold": "-1"},
        {"kind": "nothing"},
        {"kind": "expiry", "threshold": "x"},
    ):
        assert anna.post("/program/warnings/", bad).status_code == 422


def test_the_api_lists_and_changes(world: World, warning: EarlyWarning) -> None:
    clara, url = world.client(world.clara), f"/api/v1/warnings/{warning.pk}/"
    listed = clara.get("/api/v1/warnings/?state=open").json()
    assert listed["count"] == 1
    assert listed["results"][0]["data"]["months"] == ["2024-10"]
    assert "HF has no data" in listed["results"][0]["reason"]
    change: dict[str, Any] = {"state": "snoozed", "snoozed_until": "2025-03-01", "owner": world.clara.user_id}
    answer = clara.patch(url, change, content_type="application/json")
    assert (answer.status_code, answer.json()["state"], answer.json()["owner"]) == (
        200,
        "snoozed",
        world.clara.user_id,
    )
    answer = clara.patch(url, {"state": "snoozed"}, content_type="application/json")
    assert answer.status_code == 400
    assert (
        world.client(world.charlie).patch(url, {"state": "done"}, content_type="application/json").status_code
        == 404
    )
    assert (
        world.client(world.bob).patch(url, {"state": "done"}, content_type="application/json").status_code
        == 403
    )


def test_an_accepted_upload_is_looked_at(
    world: World, send: Callable[..., Upload], django_capture_on_commit_callbacks: Any
) -> None:
    """March 2023 alone: months of the last year are missing."""
    upload = send(ONE_BAD[:1])
    with django_capture_on_commit_callbacks(execute=True):
        assert world.client(world.alice).post(f"/data/uploads/{upload.pk}/accept/").status_code == 303
    with all_tenants("tests"):
        kinds = set(EarlyWarning.objects.filter(supplier=world.supplier).values_list("kind", flat=True))
    assert "missing_month" in kinds
