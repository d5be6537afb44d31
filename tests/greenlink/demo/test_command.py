"""`manage.py demo`: what it prints and what it leaves in VAR_DIR. The building itself is test_totals.py's."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from greenlink.demo import accounts
from greenlink.management.commands import demo


@pytest.fixture
def folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(demo, "build", lambda **arguments: None)
    return tmp_path


def _printed(*arguments: str) -> str:
    out = StringIO()
    call_command("demo", *arguments, stdout=out)
    return out.getvalue()


def test_prints_every_account_its_token_and_the_password(folder: Path) -> None:
    printed = _printed()
    keys = accounts.keys()
    for account in accounts.ACCOUNTS:
        assert account.email in printed
        assert keys.tokens[account.email] in printed
    assert keys.password in printed
    assert keys.screen_key in printed


def test_prints_the_same_again(folder: Path) -> None:
    first, second = (json.loads(_printed("--json")) for _ in range(2))
    assert first == second
    assert first["today"] == "2025-02-10"
    assert [row["email"].split("@")[0] for row in first["accounts"]] == [
        "supplier", "clerk", "other", "procurement", "admin", "admin2", "verifier",
    ]  # fmt: skip
    assert len({row["token"] for row in first["accounts"]}) == 7


def test_secrets_are_readable_by_their_owner_only(folder: Path) -> None:
    _printed("--json")
    assert (folder / "demo-accounts.json").stat().st_mode & 0o777 == 0o600


def test_the_day_is_written_beside_what_stood_there(folder: Path) -> None:
    path = folder / "greenlink.env"
    path.write_text("SECRET_KEY=kept\nGREENLINK_TODAY=2024-01-01\n", encoding="utf-8")
    _printed("--json")
    _printed("--json")
    assert path.read_text(encoding="utf-8") == "SECRET_KEY=kept\nGREENLINK_TODAY=2025-02-10\n"
