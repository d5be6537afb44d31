from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from greenlink.demo import TODAY, accounts
from greenlink.demo.build import build


class Command(BaseCommand):
    help = "Build the demo data and print the accounts; running it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="print {today, password, accounts, screen} only"
        )
        parser.add_argument("--port", type=int, default=8000, help="the port that the printed address names")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        _stand_still()
        keys = accounts.keys()
        build(keys=keys, say=(lambda line: None) if options["json"] else self._say)
        if options["json"]:
            self.stdout.write(json.dumps(_for_machines(keys), ensure_ascii=False))
            return
        self._say(f"Demo of {TODAY} ready in {time.monotonic() - started:.0f} s.")
        self._print_accounts(keys, options["port"])

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _print_accounts(self, keys: accounts.Keys, port: int) -> None:
        rows = [("account", "role", "API token")]
        rows += [(one.email, f"{one.role} {one.tenant}", keys.tokens[one.email]) for one in accounts.ACCOUNTS]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        self._say("")
        for row in rows:
            self._say("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
        self._say("")
        self._say(f"password of all: {keys.password}")
        self._say(f"big screen:      http://127.0.0.1:{port}{_screen(keys)}")


def _screen(keys: accounts.Keys) -> str:
    return f"/screen/?key={keys.screen_key}"


def _for_machines(keys: accounts.Keys) -> dict[str, Any]:
    return {
        "today": TODAY.isoformat(),
        "password": keys.password,
        "accounts": [
            {"email": one.email, "role": one.role, "tenant": one.tenant, "token": keys.tokens[one.email]}
            for one in accounts.ACCOUNTS
        ],
        "screen": {"key": keys.screen_key, "path": _screen(keys)},
    }


def _stand_still() -> None:
    """From now on the product's day is the demo's: said in VAR_DIR/greenlink.env, which settings read at start."""
    path = Path(settings.VAR_DIR) / "greenlink.env"
    line = f"GREENLINK_TODAY={TODAY.isoformat()}"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    if line not in lines:
        kept = [one for one in lines if not one.startswith("GREENLINK_TODAY=")]
        path.write_text("\n".join([*kept, line]) + "\n", encoding="utf-8")
