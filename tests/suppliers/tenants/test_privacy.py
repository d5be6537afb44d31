"""Consent: asked once a version, kept as proof, taken back at any time; machines are not asked."""

from __future__ import annotations

import pytest

from suppliers.models import Consent
from suppliers.tenants import privacy, tokens


@pytest.fixture
def required(settings):
    settings.CONSENT_REQUIRED = True


def test_agreeing_twice_is_agreeing_once(world):
    first, second = privacy.agree(user=world.alice.user), privacy.agree(user=world.alice.user)
    assert first.pk == second.pk
    assert (first.version, first.language) == (privacy.NOTICE_VERSION, "zh-hans")


def test_withdrawn_consent_is_kept_and_can_be_given_again(world):
    user = world.alice.user
    privacy.agree(user=user)
    assert privacy.withdraw(user=user) == 1
    assert privacy.consent_of(user) is None
    privacy.agree(user=user)
    assert [row.withdrawn_at is None for row in Consent.objects.filter(user=user).order_by("pk")] == [
        False,
        True,
    ]


def test_a_new_version_asks_again(world, monkeypatch):
    privacy.agree(user=world.alice.user)
    monkeypatch.setattr(privacy, "NOTICE_VERSION", "2099-01")
    assert privacy.consent_of(world.alice.user) is None


def test_without_consent_every_page_leads_to_the_question(world, required):
    answer = world.client(world.alice).get("/records/?site=HF")
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/privacy/consent/?next=%2Frecords%2F%3Fsite%3DHF",
    )
    assert world.client(world.alice).post("/data/")["Location"] == "/privacy/consent/"


def test_htmx_is_told_in_its_own_way(world, required):
    answer = world.client(world.alice).get("/records/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/privacy/consent/")


def test_the_api_with_a_session_says_it_by_code(world, required):
    answer = world.client(world.alice).get("/api/v1/records/")
    assert (answer.status_code, answer.json()["code"]) == (403, "privacy.consent")


def test_a_token_is_not_asked(world, required):
    header = {"Authorization": f"Token {tokens.issue(user=world.alice.user)}"}
    assert world.client(None).get("/api/v1/records/", headers=header).status_code == 200


@pytest.mark.parametrize(
    "address", ["/privacy/", "/privacy/my-data/", "/privacy/my-data/download/", "/healthz"]
)
def test_some_pages_stay_open_without_consent(world, required, address):
    assert world.client(world.alice).get(address).status_code == 200


def test_with_consent_and_where_it_is_not_required_one_goes_on(world, settings):
    client = world.client(world.alice)
    assert client.get("/records/").status_code == 200
    settings.CONSENT_REQUIRED = True
    privacy.agree(user=world.alice.user)
    assert client.get("/records/").status_code == 200
    privacy.withdraw(user=world.alice.user)
    assert client.get("/records/").status_code == 302
