"""The page of the audit trail: for those who answer for a tenant, filtered, verified, taken home as filtered."""

from __future__ import annotations

import ast
import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from suppliers.models import AuditEntry, Enrolment, Membership, Review, Supplier
from suppliers.tenants import audit, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.asking import coming_from, identified
from suppliers.tenants.audit import triggers
from suppliers.tenants.scope import entered
from suppliers.views import audit as page_module
from suppliers.views.audit_words import act_words
from tests.conftest import TODAY, World


def act(member: Membership, word: str, *, origin: str = "192.0.2.7", **data: Any) -> None:
    by = Actor.of(member)
    with identified(member.user_id), coming_from(origin), entered(by.scope):
        subject = member.supplier or member.buyer or member.body
        assert subject is not None
        audit.record(by=by, act=word, subject=subject, data=data)


def read(world: World, member: Membership, query: str = "") -> str:
    answer = world.client(member).get(f"/audit/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def export(world: World, member: Membership, query: str = "") -> list[dict[str, str]]:
    answer = world.client(member).get(f"/audit/export/{query}")
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_only_those_who_answer_for_a_tenant_read_it(world: World) -> None:
    for path in ("/audit/", "/audit/export/"):
        for member in (world.alice, world.charlie, world.anna, world.otto):
            assert world.client(member).get(path).status_code == 200
        for member in (world.bob, world.clara, world.paula, world.vera):
            assert world.client(member).get(path).status_code == 403
        assert world.client(None).get(path).status_code == 302
        assert world.client(world.alice).post(path).status_code == 405


def test_it_says_who_did_what_from_where_with_before_and_after(world: World) -> None:
    with identified(world.anna.user_id), coming_from("192.0.2.33"), entered(world.anna.scope):
        Enrolment.objects.filter(supplier=world.supplier).update(tier=2, spend_cny="1250.50")
    page = read(world, world.anna, "?subject=enrolment&act=row.changed")
    assert str(world.anna.user) in page and "192.0.2.33" in page
    assert "Row changed" in page and "Enrolment" in page
    assert "<del>1</del>" in page and "1250.5" in page


def test_the_other_tenants_trail_stays_theirs(world: World) -> None:
    act(world.charlie, "site.add", origin="192.0.2.66", code="canary-BETA")
    act(world.otto, "edition.open", origin="192.0.2.67", code="canary-OTHER")
    for member in (world.alice, world.anna):
        for answer in (read(world, member), str(export(world, member))):
            assert "canary" not in answer and "192.0.2.6" not in answer
    assert "canary-BETA" in read(world, world.charlie)


def test_of_another_tenant_its_name_and_neither_person_nor_address(world: World) -> None:
    """A review stands in the program's chain; the supplier reads that it was done, not who works there."""
    with identified(world.paula.user_id), coming_from("192.0.2.44"), entered(world.paula.scope):
        Review.objects.create(
            buyer=world.buyer,
            supplier=world.supplier,
            subject="credential",
            subject_id=1,
            verdict="returned",
            by=world.paula.user,
        )
    page = read(world, world.alice, "?subject=review")
    assert "Row added" in page and world.buyer.name_en in page
    for answer in (page, read(world, world.alice, "?words=192.0.2.44"), str(export(world, world.alice))):
        assert "192.0.2.44" not in answer.replace("words=192.0.2.44", "").replace('value="192.0.2.44"', "")
        assert str(world.paula.user) not in answer and world.paula.user.email not in answer
    assert "192.0.2.44" in read(world, world.anna, "?subject=review")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?act=site.change", {"site.change"}),
        ("?words=lathe", {"site.add"}),
        ("?words=LATHE+hall", {"site.add"}),
        ("?words=lathe+nowhere", set()),
        ("?words=198.51.100.1", {"site.change"}),
        ("?kind=deed", {"site.add", "site.change", "meter.add"}),
        ("?kind=deed&from_day=2025-02-10&until_day=2025-02-10", {"site.add", "site.change"}),
        ("?kind=deed&until_day=2025-02-09", {"meter.add"}),
        ("?person={clara}", {"site.change"}),
        ("?person=999999&kind=deed", {"site.add", "site.change", "meter.add"}),
        ("?kind=deed&from_day=yesterday&act=%27", {"site.add", "site.change", "meter.add"}),
    ],
)
def test_filters_narrow_the_page_and_the_export_alike(world: World, query: str, found: set[str]) -> None:
    act(world.alice, "site.add", name="hall of the lathe")
    act(world.clara, "site.change", origin="198.51.100.1")
    with clock.at(TODAY.replace(day=3)):
        act(world.alice, "meter.add")
    query = query.format(clara=world.clara.user_id)
    rows = export(world, world.alice, query)
    assert {row["act"] for row in rows} == found
    page = read(world, world.alice, query)
    shown = page.split("<tbody>")[-1] if "<tbody>" in page else ""
    for word in ("site.add", "site.change", "meter.add"):
        assert (f'<span class="strong">{act_words(word)}</span>' in shown) == (word in found)


