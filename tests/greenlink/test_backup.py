"""Backup and restore, drilled: what comes back is what went in, and nothing is touched before all of it is checked."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import zipfile
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from greenlink.backup import container, facts, making, places, restoring, sealing, sqlite
from greenlink.backup.trouble import BackupTrouble
from tests.greenlink.drill import PASSWORD

POSTGRES = connection.vendor == "postgresql"
NO_FACTS = facts.Facts(tables={"suppliers_user": 1}, audit_heads=[], migrations=[], triggers=[], policies=[])


# The drill: processes, databases and folders of its own.


class Place:
    """A machine: a folder, and on PostgreSQL a database of its own."""

    def __init__(self, var: Path, url: str) -> None:
        self.var = var
        kept = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
        self.environment = kept | {
            "GREENLINK_VAR": str(var),
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "greenlink.settings",
            "GREENLINK_TODAY": "2025-02-10",
        }

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words],
            cwd=settings.BASE_DIR,
            env=self.environment | environment,
            capture_output=True,
            text=True,
        )

    def manage(self, *words: str, **environment: str) -> str:
        done = self.run("manage.py", *words, **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, code: str) -> str:
        """What Python in that place says, inside the all-tenant door."""
        inside = (
            "import django; django.setup()\n"
            "from suppliers.tenants.all_tenants import all_tenants\n"
            "from django.db import connection, transaction\n"
            "with all_tenants('drill'):\n"
        ) + "\n".join(f"    {line}" for line in code.splitlines())
        done = self.run("-c", inside)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def places_of_drill(tmp_path):
    """Two machines that have nothing in common but the product."""
    if not POSTGRES:
        yield Place(tmp_path / "here", ""), Place(tmp_path / "there", "")
        return
    if shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not on this machine")
    address = urlsplit(os.environ["DATABASE_URL"])
    names = [f"{address.path.lstrip('/')}_drill_{os.getpid()}_{side}" for side in ("here", "there")]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        for name in names:
            server.execute(f'CREATE DATABASE "{name}"')
        urls = [urlunsplit(address._replace(path=f"/{name}")) for name in names]
        yield tuple(Place(tmp_path / url.rpartition("_")[2], url) for url in urls)
        for name in names:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


STANDING = """
from scorecards.models import Scorecard
from suppliers.models import EvidenceFile, OwnFactor, Upload, User
from suppliers.tenants.row_security import install
from django.core.management import call_command
import hashlib
try:
    with transaction.atomic():
        Scorecard.objects.update(total=99)
    print('published rows can be changed')
except Exception as error:
    print('frozen' if 'published' in str(error) else error)
print('open tables:', install.unprotected(connection))
print('login:', User.objects.get(email='alice@example.test').check_password(%r))
for row in [*Upload.objects.all(), *EvidenceFile.objects.all(), *OwnFactor.objects.all()]:
    print(row.filename, hashlib.sha256(row.file.read()).hexdigest())
"""


def test_the_drill(places_of_drill, tmp_path):
    """Filled, backed up sealed, restored elsewhere: rows, heads, triggers, policies, files and keys as they were."""
    here, there = places_of_drill
    archive, sealed_with = tmp_path / "site.zip", {sealing.VARIABLE: "a long passphrase"}
    here.manage("migrate", "--verbosity", "0")
    assert here.run("-m", "tests.greenlink.drill").returncode == 0
    made = json.loads(here.manage("backup", str(archive), "--json", **sealed_with))
    assert (made["files"], made["missing_files"], made["sealed"]) == (3, [], True)
    assert set(made["keys"]) >= {"secret_key", "encryption_keys"}
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600

    restored = json.loads(there.manage("restore", str(archive), "--json", **sealed_with))
    assert (restored["rows"], restored["files"], restored["migrated"]) == (made["rows"], 3, False)
    assert restored["audit_chains"] > 1
    before, after = here.ask(STANDING % PASSWORD), there.ask(STANDING % PASSWORD)
    assert before == after
    assert after.splitlines()[:3] == ["frozen", "open tables: []", "login: True"]
    for name in ("secret_key", "encryption_keys"):
        assert (here.var / name).read_bytes() == (there.var / name).read_bytes()

    again = there.run("manage.py", "restore", str(archive), **sealed_with)
    assert again.returncode != 0
    assert "--yes" in again.stderr
    replaced = json.loads(there.manage("restore", str(archive), "--yes", "--json", **sealed_with))
    kept = Path(replaced["kept_in"])
    assert {path.name for path in kept.iterdir()} >= {"files", "secret_key", "encryption_keys"}
    assert POSTGRES or (kept / "greenlink.sqlite3").exists()


# The archive: needs no database.


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A folder with a file and a key, and a database that only says whether it was touched."""
    var = tmp_path / "var"
    (var / "files" / "uploads").mkdir(parents=True)
    (var / "files" / "uploads" / "one").write_text("电")
    (var / "secret_key").write_text("secret")
    touched: list[Path] = []

    def copy_out(to: Path) -> tuple[facts.Facts, set[str]]:
        to.write_bytes(b"rows" * 1000)
        return NO_FACTS, {"uploads/one", "uploads/lost"}

    database = SimpleNamespace(
        VENDOR="sqlite",
        MEMBER=sqlite.MEMBER,
        copy_out=copy_out,
        occupied_now=lambda: False,
        put_back=lambda copy, aside: touched.append(copy),
        facts_now=lambda: NO_FACTS,
    )
    monkeypatch.setattr(places, "database", lambda: database)
    monkeypatch.setattr(places, "var_dir", lambda: var)
    monkeypatch.setattr(places, "files_dir", lambda: var / "files")
    monkeypatch.setattr(restoring.connections, "close_all", lambda: None)
    monkeypatch.setattr(restoring, "_bring_up_to_date", lambda known: False)
    monkeypatch.delenv(sealing.VARIABLE, raising=False)
    return SimpleNamespace(var=var, database=database, touched=touched, archive=tmp_path / "backup.zip")


