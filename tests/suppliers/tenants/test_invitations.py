"""An invitation lets one person in, once, within seven days; every dead link looks alike."""

from __future__ import annotations

import datetime as dt
import re
import threading
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from suppliers.models import AuditEntry, Invitation, Membership, User
from suppliers.tenants import clock, invitations, members
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.models import VerificationBody
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import entered
from tests.conftest import TODAY, World
from tests.factories import suppliers as make

SITE = "https://greenlink.test"
NEW = "new@example.test"
PASSWORD = "Boiler-House-7"
JOIN = {"name": "新同事", "password": PASSWORD, "again": PASSWORD}


def invited(world: World, by: Any = None, **more: Any) -> invitations.Issued:
    member = by or world.alice
    actor = world.actor(member)
    with entered(actor.scope):
        wanted = {"email": NEW, "role": "supplier_contributor"} | more
        return invitations.invite(by=actor, **wanted)


def words(answer: Any) -> str:
    """The page without what differs from request to request."""
    text = re.sub(
        r'name="csrfmiddlewaretoken" value="[^"]+"|X-CSRFToken": "[^"]+"', "", answer.content.decode()
    )
    return text.replace(answer.wsgi_request.path, "HERE")


def page(world: World, issued: invitations.Issued, client: Any = None) -> Any:
    return (client or world.client(None)).get(issued.path)


def test_the_key_is_kept_only_as_a_digest(world, everyone):
    with_key = Invitation.objects.none()
    with entered(world.actor(world.alice).scope):
        issued = invitations.invite(by=world.actor(world.alice), email=NEW, role="supplier_reader")
        with_key = Invitation.objects.get(pk=issued.invitation.pk)
    assert issued.key not in str(vars(with_key))
    assert with_key.expires_at - with_key.created_at == dt.timedelta(days=7)
    entry = AuditEntry.objects.get(act="invitation.send")
    assert (entry.supplier_id, entry.user_id) == (world.supplier.pk, world.alice.user_id)
    assert NEW not in str(entry.data)


def test_the_mail_is_in_both_languages_and_holds_the_link(world, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        issued = invited(world, site=SITE, name="Wang")
        assert mail.outbox == []
    (message,) = mail.outbox
    assert message.to == [NEW]
    assert message.body.count(f"{SITE}{issued.path}") == 2
    assert message.body.index("邀请您加入") < message.body.index("invites you to Alpha")
    assert "阿尔法" in message.subject and "Alpha" in message.subject
    assert "供应商·填报人" in message.body and "Supplier, contributor" in message.body
    assert "2025-02-17 12:00" in message.body


def test_mail_that_cannot_be_sent_undoes_nothing(world, settings, django_capture_on_commit_callbacks):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with django_capture_on_commit_callbacks(execute=True):
        issued = invited(world, site=SITE)
    assert page(world, issued).status_code == 200


@pytest.mark.parametrize("name", ["bob", "clara", "paula", "vera"])
def test_who_does_not_manage_members_invites_nobody(world, name):
    with pytest.raises(PermissionDenied):
        invited(world, by=getattr(world, name))


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("alice", "program_admin"),
        ("alice", "verifier"),
        ("alice", "owner"),
        ("alice", ""),
        ("anna", "supplier_manager"),
    ],
)
def test_a_role_of_another_kind_of_tenant_is_refused(world, name, role):
    with pytest.raises(Refusal) as refusal:
        invited(world, by=getattr(world, name), role=role)
    assert refusal.value.code == "member.role"


def test_a_member_and_a_person_invited_already_are_not_invited_again(world):
    with pytest.raises(Refusal) as refusal:
        invited(world, email=world.bob.user.email.upper())
    assert refusal.value.code == "invitation.member"
    invited(world)
    with pytest.raises(Refusal) as refusal:
        invited(world)
    assert refusal.value.code == "invitation.waiting"
    invited(world, by=world.charlie)  # another company knows nothing of it


def test_a_new_person_sets_a_password_and_is_in(world):
    issued = invited(world)
    client = world.client(None)
    shown = page(world, issued, client).content.decode()
    assert world.alice.user.name in shown and "阿尔法" in shown and "供应商·填报人" in shown
    answer = client.post(issued.path, JOIN)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    user = User.objects.get(email=NEW)
    assert user.name == "新同事" and user.check_password(PASSWORD)
    assert EmailAddress.objects.filter(user=user, email=NEW, verified=True, primary=True).exists()
    home = client.get("/")
    assert home.status_code == 200 and "阿尔法" in home.content.decode()
    assert client.get("/sites/new/").status_code == 200, "a contributor may add sites"
    assert client.get("/team/invite/").status_code == 403
    with all_tenants("tests"):
        membership = Membership.objects.get(user=user)
        assert (membership.role, membership.supplier_id) == ("supplier_contributor", world.supplier.pk)
        entry = AuditEntry.objects.get(act="member.join")
        assert entry.data["role"] == "supplier_contributor"
        assert entry.user_id == user.pk


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "short", "again": "short"},
        {"password": "12345678", "again": "12345678"},
        {"password": NEW, "again": NEW},
        {"again": "something else"},
        {"name": ""},
    ],
)
def test_what_is_filled_in_wrongly_lets_nobody_in(world, wrong):
    issued = invited(world)
    client = world.client(None)
    assert client.post(issued.path, JOIN | wrong).status_code == 422
    assert not User.objects.filter(email=NEW).exists()
    assert client.post(issued.path, JOIN).status_code == 302


