"""The cache where there is no Redis: files that all processes of this machine share.

Limits of tries and used codes live in the cache, so `add` must have one winner and an entry must not make room
for others before its time. Django's file cache promises neither.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zlib import crc32

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache
from django.core.files import locks

LOCK_FILES = 64
CULL_EVERY = 100


class SharedFileCache(FileBasedCache):
    """Stock file cache; `add` is atomic between processes, and what has expired goes first."""

    _writes = 0

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        with self._alone(self._key_to_file(key, version)):  # type: ignore[attr-defined]
            return bool(super().add(key, value, timeout, version))

    @contextmanager
    def _alone(self, path: str) -> Iterator[None]:
        self._createdir()  # type: ignore[attr-defined]
        number = crc32(path.encode()) % LOCK_FILES
        with open(os.path.join(self._dir, f"{number:02}.lock"), "ab") as file:  # type: ignore[attr-defined]
            locks.lock(file, locks.LOCK_EX)
            try:
                yield
            finally:
                locks.unlock(file)

    def _cull(self) -> None:
        """Looking through the folder takes longer than writing, so it happens now and then."""
        self._writes += 1
        if self._writes % CULL_EVERY:
            return
        paths = self._list_cache_files()  # type: ignore[attr-defined]
        if len(paths) < self._max_entries:  # type: ignore[attr-defined]
            return
        kept = [path for path in paths if not self._has_expired(path)]
        excess = len(kept) - self._max_entries  # type: ignore[attr-defined]
        for path in sorted(kept, key=_written_at)[: max(excess, 0)]:
            self._delete(path)  # type: ignore[attr-defined]

    def _has_expired(self, path: str) -> bool:
        """Expired entries are deleted by asking."""
        try:
            with open(path, "rb") as file:
                return bool(self._is_expired(file))  # type: ignore[attr-defined]
        except FileNotFoundError:
            return True


def _written_at(path: str) -> float:
    try:
        return os.path.getmtime(path)
    except FileNotFoundError:
        return time.time()
