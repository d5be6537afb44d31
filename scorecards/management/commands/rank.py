from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from scorecards import actions, queries
from scorecards.models import Edition, EditionState
from suppliers.models import Buyer
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.refusals import Refusal

MOST_SHOWN = 20


class Command(BaseCommand):
    help = "Compute a quarter (opening it if need be), and with --publish lock and publish it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("label", help="quarter, such as FY24Q3")
        parser.add_argument("--buyer", required=True, help="code of the buyer")
        parser.add_argument("--publish", action="store_true", help="lock and publish as well")
        parser.add_argument("--json", action="store_true", help="print for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        with all_tenants("command rank"):
            buyer = Buyer.objects.filter(code=options["buyer"]).first()
            if buyer is None:
                raise CommandError(f"no buyer {options['buyer']}")
            try:
                edition = _ranked(buyer, options["label"], publish=options["publish"])
            except Refusal as refusal:
                if options["json"]:
                    body = {"code": refusal.code, "message": str(refusal.message), **refusal.data}
                    self.stdout.write(json.dumps(body, ensure_ascii=False))
                raise CommandError(str(refusal)) from refusal
            rows = [queries.row(card) for card in queries.ranking(edition)]
        body = {
            "label": edition.label,
            "number": edition.number,
            "state": str(edition.state),
            "digest": edition.digest,
            "count": len(rows),
            "results": rows,
        }
        if options["json"]:
            self.stdout.write(json.dumps(body, ensure_ascii=False, default=float))
            return
        self.stdout.write(f"{edition} · {edition.get_state_display()} · " + _("%d suppliers") % len(rows))
        for row in rows[:MOST_SHOWN]:
            self.stdout.write(
                f"{row['rank'] or '–':>5} {row['supplier']:<14} {row['total']!s:>6} {row['grade']}"
            )
        if edition.digest:
            self.stdout.write(f"SHA-256 {edition.digest}")


@transaction.atomic
def _ranked(buyer: Buyer, label: str, *, publish: bool) -> Edition:
    by = Actor.system("command rank")
    edition = queries.edition_of(buyer, label)
    if edition is None:
        edition = actions.open_edition(by=by, buyer=buyer, label=label)
    if edition.state in (EditionState.OPEN, EditionState.COMPUTED):
        edition = actions.compute(by=by, edition=edition)
    elif not publish:
        # locked or published: computing again is refused, with the reason
        edition = actions.compute(by=by, edition=edition)
    if publish and edition.state == EditionState.COMPUTED:
        edition = actions.lock(by=by, edition=edition)
    if publish:
        edition = actions.publish(by=by, edition=edition, confirm=edition.label)
    return edition