def test_the_export_is_text_and_is_written_down_itself(world: World) -> None:
    act(world.alice, "site.add", origin="=HYPERLINK(1)", name="=1+1")
    row = export(world, world.alice, "?act=site.add")[0]
    assert row["where_from"] == "'=HYPERLINK(1)"
    assert row["data"] == '{"name":"=1+1"}' and len(row["digest"]) == 64
    last = export(world, world.alice, "?act=audit.exported")[-1]
    assert last["data"] == '{"rows":1}' and last["who"] == str(world.alice.user)


def test_too_many_for_one_file_is_said_and_not_cut(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "EXPORT_LIMIT", 2)
    answer = world.client(world.alice).get("/audit/export/", headers={"referer": "http://testserver/audit/"})
    assert answer.status_code == 303 and answer["Location"] == "/audit/"


def test_the_chain_is_verified_on_the_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "The chain is whole" in read(world, world.alice)
    monkeypatch.setattr(page_module, "VERIFIED_UNASKED", 0)
    page = read(world, world.alice)
    assert "The chain is whole" not in page and "verify=1" in page
    assert "The chain is whole" in read(world, world.alice, "?verify=1")
    triggers.remove(connection)
    with all_tenants("tests"):
        AuditEntry.objects.filter(chain=f"supplier:{world.supplier.pk}", sequence=2).update(act="row.other")
    triggers.install(connection)
    assert "The chain is broken" in read(world, world.alice, "?verify=1")
    assert "The chain is whole" in read(world, world.charlie, "?verify=1")


def test_queries_do_not_grow_with_entries(world: World) -> None:
    def count() -> int:
        client = world.client(world.anna)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/audit/").status_code == 200
        return len(queries)

    few = count()
    with entered(world.anna.scope):
        for tier in range(2, 22):
            Enrolment.objects.update(tier=tier)
    act(world.alice, "site.add")
    assert count() == few


def test_a_supplier_reads_its_rows_in_words(world: World) -> None:
    with identified(world.alice.user_id), entered(world.alice.scope):
        Supplier.objects.filter(pk=world.supplier.pk).update(employees=70)
    page = read(world, world.alice, "?subject=supplier&act=row.changed")
    assert "employees" in page and "70" in page


def test_whatever_a_deed_keeps_can_be_shown(world: World) -> None:
    """Its keys may be named like columns and relations and hold something else."""
    by = Actor.of(world.alice)
    odd = {
        "revoked_at": "soon",
        "user_id": "x",
        "role": ["a"],
        "user": 3,
        "supplier": {"a": None},
        "created_at": 7,
    }
    with entered(by.scope):
        audit.record(by=by, act="member.role", subject=world.bob, data=odd)
        audit.record(by=by, act="unheard.of", subject=world.site, data={"meters": [1], "factors": 3})
    page = read(world, world.alice)
    assert "soon" in page and "unheard.of" in page
    assert len(export(world, world.alice, "?act=unheard.of")) == 1


def test_every_act_of_the_product_has_words() -> None:
    """Those written as a word; what is put together from parts is said by its parts."""
    found = set()
    for room in ("suppliers", "sparkplan", "scorecards", "greenlink"):
        for path in (Path(django_settings.BASE_DIR) / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if (
                    isinstance(node, ast.keyword)
                    and node.arg == "act"
                    and isinstance(node.value, ast.Constant)
                ):
                    found.add(str(node.value.value))
    assert len(found) > 30
    assert [word for word in sorted(found) if act_words(word) == word] == []
