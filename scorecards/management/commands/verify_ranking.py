from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from scorecards import publication, queries
from scorecards.models import EditionState
from suppliers.models import Buyer
from suppliers.tenants.all_tenants import all_tenants


class Command(BaseCommand):
    help = "Recompute digest, totals, grades and ranks of a published quarter; exit 1 on any difference."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("label", help="quarter, such as FY24Q3")
        parser.add_argument("--buyer", required=True, help="code of the buyer")
        parser.add_argument(
            "--edition", type=int, help="edition number; the newest published one if left out"
        )
        parser.add_argument("--json", action="store_true", help="print for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        with all_tenants("command verify_ranking"):
            buyer = Buyer.objects.filter(code=options["buyer"]).first()
            if buyer is None:
                raise CommandError(f"no buyer {options['buyer']}")
            found = queries.editions(buyer).filter(
                label=options["label"].strip().upper(), state=EditionState.PUBLISHED
            )
            if options["edition"] is not None:
                found = found.filter(number=options["edition"])
            edition = found.first()
            if edition is None:
                raise CommandError(f"{options['label']} is not published")
            result = publication.verify(edition)
        if options["json"]:
            body = {
                "label": result.label,
                "number": result.number,
                "holds": result.holds,
                "digest": result.stored,
                "recomputed": result.recomputed,
                "suppliers": result.suppliers,
                "differences": result.differences,
            }
            self.stdout.write(json.dumps(body, ensure_ascii=False))
        else:
            word = _("holds") if result.holds else _("DIFFERS")
            self.stdout.write(f"{edition} {word} · {result.suppliers} · SHA-256 {result.recomputed}")
            for one in result.differences:
                self.stdout.write(
                    f"{one['supplier']} {one['field']}: {one['published']} ≠ {one['recomputed']}"
                )
        if not result.holds:
            sys.exit(1)
