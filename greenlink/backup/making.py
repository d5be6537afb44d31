"""Make a backup, in one screen: database at one moment, then the files, then the keys, then the manifest."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import container, places, sealing


@dataclass(frozen=True)
class Made:
    path: Path
    size_bytes: int
    rows: int
    files: int
    missing_files: list[str]
    keys: list[str]
    keys_elsewhere: list[str]
    sealed: bool


def default_path() -> Path:
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    return places.var_dir() / "backups" / f"greenlink-{stamp}.zip"


def make(path: Path) -> Made:
    """Everything into one archive at `path`. The site may go on working meanwhile."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    words = sealing.passphrase()
    database = places.database()
    with (
        tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder,
        container.packing(path, words) as packer,
    ):
        copy = Path(folder) / "database"
        facts, named = database.copy_out(copy)
        packer.add(database.MEMBER, copy, compress=database.MEMBER.endswith(".sqlite3"))
        copy.unlink()
        # After the database: a file is written before the row that names it, so none that is named can be missed.
        files = _add_files(packer)
        keys = [name for name, _path in places.own_files()]
        for name, own in places.own_files():
            packer.add(f"var/{name}", own)
        missing = sorted(named - files)
        packer.finish(
            {
                "product": places.product_version(),
                "made_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                "database": database.VENDOR,
                "facts": facts.as_json(),
                "files": len(files),
                "missing_files": missing,
                "keys": keys,
                "keys_elsewhere": places.keys_elsewhere(),
            }
        )
    return Made(
        path=path,
        size_bytes=path.stat().st_size,
        rows=sum(facts.tables.values()),
        files=len(files),
        missing_files=missing,
        keys=keys,
        keys_elsewhere=places.keys_elsewhere(),
        sealed=bool(words),
    )


def _add_files(packer: container.Packer) -> set[str]:
    found = set()
    for name, path in places.files():
        try:
            packer.add(f"files/{name}", path)
        except FileNotFoundError:
            continue  # an archive that somebody removed at this moment
        found.add(name)
    return found
