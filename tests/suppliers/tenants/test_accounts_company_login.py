"""Login with a company's own account: who gets in, who does not, and what the environment must say. No network."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal.flows.login import complete_login
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.contrib.auth import get_user
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse

from suppliers.models import User
from suppliers.tenants.accounts import company_login
from tests.suppliers.tenants.accounts import _tries_afresh, add_app, with_password  # noqa: F401

OIDC: dict[str, Any] = {
    "id": "lcfc",
    "name": "LCFC",
    "server_url": "https://login.lcfc.example/realms/staff",
    "client_id": "greenlink",
    "secret": "s3cret",
    "domains": ["LCFC.example"],
}
SAML: dict[str, Any] = {
    "id": "beta",
    "name": "Beta",
    "domains": ["beta.example"],
    "idp": {
        "entity_id": "https://idp.beta.example/",
        "sso_url": "https://sso.beta.example/in",
        "x509cert": "…",
    },
}


@pytest.fixture
def lcfc(settings, db) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = company_login.read(oidc=json.dumps([OIDC])).providers


@pytest.fixture
def paula(world) -> User:
    user = with_password(world.paula)
    user.email = "paula@lcfc.example"
    user.save()
    return user


def come_back(rf: Any, claims: dict[str, Any], *, process: str = "login") -> tuple[HttpResponse, HttpRequest]:
    """The login server has sent somebody back and says this of them."""
    request = rf.get("/accounts/oidc/lcfc/login/callback/")
    SessionMiddleware(lambda _request: HttpResponse()).process_request(request)
    MessageMiddleware(lambda _request: HttpResponse()).process_request(request)
    request.user = get_user(request)
    with context.request_context(request):
        provider = get_adapter().get_provider(request, "lcfc")
        login = provider.sociallogin_from_response(request, {"userinfo": claims})
        login.state["process"] = process
        return complete_login(request, login), request


def claims(email: str, **more: Any) -> dict[str, Any]:
    return {"sub": "u-1", "email": email, "email_verified": True, "name": "Paula"} | more


def test_who_has_an_account_gets_in_and_is_connected(rf, lcfc, paula):
    answer, request = come_back(rf, claims("Paula@LCFC.example"))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert request.user == paula
    assert SocialAccount.objects.get(user=paula).uid == "u-1"
    paula.refresh_from_db()
    assert paula.has_usable_password(), "the password stays"


def test_nobody_signs_up_by_it(rf, lcfc, world):
    before = User.objects.count()
    answer, request = come_back(rf, claims("new@lcfc.example"))
    assert answer["Location"] == "/accounts/login/"
    assert [message.message for message in request._messages] == [
        "这里没有使用此电子邮件地址的账号，请先申请邀请。"
    ]
    assert not request.user.is_authenticated
    assert (User.objects.count(), SocialAccount.objects.count()) == (before, 0)


def test_a_company_speaks_for_its_own_addresses_only(rf, lcfc, world):
    charlie = with_password(world.charlie)
    answer, request = come_back(rf, claims(charlie.email))
    assert answer["Location"] == "/accounts/login/"
    assert not request.user.is_authenticated
    assert SocialAccount.objects.count() == 0


def test_a_closed_account_stays_out(rf, lcfc, paula):
    User.objects.filter(pk=paula.pk).update(is_active=False)
    answer, request = come_back(rf, claims(paula.email))
    assert answer["Location"] == "/accounts/inactive/"
    assert not request.user.is_authenticated


def test_the_second_factor_is_asked_for_all_the_same(rf, lcfc, paula):
    add_app(paula)
    answer, request = come_back(rf, claims(paula.email))
    assert answer["Location"] == "/accounts/second-factor/login/"
    assert not request.user.is_authenticated


def test_a_stranger_at_the_server_is_not_connected_to_who_is_logged_in(rf, lcfc, paula):
    answer, _request = come_back(rf, claims("other@lcfc.example"), process="connect")
    assert answer["Location"] == "/accounts/"
    assert SocialAccount.objects.count() == 0


def test_a_row_in_the_database_makes_no_login_server(rf, lcfc):
    SocialApp.objects.create(provider="openid_connect", provider_id="mine", name="Mine", client_id="x")
    with context.request_context(rf.get("/")):
        assert [app.provider_id for app in get_adapter().list_apps(None)] == ["lcfc"]


def test_an_address_never_seen_before_keeps_its_password(rf, lcfc, paula):
    """allauth takes the password from accounts with unconfirmed addresses; ours have been vouched for."""
    EmailAddress.objects.all().delete()
    come_back(rf, claims(paula.email))
    paula.refresh_from_db()
    assert paula.has_usable_password()


def answers(status: int):
    def send(_adapter: Any, request: Any, **_more: Any) -> requests.Response:
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = status, request, request.url
        return answer

    return send


def does_not_answer(_adapter: Any, _request: Any, **_more: Any) -> requests.Response:
    raise requests.ConnectionError("no route")


@pytest.mark.parametrize("send", [does_not_answer, answers(503)], ids=["away", "error"])
def test_a_login_server_that_is_away_is_no_500(client, lcfc, monkeypatch, settings, send):
    settings.ROOT_URLCONF = "tests.suppliers.tenants.company_urls"
    monkeypatch.setattr("requests.adapters.HTTPAdapter.send", send)
    answer = client.post("/accounts/oidc/lcfc/login/")
    assert answer["Location"] == "/accounts/company/error/"
    answer = client.get(answer["Location"])
    assert answer.status_code == 401
    assert "公司账号登录未成功" in answer.content.decode()


def test_the_login_page_offers_it_and_going_there_takes_a_post(client, lcfc, settings):
    settings.ROOT_URLCONF = "tests.suppliers.tenants.company_urls"
    page = client.get("/accounts/login/?next=/sites/").content.decode()
    assert "用公司账号登录" in page
    assert 'action="/accounts/oidc/lcfc/login/?process=login&amp;next=%2Fsites%2F"' in page
    assert "用公司账号登录" in client.get("/accounts/oidc/lcfc/login/").content.decode()
    assert client.post("/accounts/oidc/stranger/login/").status_code == 404


def test_nothing_said_nothing_offered(client, db):
    assert company_login.read() == company_login.CompanyLogin()
    assert client.get("/accounts/oidc/lcfc/login/").status_code == 404
    assert "用公司账号登录" not in client.get("/accounts/login/").content.decode()


def test_what_the_settings_get(settings):
    read = company_login.read(oidc=json.dumps([OIDC]), saml=json.dumps([SAML]))
    assert (read.has_oidc, read.has_saml) == (True, True)
    assert read.origins == ("https://login.lcfc.example", "https://sso.beta.example")
    [app] = read.providers["openid_connect"]["APPS"]
    assert app["settings"]["domains"] == ["lcfc.example"]
    [app] = read.providers["saml"]["APPS"]
    assert (app["client_id"], app["settings"]["idp"]) == ("beta", SAML["idp"])
    assert read.apps == ["allauth.socialaccount.providers.saml"]
    assert company_login.read(oidc=json.dumps([OIDC])).apps == []


@pytest.mark.parametrize(
    ("oidc", "saml", "names"),
    [
        ("{", "", "GREENLINK_OIDC is not JSON"),
        ('{"id": "x"}', "", "GREENLINK_OIDC is a list"),
        (json.dumps([OIDC | {"domains": []}]), "", "lcfc lacks domains"),
        (json.dumps([OIDC | {"server_url": "http://plain.example"}]), "", "no https address"),
        ("", json.dumps([{"id": "beta"}]), "beta lacks name, domains, idp"),
        ("", json.dumps([SAML | {"idp": {"entity_id": "x"}}]), "GREENLINK_SAML: the address"),
        (json.dumps([OIDC]), json.dumps([SAML | {"id": "lcfc"}]), "used twice"),
    ],
)
def test_what_cannot_be_used_is_named(oidc, saml, names):
    with pytest.raises(ImproperlyConfigured, match=names):
        company_login.read(oidc=oidc, saml=saml)
