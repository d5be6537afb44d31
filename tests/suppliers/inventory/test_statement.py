"""The statement: what it says, that its signature holds with standard tools, and how its state moves on."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import json
import shutil
import subprocess
from decimal import Decimal

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction

from scorecards.field import enrolled_in
from scorecards.gather_evidence import Credentials
from suppliers.disclosure.models import Credential
from suppliers.inventory.models import Inventory, InventoryState, Statement
from suppliers.inventory.statement import actions, numbers, paper, public, queries, signing
from suppliers.inventory.statement.payload import tonnes
from suppliers.tenants import clock, keys
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import entered
from tests.factories.inventory import frozen
from tests.suppliers.inventory.review import acting, another_verifier, issued, submitted

# -- numbers -------------------------------------------------------------------------------------------


def test_a_number_is_drawn_by_lot_and_checks_itself():
    drawn = {numbers.draw(2024) for _time in range(200)}
    assert len(drawn) == 200
    assert all(numbers.is_well_formed(number) for number in drawn)


def test_every_wrong_character_and_every_swap_is_found():
    number = numbers.draw(2024)
    head, tail = number[:9], number[9:]
    for place, character in enumerate(tail):
        for other in numbers.ALPHABET.replace(character, ""):
            assert not numbers.is_well_formed(head + tail[:place] + other + tail[place + 1 :])
    for place in range(len(tail) - 2):
        swapped = tail[:place] + tail[place + 1] + tail[place] + tail[place + 2 :]
        assert swapped == tail or not numbers.is_well_formed(head + swapped)


@pytest.mark.parametrize("text", ["", "\x00", "GLS 2024", "'; drop", "号", "G" * 41])
def test_what_can_be_no_number_is_looked_up_nowhere(db, text):
    assert public.find(text) is None


# -- what it says --------------------------------------------------------------------------------------


def test_a_confirmed_opinion_issues_a_statement_of_the_verified_inventory(world):
    statement = issued(world)
    with entered(world.alice.scope):
        assert Inventory.objects.get(pk=statement.inventory_id).state == InventoryState.VERIFIED
        said = Statement.objects.get().payload
    assert said["number"] == statement.number
    assert said["issued_on"] == "2025-02-10"
    assert said["supplier"] == {"name": "阿尔法", "name_en": "Alpha", "uscc": world.supplier.uscc or ""}
    assert said["period"] == {"from": "2024-01-01", "to": "2024-12-31"}
    # 20 kg and 500 kg are 0.020 t and 0.500 t; nobody quantified scope 3
    assert said["tonnes_co2e"] == {
        "scope1": "0.020", "scope2_location": "0.500", "scope2_market": "0.500",
        "by_iso_category": {"1": "0.020", "2": "0.500"},
    }  # fmt: skip
    assert said["scopes"] == ["1", "2"]
    assert said["opinion"] == {"level": "limited", "conclusion": "unmodified"}
    assert said["inventory"] == {"version": 1, "digest": "0" * 64}
    assert said["materiality_percent"] == "5"
    assert said["signature"]["key_id"] == signing.key_id()


@pytest.mark.parametrize(
    ("kilograms", "expected"), [("1234.5", "1.235"), ("1234.4999", "1.234"), ("0", "0.000")]
)
def test_tonnes_are_rounded_once_half_up(kilograms, expected):
    assert tonnes(kilograms) == expected


# -- the signature -------------------------------------------------------------------------------------


def test_the_signature_holds_with_the_public_key_alone(world):
    shown = public.find(issued(world).number)
    key = load_pem_public_key(signing.public_key_pem())
    key.verify(shown.signature_bytes, shown.content)  # raises if it does not
    assert len(shown.signature_bytes) == 64
    assert shown.is_signed
    assert json.loads(shown.content) == shown.payload


def test_one_changed_digit_breaks_it(world):
    shown = public.find(issued(world).number)
    forged = shown.payload | {"tonnes_co2e": shown.payload["tonnes_co2e"] | {"scope1": "0.010"}}
    assert not signing.holds(forged, shown.signature, shown.key_id)


def test_openssl_says_the_same(world, tmp_path):
    shown = public.find(issued(world).number)
    good = by_openssl(tmp_path, shown, signing.public_key_pem())
    assert good.returncode == 0, good.stderr
    assert "Verified Successfully" in good.stdout
    (tmp_path / "payload.json").write_bytes(shown.content.replace(b"0.020", b"0.010"))
    assert by_openssl(tmp_path, None, signing.public_key_pem()).returncode != 0


def by_openssl(folder, shown, key):
    openssl = shutil.which("openssl")
    assert openssl, "docs/statements.md promises openssl"
    (folder / "key.pem").write_bytes(key)
    if shown:
        (folder / "payload.json").write_bytes(shown.content)
        (folder / "payload.sig").write_bytes(shown.signature_bytes)
    command = [
        openssl, "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key.pem", "-in", "payload.json",
        "-sigfile", "payload.sig",
    ]  # fmt: skip
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_what_a_former_key_signed_is_checked_with_it_as_the_docs_say(world, tmp_path, monkeypatch, settings):
    key_a, key_b = (base64.b64encode(bytes([one] * 32)).decode() for one in (1, 2))
    client = world.client(None)
    monkeypatch.setenv("GREENLINK_SIGNING_KEY", key_a)
    number, public_a = issued(world).number, keys.public_key()
    monkeypatch.setenv("GREENLINK_SIGNING_KEY", key_b)
    named = json.loads(client.get(f"/verify/{number}/payload.json").content)["signature"]["key_id"]
    assert named != signing.key_id()
    assert "签名密钥未在此公布" in client.get(f"/verify/{number}/").content.decode()
    assert client.get(f"/verify/key/{named}/").status_code == 404

    settings.FORMER_SIGNING_KEYS = keys.parse_former(public_a)
    page = client.get(f"/verify/{number}/").content.decode()
    assert 'data-state="valid"' in page
    assert "签名有效" in page
    assert f"/verify/key/{named}/" in page
    listed = client.get("/verify/keys/").content.decode()
    assert listed.index(signing.key_id()) < listed.index(named)
    right, wrong = client.get(f"/verify/key/{named}/").content, client.get("/verify/key/").content
    shown = public.find(number)
    assert by_openssl(tmp_path, shown, right).returncode == 0
    assert by_openssl(tmp_path, shown, wrong).returncode != 0
    # openssl pkey -pubin -in greenlink-key.pem -outform DER | tail -c 32 | sha256sum
    raw = load_pem_public_key(right).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)[-32:]
    assert hashlib.sha256(raw).hexdigest() == named
    # signed anew with B, and the two are told apart
    assert public.find(issued(world, inventory=submitted(world, year=2023)).number).key_id == signing.key_id()


def test_former_keys_that_are_none_stop_the_start():
    with pytest.raises(ImproperlyConfigured, match="GREENLINK_FORMER_SIGNING_KEYS: key 2"):
        keys.parse_former(f"{base64.b64encode(bytes(32)).decode()}, short")


def test_what_is_stored_is_the_very_text_that_was_signed(world):
    statement = issued(world)
    with entered(world.alice.scope), connection.cursor() as cursor:
        cursor.execute("select payload from suppliers_statement where number = %s", [statement.number])
        stored = cursor.fetchone()[0]
    load_pem_public_key(signing.public_key_pem()).verify(
        base64.b64decode(statement.signature), stored.encode()
    )


# -- its end -------------------------------------------------------------------------------------------

LAST_DAY = dt.date(2026, 2, 9)


def test_an_end_is_signed_where_the_verifier_named_one_and_nowhere_else(world):
    endless = issued(world)
    assert "valid_until" not in endless.payload
    assert endless.valid_until is None
    ending = issued(world, inventory=submitted(world, year=2023), says={"valid_until": LAST_DAY})
    assert ending.payload["valid_until"] == "2026-02-09"
    assert ending.valid_until == LAST_DAY
    shown = public.find(ending.number)
    assert shown.is_signed
    earlier = {name: value for name, value in shown.payload.items() if name != "valid_until"}
    assert not signing.holds(earlier, shown.signature, shown.key_id)
    with all_tenants("tests"), pytest.raises(DatabaseError, match=r"statement\.issued"), transaction.atomic():
        Statement.objects.filter(pk=ending.pk).update(valid_until=None)


def test_the_last_day_still_counts_and_the_next_one_does_not(world):
    statement = issued(world, says={"valid_until": LAST_DAY})
    with clock.at(LAST_DAY):
        assert public.find(statement.number).standing == statement.standing == "valid"
    with clock.at(LAST_DAY + dt.timedelta(days=1)):
        assert public.find(statement.number).standing == statement.standing == "ended"
        with acting(world.alice) as alice:
            with pytest.raises(Refusal, match=r"statement\.ended"):
                actions.use_as_evidence(by=alice, statement=statement)
            found = queries.statements_for(alice)
            assert [queries.standing_as(found, word).count() for word in ("valid", "ended")] == [0, 1]
    with acting(world.alice) as alice:
        assert actions.use_as_evidence(by=alice, statement=statement).expires_on == LAST_DAY


# -- its state -----------------------------------------------------------------------------------------


def test_a_new_verified_version_supersedes_the_old_statement_even_of_another_body(world):
    first = issued(world)
    world.vera = another_verifier()
    second = issued(world, inventory=submitted(world, version=2))
    shown = public.find(first.number)
    assert (shown.state, shown.superseded_by) == ("superseded", second.number)
    assert shown.is_signed
    assert public.find(second.number).state == "valid"


def test_another_year_or_another_company_supersedes_nothing(world):
    first = issued(world)
    issued(world, inventory=submitted(world, year=2023))
    with entered(world.charlie.scope):
        of_neighbour = frozen(world.neighbour)
    issued(world, inventory=of_neighbour)
    assert public.find(first.number).state == "valid"


def test_the_body_withdraws_with_a_reason_and_for_good(world):
    statement = issued(world)
    with acting(world.vera) as vera:
        with pytest.raises(Refusal, match=r"statement\.reason"):
            actions.withdraw(by=vera, statement=statement, reason=" ")
        actions.withdraw(by=vera, statement=statement, reason="a site was left out")
        with pytest.raises(Refusal, match=r"statement\.withdrawn"):
            actions.withdraw(by=vera, statement=statement, reason="again")
    assert public.find(statement.number).state == "withdrawn"


@pytest.mark.parametrize(
    "change",
    [
        {"payload": {"supplier": "other"}},
        {"number": "GLS-2024-OTHER"},
        {"signature": "00"},
        {"key_id": "other"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_issued_statement_cannot_be_changed_on_any_path(world, change):
    issued(world)
    with (
        entered(world.vera.scope),
        pytest.raises(DatabaseError, match=r"statement\.issued"),
        transaction.atomic(),
    ):
        Statement.objects.update(**change)


def test_it_cannot_be_removed_nor_become_valid_again(world):
    statement = issued(world)
    with acting(world.vera) as vera:
        actions.withdraw(by=vera, statement=statement, reason="wrong")
        with pytest.raises(DatabaseError, match=r"statement\.issued"), transaction.atomic():
            Statement.objects.update(state="valid")
    with all_tenants("tests"), pytest.raises(DatabaseError, match=r"statement\.issued"), transaction.atomic():
        Statement.objects.all()._raw_delete("default")


# -- who reads it --------------------------------------------------------------------------------------


def test_whoever_holds_the_number_reads_that_one_row_and_no_scope_is_opened(world):
    first, second = issued(world), issued(world, inventory=submitted(world, year=2023))
    assert public.find(first.number.lower()).number == first.number
    assert public.find(second.number[:-1]) is None
    # also a stranger who is logged in
    with acting(world.otto):
        assert public.find(first.number).payload == first.payload
        assert not Statement.objects.exists()


def test_every_buyer_the_supplier_is_enrolled_with_reads_it(world):
    statement = issued(world)
    for member, sees in (
        (world.paula, True),
        (world.alice, True),
        (world.otto, False),
        (world.charlie, False),
    ):
        with entered(member.scope):
            assert Statement.objects.filter(pk=statement.pk).exists() is sees


# -- the paper and the evidence ------------------------------------------------------------------------


def test_the_paper_is_one_page_and_words_of_tenants_are_no_markup(world):
    statement = issued(world, says={"valid_until": LAST_DAY})
    said = statement.payload | {
        "supplier": {"name": '#read("/etc/passwd") *x* $', "name_en": "]#", "uscc": ""}
    }
    made = paper.pdf(said, url="https://greenlink.example/verify/X/")
    assert ("有效期至", "Valid until", "2026-02-09") in paper.facts(said)
    with pikepdf.open(io.BytesIO(made)) as document:
        assert len(document.pages) == 1
        assert statement.number in str(document.docinfo["/Title"])


def test_the_supplier_hands_a_valid_statement_in_as_iso_14064_evidence(world):
    statement = issued(world)
    with acting(world.alice) as alice:
        credential = actions.use_as_evidence(by=alice, statement=statement)
        assert (credential.kind, credential.level, credential.state) == ("iso_14064", "limited", "submitted")
        assert credential.period_end.isoformat() == "2024-12-31"
        assert credential.number == statement.number
        with pytest.raises(Refusal, match=r"statement\.in_evidence"):
            actions.use_as_evidence(by=alice, statement=statement)
    with entered(world.paula.scope):
        assert Credential.objects.filter(number=statement.number).exists()


def test_a_withdrawn_statement_is_no_evidence(world):
    statement = issued(world)
    with acting(world.vera) as vera:
        actions.withdraw(by=vera, statement=statement, reason="wrong")
        withdrawn = Statement.objects.get(pk=statement.pk)
    with acting(world.alice) as alice, pytest.raises(Refusal, match=r"statement\.not_valid"):
        actions.use_as_evidence(by=alice, statement=withdrawn)


def test_a_statement_withdrawn_later_is_neither_accepted_nor_counted(world):
    statement = issued(world)
    with acting(world.alice) as alice:
        credential = actions.use_as_evidence(by=alice, statement=statement)
    with acting(world.paula) as paula:
        actions.review_evidence(by=paula, item=credential, verdict="accepted")
    before = levels_counted(world)
    with acting(world.vera) as vera:
        actions.withdraw(by=vera, statement=statement, reason="wrong")
    assert before == ["limited"] and levels_counted(world) == []
    with acting(world.paula) as paula:
        with pytest.raises(Refusal, match=r"statement\.not_valid"):
            actions.review_evidence(by=paula, item=credential, verdict="accepted")
        actions.review_evidence(by=paula, item=credential, verdict="returned", note="withdrawn")


def levels_counted(world):
    """Levels of the ISO 14064-1 opinions that the scorecard of the quarter counts."""
    with all_tenants("tests"):
        found = Credentials(enrolled_in(world.buyer, world.buyer.quarter("FY24Q4")))
        return found.level[found.accepted & (found.kind == "iso_14064")].tolist()


def test_scope_three_is_named_by_its_categories(world):
    totals = {
        "scope1": "0", "scope2_location": "0", "scope2_market": "0", "scope3": "3000",
        "by_iso": {"3": "1000", "4": "2000"}, "by_scope3_category": {"1": "1500", "3": "500", "4": "1000", "5": "0"},
    }  # fmt: skip
    statement = issued(world, inventory=submitted(world, totals=totals))
    assert statement.payload["scopes"] == ["1", "2", "3"]
    assert statement.payload["scope3_categories"] == ["1", "3", "4"]
    assert Decimal(statement.payload["tonnes_co2e"]["scope3"]) == 3
    with acting(world.alice) as alice:
        assert actions.use_as_evidence(by=alice, statement=statement).scope3_inside
