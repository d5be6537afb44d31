"""The operator enters the first program and the first verification body; their first people come in by a link."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client
from stdnum.cn import uscc

from suppliers.models import AuditEntry, Buyer, Invitation, Membership, VerificationBody
from suppliers.tenants import founding
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.models.trail import EntryKind
from suppliers.tenants.scope import entered
from tests.factories import suppliers as make

CREDIT_CODE = "91110105MA00XXCHK" + uscc.calc_check_digit("91110105MA00XXCHK")
EMAIL = "first@example.test"
BUYER = ("buyer", "ACME", "顶点制造", "--name-en", "Acme", "--admin", EMAIL)
JOIN = {"name": "王一", "password": "Boiler-House-7", "again": "Boiler-House-7"}


def body(**more: str) -> tuple[str, ...]:
    said = {
        "code": "QINGYUAN",
        "name": "清源核查",
        "--name-en": "Qingyuan",
        "--uscc": CREDIT_CODE,
        "--accreditation": "CNAS-V0001",
        "--accredited-until": "2027-06-30",
        "--manager": EMAIL,
    } | more
    options = [word for name, value in said.items() if name.startswith("--") for word in (name, value)]
    return ("body", said["code"], said["name"], *options)


def run(*words: str) -> dict[str, Any]:
    said = io.StringIO()
    call_command("add_tenant", *words, "--json", stdout=said)
    done: dict[str, Any] = json.loads(said.getvalue())
    return done


def refused(*words: str) -> str:
    """The code; the sentence stands beside it in both languages, and nothing was written."""
    before = _counts()
    with pytest.raises(CommandError) as error:
        call_command("add_tenant", *words)
    assert error.value.returncode == 1
    code, sentences = str(error.value).split(": ", 1)
    chinese, english = sentences.split(" / ")
    assert re.search("[\u4e00-\u9fff]", chinese) and english.isascii()
    assert _counts() == before
    return code


def _counts() -> list[int]:
    with all_tenants("tests"):
        return [model.objects.count() for model in (Buyer, VerificationBody, Invitation, AuditEntry)]


def joined(link: str) -> Client:
    client, path = Client(), link.removeprefix("http://127.0.0.1:8000")
    assert client.get(path).status_code == 200
    answer = client.post(path, JOIN)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/").status_code == 200
    return client


@pytest.mark.django_db
def test_the_first_admin_of_a_program_comes_in_by_the_link():
    done = run(*BUYER)
    assert (done["kind"], done["code"], done["is_new"], done["is_mailed"]) == ("buyer", "ACME", True, True)
    client = joined(done["link"])
    buyer = Buyer.objects.get(code="ACME")
    assert (buyer.name, buyer.name_en, buyer.fiscal_start_month) == ("顶点制造", "Acme", 4)
    with all_tenants("tests"):
        membership = Membership.objects.get(user__email=EMAIL)
        deeds = AuditEntry.objects.filter(kind=EntryKind.DEED, buyer=buyer).order_by("id")
        acts = [(one.act, one.acting, one.user_id) for one in deeds]
    assert (membership.role, membership.buyer_id) == ("program_admin", buyer.pk)
    # The program reads in its own trail that the platform entered it, and when.
    assert acts[:2] == [("tenant.found", "platform", None), ("invitation.send", "platform", None)]
    home = client.get("/").content.decode()
    # What a program without suppliers is to do next, and nothing about suppliers that handed in.
    assert "顶点制造" in home and "为首批供应商办理入册" in home and "都已填报" not in home
    assert "还没有入册供应商" in client.get("/suppliers/").content.decode()
    assert "由平台运营方录入" in client.get("/audit/").content.decode()
    assert client.get("/suppliers/enrol/").status_code == 200
    assert client.get("/team/invite/").status_code == 200


@pytest.mark.django_db
def test_the_manager_of_a_verification_body_comes_in_by_the_link():
    done = run(*body(**{"--uscc": f" {CREDIT_CODE[:8]}-{CREDIT_CODE[8:].lower()} "}))
    client = joined(done["link"])
    found = VerificationBody.objects.get(code="QINGYUAN")
    assert (found.uscc, found.accreditation_number) == (CREDIT_CODE, "CNAS-V0001")
    assert found.accreditation_expires_on == dt.date(2027, 6, 30)
    with all_tenants("tests"):
        membership = Membership.objects.get(user__email=EMAIL)
    assert (membership.role, membership.body_id) == ("body_manager", found.pk)
    home = client.get("/").content.decode()
    assert "清源核查 · CNAS-V0001" in home and "没有分派给您的碳盘查" in home


@pytest.mark.django_db
def test_the_link_goes_out_by_mail_where_there_is_a_server(settings, django_capture_on_commit_callbacks):
    settings.PUBLIC_URL = "https://greenlink.example"
    said = io.StringIO()
    with django_capture_on_commit_callbacks(execute=True):
        call_command("add_tenant", *BUYER, stdout=said)
    (link,) = re.findall(r"^https://greenlink\.example/invitations/\S+/$", said.getvalue(), re.MULTILINE)
    (message,) = mail.outbox
    assert message.to == [EMAIL] and message.body.count(link) == 2
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        done = run(*BUYER, "--invite-again", "--site", "http://127.0.0.1:8104/")
    assert done["link"].startswith("http://127.0.0.1:8104/invitations/")
    assert (callbacks, done["is_mailed"]) == ([], False)


@pytest.mark.django_db
def test_said_again_it_changes_nothing_and_invites_when_asked_to():
    first = run(*BUYER)
    before = _counts()
    assert run(*BUYER) == {"kind": "buyer", "code": "ACME", "name": "顶点制造", "is_new": False}
    assert _counts() == before
    again = run(*BUYER[:-1], "right@example.test", "--invite-again")
    assert again["is_new"] is False and again["email"] == "right@example.test"
    assert Client().get(first["link"].removeprefix("http://127.0.0.1:8000")).status_code == 404
    joined(again["link"])
    assert refused(*BUYER[:-1], "right@example.test", "--invite-again") == "invitation.member"


WRONG = {
    "tenant.email": {"--manager": "first at example"},
    "tenant.uscc": {"--uscc": CREDIT_CODE[:-1] + ("A" if CREDIT_CODE[-1] != "A" else "B")},
    "tenant.accreditation": {"--accredited-until": "2025-02-09"},  # today is 2025-02-10
    "tenant.date": {"--accredited-until": "30.6.2027"},
    "tenant.code": {"code": "QING YUAN"},
    "tenant.name": {"name": " "},
    "tenant.name_en": {"--name-en": "x" * 121},
    "tenant.accreditation_number": {"--accreditation": ""},
}


@pytest.mark.parametrize("code", WRONG)
@pytest.mark.django_db
def test_a_wrong_value_is_refused_and_nothing_half_written(code):
    assert refused(*body(**WRONG[code])) == code


def test_a_code_that_is_taken_is_refused(world):
    for taken in ("ALPHA", "alpha", "LCFC"):
        assert refused("body", taken, *body()[2:]) == "tenant.code_taken"
    run(*body())
    assert refused("buyer", "qingyuan", *BUYER[2:]) == "tenant.code_taken"
    assert refused(*body(code="OTHERBODY")) == "tenant.uscc_taken"
    assert refused(*body(name="另一家")) == "tenant.differs"
    assert refused("buyer", "LCFC", *BUYER[2:]) == "tenant.differs"
    assert refused(*BUYER, "--fiscal-start", "13") == "tenant.fiscal_start"


@pytest.mark.django_db
def test_an_accreditation_is_renewed_and_the_body_reads_it_in_its_trail():
    run(*body())
    renewal = ("body", "QINGYUAN", "--renew", "--accredited-until")
    assert run(*renewal, "2030-06-30", "--accreditation", "CNAS-V0002")["is_renewed"] is True
    found = VerificationBody.objects.get(code="QINGYUAN")
    assert found.accreditation_expires_on == dt.date(2030, 6, 30)
    with all_tenants("tests"):
        entry = AuditEntry.objects.get(act="tenant.renew", body=found)
    assert entry.data == {
        "was": {"accreditation_expires_on": "2027-06-30", "accreditation_number": "CNAS-V0001"},
        "is": {"accreditation_expires_on": "2030-06-30", "accreditation_number": "CNAS-V0002"},
    }
    assert run(*renewal, "2030-06-30")["is_renewed"] is False
    assert refused(*renewal, "2025-02-09") == "tenant.accreditation"
    assert refused("body", "NOBODY", *renewal[2:], "2030-06-30") == "tenant.unknown"


@pytest.mark.django_db
def test_a_body_from_before_credit_codes_gets_one_with_its_renewal():
    make.BodyFactory.create(code="OLD")
    renewal = ("body", "OLD", "--renew", "--accredited-until", "2031-12-31")
    assert refused(*renewal) == "tenant.uscc"
    assert run(*renewal, "--uscc", CREDIT_CODE)["is_renewed"] is True
    other = "91110105MA00XXCHM" + uscc.calc_check_digit("91110105MA00XXCHM")
    assert refused(*renewal, "--uscc", other) == "tenant.differs"


def test_nobody_on_the_site_enters_a_tenant(world):
    for name in ("anna", "vera", "alice"):
        actor = world.actor(getattr(world, name))
        with entered(actor.scope), pytest.raises(PermissionDenied):
            founding.found_buyer(by=actor, code="MINE", name="我", name_en="Me", email=EMAIL)
