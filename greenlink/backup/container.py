"""The archive itself: a ZIP whose last member, manifest.json, knows every other by size and SHA-256."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from . import sealing
from .trouble import BackupTrouble

MANIFEST = "manifest.json"
FORMAT = 1
_PIECE_BYTES = 1024 * 1024


class Packer:
    """Writes members and remembers what went in."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.members: dict[str, dict[str, Any]] = {}

    def add(self, name: str, path: Path, *, compress: bool = True) -> None:
        entry = zipfile.ZipInfo(name)  # no clock: the same content gives the same member
        entry.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        entry.external_attr = 0o600 << 16
        with path.open("rb") as source, self._archive.open(entry, "w", force_zip64=True) as target:
            self.members[name] = _copied(source, cast(BinaryIO, target))

    def finish(self, manifest: dict[str, Any]) -> None:
        content = {"format": FORMAT, **manifest, "members": self.members}
        self._archive.writestr(MANIFEST, json.dumps(content, ensure_ascii=False, indent=1))


@contextmanager
def packing(path: Path, words: str) -> Iterator[Packer]:
    """A new archive that bears its name only once it is whole; until then its owner alone may read it."""
    if path.exists():
        raise BackupTrouble(f"{path} exists already: nothing is written over")
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            writer = sealing.SealingWriter(file, words) if words else None
            with zipfile.ZipFile(cast(Any, writer or file), "w", compresslevel=4) as archive:
                yield Packer(archive)
            if writer is not None:
                writer.finish()
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)  # unlike a rename, it never takes the place of a file that came meanwhile
    except FileExistsError:
        raise BackupTrouble(f"{path} exists already: nothing is written over") from None
    finally:
        part.unlink(missing_ok=True)


def unpack(path: Path, folder: Path) -> dict[str, Any]:
    """Unpack all of an archive into an empty folder and return its manifest; every member must be as it was packed."""
    source = path
    if not path.is_file():
        raise BackupTrouble(f"there is no file {path}")
    if sealing.is_sealed(path):
        source = folder / "unsealed.zip"
        with os.fdopen(os.open(source, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            sealing.unseal(path, target, sealing.passphrase())
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = _manifest(archive)
            for name, known in manifest["members"].items():
                _unpack_one(archive, name, known, folder)
    except (zipfile.BadZipFile, EOFError, KeyError, ValueError, OSError) as error:
        raise BackupTrouble(f"{path} is damaged or not a backup of this product: {error}") from error
    finally:
        if source is not path:
            source.unlink(missing_ok=True)
    return manifest


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
    if manifest["format"] != FORMAT:
        raise BackupTrouble(f"the archive has format {manifest['format']}; this version reads {FORMAT}")
    if sorted(archive.namelist()) != sorted([*manifest["members"], MANIFEST]):
        raise ValueError("its members are not those of its manifest")
    return manifest


def _unpack_one(archive: zipfile.ZipFile, name: str, known: dict[str, Any], folder: Path) -> None:
    parts = PurePosixPath(name).parts
    if not parts or parts[0] not in ("database", "files", "var") or ".." in parts or "\\" in name:
        raise ValueError(f"member {name!r} has no place here")
    target = folder.joinpath(*parts)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (
        archive.open(name) as source,
        os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
    ):
        if _copied(cast(BinaryIO, source), file) != known:
            raise ValueError(f"{name} is not what was packed")


def _copied(source: BinaryIO, target: BinaryIO) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    while piece := source.read(_PIECE_BYTES):
        target.write(piece)
        digest.update(piece)
        size += len(piece)
    return {"size_bytes": size, "sha256": digest.hexdigest()}
