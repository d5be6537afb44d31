from __future__ import annotations

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Serve the site on loopback with gunicorn, in this process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        address = f"127.0.0.1:{options['port']}"
        self.stdout.write(f"GreenLink: http://{address}  (Ctrl+C stops)")
        self.stdout.flush()
        arguments = [
            "--bind",
            address,
            "--workers",
            str(options["workers"]),
            "--threads",
            "4",
            "--timeout",
            "120",
            "--no-control-socket",
        ]
        os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "greenlink.wsgi", *arguments])
