"""The team's pages: who belongs, who is invited, and who may change it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from suppliers.models import Invitation, Membership
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.roles import RIGHT_LABELS, ROLES, Right, TenantKind, roles_of
from tests.conftest import World
from tests.factories import suppliers as make

INVITE = {"email": "new@example.test", "name": "Wang", "role": "supplier_contributor"}


def invitation(world: World) -> Invitation:
    assert world.client(world.alice).post("/team/invite/", INVITE).status_code == 200
    with all_tenants("tests"):
        return Invitation.objects.get(email=INVITE["email"])


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_members_with_role_and_second_factor(world):
    Authenticator.objects.create(user=world.bob.user, type=Authenticator.Type.TOTP, data={})
    Authenticator.objects.create(user=world.clara.user, type=Authenticator.Type.RECOVERY_CODES, data={})
    shown = text(world.client(world.alice).get("/team/"))
    for member in (world.alice, world.bob, world.clara):
        assert member.user.email in shown
    assert world.charlie.user.email not in shown
    assert shown.count("set up") == 1, "recovery codes alone are no second factor"


def test_who_reads_only_sees_names_and_roles(world):
    shown = text(world.client(world.bob).get("/team/"))
    assert world.alice.user.email in shown and "Supplier, manager" in shown
    assert "Second factor" not in shown and "Invite someone" not in shown
    invitation(world)
    assert INVITE["email"] not in text(world.client(world.bob).get("/team/"))


@pytest.mark.parametrize("name", ["alice", "bob", "charlie", "paula", "anna", "vera"])
def test_every_kind_of_member_sees_its_own_team(world, name):
    member = getattr(world, name)
    shown = text(world.client(member).get("/team/"))
    assert member.user.email in shown


def test_an_invitation_is_mailed_and_its_link_shown_once(world, django_capture_on_commit_callbacks):
    client = world.client(world.alice)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/team/invite/", INVITE)
    (link,) = re.findall(r'value="(http://testserver/invitations/[^"]+)"', answer.content.decode())
    assert link in mail.outbox[0].body
    assert "no-store" in answer["Cache-Control"]
    assert client.get("/team/").content.decode().count("/invitations/") == 2, "resend and withdraw, no link"
    assert world.client(None).get(link).status_code == 200


def test_with_a_mail_server_nobody_but_the_reader_sees_the_link(world, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    answer = world.client(world.alice).post("/team/invite/", INVITE, follow=True)
    assert "is on its way to new@example.test" in text(answer)
    assert not re.search(r"/invitations/[\w-]{40}", answer.content.decode())


@pytest.mark.parametrize(
    "wrong",
    [{"email": "no address"}, {"email": ""}, {"role": "program_admin"}, {"role": "owner"}, {"role": ""}],
)
def test_wrong_entries_stay_in_the_form(world, wrong):
    assert world.client(world.alice).post("/team/invite/", INVITE | wrong).status_code == 422
    with all_tenants("tests"):
        assert not Invitation.objects.exists()


def test_a_refusal_stands_beside_the_form(world):
    invitation(world)
    answer = world.client(world.alice).post("/team/invite/", INVITE)
    assert answer.status_code == 422
    assert "This person is invited already" in answer.content.decode()


def test_sending_again_kills_the_old_link(world):
    client = world.client(world.alice)
    first = re.search(r"/invitations/[\w-]{40,}/", client.post("/team/invite/", INVITE).content.decode())
    with all_tenants("tests"):
        pk = Invitation.objects.get().pk
    again = client.post(f"/team/invitations/{pk}/resend/")
    second = re.search(r"/invitations/[\w-]{40,}/", again.content.decode())
    assert first and second
    assert world.client(None).get(first[0]).status_code == 404
    assert world.client(None).get(second[0]).status_code == 200


def test_a_withdrawn_invitation_leaves_the_list(world):
    client, pk = world.client(world.alice), invitation(world).pk
    assert INVITE["email"] in text(client.get("/team/"))
    assert client.post(f"/team/invitations/{pk}/withdraw/").status_code == 302
    assert "is withdrawn" in text(client.get("/team/"))
    assert INVITE["email"] not in text(client.get("/team/"))


def test_a_role_is_changed_and_a_membership_ended(world):
    client = world.client(world.alice)
    client.post(f"/team/{world.bob.pk}/role/", {"role": "supplier_contributor"})
    with all_tenants("tests"):
        assert Membership.objects.get(pk=world.bob.pk).role == "supplier_contributor"
    assert client.post(f"/team/{world.bob.pk}/revoke/").status_code == 302
    shown = text(client.get("/team/"))
    assert "no longer belongs to the team" in shown and world.bob.user.email not in text(client.get("/team/"))
    assert client.post(f"/team/{world.bob.pk}/revoke/").status_code == 404


def test_the_last_manager_is_told_why_they_stay(world):
    client = world.client(world.alice)
    answer = client.post("/team/leave/", follow=True)
    assert "This is the last person who manages members" in text(answer)
    assert world.client(world.alice).get("/team/").status_code == 200


def test_who_leaves_is_told_so(world):
    client = world.client(world.bob)
    answer = client.post("/team/leave/", follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "You have left the team." in text(answer)
    assert client.get("/team/").status_code == 403


def posts(world: World) -> list[tuple[str, dict[str, str]]]:
    return [
        (f"/team/{world.bob.pk}/role/", {"role": "supplier_reader"}),
        (f"/team/{world.clara.pk}/revoke/", {}),
        (f"/team/invitations/{invitation(world).pk}/resend/", {}),
        (f"/team/invitations/{invitation_pk()}/withdraw/", {}),
    ]


def invitation_pk() -> int:
    with all_tenants("tests"):
        return Invitation.objects.get().pk


def test_doors(world):
    """Nobody: to the login. Another company: as if it were not there. A reader: 403. A manager: done."""
    for url, data in posts(world):
        anonymous = world.client(None).post(url, data)
        assert anonymous.status_code == 302
        assert anonymous["Location"].startswith(reverse("account_login"))
        for stranger in (world.charlie, world.anna, world.otto):
            assert world.client(stranger).post(url, data).status_code == 404, url
        for reader in (world.bob, world.clara, world.paula, world.vera):
            assert world.client(reader).post(url, data).status_code == 403, url
        absent = re.sub(r"\d+", "987654321", url)
        assert world.client(world.alice).post(absent, data).status_code == 404
        assert world.client(world.alice).get(url).status_code == 405
        assert world.client(world.alice).post(url, data).status_code in (200, 302), url
    for reader in (world.bob, world.paula, world.vera):
        assert world.client(reader).get("/team/invite/").status_code == 403


def test_queries_do_not_grow_with_the_team(world):
    client = world.client(world.alice)
    invitation(world)

    def asked() -> int:
        client.get("/team/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/team/")
        return len(queries)

    few = asked()
    with all_tenants("tests"):
        for number in range(5):
            make.member("supplier_reader", supplier=world.supplier)
            world.client(world.alice).post("/team/invite/", INVITE | {"email": f"n{number}@example.test"})
    assert asked() == few


@pytest.mark.parametrize("kind", list(TenantKind))
def test_who_sees_what_is_the_table_of_the_code(world, kind):
    member = {TenantKind.SUPPLIER: world.bob, TenantKind.BUYER: world.paula, TenantKind.BODY: world.vera}[
        kind
    ]
    shown = world.client(member).get("/who-sees-what/").content.decode()
    for slug in ROLES:
        assert str(ROLES[slug].label) in shown
    for right in Right:
        assert str(RIGHT_LABELS[right]) in text(world.client(member).get("/who-sees-what/")), right
    own = shown.split("<main")[1].split("<details")[0]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', own, re.S)
    roles = [ROLES[slug] for slug in roles_of(kind)]
    assert rows
    for label, cells in rows:
        (right,) = [
            right for right in Right if str(RIGHT_LABELS[right]) == label.strip().replace("&#x27;", "'")
        ]
        ticked = [">yes<" in cell for cell in re.findall(r"<td.*?</td>", cells, re.S)]
        assert ticked == [right in role.rights for role in roles], label


def test_who_sees_what_is_linked_from_the_team_and_beside_forms(world):
    for url in ("/team/", "/sites/new/"):
        assert 'href="/who-sees-what/"' in world.client(world.alice).get(url).content.decode()
