"""Early warnings as a person sees and deals with them, on pages and by the API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from suppliers.models import EarlyWarning, Upload, WarningRule
from suppliers.notices import actions
from suppliers.tenants import clock
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.refusals import Refusal
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


def test_today_says_once_that_a_credential_expires(world: World) -> None:
    data = {"kind": "iso_14001", "expires_on": "2025-03-01", "step": 30}
    with all_tenants("tests"):
        for of in ("credential", "statement"):
            EarlyWarning.objects.create(
                supplier=world.supplier, kind="expiry", key=f"expiry:{of}:1", data=data | {of: 1}
            )
    page = world.client(world.alice).get("/").context
    # the credential's own stands under "Expires within 90 days"; that of a statement only here
    assert len(page["warnings"]) == 1


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
    for kind, threshold, said in (
        ("intensity_up", "-1", "between 0 and 1000"),
        ("intensity_up", "1000.01", "between 0 and 1000"),
        ("missing_month", "367", "between 0 and 366"),
        ("missing_month", "15.5", "whole days"),
        ("expiry", "0", "between 1 and 730"),
        ("bill_outlier", "0", "between 1 and 100"),
        ("expiry", "x", "number"),
        ("expiry", "NaN", "number"),
        ("nothing", "1", "nothing"),
    ):
        answer = anna.post("/program/warnings/", {"kind": kind, "is_on": "on", "threshold": threshold})
        assert (answer.status_code, said in answer.content.decode()) == (422, True), (kind, threshold)
    # a rule that is only on or off keeps no number
    assert anna.post("/program/warnings/", {"kind": "factor_outdated", "threshold": "7"}).status_code == 302
    with all_tenants("tests"):
        assert set(WarningRule.objects.values_list("kind", "is_on", "threshold")) == {
            ("intensity_up", True, 5),
            ("factor_outdated", False, None),
        }
        with pytest.raises(Refusal) as caught:
            actions.set_rule(by=world.actor(world.anna), kind="expiry", is_on=True, threshold=Decimal(9999))
    assert (caught.value.code, caught.value.data) == (
        "warning.threshold",
        {"kind": "expiry", "lowest": 1, "highest": 730},
    )
    # the company sees what holds for it: 5 % instead of 10, and the factor's rule is off
    page = world.client(world.bob).get("/warnings/").content.decode()
    held = page[page.index("Rules that hold") :]
    assert "5 % above the same months" in held and "factor edition outdated" not in held


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
    for half in ({"state": "snoozed"}, {"snoozed_until": "2025-03-02"}):
        assert clara.patch(url, half, content_type="application/json").status_code == 400
    with clock.at(dt.date(2025, 2, 28)):
        assert clara.get("/api/v1/warnings/?state=open").json()["count"] == 0
    # on its day it is open again, before any night has come
    with clock.at(dt.date(2025, 3, 1)):
        assert clara.get("/api/v1/warnings/?state=open").json()["results"][0]["state"] == "open"
        assert clara.get("/api/v1/warnings/?state=snoozed").json()["count"] == 0
        page = clara.get("/warnings/").content.decode()
    assert "Open 1" in page and "Snoozed 0" in page and "snoozed until" not in page
    assert (
        world.client(world.charlie).patch(url, {"state": "done"}, content_type="application/json").status_code
        == 404
    )
    assert (
        world.client(world.bob).patch(url, {"state": "done"}, content_type="application/json").status_code
        == 403
    )


def test_an_accepted_and_a_withdrawn_upload_are_looked_at(
    world: World, send: Callable[..., Upload], django_capture_on_commit_callbacks: Any
) -> None:
    """March 2023 alone: months of the last year are missing."""
    upload = send(ONE_BAD[:1])
    with django_capture_on_commit_callbacks(execute=True):
        assert world.client(world.alice).post(f"/data/uploads/{upload.pk}/accept/").status_code == 303
    with all_tenants("tests"):
        kinds = set(EarlyWarning.objects.filter(supplier=world.supplier).values_list("kind", flat=True))
    assert "missing_month" in kinds
    # withdrawn: nothing says any more that this carrier is used, so nothing is missing
    with django_capture_on_commit_callbacks(execute=True):
        assert world.client(world.alice).post(f"/data/uploads/{upload.pk}/withdraw/").status_code == 303
    with all_tenants("tests"):
        rows = EarlyWarning.objects.filter(supplier=world.supplier, kind="missing_month")
        assert set(rows.values_list("state", "settled_by")) == {("done", None)}
