"""Assignments, findings and statements as machines read and write them."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from suppliers.disclosure import documents
from suppliers.tenants import clock, keys, tokens
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.roles import Right
from suppliers.tenants.scope import entered
from tests.conftest import World
from tests.factories import suppliers as make
from tests.factories.disclosure import PDF
from tests.suppliers.api.conftest import ABSENT, Api, queries_of
from tests.suppliers.inventory.review import (
    acting,
    another_verifier,
    assigned,
    checked,
    issued,
    raised,
    submitted,
)

LAST_DAY = dt.date(2026, 2, 9)


def test_a_program_assigns_names_a_verifier_and_takes_it_back(world: World, api: Any) -> None:
    inventory, anna, vera = submitted(world), api(world.anna), api(world.vera)
    body = {"inventory": inventory.pk, "body": world.vera.body.code, "materiality_percent": 2.5}
    status, made = anna.post("assignments/", body | {"verifier": world.vera.user.email})
    assert status == 201
    assert (made["supplier"], made["year"], made["inventory_state"]) == ("ALPHA", 2024, "submitted")
    assert (made["verifier"], made["materiality_percent"]) == (world.vera.user.name, 2.5)
    assert anna.post("assignments/", body)[1]["code"] == "review.assigned"
    assert [row["id"] for row in vera.get("assignments/")[1]["results"]] == [made["id"]]
    status, back = anna.post(f"assignments/{made['id']}/withdraw/")
    assert (status, back["ended_at"] is not None) == (200, True)
    assert vera.get(f"assignments/{made['id']}/")[0] == 404


def test_what_cannot_be_assigned_is_told_by_its_code(world: World, api: Any) -> None:
    inventory, anna = submitted(world), api(world.anna)
    body: dict[str, Any] = {"inventory": inventory.pk, "body": world.vera.body.code}
    addresses = (another_verifier().user.email, world.alice.user.email, "nobody@nowhere.test")
    said = [anna.post("assignments/", body | {"verifier": address}) for address in addresses]
    assert said == [said[0]] * 3
    assert (said[0][0], said[0][1]["code"]) == (422, "review.verifier")
    for change, status, code in (
        ({"body": "NOBODY"}, 422, "review.body"),
        ({"inventory": ABSENT}, 404, "not_found"),
        ({"materiality_percent": 0}, 422, "review.materiality"),
        ({"verifier": "no address"}, 400, "invalid"),
    ):
        answer = anna.post("assignments/", body | change)
        assert (answer[0], answer[1]["code"]) == (status, code)
    assert api(world.otto).post("assignments/", body)[0] == 404
    assert api(world.paula).post("assignments/", body)[0] == 403
    assert api(world.alice).get("assignments/")[0] == 403


def test_the_supplier_answers_a_finding_with_a_document_of_its_own(world: World, api: Any) -> None:
    finding, alice = raised(world, checked(world), number=1, effect_kgco2e=14), api(world.alice)
    with acting(world.alice) as by:
        own = documents.keep(by=by, supplier=world.supplier, content=PDF, filename="bill.pdf")
    with acting(world.charlie) as by:
        other = documents.keep(by=by, supplier=world.neighbour, content=PDF + b"2", filename="bill.pdf")
    url = f"findings/{finding.pk}/answer/"
    for wrong in (other.pk, ABSENT):
        status, said = alice.post(url, {"text": "here", "evidence": wrong})
        assert (status, said["code"]) == (422, "finding.evidence")
    status, said = alice.post(url, {"text": "here", "evidence": own.pk})
    assert (status, said["state"], said["effect_kgco2e"], said["line"]) == (201, "answered", 14.0, 1)
    assert [(one["text"], one["evidence"]["filename"]) for one in said["replies"]] == [("here", "bill.pdf")]
    assert api(world.vera).get(f"findings/{finding.pk}/")[1]["replies"] == said["replies"]
    assert api(world.bob).post(url, {"text": "x"})[0] == 403
    assert api(world.charlie).post(url, {"text": "x"})[0] == 404
    assert api(world.anna).get("findings/")[0] == 403
    assert api(world.alice).get("findings/?state=open")[1]["count"] == 0


def test_a_statement_carries_what_it_takes_to_check_it(world: World, api: Any) -> None:
    number = issued(world, says={"valid_until": LAST_DAY}).number
    for reader in (world.alice, world.bob, world.paula, world.vera):
        status, said = api(reader).get(f"statements/{number}/")
        assert status == 200
    # 20 kg and 500 kg are 0.020 t and 0.500 t; nobody quantified scope 3
    assert said["tonnes"] == {
        "scope1": 0.02, "scope2_location": 0.5, "scope2_market": 0.5, "scope3": None,
        "by_iso_category": {"1": 0.02, "2": 0.5},
    }  # fmt: skip
    assert (said["year"], said["state"], said["valid_until"]) == (2024, "valid", "2026-02-09")
    assert said["opinion"] == {"level": "limited", "conclusion": "unmodified"}
    public = base64.b64decode(keys.public_key())
    assert said["key_id"] == hashlib.sha256(public).hexdigest()
    Ed25519PublicKey.from_public_bytes(public).verify(
        base64.b64decode(said["signature"]), said["payload"].encode()
    )
    paper = api(world.alice).answer("GET", f"statements/{number}/statement.pdf")
    assert paper.content.startswith(b"%PDF-")
    for stranger in (world.charlie, world.otto):
        assert api(stranger).get(f"statements/{number}/")[0] == 404
        assert api(stranger).get("statements/")[1]["count"] == 0
    with clock.at(LAST_DAY + dt.timedelta(days=1)):
        assert api(world.alice).get("statements/?state=valid")[1]["count"] == 0
        (ended,) = api(world.alice).get("statements/?state=ended&year=2024")[1]["results"]
        assert ended["state"] == "ended"


def test_the_supplier_hands_a_statement_in_as_evidence(world: World, api: Any) -> None:
    number = issued(world, says={"valid_until": LAST_DAY}).number
    url = f"statements/{number}/evidence/"
    assert api(world.bob).post(url)[0] == 403
    assert api(world.charlie).post(url)[0] == 404
    status, said = api(world.alice).post(url)
    assert (status, said["expires_on"]) == (201, "2026-02-09")
    assert api(world.alice).get(f"credentials/{said['credential']}/")[1]["number"] == number
    assert api(world.alice).post(url)[1]["code"] == "statement.in_evidence"


def test_a_key_of_a_verification_body_reads(world: World) -> None:
    number = issued(world).number
    with all_tenants("tests"):
        manager = make.member("body_manager", body=world.vera.body)
    with acting(manager) as by:
        key = Api(tokens.issue_key(by=by, name="archive", rights=[Right.INVENTORY_REVIEW]).secret)
    assert key.get(f"statements/{number}/")[0] == 200
    assert key.get("assignments/")[1]["results"][0]["statement"] == number
    assert key.post("assignments/", {})[0] == 403


def test_lists_do_not_ask_more_for_more_rows(world: World, api: Any) -> None:
    assignment, anna, alice = checked(world), api(world.anna), api(world.alice)
    raised(world, assignment)
    issued(world, inventory=submitted(world, year=2020))

    def asked() -> list[int]:
        pairs = ((anna, "assignments/"), (alice, "findings/"), (alice, "statements/"))
        return [queries_of(lambda who=who, path=path: who.get(path)) for who, path in pairs]

    before = asked()
    for year in (2021, 2022):
        assigned(world, submitted(world, year=year - 4))
        raised(world, assignment)
        issued(world, inventory=submitted(world, year=year))
    assert asked() == before
    with entered(world.alice.scope):
        assert alice.get("findings/")[1]["count"] == 3
