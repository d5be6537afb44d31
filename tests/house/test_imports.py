"""The direction of imports is law (pyproject.toml); this runs the linter where tests run."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from importlinter import cli

ROOT = Path(settings.BASE_DIR)


def test_import_contracts_hold(capsys):
    status = cli.lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == cli.EXIT_STATUS_SUCCESS, capsys.readouterr().out
