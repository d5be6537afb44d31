"""The direction of imports is law (pyproject.toml); this runs the linter where tests run."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from django.conf import settings
from importlinter import cli

ROOT = Path(settings.BASE_DIR)
OUTSIDE_SCOPE_OPENERS = re.compile(r"all_tenants\s*\(")


def test_import_contracts_hold(capsys):
    status = cli.lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == cli.EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_every_room_is_in_the_contract():
    """A room the contract does not name could import whatever it likes."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(
        contract["layers"] for contract in contracts if "suppliers.urls" in contract.get("layers", [])
    )
    named = {name.strip().removeprefix("suppliers.") for layer in layers for name in layer.split("|")}
    rooms = {path.parent.name for path in (ROOT / "suppliers").glob("*/__init__.py")}
    # re-exports, Django's own folders, and filters of templates, which may look at any room
    free = {"migrations", "templatetags"}
    assert rooms - free <= named


def test_the_door_to_all_tenants_is_opened_only_by_those_it_knows():
    """Commands, the demo, jobs and what gathers a whole quarter; never a view."""
    may = re.compile(
        r"^(greenlink/(demo|bench)/|[a-z]+/management/commands/|scorecards/(gather|pipeline)|suppliers/tenants/all_tenants"
        r"|suppliers/(tasks|pipeline|jobs)|greenlink/screen)"
    )
    openers = [
        str(path.relative_to(ROOT))
        for app in ("greenlink", "scorecards", "sparkplan", "suppliers")
        for path in (ROOT / app).rglob("*.py")
        if OUTSIDE_SCOPE_OPENERS.search(path.read_text("utf-8"))
    ]
    assert [path for path in openers if not may.match(path)] == []
