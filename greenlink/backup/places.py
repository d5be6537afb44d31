"""What of this machine belongs into a backup, and which module knows its database."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from django.conf import settings
from django.db import connection

from . import postgres, sqlite

# Made by the site itself and kept in VAR_DIR: without them nobody can log in, and no seal can be checked.
OWN_FILES = ("secret_key", "encryption_keys", "audit-anchors.jsonl")
OWN_FOLDERS = ("keys",)
# Where these name a key, the operator keeps it: a backup says so and does not hold it.
KEY_VARIABLES = (
    "SECRET_KEY",
    "GREENLINK_ENCRYPTION_KEYS",
    "GREENLINK_SIGNING_KEY",
    "GREENLINK_FORMER_SIGNING_KEYS",
)


def database() -> ModuleType:
    return postgres if connection.vendor == "postgresql" else sqlite


def product_version() -> str:
    project = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def var_dir() -> Path:
    return Path(settings.VAR_DIR)


def files_dir() -> Path:
    return Path(settings.MEDIA_ROOT)


def files() -> Iterator[tuple[str, Path]]:
    """Every file handed in or made, as its path below the folder of files. Links lead elsewhere and stay behind."""
    yield from _below(files_dir())


def own_files() -> Iterator[tuple[str, Path]]:
    for name in OWN_FILES:
        if (path := var_dir() / name).is_file():
            yield name, path
    for folder in OWN_FOLDERS:
        yield from ((f"{folder}/{name}", path) for name, path in _below(var_dir() / folder))


def keys_elsewhere() -> list[str]:
    return [name for name in KEY_VARIABLES if os.environ.get(name)]


def _below(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix(), path
