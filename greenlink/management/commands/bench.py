"""One line a benchmark: name, ours, floor, ratio, peak memory. Asserts nothing about seconds."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

NAMES = ("upload", "quarter", "tenancy", "recompute")


class Command(BaseCommand):
    help = "Measure the product against its floors, alternately in one process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", choices=[*NAMES, "all"], default="all")
        parser.add_argument("--runs", type=int, default=5)
        parser.add_argument("--rows", type=int, help="records of the year to recompute (1 000 000)")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        self.stdout.write(f"{'name':<10} {'ours s':>9} {'floor s':>9} {'ratio':>7} {'peak MB':>8}  spread")
        for name in NAMES if options["name"] == "all" else [options["name"]]:
            sized = {"rows": options["rows"]} if name == "recompute" and options["rows"] else {}
            self.stdout.write(import_module(f"greenlink.bench.{name}").run(runs=options["runs"], **sized))
