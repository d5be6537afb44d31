"""The tenancy benchmark finds nothing wrong in a small world, and would find what it looks for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from greenlink.bench import tenancy_requests as requests
from greenlink.bench.tenancy_rows import Tenant

ROOT = Path(__file__).resolve().parents[2]
_SMALL = """
import django
django.setup()
from django.db import connection
from greenlink.bench import tenancy, tenancy_rows
tenancy.REQUESTS = tenancy.REQUESTS_ON_SQLITE = 120
tenancy.REQUESTS_A_ROUND = 10
tenancy_rows.SUPPLIERS, tenancy_rows.LIST_SUPPLIERS, tenancy_rows.LIST_RECORDS = 10, 12, 1200
name = connection.settings_dict["NAME"]
print(tenancy.run(runs=1))
assert connection.settings_dict["NAME"] == name
"""


def test_many_at_once_meet_only_their_own(db, tmp_path):
    environment = {
        **os.environ,
        "GREENLINK_VAR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "greenlink.settings",
        "PYTHONPATH": str(ROOT),
    }
    if connection.vendor == "postgresql":
        # Beside the tests' own database, which each worker has for itself.
        one = connection.settings_dict
        environment["DATABASE_URL"] = (
            f"postgres://{one['USER']}:{one['PASSWORD']}@{one['HOST']}:{one['PORT'] or 5432}/{one['NAME']}"
        )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _SMALL],
        env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    if "passes by row-level security" in done.stderr:
        pytest.skip("as superuser there is nothing to measure")
    assert done.returncode == 0, done.stderr
    first, *rest = done.stdout.splitlines()
    assert ": 0 wrong, " in first, first
    assert int(first.split(" canaries met")[0].split()[-1]) > 500
    names = [line.split()[1] for line in rest]
    assert names == (["lock", "list", "list"] if connection.vendor == "postgresql" else ["lock,"])


MINE = Tenant("s001", 1, is_buyer=False, may_meet={"canary-s001", "canary-b001"})


@pytest.mark.parametrize(
    ("status", "body", "trouble"),
    [
        (200, "canary-s001 canary-b001", None),
        (200, "canary-s001 canary-s002", "foreign canary"),
        (200, "an empty page", "own canary missing"),
        (500, "canary-s001", "500 instead of 200"),
    ],
)
def test_it_sees_what_is_wrong_with_a_page(status, body, trouble):
    assert requests._page(MINE)(status, body) == trouble


@pytest.mark.parametrize(
    ("names", "trouble"),
    [
        (["canary-s001"], None),
        ([], "wrong rows"),
        (["canary-s001", "canary-s001"], "wrong rows"),
        (["canary-s001", "canary-s002"], "foreign canary"),
    ],
)
def test_it_sees_wrong_rows(names, trouble):
    body = json.dumps({"results": [{"name": name} for name in names]})
    assert requests._exactly(MINE, "name", {"canary-s001"})(200, body) == trouble
