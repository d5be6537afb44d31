from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from greenlink.backup import making, sealing
from greenlink.backup.trouble import BackupTrouble

MOST_SHOWN = 5


class Command(BaseCommand):
    help = "Put database, files and keys into one archive; the site may go on working meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", nargs="?", type=Path, help="where to; default: a dated file in VAR_DIR/backups"
        )
        parser.add_argument("--json", action="store_true", help="print for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = making.make(options["file"] or making.default_path())
        except (BackupTrouble, OSError) as trouble:
            raise CommandError(str(trouble)) from trouble
        if options["json"]:
            self.stdout.write(json.dumps(asdict(made), default=str, ensure_ascii=False))
            return
        self._say(made)

    def _say(self, made: making.Made) -> None:
        self.stdout.write(
            f"{made.path}: {made.rows} rows, {made.files} files, {made.size_bytes / 1e6:.1f} MB"
        )
        if made.missing_files:
            shown = ", ".join(made.missing_files[:MOST_SHOWN])
            self.stdout.write(f"  {len(made.missing_files)} files that rows name were not there: {shown}")
        if made.keys_elsewhere:
            self.stdout.write(f"  not inside, keep them yourself: {', '.join(made.keys_elsewhere)}")
        if not made.sealed and made.keys:
            self.stdout.write(
                f"  keys lie in it in clear ({', '.join(made.keys)}): {sealing.VARIABLE} seals the archive"
            )
