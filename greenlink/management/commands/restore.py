from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from greenlink.backup import restoring
from greenlink.backup.trouble import BackupTrouble


class Command(BaseCommand):
    help = "Put a backup back: everything is checked first, and counted again after. Stop the site before."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--yes", action="store_true", help="replace the data that stand here")
        parser.add_argument("--json", action="store_true", help="print for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        say = (lambda line: None) if options["json"] else self.stdout.write
        try:
            restored = restoring.restore(options["file"], over_data=options["yes"], say=say)
        except (BackupTrouble, OSError) as trouble:
            raise CommandError(str(trouble)) from trouble
        if options["json"]:
            self.stdout.write(json.dumps(asdict(restored), ensure_ascii=False))
            return
        self.stdout.write(
            f"restored: {restored.rows} rows, {restored.files} files, {restored.audit_chains} audit chains as they were"
        )
        if restored.migrated:
            self.stdout.write("  brought to this version's tables")
        if restored.kept_in:
            self.stdout.write(f"  what stood here before is in {restored.kept_in}")
        if restored.keys_elsewhere:
            self.stdout.write(f"  set these as they were: {', '.join(restored.keys_elsewhere)}")
