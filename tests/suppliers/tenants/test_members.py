"""Roles change, memberships end; somebody who can let people in stays."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, connections
from django.test import Client

from suppliers.models import ApiToken, AuditEntry, Invitation, Membership, User
from suppliers.tenants import invitations, members, tokens
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.models import VerificationBody
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import ROLES, Right, TenantKind, may_be_given, roles_of
from suppliers.tenants.scope import entered
from tests.conftest import World
from tests.factories import suppliers as make
from tests.suppliers.api.conftest import Api


def change(world: World, by: Membership, whom: Membership, role: str) -> Membership:
    actor = world.actor(by)
    with entered(actor.scope):
        return members.change_role(by=actor, membership=whom, role=role)


def revoke(world: World, by: Membership, whom: Membership) -> None:
    actor = world.actor(by)
    with entered(actor.scope):
        members.revoke(by=actor, membership=whom)


def leave(world: World, whom: Membership) -> None:
    actor = world.actor(whom)
    with entered(actor.scope):
        members.leave(by=actor)


def session(membership: Membership) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=membership.user_id))
    return client


def test_a_role_is_changed_and_written_down(world):
    change(world, world.alice, world.bob, "supplier_contributor")
    assert session(world.bob).get("/sites/new/").status_code == 200
    with all_tenants("tests"):
        entry = AuditEntry.objects.get(act="member.role")
        assert (entry.data["was"], entry.data["is"]) == ("supplier_reader", "supplier_contributor")
        assert (entry.supplier_id, entry.user_id) == (world.supplier.pk, world.alice.user_id)
        assert entry.subject_id == world.bob.pk


def test_the_same_role_again_is_no_deed(world):
    change(world, world.alice, world.bob, "supplier_reader")
    with all_tenants("tests"):
        assert not AuditEntry.objects.filter(act="member.role").exists()


@pytest.mark.parametrize("name", ["bob", "clara", "paula", "vera"])
def test_who_does_not_manage_members_changes_nobody(world, name):
    by = getattr(world, name)
    for act in (lambda: change(world, by, by, by.role), lambda: revoke(world, by, by)):
        with pytest.raises(PermissionDenied):
            act()


@pytest.mark.parametrize("role", ["program_admin", "verifier", "nonsense", ""])
def test_a_role_of_another_kind_cannot_be_given(world, role):
    with pytest.raises(Refusal) as refusal:
        change(world, world.alice, world.bob, role)
    assert (refusal.value.code, refusal.value.status) == ("member.role", 400)


def test_a_member_of_another_company_does_not_exist(world):
    for act in (
        lambda: change(world, world.alice, world.charlie, "supplier_reader"),
        lambda: revoke(world, world.alice, world.charlie),
        lambda: revoke(world, world.anna, world.alice),
    ):
        with pytest.raises(Refusal) as refusal:
            act()
        assert (refusal.value.code, refusal.value.status) == ("member.unknown", 404)


def test_the_last_manager_stays(world):
    for act in (
        lambda: change(world, world.alice, world.alice, "supplier_reader"),
        lambda: revoke(world, world.alice, world.alice),
        lambda: leave(world, world.alice),
    ):
        with pytest.raises(Refusal) as refusal:
            act()
        assert refusal.value.code == "member.last_manager"
    change(world, world.alice, world.bob, "supplier_manager")
    leave(world, world.alice)
    assert session(world.alice).get("/team/").status_code == 403
    assert session(world.bob).get("/team/invite/").status_code == 200


def test_a_manager_whose_account_is_closed_does_not_count(world):
    change(world, world.alice, world.bob, "supplier_manager")
    User.objects.filter(pk=world.bob.user_id).update(is_active=False)
    with pytest.raises(Refusal) as refusal:
        leave(world, world.alice)
    assert refusal.value.code == "member.last_manager"


def test_a_company_that_lost_its_manager_can_still_let_others_go(world):
    """Nothing gets worse by it: who goes did not manage members."""
    with all_tenants("tests"):
        Membership.objects.filter(pk=world.alice.pk).update(role="supplier_reader")
    leave(world, world.bob)


def test_the_last_manager_of_a_body_and_of_a_program_stays_too(world):
    with all_tenants("tests"):
        manager = make.member("body_manager", body=VerificationBody.objects.get(pk=world.vera.body_id))
    for last in (manager, world.anna):
        with pytest.raises(Refusal) as refusal:
            leave(world, last)
        assert refusal.value.code == "member.last_manager"


def test_a_revoked_member_is_refused_at_the_next_request(world):
    client = session(world.bob)
    with all_tenants("tests"):
        token = tokens.issue(user=world.bob.user)
    assert client.get("/sites/").status_code == 200
    assert Api(token).get("sites/")[0] == 200
    revoke(world, world.alice, world.bob)
    assert client.get("/sites/").status_code == 403
    assert client.get("/").status_code == 200
    assert "您还没有加入任何公司" in client.get("/").content.decode()
    assert Api(token).get("sites/")[0] == 403


def test_the_deed_says_what_the_role_was(world):
    revoke(world, world.alice, world.bob)
    leave(world, world.clara)
    with all_tenants("tests"):
        acts = AuditEntry.objects.filter(act__startswith="member.").order_by("pk")
        assert [(one.act, one.data["was"], one.data["is"]) for one in acts] == [
            ("member.revoke", "supplier_reader", None),
            ("member.leave", "supplier_contributor", None),
        ]


def test_who_manages_no_longer_leaves_no_open_invitation_behind(world):
    actor = world.actor(change(world, world.alice, world.bob, "supplier_manager"))
    with entered(actor.scope):
        invitations.invite(by=actor, email="friend@example.test", role="supplier_manager")
    revoke(world, world.alice, world.bob)
    with all_tenants("tests"):
        assert Invitation.objects.get(email="friend@example.test").revoked_at is not None
        assert AuditEntry.objects.get(act="member.revoke").data["invitations_revoked"] == 1


def test_who_left_can_be_invited_again(world):
    leave(world, world.bob)
    actor = world.actor(world.alice)
    with entered(actor.scope):
        issued = invitations.invite(by=actor, email=world.bob.user.email, role="supplier_reader")
    assert session(world.bob).post(issued.path).status_code == 302
    assert session(world.bob).get("/sites/").status_code == 200


@pytest.fixture
def in_two(world: World) -> Membership:
    """Bob, who also contributes at BETA; the second of his memberships."""
    with all_tenants("tests"):
        return make.MembershipFactory.create(
            user=world.bob.user, supplier=world.neighbour, role="supplier_contributor"
        )


def test_in_two_companies_one_is_chosen_and_the_other_stays_shut(world, in_two):
    client = session(world.bob)
    assert "阿尔法" in client.get("/team/").content.decode()
    assert client.get("/sites/new/").status_code == 403
    client.post("/accounts/tenant/", {"membership": in_two.pk})
    shown = client.get("/team/").content.decode()
    assert world.charlie.user.email in shown and world.alice.user.email not in shown
    assert client.get("/sites/new/").status_code == 200


def test_revoked_in_one_company_the_other_goes_on(world, in_two):
    client = session(world.bob)
    with all_tenants("tests"):
        token = tokens.issue(user=world.bob.user)
    assert Api(token).get("sites/")[1]["code"] == "tenant.required"
    revoke(world, world.alice, world.bob)
    shown = client.get("/").content.decode()
    assert "贝塔" in shown and "阿尔法" not in shown
    assert 'name="membership"' not in shown, "nothing is left to switch to"
    assert Api(token).get("sites/")[0] == 200
    assert Api(token, "BETA").get("sites/")[0] == 200
    assert Api(token, "ALPHA").get("sites/")[1]["code"] == "tenant.unknown"


def test_a_company_one_has_left_cannot_be_chosen(world, in_two):
    client = session(world.bob)
    client.post("/accounts/tenant/", {"membership": in_two.pk})
    leave(world, in_two)
    assert "阿尔法" in client.get("/").content.decode()
    client.post("/accounts/tenant/", {"membership": in_two.pk})
    assert "贝塔" not in client.get("/").content.decode()


@pytest.mark.parametrize("slug", list(ROLES))
def test_nobody_gives_more_than_they_have(slug):
    role = ROLES[slug]
    given = {other for other in ROLES if may_be_given(other, kind=role.kind, rights=role.rights)}
    assert given <= set(roles_of(role.kind))
    assert all(ROLES[other].rights <= role.rights for other in given)


@pytest.mark.parametrize("kind", list(TenantKind))
def test_every_kind_of_tenant_has_a_role_that_manages_and_may_give_all_others(kind):
    managers = [slug for slug in roles_of(kind) if Right.MEMBER_WRITE in ROLES[slug].rights]
    assert managers
    for slug in managers:
        assert all(may_be_given(other, kind=kind, rights=ROLES[slug].rights) for other in roles_of(kind))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time anyway")
def test_two_managers_who_leave_at_once_do_not_both_go(world):
    change(world, world.alice, world.bob, "supplier_manager")
    gate, refused = threading.Barrier(2), []

    def go(membership: Membership) -> None:
        try:
            gate.wait(timeout=10)
            leave(world, membership)
        except Refusal as refusal:
            refused.append(refusal.code)
        finally:
            connections.close_all()

    with all_tenants("tests"):
        both = list(Membership.objects.filter(pk__in=[world.alice.pk, world.bob.pk]).select_related("user"))
    people = [threading.Thread(target=go, args=[one]) for one in both]
    for person in people:
        person.start()
    for person in people:
        person.join(timeout=30)
    assert refused == ["member.last_manager"]


def test_personal_tokens_outlive_no_account(world):
    with all_tenants("tests"):
        token = tokens.issue(user=world.bob.user)
        User.objects.filter(pk=world.bob.user_id).update(is_active=False)
        assert ApiToken.objects.filter(user=world.bob.user).exists()
    assert Api(token).get("sites/")[0] == 401
