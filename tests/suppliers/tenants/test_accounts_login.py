"""Logging in and out, passwords, the e-mail address, sessions; and that nobody makes an account for themselves."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from suppliers.models import User
from tests.suppliers.tenants.accounts import (  # noqa: F401
    PASSWORD,
    _tries_afresh,
    is_in,
    log_in,
    show_it_is_me,
    with_password,
)

pytestmark = pytest.mark.django_db
NEW = "willow-brook-77"


def link_in(mail) -> str:
    return re.search(r"https?://[^/\s]+(/\S+)", mail.body).group(1)


def words_of(response) -> str:
    return response.content.decode()


@pytest.fixture
def alice(world) -> User:
    return with_password(world.alice)


def test_a_person_logs_in_by_address_whatever_its_case(client, alice):
    answer = client.post("/accounts/login/", {"login": alice.email.upper(), "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_in(client)


def test_a_person_from_before_gets_the_row_of_the_address_at_login(client, alice):
    EmailAddress.objects.all().delete()
    assert log_in(client, alice)["Location"] == "/"
    assert (
        EmailAddress.objects.filter(user=alice, email=alice.email, verified=True, primary=True).count() == 1
    )


def test_wrong_password_and_unknown_address_read_alike(client, alice):
    wrong = log_in(client, alice, "not-it")
    unknown = client.post("/accounts/login/", {"login": "nobody@example.test", "password": "not-it"})
    assert wrong.status_code == unknown.status_code == 200
    said = "您提供的电子邮件地址和/或密码不正确。"
    assert said in words_of(wrong) and said in words_of(unknown)
    assert not is_in(client)


def test_a_closed_account_stays_out(client, alice):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert log_in(client, alice)["Location"] == reverse("account_inactive")
    assert not is_in(client)


def test_login_leads_on_only_within_the_site(client, alice):
    for wanted, given in (("/sites/", "/sites/"), ("https://evil.example/", "/"), ("//evil.example", "/")):
        answer = Client().post(
            "/accounts/login/", {"login": alice.email, "password": PASSWORD, "next": wanted}
        )
        assert answer["Location"] == given


def test_leaving_takes_a_post_and_happens_at_once(client, alice):
    log_in(client, alice)
    assert client.get("/accounts/logout/").status_code == 200
    assert is_in(client)
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert not is_in(client)


def test_nobody_signs_up(client, world):
    before = User.objects.count()
    fields = {"email": "new@example.test", "password1": NEW, "password2": NEW}
    for answer in (client.get("/accounts/signup/"), client.post("/accounts/signup/", fields)):
        assert "仅限受邀开通" in words_of(answer)
    assert User.objects.count() == before


def test_only_so_many_passwords_are_tried(client, alice):
    for _attempt in range(5):
        log_in(client, alice, "not-it")
    said = words_of(log_in(client, alice))
    assert "失败次数过多" in said
    assert not is_in(client)


def test_success_does_not_open_the_count_of_others(world):
    alice, bob = with_password(world.alice), with_password(world.bob)
    for attempt in range(5):
        log_in(Client(), alice, "not-it")
        assert log_in(Client(), bob)["Location"] == "/", attempt
    assert "失败次数过多" in words_of(log_in(Client(), alice))


def test_one_address_is_shut_out_with_a_page_of_ours(client, settings, alice):
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    for _attempt in range(2):
        log_in(client, alice, "not-it")
    answer = log_in(client, alice)
    assert answer.status_code == 429
    assert "尝试次数过多" in words_of(answer)
    elsewhere = client.post(
        "/accounts/login/", {"login": alice.email, "password": PASSWORD}, REMOTE_ADDR="192.0.2.7"
    )
    assert elsewhere.status_code == 302


@pytest.mark.parametrize(("proxies", "status"), [(0, 429), (1, 302)])
def test_the_client_is_who_the_last_proxy_of_ours_says(settings, alice, proxies, status):
    """Without a proxy of ours the header is anybody's word."""
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    fields = {"login": alice.email, "password": PASSWORD}
    Client().post("/accounts/login/", fields, HTTP_X_FORWARDED_FOR="198.51.100.1, 192.0.2.1")
    answer = Client().post("/accounts/login/", fields, HTTP_X_FORWARDED_FOR="198.51.100.1, 192.0.2.2")
    assert answer.status_code == status


def test_a_forgotten_password_is_replaced_by_a_link(client, alice, mailoutbox):
    there = Client()
    log_in(there, alice)
    assert client.post("/accounts/password/reset/", {"email": alice.email})["Location"] == reverse(
        "account_reset_password_done"
    )
    [mail] = mailoutbox
    assert mail.subject == "设置新密码 · Choose a new password"
    assert "如果不是您本人操作" in mail.body and "If it was not you" in mail.body
    form = client.get(link_in(mail))["Location"]
    answer = client.post(form, {"password1": NEW, "password2": NEW})
    assert answer["Location"] == reverse("account_reset_password_from_key_done")
    assert not is_in(there), "the other session goes"
    assert not is_in(client), "a link from a mailbox does not log in"
    assert log_in(client, alice, NEW)["Location"] == "/"
    assert "此链接已失效" in words_of(Client().get(link_in(mail), follow=True)), "the link works once"


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client, world, mailoutbox):
    answer = client.post("/accounts/password/reset/", {"email": "nobody@example.test"})
    assert answer["Location"] == reverse("account_reset_password_done")
    assert mailoutbox == []