@pytest.fixture
def archive(machine) -> Path:
    making.make(machine.archive)
    return machine.archive


def test_what_rows_name_and_nobody_has_is_said(machine):
    assert making.make(machine.archive).missing_files == ["uploads/lost"]


def test_the_manifest_knows_every_member(archive):
    with zipfile.ZipFile(archive) as content:
        manifest = json.loads(content.read("manifest.json"))
        assert set(content.namelist()) == {*manifest["members"], "manifest.json"}
    assert set(manifest["members"]) == {sqlite.MEMBER, "files/uploads/one", "var/secret_key"}
    assert manifest["product"]
    assert manifest["facts"]["tables"] == {"suppliers_user": 1}


def test_a_key_given_by_the_environment_is_named_and_not_inside(machine, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "from-the-operator")
    made = making.make(machine.archive)
    assert made.keys_elsewhere[0] == "SECRET_KEY"
    assert b"from-the-operator" not in machine.archive.read_bytes()


def test_nothing_is_written_over(archive):
    before = archive.read_bytes()
    with pytest.raises(BackupTrouble, match="exists already"):
        making.make(archive)
    assert archive.read_bytes() == before


def test_an_interrupted_backup_leaves_nothing(machine, monkeypatch):
    def interrupted(packer):
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "_add_files", interrupted)
    with pytest.raises(KeyboardInterrupt):
        making.make(machine.archive)
    assert [path.name for path in machine.archive.parent.iterdir()] == ["var"]


def test_there_and_back(machine, archive):
    (machine.var / "files" / "uploads" / "one").write_text("later")
    restored = restoring.restore(archive, over_data=True)
    assert (machine.var / "files" / "uploads" / "one").read_text() == "电"
    assert (Path(restored.kept_in) / "files" / "uploads" / "one").read_text() == "later"
    assert len(machine.touched) == 1
    assert not [path for path in machine.var.iterdir() if path.name.startswith(".restore")]


def test_files_alone_are_data_too(machine, archive):
    with pytest.raises(BackupTrouble, match="--yes"):
        restoring.restore(archive, over_data=False)
    assert machine.touched == []


def _repacked(archive: Path, change) -> None:
    with zipfile.ZipFile(archive) as content:
        members = {name: content.read(name) for name in content.namelist()}
    change(members)
    with zipfile.ZipFile(archive, "w") as content:
        for name, data in members.items():
            content.writestr(name, data)


def _manifest(members, change) -> None:
    manifest = json.loads(members["manifest.json"])
    change(manifest)
    members["manifest.json"] = json.dumps(manifest).encode()


