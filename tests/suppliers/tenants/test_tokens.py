"""Keys for machines: one tenant, no more rights than given, until a day; every API write works without a person."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from suppliers.factors import actions as factors
from suppliers.models import (
    ActivityRecord,
    ApiToken,
    AuditEntry,
    CellFix,
    Credential,
    ScreenKey,
    Target,
    Upload,
    User,
)
from suppliers.tenants import clock, tokens
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import FOR_PEOPLE_ONLY, Right
from suppliers.tenants.scope import entered
from tests.conftest import TODAY, World
from tests.factories import disclosure, scorecards, sparkplan
from tests.factories import suppliers as make
from tests.suppliers.api.conftest import BAD, GOOD, Api, file


def key_of(world: World, by: Any = None, *rights: Right, **more: Any) -> tokens.Issued:
    actor = world.actor(by or world.alice)
    with entered(actor.scope):
        return tokens.issue_key(by=actor, name="gateway", rights=rights or (Right.RECORD_READ,), **more)


def test_the_secret_is_kept_only_as_a_digest(world):
    issued = key_of(world)
    with all_tenants("tests"):
        kept = ApiToken.objects.get(pk=issued.key.pk)
        entry = AuditEntry.objects.get(act="key.make")
    assert issued.secret.startswith(kept.prefix)
    assert issued.secret not in str(vars(kept)) and issued.secret not in str(vars(entry))
    assert (kept.user_id, kept.created_by_id) == (None, world.alice.user_id)
    assert entry.data["rights"] == ["record_read"]


def test_a_key_asks_for_its_tenant_with_its_rights(world):
    issued = key_of(world)
    assert Api(issued.secret).get("sites/")[0] == 200
    assert Api(issued.secret).get("projects/")[0] == 403
    site = {"code": "NEW", "name": "新厂", "province": "CN-JS"}
    status, body = Api(issued.secret).post("sites/", site)
    assert (status, body["code"]) == (403, "forbidden")
    assert Api(key_of(world, None, Right.SITE_WRITE).secret).post("sites/", site)[0] == 201


def test_a_key_opens_no_page(world, client):
    issued = key_of(world, None, *tokens.rights_to_give(world.actor(world.alice)))
    answer = client.get("/sites/", headers={"authorization": f"Token {issued.secret}"})
    assert answer.status_code == 302


@pytest.mark.parametrize("tenant", ["BETA", "LCFC", "NOBODY"])
def test_a_key_speaks_for_no_other_tenant(world, tenant):
    issued = key_of(world)
    assert Api(issued.secret, "ALPHA").get("sites/")[0] == 200
    status, body = Api(issued.secret, tenant).get("sites/")
    assert (status, body["code"]) == (404, "tenant.unknown")


def test_a_key_holds_through_its_last_day(world):
    issued = key_of(world, expires_on=TODAY + dt.timedelta(days=10))
    for days, status in ((10, 200), (11, 401)):
        with clock.at(TODAY + dt.timedelta(days=days)):
            answer, body = Api(issued.secret).get("sites/")
            assert (answer, body.get("code")) == (status, None if status == 200 else "auth.token")


@pytest.mark.parametrize("days", [-1, 731])
def test_a_key_ends_within_two_years(world, days):
    with pytest.raises(Refusal) as refusal:
        key_of(world, expires_on=TODAY + dt.timedelta(days=days))
    assert refusal.value.code == "key.expiry"


def test_without_a_day_a_key_holds_for_a_year(world):
    issued = key_of(world)
    assert issued.key.expires_at is not None
    assert (issued.key.expires_at - clock.now()).days == 365


def test_a_revoked_key_is_refused_at_its_next_call(world):
    issued = key_of(world)
    assert Api(issued.secret).get("sites/")[0] == 200
    actor = world.actor(world.alice)
    with entered(actor.scope):
        tokens.revoke(by=actor, key=issued.key)
        with pytest.raises(Refusal) as refusal:
            tokens.revoke(by=actor, key=issued.key)
    assert refusal.value.code == "key.unknown"
    status, body = Api(issued.secret).get("sites/")
    assert (status, body["code"]) == (401, "auth.token")
    with all_tenants("tests"):
        assert AuditEntry.objects.get(act="key.revoke").subject_id == issued.key.pk


def test_last_use_is_noted(world):
    issued = key_of(world)
    assert issued.key.last_used_at is None
    Api(issued.secret).get("sites/")
    with all_tenants("tests"):
        assert ApiToken.objects.get(pk=issued.key.pk).last_used_at == clock.now()


def test_nobody_gives_rights_they_lack_or_rights_for_people(world):
    for right in (Right.EDITION_PUBLISH, *FOR_PEOPLE_ONLY):
        with pytest.raises(Refusal) as refusal:
            key_of(world, None, Right.RECORD_READ, right)
        assert refusal.value.code == "key.rights"
    actor = world.actor(world.alice)
    with entered(actor.scope), pytest.raises(Refusal):
        tokens.issue_key(by=actor, name="empty", rights=[])


@pytest.mark.parametrize("name", ["bob", "clara", "paula", "vera"])
def test_who_does_not_manage_keys_makes_none(world, name):
    with pytest.raises(PermissionDenied):
        key_of(world, getattr(world, name))


def test_another_company_cannot_revoke_a_key(world):
    issued = key_of(world)
    actor = world.actor(world.charlie)
    with entered(actor.scope), pytest.raises(Refusal):
        tokens.revoke(by=actor, key=issued.key)
    assert Api(issued.secret).get("sites/")[0] == 200


def test_a_key_goes_on_when_who_made_it_leaves(world):
    issued = key_of(world)
    with all_tenants("tests"):
        world.alice.revoked_at = clock.now()
        world.alice.save()
        User.objects.filter(pk=world.alice.user_id).update(is_active=False)
    assert Api(issued.secret).get("sites/")[0] == 200


def test_a_personal_token_may_what_its_person_may(world):
    actor = world.actor(world.bob)
    with entered(actor.scope):
        issued = tokens.issue_personal(by=actor, name="notebook", expires_on=TODAY)
    assert Api(issued.secret).get("sites/")[0] == 200
    site = {"code": "NEW", "name": "新厂", "province": "CN-JS"}
    assert Api(issued.secret).post("sites/", site)[0] == 403
    with clock.at(TODAY + dt.timedelta(days=1)):
        assert Api(issued.secret).get("sites/")[0] == 401
    with all_tenants("tests"):
        entry = AuditEntry.objects.get(act="token.make")
        assert (entry.supplier_id, entry.user_id) == (world.supplier.pk, world.bob.user_id)


def test_a_personal_token_is_revoked_by_its_person_alone(world):
    bob, alice = world.actor(world.bob), world.actor(world.alice)
    with entered(bob.scope):
        issued = tokens.issue_personal(by=bob, name="notebook")
    with entered(alice.scope), pytest.raises(Refusal) as refusal:
        tokens.revoke(by=alice, key=issued.key)
    assert refusal.value.status == 404
    with entered(bob.scope):
        tokens.revoke(by=bob, key=issued.key)
    assert Api(issued.secret).get("sites/")[0] == 401


def test_a_screen_key_is_made_and_revoked_by_the_program(world, client):
    actor = world.actor(world.anna)
    with entered(actor.scope):
        secret = tokens.make_screen_key(by=actor)
        key = ScreenKey.objects.get(buyer=world.buyer)
    assert client.get(f"/screen/?key={secret}").status_code == 200
    other = world.actor(world.otto)
    with entered(other.scope), pytest.raises(Refusal):
        tokens.revoke_screen_key(by=other, key=key)
    with entered(actor.scope):
        tokens.revoke_screen_key(by=actor, key=key)
    assert client.get(f"/screen/?key={secret}").status_code == 404


@pytest.fixture
def machine(world: World) -> Api:
    """A key with everything a supplier's key may have."""
    factors.load()
    return Api(key_of(world, None, *tokens.rights_to_give(world.actor(world.alice))).secret)


