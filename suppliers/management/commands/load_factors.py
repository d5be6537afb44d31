from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from suppliers.factors import actions, tables
from suppliers.tenants.refusals import Refusal


class Command(BaseCommand):
    help = "Load the factor tables; loading them again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=tables.OWN_TABLES, help="tables to load")
        parser.add_argument("--json", action="store_true", help="print for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = actions.load(folder=options["folder"])
        except Refusal as refusal:
            if options["json"]:
                self.stdout.write(json.dumps({"data": refusal.data, "code": refusal.code}))
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(counts))
            return
        self.stdout.write(_("%(factors)s factors in %(sets)s sets, %(factors_added)s of them new.") % counts)
