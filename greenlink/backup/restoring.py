"""Put a backup back, in one screen: check all of it, then database, files, keys; then count again.

What stood here before is kept in VAR_DIR/before-restore-…; on PostgreSQL the database itself is not.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from . import container, facts, places
from .trouble import BackupTrouble


@dataclass(frozen=True)
class Restored:
    made_at: str
    product: str
    rows: int
    files: int
    audit_chains: int
    kept_in: str
    keys_elsewhere: list[str]
    migrated: bool


def restore(path: Path, *, over_data: bool, say: Callable[[str], None] = lambda line: None) -> Restored:
    """`over_data`: go on although somebody's data stand here. Raises BackupTrouble if not all came back."""
    places.var_dir().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=places.var_dir()) as folder:
        staged = Path(folder)
        manifest = container.unpack(path, staged)
        say(f"archive of {manifest['made_at']}, version {manifest['product']}: every checksum is right")
        known = facts.from_json(manifest["facts"])
        database = places.database()
        _assert_it_fits(manifest, known)
        if (database.occupied_now() or any(places.files())) and not over_data:
            raise BackupTrouble("there are data here already; --yes replaces them by those of the archive")
        aside = _aside()
        connections.close_all()
        database.put_back(staged / database.MEMBER, aside=aside)
        _put_back_files(staged / "files", aside)
        _put_back_own(staged / "var", aside)
    if lost := known.differences(database.facts_now()):
        raise BackupTrouble("restored, but not all of it came back: " + "; ".join(lost))
    migrated = _bring_up_to_date(known)
    return Restored(
        made_at=manifest["made_at"],
        product=manifest["product"],
        rows=sum(known.tables.values()),
        files=manifest["files"],
        audit_chains=len(known.audit_heads),
        kept_in=str(aside) if aside.exists() else "",
        keys_elsewhere=manifest["keys_elsewhere"],
        migrated=migrated,
    )


def _assert_it_fits(manifest: dict[str, Any], known: facts.Facts) -> None:
    vendor = places.database().VENDOR
    if manifest["database"] != vendor:
        raise BackupTrouble(f"the archive is of {manifest['database']}, this site runs on {vendor}")
    unknown = set(known.migrations) - _migrations_of_the_code()
    if unknown:
        raise BackupTrouble(
            f"the archive was made by a later version ({manifest['product']}): this one does not know "
            f"{', '.join(sorted(unknown)[:3])}"
        )


def _migrations_of_the_code() -> set[str]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    return {f"{app}.{name}" for app, name in {*loader.disk_migrations, *replaced}}


def _bring_up_to_date(known: facts.Facts) -> bool:
    """An archive of an earlier version: its tables become this version's."""
    if not _migrations_of_the_code() - set(known.migrations):
        return False
    call_command("migrate", verbosity=0)
    return True


def _aside() -> Path:
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S%fZ")
    return places.var_dir() / f"before-restore-{stamp}"


def _put_back_files(staged: Path, aside: Path) -> None:
    """Children are moved, not the folder: it may be a disk of its own."""
    target = places.files_dir()
    target.mkdir(parents=True, exist_ok=True)
    for standing in sorted(target.iterdir()):
        _move(standing, aside / "files" / standing.name)
    if staged.is_dir():
        for came in sorted(staged.iterdir()):
            _move(came, target / came.name)


def _put_back_own(staged: Path, aside: Path) -> None:
    for name, path in list(places.own_files()):
        _move(path, aside / name)
    if staged.is_dir():
        for came in sorted(path for path in staged.rglob("*") if path.is_file()):
            _move(came, places.var_dir() / came.relative_to(staged))


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.move(source, target)
