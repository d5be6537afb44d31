from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from suppliers.inventory.models import Inventory
from suppliers.inventory.replay import Replay, replay
from suppliers.tenants.all_tenants import all_tenants

SHOWN = 50


class Command(BaseCommand):
    help = (
        "Compute a frozen inventory again from its records and factor editions and compare every line with what stands; "
        "exit 1 with the lines that differ."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("supplier", help="code of the company")
        parser.add_argument("year", type=int)
        parser.add_argument(
            "--version", type=int, dest="number", help="this version; without it, all frozen ones"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON list")

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Django's own --version would stand in the way of ours, and says nothing here.
        parser = super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)
        return parser

    def handle(self, *args: Any, **options: Any) -> None:
        with all_tenants("replay"):
            versions = _versions(options["supplier"], options["year"], options["number"])
            results = [replay(version) for version in versions]
        if options["json"]:
            self.stdout.write(
                json.dumps([_as_dict(result) for result in results], ensure_ascii=False, indent=1)
            )
        else:
            for result in results:
                self._say(result)
        if not all(result.is_equal for result in results):
            raise SystemExit(1)

    def _say(self, result: Replay) -> None:
        totals = result.totals
        word = "equal to the last digit" if result.is_equal else "DIFFERS"
        self.stdout.write(
            f"{result.inventory.supplier.code} {result.inventory}: {result.lines} lines, {word}. "
            f"scope 1 {totals['scope1']}, scope 2 location {totals['scope2_location']}, "
            f"market {totals['scope2_market']}, scope 3 {totals['scope3'] or '–'} kgCO2e; sha256 {result.digest}"
        )
        if result.changed_since:
            numbers = ", ".join(map(str, result.changed_since))
            self.stdout.write(f"  taken back or changed since, counted as handed in: instruments {numbers}")
        for name in result.totals_differ:
            self.stdout.write(f"  {name}: {result.inventory.totals.get(name)} -> {totals.get(name)}")
        for one in result.differences[:SHOWN]:
            self.stdout.write(f"  line {one.number} {one.what}: {one.stored} -> {one.replayed}")
        if len(result.differences) > SHOWN:
            self.stdout.write(f"  and {len(result.differences) - SHOWN} lines more")


def _versions(code: str, year: int, number: int | None) -> list[Inventory]:
    rows = Inventory.objects.filter(supplier__code=code, year=year, frozen_at__isnull=False)
    rows = rows.filter(version=number) if number else rows
    found = list(rows.select_related("supplier").order_by("version"))
    if not found:
        raise CommandError("There is no frozen version of that company and year.")
    return found


def _as_dict(result: Replay) -> dict[str, Any]:
    return {
        "supplier": result.inventory.supplier.code,
        "year": result.inventory.year,
        "version": result.inventory.version,
        "equal": result.is_equal,
        "lines": result.lines,
        "digest": {"stored": result.inventory.digest, "replayed": result.digest},
        "totals": {"stored": result.inventory.totals, "replayed": result.totals},
        "instruments_changed_since": result.changed_since,
        "differences": [
            {"number": one.number, "what": one.what, "stored": one.stored, "replayed": one.replayed}
            for one in result.differences
        ],
    }
