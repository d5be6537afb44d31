"""The privacy pages: open to read, one's own data and nobody else's, removal only by one's own typed address."""

from __future__ import annotations

import json

import pytest

from suppliers.models import Consent, User
from suppliers.tenants import privacy
from suppliers.tenants.all_tenants import all_tenants
from tests.factories import suppliers as make

OWN_PAGES = ("/privacy/consent/", "/privacy/my-data/", "/privacy/my-data/download/")
ACTS = ("/privacy/my-data/name/", "/privacy/my-data/withdraw/", "/privacy/my-data/remove/")


def _text(answer) -> str:
    return answer.content.decode()


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "隐私声明"), ("en", "Privacy notice")])
def test_the_notice_is_read_without_login(world, client, settings, language, words):
    settings.PRIVACY_CONTACT, settings.PRIVACY_HANDLER = "dpo@operator.example", "Operator Ltd"
    page = _text(client.get("/privacy/", headers={"Accept-Language": language}))
    assert words in page
    assert "dpo@operator.example" in page
    assert "Operator Ltd" in page
    assert privacy.NOTICE_VERSION in page


@pytest.mark.parametrize("address", OWN_PAGES)
def test_own_pages_need_a_login(world, client, address):
    assert client.get(address)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("address", ACTS)
def test_acts_are_posts_of_a_person(world, client, address):
    assert client.post(address)["Location"].startswith("/accounts/login/")
    assert world.client(world.alice).get(address).status_code == 405


@pytest.mark.parametrize("address", OWN_PAGES)
@pytest.mark.parametrize("who", ["bob", "paula", "vera"])
def test_every_role_reaches_its_own_data(world, address, who):
    answer = world.client(getattr(world, who)).get(address)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_a_person_without_any_membership_reaches_them_too(world, client):
    client.force_login(make.UserFactory.create())
    assert client.get("/privacy/my-data/").status_code == 200


def test_agreeing_goes_on_to_where_one_wanted(world):
    client = world.client(world.alice)
    answer = client.post("/privacy/consent/", {"next": "/records/"})
    assert answer["Location"] == "/records/"
    assert privacy.consent_of(world.alice.user) is not None


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_agreeing_never_leads_away(world, elsewhere):
    assert world.client(world.alice).post("/privacy/consent/", {"next": elsewhere})["Location"] == "/"


def test_withdrawing_is_kept(world):
    privacy.agree(user=world.alice.user)
    assert world.client(world.alice).post("/privacy/my-data/withdraw/").status_code == 302
    assert Consent.objects.get(user=world.alice.user).withdrawn_at is not None


def test_the_copy_holds_ones_own_and_nobody_elses(world):
    with all_tenants("tests"):
        make.MembershipFactory.create(user=world.alice.user, role="program_admin", buyer=world.other_buyer)
    answer = world.client(world.alice).get("/privacy/my-data/download/")
    assert 'attachment; filename="my-data.json"' in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    copy = json.loads(answer.content)
    assert copy["person"]["email"] == world.alice.user.email
    assert [row["tenant"] for row in copy["memberships"]] == ["ALPHA", "OTHER"]
    others = [getattr(world, name).user.email for name in ("bob", "clara", "charlie", "paula", "otto")]
    assert not [email for email in others if email in _text(answer)]


def test_the_copy_holds_no_secret(world):
    user = world.alice.user
    assert user.password not in _text(world.client(world.alice).get("/privacy/my-data/download/"))


def test_a_name_can_be_corrected(world):
    client = world.client(world.alice)
    client.post("/privacy/my-data/name/", {"name": "  Alice   Liddell "})
    assert User.objects.get(pk=world.alice.user.pk).name == "Alice Liddell"
    client.post("/privacy/my-data/name/", {"name": "x" * 81})
    assert User.objects.get(pk=world.alice.user.pk).name == "Alice Liddell"


def test_removal_needs_the_own_address_typed(world):
    client = world.client(world.bob)
    client.post("/privacy/my-data/remove/", {"word": world.alice.user.email})
    assert User.objects.get(pk=world.bob.user.pk).pseudonymised_at is None
    answer = client.post("/privacy/my-data/remove/", {"word": f" {world.bob.user.email.upper()} "})
    assert answer["Location"] == "/privacy/removed/"
    assert User.objects.get(pk=world.bob.user.pk).pseudonymised_at is not None
    assert client.get("/privacy/removed/").status_code == 200
    assert client.get("/privacy/my-data/")["Location"].startswith("/accounts/login/")


def test_the_last_manager_is_told_what_to_do_first(world):
    client = world.client(world.alice)
    answer = client.post(
        "/privacy/my-data/remove/",
        {"word": world.alice.user.email},
        headers={"Referer": "http://testserver/privacy/my-data/"},
        follow=True,
    )
    assert "member.last_manager" in _text(answer) or "toast" in _text(answer)
    assert User.objects.get(pk=world.alice.user.pk).pseudonymised_at is None
