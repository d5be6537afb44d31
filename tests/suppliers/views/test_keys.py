"""The page of keys: made, shown once, listed, revoked."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from suppliers.models import ApiToken, ScreenKey
from suppliers.tenants import clock
from suppliers.tenants.all_tenants import all_tenants
from tests.conftest import World
from tests.suppliers.api.conftest import Api

KEY = {"name": "ERP Hefei", "expires_on": "2026-02-10", "rights": ["record_read", "upload_write"]}
TOKEN = {"name": "notebook", "expires_on": "2026-02-10"}


def secret_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.content.decode()
    (secret,) = re.findall(r'value="(glk_[^"]+)"', answer.content.decode())
    return secret


def made(world: World) -> ApiToken:
    secret_of(world.client(world.alice).post("/keys/new/", KEY))
    with all_tenants("tests"):
        return ApiToken.objects.get(user=None)


def test_a_key_is_made_shown_once_and_works(world):
    client = world.client(world.alice)
    answer = client.post("/keys/new/", KEY)
    secret = secret_of(answer)
    assert "no-store" in answer["Cache-Control"]
    shown = client.get("/keys/").content.decode()
    assert secret not in shown and secret[:8] in shown
    assert "ERP Hefei" in shown and "2026-02-10" in shown and "never" in shown
    assert "Hand in data: upload, fix, accept" in shown
    assert Api(secret).get("sites/")[0] == 200
    assert "2025-02-10 12:00" in client.get("/keys/").content.decode(), "when it was used last"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"rights": []},
        {"rights": ["member_write"]},
        {"rights": ["key_write"]},
        {"rights": ["edition_publish"]},
        {"rights": ["nonsense"]},
        {"expires_on": "2025-02-09"},
        {"expires_on": "2027-02-11"},
        {"expires_on": "soon"},
    ],
)
def test_wrong_entries_stay_in_the_form(world, wrong):
    assert world.client(world.alice).post("/keys/new/", KEY | wrong).status_code == 422
    with all_tenants("tests"):
        assert not ApiToken.objects.exists()


def test_a_key_is_revoked_for_good(world):
    client = world.client(world.alice)
    secret = secret_of(client.post("/keys/new/", KEY))
    with all_tenants("tests"):
        pk = ApiToken.objects.get().pk
    assert client.post(f"/keys/{pk}/revoke/").status_code == 302
    assert Api(secret).get("sites/")[0] == 401
    assert secret[:8] not in client.get("/keys/").content.decode()
    assert client.post(f"/keys/{pk}/revoke/").status_code == 404


def test_doors(world):
    url = f"/keys/{made(world).pk}/revoke/"
    assert world.client(None).post(url).status_code == 302
    for stranger in (world.charlie, world.anna, world.otto):
        assert world.client(stranger).post(url).status_code == 404
    for reader in (world.bob, world.clara, world.paula, world.vera):
        assert world.client(reader).post(url).status_code == 403
        assert world.client(reader).get("/keys/new/").status_code == 403
        assert world.client(reader).get("/keys/").status_code == 200
    assert world.client(world.alice).get(url).status_code == 405
    assert world.client(world.alice).post(url).status_code == 302


def test_who_does_not_manage_keys_sees_only_their_own_tokens(world):
    key = made(world)
    client = world.client(world.bob)
    secret = secret_of(client.post("/keys/personal/new/", TOKEN))
    shown = client.get("/keys/").content.decode()
    assert secret[:8] in shown and key.prefix not in shown
    assert secret[:8] not in world.client(world.alice).get("/keys/").content.decode()
    assert Api(secret).get("sites/")[0] == 200


def test_a_personal_token_is_revoked_by_its_owner_alone(world):
    secret = secret_of(world.client(world.bob).post("/keys/personal/new/", TOKEN))
    with all_tenants("tests"):
        pk = ApiToken.objects.get().pk
    for other in (world.alice, world.charlie, world.anna):
        assert world.client(other).post(f"/keys/personal/{pk}/revoke/").status_code == 404
        assert world.client(other).post(f"/keys/{pk}/revoke/").status_code == 404
    assert world.client(world.bob).post(f"/keys/personal/{pk}/revoke/").status_code == 302
    assert Api(secret).get("sites/")[0] == 401


def test_a_key_that_is_over_says_so(world):
    key = made(world)
    with all_tenants("tests"):
        ApiToken.objects.filter(pk=key.pk).update(expires_at=clock.now())
    assert "expired" in world.client(world.alice).get("/keys/").content.decode()


def test_screen_keys_of_a_program(world):
    client = world.client(world.anna)
    answer = client.post("/keys/screen/new/")
    (link,) = re.findall(r'value="http://testserver(/screen/\?key=gls_[^"]+)"', answer.content.decode())
    assert world.client(None).get(link).status_code == 200
    assert link not in client.get("/keys/").content.decode()
    with all_tenants("tests"):
        pk = ScreenKey.objects.get().pk
    for who, status in ((world.otto, 404), (world.alice, 403), (world.paula, 403), (world.vera, 403)):
        assert world.client(who).post(f"/keys/screen/{pk}/revoke/").status_code == status
    assert world.client(world.alice).post("/keys/screen/new/").status_code == 403
    assert client.post(f"/keys/screen/{pk}/revoke/").status_code == 302
    assert world.client(None).get(link).status_code == 404


def test_queries_do_not_grow_with_the_keys(world):
    client = world.client(world.alice)

    def asked() -> int:
        client.get("/keys/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/keys/")
        return len(queries)

    client.post("/keys/new/", KEY)
    few = asked()
    for number in range(4):
        client.post("/keys/new/", KEY | {"name": f"gateway {number}"})
        client.post("/keys/personal/new/", TOKEN)
    assert asked() == few
