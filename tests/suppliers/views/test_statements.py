"""The public page of a number, and what the three parties do with a statement."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from suppliers.models import AuditEntry, Enrolment
from suppliers.tenants import clock
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.scope import entered
from tests.conftest import TODAY
from tests.suppliers.inventory.review import another_verifier, issued, submitted


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def state_of(answer):
    return re.search(r'data-state="(\w+)"', answer.content.decode())[1]


def test_a_stranger_reads_a_valid_statement_and_nothing_more_than_it_says(world):
    statement = issued(world)
    answer = world.client(None).get(f"/verify/{statement.number}/")
    assert answer.status_code == 200
    assert state_of(answer) == "valid"
    shown = text_of(answer)
    for word in (
        "valid",
        "signature holds",
        "阿尔法",
        "2024-01-01 – 2024-12-31",
        "0.020",
        "CNAS-V0000",
        "unmodified",
    ):
        assert word in shown
    # not the program that commissioned it, nor the people, nor the text of the opinion
    for word in (world.buyer.name, world.vera.user.name, world.anna.user.name, "checked"):
        assert word not in shown


def test_it_is_read_in_chinese_too(world, settings):
    settings.LANGUAGE_CODE = "zh-hans"
    client = world.client(None)
    client.post("/accounts/language/", {"language": "zh-hans"})
    shown = text_of(client.get(f"/verify/{issued(world).number}/"))
    for word in ("有效", "签名有效", "温室气体核查声明"):
        assert word in shown


def test_an_ended_statement_is_called_valid_nowhere(world):
    number = issued(world, says={"valid_until": dt.date(2026, 2, 9)}).number
    client, alice = world.client(None), world.client(world.alice)
    assert "Valid until 2026-02-09" in text_of(client.get(f"/verify/{number}/"))
    with clock.at(dt.date(2026, 2, 10)):
        answer = client.get(f"/verify/{number}/")
        assert state_of(answer) == "ended"
        assert "validity ended" in text_of(answer)
        assert "Its validity ended on 2026-02-09." in text_of(answer)
        page = alice.get("/statements/")
        assert "validity ended" in text_of(page)
        assert f"/statements/{number}/evidence/" not in page.content.decode()
        client.post("/accounts/language/", {"language": "zh-hans"})
        assert "其有效期已于 2026-02-09 届满" in text_of(client.get(f"/verify/{number}/"))


def test_the_files_suffice_to_check_the_signature(world):
    number, client = issued(world).number, world.client(None)
    key = load_pem_public_key(client.get("/verify/key/").content)
    payload = client.get(f"/verify/{number}/payload.json").content
    signature = client.get(f"/verify/{number}/payload.sig").content
    key.verify(signature, payload)
    assert number.encode() in payload


def test_an_unknown_number_is_404_on_a_page_of_the_same_shape(world):
    client = world.client(None)
    known = issued(world).number
    for number in ("GLS-2024-AAAAAAAAA", known[:-1], "x", "号", "G" * 300):
        answer = client.get(f"/verify/{number}/")
        assert answer.status_code == 404
        assert state_of(answer) == "unknown"
        assert "No statement with this number was issued here." in text_of(answer)
        assert client.get(f"/verify/{number}/payload.json").status_code == 404


def test_a_mistyped_number_is_said_to_be_one(world):
    number = issued(world).number
    wrong = number[:-1] + ("2" if number[-1] != "2" else "3")
    assert "mistyped" in text_of(world.client(None).get(f"/verify/{wrong}/"))


def test_a_number_is_typed_into_the_form_in_any_case(world):
    number = issued(world).number
    answer = world.client(None).get("/verify/", {"number": f" {number.lower()} "})
    assert answer["Location"] == f"/verify/{number}/"
    assert world.client(None).get(answer["Location"]).status_code == 200
    assert world.client(None).get("/verify/").status_code == 200


def test_superseded_leads_to_the_newer_one(world):
    first = issued(world)
    second = issued(world, inventory=submitted(world, version=2))
    answer = world.client(None).get(f"/verify/{first.number}/")
    assert state_of(answer) == "superseded"
    assert f"/verify/{second.number}/" in answer.content.decode()


def test_the_body_withdraws_and_the_public_reads_it(world):
    number = issued(world).number
    url, reason = f"/statements/{number}/withdraw/", {"reason": "a site was left out"}
    assert world.client(another_verifier()).post(url, reason).status_code == 404
    assert world.client(world.alice).post(url, reason).status_code == 403
    assert world.client(world.vera).post(url, reason).status_code == 302
    answer = world.client(None).get(f"/verify/{number}/")
    assert state_of(answer) == "withdrawn"
    assert "a site was left out" not in text_of(answer)
    assert "a site was left out" in text_of(world.client(world.alice).get("/statements/"))
    with entered(world.vera.scope):
        assert AuditEntry.objects.filter(act="statement.withdraw").exists()


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 200), ("paula", 200), ("vera", 200), ("otto", 404), ("charlie", 404)]
)
def test_the_paper_is_for_those_who_see_the_statement(world, who, status):
    number = issued(world).number
    answer = world.client(getattr(world, who)).get(f"/statements/{number}/pdf/")
    assert answer.status_code == status
    assert status == 404 or answer.content.startswith(b"%PDF-")


def test_the_paper_needs_a_login(world):
    assert world.client(None).get(f"/statements/{issued(world).number}/pdf/").status_code == 302


def test_the_supplier_hands_it_in_as_evidence_with_one_click(world):
    number = issued(world).number
    assert world.client(world.bob).post(f"/statements/{number}/evidence/").status_code == 403
    answer = world.client(world.alice).post(f"/statements/{number}/evidence/", follow=True)
    assert number in text_of(answer)


def test_nobody_has_statements_yet(world):
    for member in (world.alice, world.paula, world.vera):
        assert "No statement yet" in text_of(world.client(member).get("/statements/"))


def test_a_figure_leads_to_its_lines_for_whoever_may_read_them(world):
    statement = issued(world)
    inventory, assignment = statement.inventory_id, statement.opinion.assignment_id
    for who in (world.alice, world.anna):
        assert f'href="/inventory/{inventory}/"' in world.client(who).get("/statements/").content.decode()
    page = world.client(world.vera).get("/statements/").content.decode()
    assert f'href="/reviews/{assignment}/lines/"' in page and f"/inventory/{inventory}/" not in page
    assert world.client(world.vera).get(f"/reviews/{assignment}/lines/").status_code == 200
    with all_tenants("tests"):
        Enrolment.objects.filter(supplier=world.supplier).update(ended_on=TODAY - dt.timedelta(days=1))
    page = world.client(world.anna).get("/statements/").content.decode()
    # commissioned by this program: the statement stays, its inventory left with the company
    assert statement.number in page and f"/inventory/{inventory}/" not in page