def test_a_key_hands_in_a_file_and_accepts_it(world, machine, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        status, upload = machine.multipart({"file": file(GOOD)})
    assert status == 202
    assert machine.get(f"uploads/{upload['id']}/")[1]["status"] == "ready"
    assert machine.post(f"uploads/{upload['id']}/accept/")[0] == 200
    with all_tenants("tests"):
        kept = Upload.objects.get(pk=upload["id"])
        assert (kept.created_by_id, kept.accepted_by_id) == (None, None)
        assert ActivityRecord.objects.get().created_by_id is None
        entries = AuditEntry.objects.filter(subject="upload", subject_id=kept.pk)
        assert {entry.user_id for entry in entries} == {None}
    assert machine.get("emissions/?year=2023")[1] != []
    page = world.client(world.alice).get(f"/data/uploads/{upload['id']}/")
    assert page.status_code == 200
    assert machine.post(f"uploads/{upload['id']}/withdraw/")[0] == 200


def test_two_rights_are_enough_to_hand_in(world, django_capture_on_commit_callbacks):
    factors.load()
    gateway = Api(key_of(world, None, Right.UPLOAD_WRITE, Right.RECORD_READ).secret)
    with django_capture_on_commit_callbacks(execute=True):
        status, upload = gateway.multipart({"file": file(GOOD)})
    assert status == 202
    assert gateway.post(f"uploads/{upload['id']}/accept/")[0] == 200
    assert gateway.post(f"uploads/{upload['id']}/withdraw/")[0] == 403


def test_a_key_writes_sites_and_meters(machine):
    status, site = machine.post("sites/", {"code": "NEW", "name": "新厂", "province": "CN-JS"})
    assert status == 201, site
    assert machine.patch(f"sites/{site['id']}/", {"name": "二厂"})[0] == 200
    meter = {"site": "NEW", "code": "E1", "name": "电表", "carrier": "electricity"}
    assert machine.post("meters/", meter)[0] == 201


def test_a_key_fixes_a_cell(machine, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        _status, upload = machine.multipart({"file": file(BAD)})
    with django_capture_on_commit_callbacks(execute=True):
        status, answer = machine.post(
            f"uploads/{upload['id']}/fix/", {"row": 3, "field": "quantity", "new": "7"}
        )
    assert status in (200, 201, 202), answer
    with all_tenants("tests"):
        assert CellFix.objects.get().by_id is None


@pytest.mark.parametrize(
    ("things", "body"),
    [
        (
            "credentials",
            {"kind": "ecovadis", "score": 58, "issued_on": "2024-06-01", "expires_on": "2025-05-31"},
        ),
        ("targets", {"covers": "scope1+2", "base_year": 2020, "target_year": 2030, "reduction_percent": 42}),
    ],
)
def test_a_key_enters_evidence_submits_it_and_a_program_s_key_reviews_it(world, machine, things, body):
    status, made = machine.post(f"{things}/", body)
    assert status == 201, made
    one = f"{things}/{made['id']}/"
    assert machine.patch(one, {})[0] == 200
    draft = machine.post(f"{things}/", body)[1]
    assert machine.post(f"{things}/{draft['id']}/", method="DELETE")[0] == 204
    with all_tenants("tests"):
        evidence = disclosure.document(world.supplier)
        {"credentials": Credential, "targets": Target}[things].objects.filter(pk=made["id"]).update(
            evidence=evidence
        )
    status, answer = machine.post(f"{one}submit/")
    assert status == 200, answer
    desk = Api(key_of(world, world.anna, Right.EVIDENCE_READ, Right.EVIDENCE_REVIEW).secret)
    status, answer = desk.post(f"{one}review/", {"verdict": "accepted"})
    assert status == 200, answer


def test_a_key_runs_a_project(machine):
    status, made = machine.post(
        "projects/",
        {
            "site": "HF",
            "code": "API-1",
            "name": "空压站",
            "measure": "compressed_air",
            "inputs": {"baseline_kwh": 1_000_000, "saving_rate_percent": 30},
            "price_cny_per_kwh": 0.7,
            "investment_cny": 500_000,
        },
    )
    assert status == 201, made
    one = f"projects/{made['id']}/"
    assert machine.patch(one, {"investment_cny": 400_000})[0] == 200
    for stage in ("audit", "feasible", "contracted", "building", "commissioned", "operating"):
        status, answer = machine.post(f"{one}stages/", {"stage": stage, "on": "2025-02-10"})
        assert status == 201, answer
    assert machine.get(f"{one}stages/")[1]["count"] == 7


def test_a_key_sends_measured_savings(world, machine):
    with all_tenants("tests"):
        project = sparkplan.project(world.supplier, world.site, stage="operating", code="A-1")
    saving = {"month": "2024-01", "baseline_kwh": 13000, "metered_kwh": 4500}
    assert machine.post(f"projects/{project.pk}/savings/", saving)[0] == 201


def test_a_key_runs_the_quarter(world):
    with all_tenants("tests"):
        scorecards.example(world.supplier, world.buyer)
    label = scorecards.LABEL
    rights = (Right.METHODOLOGY_WRITE, Right.EDITION_RUN, Right.EDITION_PUBLISH)
    admin = Api(key_of(world, world.anna, Right.SCORECARD_READ, *rights).secret)
    for step, state in (("compute", "computed"), ("lock", "locked"), ("publish", "published")):
        status, answer = admin.post(f"rankings/{label}/{step}/")
        assert (status, answer.get("state")) == (200, state), answer
    assert world.client(world.anna).get(f"/editions/{label}/").status_code == 200


def test_a_key_of_a_program_reads_its_program(world):
    key = key_of(world, world.anna, Right.SCORECARD_READ)
    assert Api(key.secret).get("rankings/")[0] == 200
    assert Api(key.secret).post("rankings/FY24Q3/compute/")[0] == 403


def test_a_key_of_a_verification_body_sees_no_supplier(world):
    with all_tenants("tests"):
        manager = make.member("body_manager", body=world.vera.body)
    key = key_of(world, manager, Right.INVENTORY_REVIEW)
    assert Api(key.secret).get("sites/")[0] == 403


def test_personal_tokens_of_the_command_go_on_working(world):
    secret = tokens.issue(user=world.bob.user, name="command")
    assert Api(secret).get("sites/")[0] == 200
