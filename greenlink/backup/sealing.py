"""An archive under a passphrase: scrypt makes the key, AES-GCM seals chunk by chunk, and the last one says so.

Each chunk is bound to its number and to whether it ends the archive, so none can be changed, swapped or cut off.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from .trouble import BackupTrouble

VARIABLE = "GREENLINK_BACKUP_PASSPHRASE"
MAGIC = b"GREENLINK-SEALED-1\n"
CHUNK_BYTES = 1024 * 1024
_SALT_BYTES, _LENGTH_BYTES, _NONCE_BYTES, _TAG_BYTES = 16, 4, 12, 16
_MORE, _LAST = b"more", b"last"


def passphrase() -> str:
    return os.environ.get(VARIABLE, "")


def is_sealed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


class SealingWriter:
    """A file to write to, forwards only; what reaches the disk is sealed."""

    def __init__(self, file: BinaryIO, words: str) -> None:
        salt = os.urandom(_SALT_BYTES)
        self._file, self._box, self._number = file, _box(words, salt), 0
        self._waiting = bytearray()
        file.write(MAGIC + salt)

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), _MORE)
            del self._waiting[:CHUNK_BYTES]
        return len(data)

    def flush(self) -> None:
        """Chunks are written when they are full."""

    def finish(self) -> None:
        self._seal(bytes(self._waiting), _LAST)

    def _seal(self, data: bytes, place: bytes) -> None:
        sealed = self._box.encrypt(_nonce(self._number), data, place)
        self._file.write(len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed)
        self._number += 1


def unseal(source: Path, target: BinaryIO, words: str) -> None:
    if not words:
        raise BackupTrouble(f"{source} is sealed: set {VARIABLE} to its passphrase")
    with source.open("rb") as file:
        file.seek(len(MAGIC))
        box, number = _box(words, file.read(_SALT_BYTES)), 0
        sealed = _next(file)
        while sealed:
            following = _next(file)
            try:
                target.write(box.decrypt(_nonce(number), sealed, _MORE if following else _LAST))
            except InvalidTag:
                raise BackupTrouble(
                    f"{source}: the passphrase is not the one it was sealed with, or the archive is damaged"
                ) from None
            sealed, number = following, number + 1
    if number == 0:
        raise BackupTrouble(f"{source} is cut off")


def _next(file: BinaryIO) -> bytes:
    length = int.from_bytes(file.read(_LENGTH_BYTES), "big")
    return file.read(length) if length <= CHUNK_BYTES + _TAG_BYTES else b"damaged"


def _nonce(number: int) -> bytes:
    return number.to_bytes(_NONCE_BYTES, "big")


def _box(words: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(words.encode()))
