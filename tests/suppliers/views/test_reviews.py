"""The review through its pages, as each of the four sees it."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from suppliers.inventory.models import Assignment, Finding, Inventory, Opinion, Statement
from suppliers.tenants.scope import entered
from tests.suppliers.inventory.review import (
    PDF,
    another_verifier,
    assigned,
    begun,
    checked,
    given,
    raised,
    submitted,
)

STAMPED = {"opinion-level": "limited", "opinion-conclusion": "unmodified", "opinion-text": "checked"}


def stamped(**changed):
    return STAMPED | {"opinion-file": SimpleUploadedFile("意见.pdf", PDF)} | changed


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_from_assignment_to_statement_through_the_pages(world):
    inventory = submitted(world)
    anna, vera, alice = (world.client(one) for one in (world.anna, world.vera, world.alice))
    assert "Verification body" in text_of(anna.get("/assignments/"))
    body = {"body": world.vera.body_id, "materiality_percent": "5"}
    assert anna.post(f"/assignments/inventories/{inventory.pk}/", body).status_code == 302
    with entered(world.vera.scope):
        pk = Assignment.objects.get().pk

    today = text_of(vera.get("/"))
    assert "Alpha · 2024 v1" in today
    assert "to begin" in today
    vera.post(f"/reviews/{pk}/begin/")
    page = vera.get(f"/reviews/{pk}/")
    assert 'value="1, 3"' in page.content.decode()  # the suggestion waits to be confirmed
    vera.post(f"/reviews/{pk}/sample/", {"numbers": "1-1, 3"})
    assert "2 lines to check" in text_of(vera.get(f"/reviews/{pk}/"))

    first = vera.post(f"/reviews/{pk}/lines/1/check/", {"verdict": "right", "note": ""})
    assert first["Location"] == f"/reviews/{pk}/lines/3/"
    last = vera.post(f"/reviews/{pk}/lines/3/check/", {"verdict": "wrong", "note": "no bill"})
    assert last["Location"] == f"/reviews/{pk}/"
    vera.post(
        f"/reviews/{pk}/findings/", {"finding-kind": "nonconformity", "finding-text": "where is the bill?"}
    )
    with entered(world.alice.scope):
        finding = Finding.objects.get().pk

    assert "where is the bill?" in text_of(alice.get("/findings/"))
    paper = SimpleUploadedFile("bill.pdf", b"%PDF-1.4 bill")
    alice.post(f"/findings/{finding}/answer/", {"text": "here it is", "document": paper})
    page = vera.get(f"/reviews/{pk}/").content.decode()
    link = re.search(rf"/reviews/{pk}/documents/\d+/", page)
    assert b"".join(vera.get(link[0])) == b"%PDF-1.4 bill"
    vera.post(f"/reviews/findings/{finding}/close/", {"note": "bill seen"})

    vera.post(f"/reviews/{pk}/opinion/", stamped())
    assert vera.post(f"/reviews/{pk}/confirm/", {"word": "2024"})["Location"] == "/statements/"
    with entered(world.alice.scope):
        number = Statement.objects.get().number
        assert Inventory.objects.get(pk=inventory.pk).state == "verified"
    assert number in text_of(alice.get("/statements/"))
    assert "verified" in text_of(vera.get("/"))
    assert alice.get(f"/reviews/{pk}/opinion/file/").content == PDF
    assert world.client(world.anna).get(f"/reviews/{pk}/opinion/file/").content == PDF


def test_a_verifier_without_assignments_is_told_so(world):
    assert "No inventory is assigned to you" in text_of(world.client(world.vera).get("/"))


def test_a_program_without_submitted_inventories_is_told_so(world):
    assert "No inventory is submitted" in text_of(world.client(world.anna).get("/assignments/"))


def test_another_body_finds_nothing_and_others_have_no_right(world):
    pk = checked(world).pk
    stranger = world.client(another_verifier())
    for path in (f"/reviews/{pk}/", f"/reviews/{pk}/lines/1/", f"/reviews/{pk}/opinion/file/"):
        assert stranger.get(path).status_code == 404
        assert world.client(None).get(path).status_code == 302
    for member in (world.alice, world.anna):
        assert world.client(member).get(f"/reviews/{pk}/").status_code == 403
    assert world.client(world.paula).get("/assignments/").status_code == 403
    assert world.client(world.charlie).get(f"/reviews/{pk}/opinion/file/").status_code == 404


def test_a_program_cannot_assign_what_is_not_its_suppliers(world):
    inventory = submitted(world)
    body = {"body": world.vera.body_id, "materiality_percent": "5"}
    assert world.client(world.otto).post(f"/assignments/inventories/{inventory.pk}/", body).status_code == 404


def test_the_named_verifier_is_refused_beside_its_field_and_nothing_typed_is_lost(world):
    inventory, anna = submitted(world), world.client(world.anna)
    url = f"/assignments/inventories/{inventory.pk}/"
    page = anna.get("/assignments/").content.decode()
    assert world.vera.user.email not in page
    assert world.vera.user.name not in page
    body = {"body": world.vera.body_id, "materiality_percent": "2.5"}
    for address in (another_verifier().user.email, world.alice.user.email, "nobody@nowhere.test"):
        answer = anna.post(url, body | {"verifier": address})
        assert answer.status_code == 422
        said = answer.content.decode()
        beside = said[said.index('name="verifier"') :].partition('name="materiality_percent"')[0]
        assert "This person does not verify for that body." in beside
        assert f'value="{address}"' in said
        assert 'value="2.5"' in said
    assert anna.post(url, body | {"verifier": world.vera.user.email}).status_code == 302
    again = anna.post(url, body, follow=True, HTTP_REFERER="http://testserver/assignments/")
    assert "This inventory is assigned already." in text_of(again)
    assert world.vera.user.name in text_of(anna.get("/assignments/"))
    with entered(world.vera.scope):
        assert Assignment.objects.get().verifier_id == world.vera.user_id


def test_closing_takes_the_effect_that_is_left(world):
    assignment = checked(world)
    finding = raised(world, assignment, kind="clarification", effect_kgco2e=14)
    vera, url = world.client(world.vera), f"/reviews/findings/{finding.pk}/close/"
    refused = vera.post(url, {"note": "seen", "effect_kgco2e": "some"})
    assert refused.status_code == 422
    assert 'value="some"' in refused.content.decode()
    assert vera.post(url, {"note": "seen", "effect_kgco2e": "0"}).status_code == 302
    assert "Known errors 0 t" in text_of(vera.get(f"/reviews/{assignment.pk}/"))


def test_the_end_of_validity_is_refused_beside_its_field(world):
    pk = checked(world).pk
    vera = world.client(world.vera)
    answer = vera.post(f"/reviews/{pk}/opinion/", stamped(**{"opinion-valid_until": "2025-02-10"}))
    assert answer.status_code == 422
    assert "The validity ends after today and after the year of the inventory." in text_of(answer)
    vera.post(f"/reviews/{pk}/opinion/", stamped(**{"opinion-valid_until": "2026-02-09"}))
    page = vera.get(f"/reviews/{pk}/")
    assert "Valid until 2026-02-09" in text_of(page)
    assert 'value="2026-02-09"' in page.content.decode()  # whoever changes the opinion does not lose the day


def test_an_opinion_that_is_not_confirmed_is_the_bodys_alone(world):
    assignment = checked(world)
    given(world, assignment)
    assert world.client(world.vera).get(f"/reviews/{assignment.pk}/opinion/file/").status_code == 200
    for member in (world.alice, world.anna):
        assert world.client(member).get(f"/reviews/{assignment.pk}/opinion/file/").status_code == 404


def test_what_is_refused_is_said_on_the_page(world):
    pk = begun(world).pk
    client = world.client(world.vera)
    client.post(f"/reviews/{pk}/opinion/", stamped(), HTTP_REFERER=f"http://testserver/reviews/{pk}/")
    assert "Check every line of the sample first." in text_of(client.get(f"/reviews/{pk}/"))
    with entered(world.vera.scope):
        assert not Opinion.objects.exists()


def test_an_incomplete_form_comes_back_with_its_words(world):
    pk = checked(world).pk
    client = world.client(world.vera)
    answer = client.post(f"/reviews/{pk}/opinion/", STAMPED)
    assert answer.status_code == 422
    assert client.post(f"/reviews/{pk}/lines/1/check/", {"verdict": "wrong"}).status_code == 422
    assert client.post(f"/reviews/{pk}/findings/", {"finding-kind": "x"}).status_code == 422


@pytest.mark.parametrize("numbers", ["", "x", "99", "1-999999999", "9" * 400, "1,,--3"])
def test_wild_numbers_of_lines_are_no_500(world, numbers):
    pk = begun(world).pk
    assert world.client(world.vera).post(f"/reviews/{pk}/sample/", {"numbers": numbers}).status_code in (
        302,
        303,
    )


def test_a_reader_reads_findings_and_answers_none(world):
    finding = raised(world, checked(world))
    bob = world.client(world.bob)
    page = bob.get("/findings/")
    assert "bill missing" in text_of(page)
    assert "/answer/" not in page.content.decode()
    assert bob.post(f"/findings/{finding.pk}/answer/", {"text": "x"}).status_code == 403
    assert (
        world.client(world.charlie).post(f"/findings/{finding.pk}/answer/", {"text": "x"}).status_code == 404
    )


def test_the_number_of_queries_does_not_grow(world):
    def asked(path, member):
        client = world.client(member)
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    assignment = checked(world)
    raised(world, assignment)
    paths = ((f"/reviews/{assignment.pk}/", world.vera), ("/", world.vera), ("/assignments/", world.anna),
             ("/findings/", world.alice))  # fmt: skip
    before = [asked(path, member) for path, member in paths]
    for year in (2021, 2022, 2023):
        assigned(world, submitted(world, year=year))
        raised(world, assignment)
    assert [asked(path, member) for path, member in paths] == before