def test_a_person_with_an_account_logs_in_and_accepts(world):
    issued = invited(world, by=world.charlie, email=world.bob.user.email)
    shown = page(world, issued).content.decode()
    assert f"{reverse('account_login')}?next={issued.path}" in shown
    assert world.client(None).post(issued.path, JOIN).status_code == 200
    client = world.client(world.bob)
    assert 'name="password"' not in page(world, issued, client).content.decode()
    answer = client.post(issued.path)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "贝塔" in client.get("/").content.decode(), "the new company is the one that is shown"
    with all_tenants("tests"):
        roles = Membership.objects.filter(user=world.bob.user).order_by("pk")
        assert [one.role for one in roles] == ["supplier_reader", "supplier_contributor"]


def test_somebody_else_is_told_so_and_does_not_get_in(world):
    issued = invited(world)
    client = world.client(world.charlie)
    shown = page(world, issued, client).content.decode()
    assert world.charlie.user.email in shown and NEW in shown
    assert client.post(issued.path).status_code == 403
    assert page(world, issued).status_code == 200, "the link still holds"
    with all_tenants("tests"):
        assert Membership.objects.filter(user=world.charlie.user).count() == 1


def test_every_dead_link_looks_the_same(world):
    used, revoked, old, renewed = (
        invited(world, email=f"{name}@example.test") for name in ("used", "revoked", "old", "renewed")
    )
    assert world.client(None).post(used.path, JOIN).status_code == 302
    actor = world.actor(world.alice)
    with entered(actor.scope):
        invitations.revoke(by=actor, invitation=revoked.invitation)
        again = invitations.resend(by=actor, invitation=renewed.invitation)
        Invitation.objects.filter(pk=old.invitation.pk).update(expires_at=clock.now())
    unknown = world.client(None).get(reverse("invitation", args=["unknown"]))
    assert unknown.status_code == 404
    for issued in (used, revoked, old, renewed):
        answer = page(world, issued)
        assert (answer.status_code, words(answer)) == (404, words(unknown))
        assert world.client(None).post(issued.path, JOIN).status_code == 404
    assert page(world, again).status_code == 200


def test_the_link_holds_for_seven_days(world):
    issued = invited(world)
    for days, status in ((6, 200), (8, 404)):
        with clock.at(TODAY + dt.timedelta(days=days)):
            assert page(world, issued).status_code == status


def test_what_was_answered_or_taken_back_cannot_be_sent_again(world):
    issued = invited(world)
    world.client(None).post(issued.path, JOIN)
    actor = world.actor(world.alice)
    with entered(actor.scope):
        for act in (invitations.resend, invitations.revoke):
            with pytest.raises(Refusal) as refusal:
                act(by=actor, invitation=issued.invitation)
            assert refusal.value.code == "invitation.gone"


def test_another_company_cannot_touch_an_invitation(world):
    issued = invited(world)
    actor = world.actor(world.charlie)
    with entered(actor.scope), pytest.raises(Refusal):
        invitations.revoke(by=actor, invitation=issued.invitation)
    assert page(world, issued).status_code == 200


def test_a_second_click_of_the_same_person_just_goes_home(world):
    issued = invited(world)
    client = world.client(None)
    client.post(issued.path, JOIN)
    for answer in (client.get(issued.path), client.post(issued.path, JOIN)):
        assert (answer.status_code, answer["Location"]) == (302, "/")


def test_after_the_membership_has_ended_the_old_link_is_dead_even_for_who_used_it(world):
    issued = invited(world)
    client = world.client(None)
    client.post(issued.path, JOIN)
    actor = world.actor(world.alice)
    with entered(actor.scope):
        joined = Membership.objects.get(user__email=NEW)
        members.revoke(by=actor, membership=joined)
    assert client.get(issued.path).status_code == 404
    assert client.post(issued.path, JOIN).status_code == 404


def test_who_belongs_to_the_team_meanwhile_is_there_once(world):
    issued = invited(world)
    client = world.client(None)
    client.post(issued.path, JOIN)
    with entered(world.actor(world.alice).scope):
        Invitation.objects.filter(pk=issued.invitation.pk).update(accepted_at=None, accepted_by=None)
    client.post(issued.path)
    with all_tenants("tests"):
        assert Membership.objects.filter(user__email=NEW).count() == 1


def test_a_manager_of_a_verification_body_and_an_admin_invite_their_own(world):
    with all_tenants("tests"):
        manager = make.member("body_manager", body=VerificationBody.objects.get(pk=world.vera.body_id))
    for by, role in ((manager, "verifier"), (world.anna, "procurement_reviewer")):
        issued = invited(world, by=by, role=role, email=f"{role}@example.test")
        client = world.client(None)
        assert client.post(issued.path, JOIN).status_code == 302
        assert client.get("/team/").status_code in (200, 302)
    with all_tenants("tests"):
        assert Membership.objects.get(user__email="verifier@example.test").body_id == world.vera.body_id
        assert Membership.objects.get(user__email="procurement_reviewer@example.test").buyer == world.buyer


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time anyway")
def test_of_two_clicks_at_once_one_lets_in(world):
    issued = invited(world, by=world.charlie, email=world.bob.user.email)
    start = threading.Barrier(2)
    refused: list[str] = []

    def click() -> None:
        try:
            start.wait(timeout=10)
            invitations.accept(key=issued.key, user=world.bob.user)
        except Refusal as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _number in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join(timeout=30)
    with all_tenants("tests"):
        joined = Membership.objects.filter(user=world.bob.user, supplier=world.neighbour)
        assert joined.count() == 1
        assert AuditEntry.objects.filter(act="member.join").count() == 1
    assert refused == ["invitation.gone"]


def test_an_actor_without_a_tenant_has_no_team(world):
    with all_tenants("tests"), pytest.raises(PermissionDenied):
        invitations.waiting(Actor.system("tests"))
