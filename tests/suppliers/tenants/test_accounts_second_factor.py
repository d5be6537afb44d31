"""The second factor: set up, kept encrypted, asked for at login, and required of those whose role needs it."""

from __future__ import annotations

import json
import re
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from suppliers.models import User
from suppliers.tenants import tokens
from suppliers.tenants.accounts import encryption
from tests.factories.suppliers import MembershipFactory
from tests.suppliers.tenants.accounts import (  # noqa: F401
    _tries_afresh,
    add_app,
    code_of,
    factors,
    is_in,
    log_in,
    show_it_is_me,
    with_password,
)

pytestmark = pytest.mark.django_db
BROKEN = json.dumps(
    {
        "id": "eA",
        "rawId": "eA",
        "type": "public-key",
        "response": dict.fromkeys(
            ("clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject"), "eA"
        ),
    }
)
SET_UP, ASK = "/accounts/second-factor/", "/accounts/second-factor/login/"


def words_of(response) -> str:
    return response.content.decode()


def stored() -> str:
    """What stands in the table, read past every model."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT type, data FROM mfa_authenticator")
        return json.dumps([str(row) for row in cursor.fetchall()])


@pytest.fixture
def alice(world) -> User:
    return with_password(world.alice)


@pytest.fixture
def required(settings) -> None:
    settings.MFA_REQUIRED = True


def set_up(client: Client, user: User) -> tuple[str, str]:
    """An app, the way a person sets it up: the secret, and the page with the recovery codes."""
    log_in(client, user)
    show_it_is_me(client)
    secret = re.search(
        r"<code>([A-Z2-7]{32})</code>", words_of(client.get("/accounts/second-factor/app/"))
    ).group(1)
    answer = client.post("/accounts/second-factor/app/", {"code": code_of(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    return secret, words_of(client.get(answer["Location"]))


def codes_in(page: str) -> list[str]:
    return re.findall(r"<code>(\d{8})</code>", page)


def test_an_app_is_set_up_and_asked_for_from_then_on(client, alice):
    secret, page = set_up(client, alice)
    assert factors(alice) == {"totp", "recovery_codes"}
    assert len(codes_in(page)) == 10
    fresh = Client()
    assert log_in(fresh, alice)["Location"].startswith(ASK)
    assert not is_in(fresh), "the password alone is not enough"
    assert fresh.post(ASK, {"code": code_of(secret, steps=1)})["Location"] == "/"
    assert is_in(fresh)


def test_neither_secret_nor_codes_stand_in_the_database(client, alice):
    secret, page = set_up(client, alice)
    kept = stored()
    seed = encryption.decrypt(Authenticator.objects.get(type="recovery_codes").data["seed"])
    assert encryption.decrypt(Authenticator.objects.get(type="totp").data["secret"]) == secret
    for clear in (secret, seed, *codes_in(page)):
        assert clear not in kept
    assert all(secret not in str(session.get_decoded()) for session in Session.objects.all())


def test_an_old_key_still_opens_and_a_strange_one_does_not(settings, alice):
    old, new = encryption.new_key(), encryption.new_key()
    settings.ENCRYPTION_KEYS = [old]
    secret = add_app(alice)
    before = Authenticator.objects.get(user=alice).data["secret"]
    settings.ENCRYPTION_KEYS = [new, old]
    assert encryption.decrypt(before) == secret
    assert Fernet(new).decrypt(encryption.encrypt("x").encode()) == b"x", "the first key encrypts"
    assert Fernet(new).decrypt(encryption.rotate(before).encode()).decode() == secret
    settings.ENCRYPTION_KEYS = [new]
    with pytest.raises(ImproperlyConfigured, match="GREENLINK_ENCRYPTION_KEYS"):
        encryption.decrypt(before)


def test_after_rotating_the_old_key_can_go(settings, client, alice):
    old, new = encryption.new_key(), encryption.new_key()
    settings.ENCRYPTION_KEYS = [old]
    secret, page = set_up(client, alice)
    settings.ENCRYPTION_KEYS = [new, old]
    out = StringIO()
    call_command("rotate_encryption", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"rotated": 2}
    settings.ENCRYPTION_KEYS = [new]
    for code in (code_of(secret, steps=1), codes_in(page)[0]):
        fresh = Client()
        log_in(fresh, alice)
        assert fresh.post(ASK, {"code": code})["Location"] == "/"


@pytest.mark.parametrize(
    "text",
    ["", " , ", "short", "c2hvcnQ=", f"{encryption.new_key()},{'x' * 20}"],
    ids=["empty", "comma", "short", "too few bytes", "one good, one bad"],
)
def test_a_key_that_cannot_be_used_is_named(text):
    with pytest.raises(ImproperlyConfigured, match="GREENLINK_ENCRYPTION_KEYS"):
        encryption.parse_keys(text)


def test_keys_may_come_with_spaces_and_in_either_base64():
    assert len(encryption.parse_keys(f" {encryption.new_key()} , {'+/' * 21}8= ")) == 2


def test_wrong_codes_are_counted_per_person(client, alice):
    secret = add_app(alice)
    log_in(client, alice)
    for _attempt in range(5):
        assert "验证码不正确" in words_of(client.post(ASK, {"code": "000000"}))
    assert "失败次数过多" in words_of(client.post(ASK, {"code": code_of(secret)}))
    assert not is_in(client)


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_opens_once_though_it_holds_for_a_while(alice, steps):
    secret = add_app(alice)
    code = code_of(secret, steps=steps)
    first, second = Client(), Client()
    log_in(first, alice)
    log_in(second, alice)
    assert first.post(ASK, {"code": code})["Location"] == "/"
    assert "验证码不正确" in words_of(second.post(ASK, {"code": f" {code[:3]} {code[3:]}"}))
    assert not is_in(second)


def test_codes_from_long_ago_do_not_open(client, alice):
    secret = add_app(alice)
    log_in(client, alice)
    assert "验证码不正确" in words_of(client.post(ASK, {"code": code_of(secret, steps=-3)}))


def test_a_recovery_code_opens_once(client, alice):
    _secret, page = set_up(client, alice)
    code = codes_in(page)[3]
    first, second = Client(), Client()
    log_in(first, alice)
    assert first.post(ASK, {"code": code})["Location"] == "/"
    log_in(second, alice)
    assert "验证码不正确" in words_of(second.post(ASK, {"code": code}))


def test_new_recovery_codes_end_the_old_ones(client, alice):
    _secret, page = set_up(client, alice)
    client.post("/accounts/second-factor/codes/new/")
    new = codes_in(words_of(client.get("/accounts/second-factor/codes/")))
    assert len(new) == 10 and not set(new) & set(codes_in(page))
    file = client.get("/accounts/second-factor/codes/file/")
    assert file["Content-Disposition"].startswith("attachment")
    assert set(re.findall(r"^\d{8}$", words_of(file), re.M)) == set(new)


def test_setting_up_and_removing_ask_again_who_it_is(client, alice):
    log_in(client, alice)
    add_app(alice)
    for path in ("app/remove/", "codes/new/", "../passkeys/new/"):
        url = reverse("account") + ("second-factor/" + path).replace("second-factor/../", "")
        assert client.get(url)["Location"].startswith(reverse("account_reauthenticate")), path
    show_it_is_me(client)
    client.post("/accounts/second-factor/app/remove/")
    assert factors(alice) == set()


@pytest.mark.parametrize("name", ["paula", "anna", "vera"])
def test_whose_role_needs_it_is_sent_to_set_it_up(world, required, name):
    client = world.client(getattr(world, name))
    assert client.get("/")["Location"] == SET_UP
    assert client.post("/accounts/language/", {"language": "zh-hans"}).status_code == 302
    page = words_of(client.get("/accounts/language/", follow=True)) + words_of(client.get(SET_UP))
    assert "您的角色需要两步验证" in page
    for path in ("/accounts/", "/accounts/email/", "/accounts/sessions/", "/healthz"):
        assert client.get(path).status_code == 200, path
    assert client.get("/", headers={"HX-Request": "true"})["HX-Redirect"] == SET_UP
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"


def test_with_it_the_door_is_open(world, required):
    add_app(with_password(world.anna))
    client = Client()
    client.force_login(User.objects.get(pk=world.anna.user_id))
    assert client.get("/ranking/").status_code in (200, 302)
    assert "second-factor" not in client.get("/ranking/").get("Location", "")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("name", ["alice", "bob", "clara"])
def test_suppliers_are_not_made_to(world, required, name):
    assert world.client(getattr(world, name)).get("/").status_code == 200


def test_nobody_is_made_to_where_the_switch_is_off(world, settings):
    settings.MFA_REQUIRED = False
    assert world.client(world.anna).get("/").status_code == 200


def test_a_person_of_two_companies_is_asked_for_the_stricter(world, required, everyone):
    MembershipFactory.create(
        user=world.alice.user, role="procurement_reviewer", supplier=None, buyer=world.buyer
    )
    assert world.client(world.alice).get("/")["Location"] == SET_UP


def test_the_api_says_so_with_a_code(world, required):
    answer = world.client(world.anna).get("/api/v1/rankings/")
    assert (answer.status_code, answer.json()["code"]) == (403, "mfa.required")


def test_machines_with_a_token_are_not_asked(world, required, everyone):
    key = tokens.issue(user=world.anna.user, name="erp")
    answer = Client().get("/api/v1/rankings/", headers={"Authorization": f"Token {key}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("has_factor", [False, True])
def test_staff_enter_the_admin_by_our_door_and_with_it(world, required, has_factor):
    user = with_password(world.alice)
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    assert Client().get("/admin/login/")["Location"].startswith("/accounts/login/")
    secret = add_app(user) if has_factor else ""
    client = Client()
    log_in(client, user)
    if has_factor:
        client.post(ASK, {"code": code_of(secret)})
    answer = client.get("/admin/")
    assert answer.status_code == (200 if has_factor else 302)
    if has_factor:
        assert "Authenticator" not in words_of(answer) and "/admin/mfa/" not in words_of(answer)
        assert client.get("/admin/mfa/authenticator/").status_code == 404
    else:
        assert answer["Location"] == SET_UP


def test_who_is_no_staff_gets_403_at_the_admins_door(world):
    assert world.client(world.alice).get("/admin/login/").status_code == 403


def test_an_answer_that_no_device_gave_is_refused(client, alice):
    for made_up in ("", "{}", "[]", "null", '"x"', '{"id": "x", "response": {"userHandle": "MQ"}}', BROKEN):
        answer = client.post("/accounts/passkeys/login/", {"credential": made_up})
        assert answer["Location"] == reverse("account_login"), made_up
    log_in(client, alice)
    show_it_is_me(client)
    client.get("/accounts/passkeys/new/")
    for made_up in ("{}", "[]", BROKEN):
        answer = client.post("/accounts/passkeys/new/", {"name": "x", "credential": made_up})
        assert answer.status_code == 200, made_up
    assert factors(alice) == set()


def test_nobody_touches_anothers_passkey(client, world):
    alice, charlie = with_password(world.alice), with_password(world.charlie)
    key = Authenticator.objects.create(
        user=charlie, type="webauthn", data={"name": "laptop", "credential": {}}
    )
    log_in(client, alice)
    show_it_is_me(client)
    for act in ("name", "remove"):
        for method in (client.get, client.post):
            assert method(f"/accounts/passkeys/{key.pk}/{act}/", {"name": "mine"}).status_code == 404
    assert Authenticator.objects.get(pk=key.pk).data["name"] == "laptop"
