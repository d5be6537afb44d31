from __future__ import annotations

import json
import sys
from contextlib import nullcontext, redirect_stdout
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.models import Supplier
from suppliers.warnings import digest
from suppliers.warnings.evaluate import evaluate, evaluate_all


class Command(BaseCommand):
    help = "Evaluate early warnings of every supplier and mail what is new; beat runs it every night."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--supplier", metavar="CODE", help="this supplier alone, without mails")
        parser.add_argument("--no-mail", action="store_true", help="evaluate only")
        parser.add_argument(
            "--site", default="", help="address that links in mails begin with; default PUBLIC_URL"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        code, mails = options["supplier"], 0
        say = (lambda line: None) if options["json"] else self.stdout.write
        with all_tenants("warnings"):
            if code:
                supplier = Supplier.objects.filter(code=code).first()
                if supplier is None:
                    raise CommandError(f"No supplier has the code {code}.")
                standing = len(evaluate(supplier=supplier))
            else:
                standing = evaluate_all(say)
                if not options["no_mail"]:
                    # Without a mail server mails are printed: not between what machines read.
                    with redirect_stdout(sys.stderr) if options["json"] else nullcontext():
                        mails = digest.send(site=options["site"])
        if options["json"]:
            self.stdout.write(json.dumps({"warnings": standing, "mails": mails}))
        else:
            self.stdout.write(f"{standing} warnings stand, {mails} mails sent")