def _outside(members) -> None:
    members["files/../../evil"] = b""
    known = {"size_bytes": 0, "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
    _manifest(members, lambda manifest: manifest["members"].update({"files/../../evil": known}))


TAMPERINGS = {
    "changed": lambda members: members.update({"files/uploads/one": "煤".encode()}),
    "lacking": lambda members: members.pop("files/uploads/one"),
    "added": lambda members: members.update({"files/uploads/two": b"more"}),
    "outside": _outside,
    "no manifest": lambda members: members.pop("manifest.json"),
    "other product": lambda members: members.update({"manifest.json": b"{}"}),
    "other database": lambda members: _manifest(members, lambda one: one.update(database="postgresql")),
    "later version": lambda members: _manifest(
        members, lambda one: one["facts"]["migrations"].append("suppliers.9999_later")
    ),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_wrong_archive_touches_nothing(machine, archive, tampering):
    _repacked(archive, TAMPERINGS[tampering])
    before = sorted((path, path.read_bytes()) for path in machine.var.rglob("*") if path.is_file())
    with pytest.raises(BackupTrouble):
        restoring.restore(archive, over_data=True)
    assert machine.touched == []
    assert sorted((path, path.read_bytes()) for path in machine.var.rglob("*") if path.is_file()) == before


def test_rows_that_did_not_come_back_are_an_error(machine, archive):
    machine.database.facts_now = lambda: facts.Facts({"suppliers_user": 0}, [], [], [], [])
    with pytest.raises(BackupTrouble, match="suppliers_user: 1 rows, now 0"):
        restoring.restore(archive, over_data=True)


def test_an_audit_head_that_differs_is_an_error(machine, archive):
    head = {"chain": "supplier:1", "sequence": 3, "digest": "x"}
    machine.database.facts_now = lambda: facts.Facts({"suppliers_user": 1}, [head], [], [], [])
    with pytest.raises(BackupTrouble, match="audit heads differ"):
        restoring.restore(archive, over_data=True)


# Under a passphrase.


@pytest.fixture
def sealed(machine, monkeypatch) -> Path:
    monkeypatch.setenv(sealing.VARIABLE, "right words")
    (machine.var / "files" / "large").write_bytes(os.urandom(3 * sealing.CHUNK_BYTES))
    making.make(machine.archive)
    return machine.archive


def test_a_sealed_archive_shows_nothing_and_comes_back(machine, sealed):
    assert not zipfile.is_zipfile(sealed)
    assert b"secret_key" not in sealed.read_bytes()
    restoring.restore(sealed, over_data=True)
    assert (machine.var / "files" / "uploads" / "one").read_text() == "电"


@pytest.mark.parametrize("words", ["", "wrong words"])
def test_without_the_passphrase_it_stays_shut(machine, sealed, monkeypatch, words):
    monkeypatch.setenv(sealing.VARIABLE, words)
    with pytest.raises(BackupTrouble, match="passphrase"):
        restoring.restore(sealed, over_data=True)
    assert machine.touched == []


def test_a_sealed_archive_that_was_cut_or_changed_is_refused(machine, sealed):
    whole = sealed.read_bytes()
    second = len(sealing.MAGIC) + 16 + 4 + sealing.CHUNK_BYTES + 16
    swapped = bytearray(whole)
    swapped[second + 100] ^= 1
    for damaged in (whole[:second], whole[:-1], whole[: len(sealing.MAGIC) + 16], bytes(swapped)):
        sealed.write_bytes(damaged)
        with pytest.raises(BackupTrouble):
            restoring.restore(sealed, over_data=True)
    assert machine.touched == []


def test_unpacking_leaves_no_clear_copy(machine, sealed, tmp_path):
    folder = tmp_path / "unpacked"
    folder.mkdir()
    container.unpack(sealed, folder)
    assert not (folder / "unsealed.zip").exists()


# SQLite's own copy.


@pytest.fixture
def database_file(tmp_path, monkeypatch) -> Path:
    path = tmp_path / "live.sqlite3"
    monkeypatch.setattr(sqlite, "live_path", lambda: path)
    with closing(sqlite3.connect(path)) as live, live:
        live.execute("pragma journal_mode = wal")
        live.execute("create table left_side (n integer)")
        live.execute("create table right_side (n integer)")
    return path


def test_a_copy_is_of_one_moment_while_others_write(database_file, tmp_path):
    """Each transaction writes a row to both tables, so a copy of one moment holds as many of either."""
    stop, wrote = threading.Event(), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(database_file, timeout=20)) as live:
            while not stop.is_set():
                with live:
                    live.execute("insert into left_side values (1)")
                    live.execute("insert into right_side values (1)")
                wrote.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert wrote.wait(20)
        counts = [sqlite.copy_out(tmp_path / f"copy{number}")[0].tables for number in range(5)]
    finally:
        stop.set()
        writer.join(20)
    assert all(one["left_side"] == one["right_side"] > 0 for one in counts)


def test_a_database_in_use_is_not_replaced(database_file, tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite, "_WAIT_SECONDS", 0.1)
    sqlite.copy_out(tmp_path / "copy")
    with closing(sqlite3.connect(database_file)) as busy:
        busy.execute("begin immediate")
        busy.execute("insert into left_side values (1)")
        with pytest.raises(BackupTrouble, match="Stop the site"):
            sqlite.put_back(tmp_path / "copy", aside=None)
        busy.rollback()
    assert sqlite.facts_now().tables == {"left_side": 0, "right_side": 0}
