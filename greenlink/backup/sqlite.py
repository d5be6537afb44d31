"""SQLite: its own backup call copies one moment of the file, also while others write, and puts a copy back whole."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings
from django.db.backends.sqlite3._functions import register  # type: ignore[import-untyped]

from .facts import Execute, Facts, files_named, is_occupied, read
from .trouble import BackupTrouble

VENDOR = "sqlite"
MEMBER = "database/greenlink.sqlite3"
_WAIT_SECONDS = 20


def live_path() -> Path:
    return Path(settings.DATABASES["default"]["NAME"])


def copy_out(to: Path) -> tuple[Facts, set[str]]:
    """Copy the live database to `to`; the facts and the files named are those of the copy itself."""
    if not live_path().exists():
        raise BackupTrouble(f"there is no database at {live_path()}")
    _copy(live_path(), to)
    with closing(sqlite3.connect(to)) as copy:
        copy.execute("pragma journal_mode = delete")  # one file, nothing beside it
        register(copy)  # the check tries every constraint, and some call Django's functions
        if (found := copy.execute("pragma integrity_check").fetchone()[0]) != "ok":
            raise BackupTrouble(f"the database is damaged: {found}")
        execute = _execute(copy)
        facts = read(execute, VENDOR)
        return facts, files_named(execute, set(facts.tables))


def put_back(copy: Path, *, aside: Path | None) -> None:
    """Replace the live database by `copy` in one transaction; `aside` is where it is copied to before."""
    try:
        if aside is not None and live_path().exists():
            aside.mkdir(mode=0o700, parents=True, exist_ok=True)
            _copy(live_path(), aside / live_path().name)
        _copy(copy, live_path())
    except sqlite3.OperationalError as error:
        raise BackupTrouble(f"{live_path()}: {error}. Stop the site, then try again.") from error


def _copy(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(source, timeout=_WAIT_SECONDS)) as reading,
        closing(sqlite3.connect(target, timeout=_WAIT_SECONDS)) as writing,
    ):
        target.chmod(0o600)
        reading.backup(writing, progress=_patience())


def _patience() -> Callable[[int, int, int], None]:
    """The call itself would wait for ever for somebody who writes."""
    until = time.monotonic() + _WAIT_SECONDS

    def look(status: int, _remaining: int, _total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > until:
            raise BackupTrouble("somebody else keeps the database busy. Stop the site, then try again.")

    return look


def facts_now() -> Facts:
    with _live() as execute:
        return read(execute, VENDOR)


def occupied_now() -> bool:
    if not live_path().exists():
        return False
    with _live() as execute:
        return is_occupied(execute, VENDOR)


@contextmanager
def _live() -> Iterator[Execute]:
    with closing(sqlite3.connect(live_path(), timeout=_WAIT_SECONDS)) as connection:
        yield _execute(connection)


def _execute(connection: sqlite3.Connection) -> Execute:
    return lambda statement: connection.execute(statement).fetchall()