def test_a_mail_server_that_is_away_is_no_500(client, alice, monkeypatch):
    def away(_mail: EmailMessage) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(EmailMessage, "send", away)
    answer = client.post("/accounts/password/reset/", {"email": alice.email})
    assert answer["Location"] == reverse("account_reset_password_done")


def test_changing_the_password_ends_all_other_sessions(client, alice, mailoutbox):
    elsewhere = Client()
    log_in(client, alice)
    log_in(elsewhere, alice)
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post("/accounts/password/", fields)["Location"] == "/accounts/"
    assert is_in(client)
    assert not is_in(elsewhere)
    assert [mail.subject for mail in mailoutbox] == ["密码已修改 · Your password was changed"]


def test_the_old_password_is_asked_for_and_weak_ones_are_refused(client, alice):
    log_in(client, alice)
    wrong = client.post("/accounts/password/", {"oldpassword": "x", "password1": NEW, "password2": NEW})
    weak = client.post(
        "/accounts/password/", {"oldpassword": PASSWORD, "password1": "123", "password2": "123"}
    )
    assert wrong.status_code == weak.status_code == 200
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_a_new_address_counts_when_it_is_confirmed(client, alice, mailoutbox):
    old = alice.email
    log_in(client, alice)
    show_it_is_me(client)
    client.post("/accounts/email/", {"action_add": "1", "email": "New@Example.test"})
    alice.refresh_from_db()
    assert alice.email == old
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == (["new@example.test"], "确认电子邮件地址 · Confirm your e-mail address")
    assert client.get(link_in(mail)).status_code == 200
    alice.refresh_from_db()
    assert alice.email == old, "looking at the link confirms nothing"
    client.post(link_in(mail))
    alice.refresh_from_db()
    assert alice.email == "new@example.test"
    assert list(EmailAddress.objects.filter(user=alice).values_list("email", "verified", "primary")) == [
        ("new@example.test", True, True)
    ]
    assert mailoutbox[-1].to == [old], "the old address is told"
    assert log_in(Client(), alice)["Location"] == "/"


def test_the_address_changes_only_for_who_shows_again_who_they_are(client, alice, mailoutbox):
    log_in(client, alice)
    answer = client.post("/accounts/email/", {"action_add": "1", "email": "new@example.test"})
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert mailoutbox == []


def test_anothers_address_cannot_be_taken(client, world, mailoutbox):
    alice, charlie = with_password(world.alice), with_password(world.charlie)
    log_in(client, alice)
    show_it_is_me(client)
    client.post("/accounts/email/", {"action_add": "1", "email": charlie.email})
    for mail in mailoutbox:
        client.post(link_in(mail))
    alice.refresh_from_db()
    assert alice.email != charlie.email
    assert log_in(Client(), charlie)["Location"] == "/"


def test_the_row_of_the_address_follows_the_person(alice):
    alice.email = "renamed@example.test"
    alice.save()
    assert list(EmailAddress.objects.filter(user=alice).values_list("email", "verified", "primary")) == [
        ("renamed@example.test", True, True)
    ]


def test_one_sees_ones_sessions_and_ends_one(client, alice):
    elsewhere = Client(HTTP_USER_AGENT="Elsewhere/1.0")
    log_in(client, alice)
    log_in(elsewhere, alice)
    page = words_of(client.get("/accounts/sessions/"))
    assert "Elsewhere/1.0" in page and "当前会话" in page
    there = UserSession.objects.get(user=alice, user_agent="Elsewhere/1.0")
    assert client.post(f"/accounts/sessions/{there.pk}/end/").status_code == 302
    assert not is_in(elsewhere), "refused on the next request"
    assert is_in(client)


def test_all_other_sessions_end_at_once(client, alice):
    others = [Client(), Client()]
    for one in (client, *others):
        log_in(one, alice)
    client.post("/accounts/sessions/")
    assert [is_in(one) for one in (client, *others)] == [True, False, False]


def test_nobody_ends_anothers_session(client, world):
    alice, charlie = with_password(world.alice), with_password(world.charlie)
    theirs = Client()
    log_in(theirs, charlie)
    log_in(client, alice)
    session = UserSession.objects.get(user=charlie)
    assert client.post(f"/accounts/sessions/{session.pk}/end/").status_code == 404
    assert client.post("/accounts/sessions/987654321/end/").status_code == 404
    assert is_in(theirs)


def test_a_session_without_its_row_shows_an_empty_list(world):
    assert "早于会话记录功能" in words_of(world.client(world.bob).get("/accounts/sessions/"))


@pytest.mark.parametrize(
    "path",
    [
        "login/",
        "password/reset/",
        "password/reset/sent/",
        "password/reset/done/",
        "email/sent/",
        "inactive/",
        "signup/",
    ],
)
def test_open_pages_answer_in_both_languages(client, db, path):
    chinese, english = (
        words_of(client.get(f"/accounts/{path}")),
        words_of(Client(headers={"Accept-Language": "en"}).get(f"/accounts/{path}")),
    )
    assert re.search(r"<h1>[^<]*[\u4e00-\u9fff]", chinese)
    assert re.search(r"<h1>[A-Za-z' ?-]+</h1>", english)


def test_the_account_page_leads_to_everything(client, alice):
    log_in(client, alice)
    page = words_of(client.get("/accounts/"))
    for name in (
        "account_email",
        "account_change_password",
        "mfa_index",
        "mfa_list_webauthn",
        "account_sessions",
    ):
        assert f'href="{reverse(name)}"' in page
