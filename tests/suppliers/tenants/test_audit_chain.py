"""`verify_audit` finds whatever was done to the trail, by somebody who could do anything to the database."""

from __future__ import annotations

import importlib
import json
import shutil
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from suppliers import tasks
from suppliers.models import AuditChain, AuditEntry, Enrolment, Supplier
from suppliers.tenants import audit, keys, scope
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.asking import coming_from, identified
from suppliers.tenants.audit import anchors, chain, triggers
from suppliers.tenants.scope import entered
from tests.conftest import World

pytestmark = pytest.mark.django_db

ENTRY, HEAD = "suppliers_auditentry", "suppliers_auditchain"


@pytest.fixture(autouse=True)
def _anchors_apart(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def trail(world: World) -> Iterator[str]:
    """A supplier's chain of several entries, deeds and rows; its name."""
    by = Actor.of(world.alice)
    with identified(world.alice.user_id), coming_from("192.0.2.7"), entered(by.scope):
        for number in range(6):
            audit.record(
                by=by, act=f"try.{number}", subject=world.supplier, data={"number": number, "word": "排放"}
            )
        Supplier.objects.filter(pk=world.supplier.pk).update(employees=70)
    with all_tenants("tests"):
        yield f"supplier:{world.supplier.pk}"


def tamper(*statements: str) -> None:
    """As an owner of the database would: without the triggers."""
    triggers.remove(connection)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    triggers.install(connection)


def found(name: str = "", **more: Any) -> list[tuple[str, str]]:
    return [(one.code, one.chain) for one in chain.verify(chain=name, **more).findings]


def test_what_nobody_touched_is_whole(trail: str) -> None:
    result = chain.verify()
    assert result.is_whole and result.entries == AuditEntry.objects.count()
    assert set(result.heads) == set(AuditChain.objects.values_list("chain", flat=True))
    for head in AuditChain.objects.all():
        assert (head.sequence, head.digest) == (
            result.heads[head.chain].sequence,
            result.heads[head.chain].digest,
        )
        assert head.sequence == AuditEntry.objects.filter(chain=head.chain).count()


@pytest.mark.parametrize(
    "change",
    [
        "data = '{}'",
        "act = 'other'",
        "user_id = null",
        "subject_id = subject_id + 1",
        "at = '2025-02-11 04:00:00+00:00'",
        "acting = 'platform'",
        "kind = 'row'",
        "after = '{\"employees\":700}'",
        "before = '{\"employees\":7}'",
        "origin_digest = ''",
    ],
)
def test_a_changed_entry(change: str, trail: str) -> None:
    tamper(f"UPDATE {ENTRY} SET {change} WHERE chain = '{trail}' AND act = 'try.3'")
    assert ("changed", trail) in found()
    assert {name for _code, name in found()} == {trail}


def test_a_changed_row_entry(trail: str) -> None:
    row = AuditEntry.objects.get(chain=trail, kind="row", act="row.changed")
    assert json.loads(row.after) == {"employees": 70}
    tamper(f"UPDATE {ENTRY} SET after = replace(after, '70', '71') WHERE id = {row.pk}")
    assert found() == [("changed", trail)]


def test_a_changed_entry_that_was_sealed_anew(trail: str) -> None:
    """Its own seal fits again, the next entry does not follow it any more."""
    entry = AuditEntry.objects.get(chain=trail, sequence=4)
    other = AuditEntry.objects.get(chain=trail, sequence=3)
    tamper(
        f"UPDATE {ENTRY} SET sequence = 3, previous_digest = '{other.previous_digest}' WHERE id = {entry.pk}",
        f"UPDATE {ENTRY} SET sequence = 4, previous_digest = '{entry.digest}' WHERE id = {other.pk}",
    )
    assert ("changed", trail) in found()


def test_a_changed_origin(trail: str) -> None:
    tamper(f"UPDATE {ENTRY} SET origin = '203.0.113.5' WHERE chain = '{trail}' AND sequence = 4")
    assert found() == [("origin", trail)]


def test_a_blanked_origin_stays_whole(trail: str) -> None:
    """A person who is forgotten: no trigger need be taken away for it."""
    rows = AuditEntry.objects.filter(chain=trail, user__isnull=False)
    assert rows.update(origin="", origin_salt="") > 3
    assert found() == []
    assert not rows.exclude(origin="").exists() and not rows.filter(origin_digest="").exists()


def test_one_from_the_middle_is_missing(trail: str) -> None:
    tamper(f"DELETE FROM {ENTRY} WHERE chain = '{trail}' AND sequence = 4")
    finding = chain.verify().findings[0]
    assert (finding.code, finding.chain, finding.sequence) == ("missing", trail, 4)


def test_the_first_is_missing(trail: str) -> None:
    tamper(f"DELETE FROM {ENTRY} WHERE chain = '{trail}' AND sequence = 1")
    assert found() == [("missing", trail)]


def test_one_is_missing_and_the_numbers_were_closed(trail: str) -> None:
    tamper(
        f"DELETE FROM {ENTRY} WHERE chain = '{trail}' AND sequence = 4",
        f"UPDATE {ENTRY} SET sequence = sequence - 1 WHERE chain = '{trail}' AND sequence > 4",
    )
    codes = {code for code, _name in found()}
    assert {"changed", "cut"} <= codes


def test_two_changed_places(trail: str) -> None:
    tamper(
        f"UPDATE {ENTRY} SET sequence = -1 WHERE chain = '{trail}' AND sequence = 4",
        f"UPDATE {ENTRY} SET sequence = 4 WHERE chain = '{trail}' AND sequence = 5",
        f"UPDATE {ENTRY} SET sequence = 5 WHERE chain = '{trail}' AND sequence = -1",
    )
    assert {"changed", "reordered"} <= {code for code, _name in found()}


def test_the_end_was_cut(trail: str) -> None:
    last = AuditChain.objects.get(chain=trail).sequence
    tamper(f"DELETE FROM {ENTRY} WHERE chain = '{trail}' AND sequence > {last - 2}")
    finding = chain.verify().findings[0]
    assert (finding.code, finding.sequence) == ("cut", last - 1)


def test_the_whole_chain_was_cut(trail: str) -> None:
    tamper(f"DELETE FROM {ENTRY} WHERE chain = '{trail}'")
    assert found() == [("cut", trail)]


def test_a_head_that_does_not_fit(trail: str) -> None:
    tamper(f"UPDATE {HEAD} SET digest = 'x' WHERE chain = '{trail}'")
    assert found() == [("head", trail)]


def test_entries_without_a_head(trail: str) -> None:
    tamper(f"DELETE FROM {HEAD} WHERE chain = '{trail}'")
    assert found() == [("head", trail)]


def test_an_entry_written_past_the_triggers(trail: str) -> None:
    copied = "kind, supplier_id, act, subject, data, before, after, at, chain, acting, origin, origin_salt"
    tamper(
        f"INSERT INTO {ENTRY} ({copied}, sequence, origin_digest, previous_digest, digest) "
        f"SELECT {copied}, 100, '', '', '' FROM {ENTRY} WHERE chain = '{trail}' AND sequence = 2"
    )
    assert ("unsealed", trail) in found()


def _cut_with_head(trail: str, keep: int) -> None:
    digest = AuditEntry.objects.get(chain=trail, sequence=keep).digest
    tamper(
        f"DELETE FROM {ENTRY} WHERE chain = '{trail}' AND sequence > {keep}",
        f"UPDATE {HEAD} SET sequence = {keep}, digest = '{digest}' WHERE chain = '{trail}'",
    )


def test_an_end_cut_off_with_its_head_shows_by_the_anchor_alone(trail: str) -> None:
    anchors.write(chain.verify().heads.values())
    _cut_with_head(trail, 3)
    assert found() == []
    assert found(anchored=anchors.read(anchors.path()).said) == [("anchor", trail)]


def test_a_chain_written_anew_shows_by_the_anchor(trail: str, world: World) -> None:
    anchors.write(chain.verify().heads.values())
    _cut_with_head(trail, 3)
    by = Actor.of(world.alice)
    for number in range(9):
        audit.record(by=by, act=f"forged.{number}", subject=world.supplier)
    assert found() == []
    assert found(anchored=anchors.read(anchors.path()).said) == [("anchor", trail)]


def test_an_anchor_names_what_moved_and_follows_the_line_before(trail: str, world: World) -> None:
    assert anchors.write(chain.verify().heads.values()) == AuditChain.objects.count()
    assert anchors.write(chain.verify().heads.values()) == 0
    Enrolment.objects.filter(supplier=world.supplier).update(tier=2)
    assert anchors.write(chain.verify().heads.values()) == 1
    lines = anchors.path().read_text().splitlines()
    assert len(lines) == 2
    anchors.path().write_text(lines[1] + "\n")
    assert [finding.code for finding in anchors.read(anchors.path()).findings] == ["anchor"]


def test_a_forged_anchor_is_not_believed(trail: str) -> None:
    anchors.write(chain.verify().heads.values())
    signed = json.loads(anchors.path().read_text())
    signed["body"] = signed["body"].replace(trail, "supplier:999")
    anchors.path().write_text(json.dumps(signed) + "\nnot even JSON\n")
    known = anchors.read(anchors.path())
    assert len(known.findings) == 2 and not known.said


def _run(*arguments: str) -> tuple[int, str]:
    said, code = StringIO(), 0
    try:
        call_command("verify_audit", *arguments, stdout=said)
    except SystemExit as end:
        code = int(str(end.code))
    return code, said.getvalue()


def _outside(act: Callable[[], Any]) -> Any:
    token = scope._current.set(None)
    try:
        return act()
    finally:
        scope._current.reset(token)


def test_the_command_says_what_and_where_and_exits_1(trail: str, tmp_path: Path) -> None:
    code, said = _outside(_run)
    assert code == 0 and "whole" in said and anchors.path().exists()
    copy = tmp_path / "elsewhere.jsonl"
    shutil.copy(anchors.path(), copy)
    _cut_with_head(trail, 3)
    code, said = _outside(_run)
    assert code == 1 and trail in said and "cut off" in said
    anchors.path().unlink()
    code, said = _outside(lambda: _run("--anchor", str(copy), "--json"))
    told = json.loads(said)
    assert code == 1 and told["whole"] is False
    assert [(one["code"], one["chain"]) for one in told["findings"]] == [("anchor", trail)]
    assert not anchors.path().exists(), "what is not whole is not vouched for"


def test_the_command_reads_one_tenant_alone(trail: str, world: World) -> None:
    tamper(f"UPDATE {ENTRY} SET act = 'other' WHERE chain = '{trail}' AND sequence = 4")
    assert _outside(lambda: _run("--tenant", "BETA"))[0] == 0
    assert _outside(lambda: _run("--tenant", "platform"))[0] == 0
    assert _outside(lambda: _run("--tenant", "ALPHA"))[0] == 1
    with pytest.raises(CommandError):
        _outside(lambda: _run("--tenant", "NOBODY"))


def test_the_command_notices_a_missing_trigger(trail: str) -> None:
    triggers.remove(connection)
    code, said = _outside(_run)
    assert code == 1 and "trigger" in said
    triggers.install(connection)


def test_a_manager_verifies_the_own_chain_in_the_own_scope(world: World, trail: str) -> None:
    with entered(world.alice.scope):
        result = chain.verify(chain=trail)
    assert result.is_whole and result.entries == AuditEntry.objects.filter(chain=trail).count()


def test_a_signing_key_is_made_once_and_kept_to_oneself(settings: Any, tmp_path: Path) -> None:
    signature = keys.sign(b"a head")
    assert keys.is_signed(b"a head", signature) and not keys.is_signed(b"another", signature)
    assert not keys.is_signed(b"a head", "no base64")
    kept = tmp_path / "keys" / "signing"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert keys.public_key() == keys.public_key()


def test_production_signs_with_a_given_key_or_not_at_all(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PRODUCTION = True
    with pytest.raises(ImproperlyConfigured, match="GREENLINK_SIGNING_KEY"):
        keys.sign(b"x")
    monkeypatch.setenv("GREENLINK_SIGNING_KEY", "too short")
    with pytest.raises(ImproperlyConfigured, match="32 bytes"):
        keys.sign(b"x")
    monkeypatch.setenv("GREENLINK_SIGNING_KEY", "A" * 43 + "=")
    assert keys.is_signed(b"x", keys.sign(b"x"))


def test_the_nightly_task_anchors_what_is_whole_and_reports_what_is_not(
    trail: str, caplog: pytest.LogCaptureFixture
) -> None:
    _outside(tasks.verify_audit)
    assert anchors.path().exists() and not caplog.records
    _cut_with_head(trail, 3)
    _outside(tasks.verify_audit)
    assert "not whole" in caplog.text


def test_what_was_written_before_there_were_chains_is_chained(trail: str) -> None:
    migration = importlib.import_module("suppliers.migrations.0003_audit_is_sealed")
    unsealed = (
        "chain = '', sequence = 0, acting = '', origin_salt = '', origin_digest = '', previous_digest = ''"
    )
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {ENTRY} SET {unsealed}, digest = ''")
        cursor.execute(f"UPDATE {ENTRY} SET data = '{{ \"word\" : \"排放\" }}' WHERE act = 'try.3'")
        cursor.execute(f"DELETE FROM {HEAD}")
    assert {code for code, _name in found()} == {"unsealed"}
    migration.seal_what_exists(apps, SimpleNamespace(connection=connection))
    triggers.install(connection)
    result = chain.verify()
    assert result.is_whole and result.entries == AuditEntry.objects.count() == sum(
        head.sequence for head in AuditChain.objects.all()
    )
    assert AuditEntry.objects.get(act="try.3").data == {"word": "排放"}
    Enrolment.objects.update(tier=2)
    assert chain.verify().is_whole
