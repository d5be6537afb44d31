"""A person who is forgotten: nothing names them, nothing they did is lost, no door is left open."""

from __future__ import annotations

import io

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command

from suppliers.models import ApiToken, AuditEntry, Consent, Invitation, Membership, User
from suppliers.tenants import audit, clock, erasure, privacy, tokens
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.asking import coming_from
from suppliers.tenants.audit import chain
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import OutsideScope, entered
from tests.factories import suppliers as make

ADDRESS = "203.0.113.7"


@pytest.fixture
def deputy(world):
    """A second manager of Alice's company, so that Alice may go."""
    with all_tenants("tests"):
        return make.member("supplier_manager", supplier=world.supplier)


@pytest.fixture
def person(world, deputy) -> User:
    """Alice, with all that a person leaves behind."""
    user = world.alice.user
    with all_tenants("tests"):
        make.MembershipFactory.create(user=user, role="procurement_reviewer", buyer=world.other_buyer)
        EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True})
        Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
        SocialAccount.objects.create(user=user, provider="oidc", uid="alice-at-work")
        UserSession.objects.create(user=user, ip=ADDRESS, session_key="k" * 32, user_agent="Alice's browser")
        for sent_to, name in ((user.email.upper(), user.name), ("somebody@example.test", "Somebody")):
            Invitation.objects.create(
                supplier=world.neighbour, email=sent_to, name=name, role="supplier_reader",
                digest=tokens.digest(sent_to), expires_at=clock.now(),
            )  # fmt: skip
        tokens.issue(user=user, name="Alice's laptop")
        privacy.agree(user=user)
    with entered(world.alice.scope), coming_from(ADDRESS):
        audit.record(by=world.actor(world.alice), act="site.add", subject=world.site, data={"code": "HF"})
    return user


def test_nothing_names_the_person_any_more(person):
    before = {person.email, person.email.upper(), person.name, "alice-at-work", ADDRESS, "Alice's laptop"}
    number = person.pk
    erasure.pseudonymise(user=person, by=person)
    gone = User.objects.get(pk=number)
    assert (gone.name, gone.email, gone.is_active) == ("", f"gone-{number}@invalid", False)
    assert not gone.has_usable_password()
    assert gone.pseudonymised_at is not None
    with all_tenants("tests"):
        for model in (EmailAddress, Authenticator, SocialAccount, UserSession):
            assert not model.objects.filter(user_id=number).exists()
        said = [
            str(row)
            for model in (User, Invitation, ApiToken, AuditEntry, Membership, Consent)
            for row in model.objects.values()
        ]
    assert not [row for row in said if any(word in row for word in before)]


def test_what_was_done_stays_under_a_number(person, world):
    erasure.pseudonymise(user=person, by=person)
    with all_tenants("tests"):
        entry = AuditEntry.objects.get(act="site.add")
        assert (entry.user_id, entry.data, entry.origin) == (person.pk, {"code": "HF"}, "")
        assert AuditEntry.objects.filter(act="person.forget", user=person).count() == 1
        assert set(AuditEntry.objects.filter(user=person).values_list("origin", flat=True)) == {""}
        assert Consent.objects.filter(user=person).count() == 1


def test_the_audit_trail_is_whole_afterwards(person):
    erasure.pseudonymise(user=person, by=person)
    with all_tenants("tests"):
        verified = chain.verify()
    assert verified.is_whole, verified
    assert verified.heads


def test_origins_of_others_stay(person, world):
    with entered(world.clara.scope), coming_from(ADDRESS):
        audit.record(by=world.actor(world.clara), act="site.edit", subject=world.site)
    with all_tenants("tests"):
        before = AuditEntry.objects.get(act="site.edit").origin
    erasure.pseudonymise(user=person, by=person)
    with all_tenants("tests"):
        assert AuditEntry.objects.get(act="site.edit").origin == before


def test_every_membership_ends_and_every_token_is_refused(person, world):
    key = tokens.issue(user=person)
    client = world.client(world.alice)
    assert client.get("/records/").status_code == 200
    erasure.pseudonymise(user=person, by=person)
    assert client.get("/records/")["Location"].startswith("/accounts/login/")
    header = {"Authorization": f"Token {key}"}
    assert world.client(None).get("/api/v1/records/", headers=header).status_code == 401
    with all_tenants("tests"):
        assert not Membership.objects.live().filter(user=person).exists()
        assert not ApiToken.objects.filter(user=person, revoked_at=None).exists()


def test_open_invitations_to_the_address_are_shut_and_others_are_not(person):
    erasure.pseudonymise(user=person, by=person)
    with all_tenants("tests"):
        shut = Invitation.objects.get(email=f"gone-{person.pk}@invalid")
        other = Invitation.objects.get(email="somebody@example.test")
    assert (shut.revoked_at is None, shut.name) == (False, "")
    assert (other.revoked_at, other.name) == (None, "Somebody")


def test_pages_say_removed_person_and_its_number(person, world, deputy):
    erasure.pseudonymise(user=person, by=person)
    assert str(User.objects.get(pk=person.pk)) == f"（已移除的人员 {person.pk}）"


def test_the_address_is_free_for_a_new_account(person):
    address = person.email
    erasure.pseudonymise(user=person, by=person)
    assert User.objects.create_user(address, "secret-words-7").pk != person.pk


def test_the_last_manager_of_any_tenant_stays_and_nothing_happens(world):
    user = world.alice.user
    with pytest.raises(Refusal) as refused:
        erasure.pseudonymise(user=user, by=user)
    assert refused.value.code == "member.last_manager"
    assert User.objects.get(pk=user.pk).pseudonymised_at is None
    with all_tenants("tests"):
        assert Membership.objects.live().filter(user=user).count() == 1


def test_twice_is_refused(person):
    erasure.pseudonymise(user=person, by=person)
    with pytest.raises(Refusal) as refused:
        erasure.pseudonymise(user=person, by=None)
    assert refused.value.code == "person.gone"


def test_it_cannot_be_called_from_inside_a_tenant(person, world):
    with entered(world.bob.scope), pytest.raises(OutsideScope):
        erasure.pseudonymise(user=person, by=person)


def test_the_command_says_the_number(person):
    said = io.StringIO()
    call_command("forget_person", person.email.upper(), "--json", stdout=said)
    assert said.getvalue().strip() == f'{{"number": {person.pk}}}'
    assert User.objects.get(pk=person.pk).pseudonymised_at is not None


@pytest.mark.parametrize("who", ["nobody@example.test", "alice"])
def test_the_command_refuses_with_a_sentence(world, who):
    email = world.alice.user.email if who == "alice" else who
    with pytest.raises(CommandError, match=r"nobody has the address|member.last_manager"):
        call_command("forget_person", email)
