from __future__ import annotations

import json
from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from suppliers.factors import actions, reductions
from suppliers.factors.models import Factor
from suppliers.tenants.refusals import Refusal


class Command(BaseCommand):
    help = (
        "What a saved quantity is in tce and tCO2, as in annex 3 of the action plan. Without options with the plan's "
        "own factors: the national electricity average of 2022, and 1.2143 kgce/m3 for natural gas."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("quantity", help="in `--unit`, else in the carrier's base unit: kWh, m3, kg, MJ")
        parser.add_argument("carrier", help="electricity, natural_gas, diesel … or a name of it")
        parser.add_argument("--unit", default="", help="万kWh, 万m3, GJ, t … as a bill writes it")
        parser.add_argument("--year", type=int, default=reductions.PLAN_YEAR, help="year of the factor")
        parser.add_argument("--factor", default="", help="code of an emission factor")
        parser.add_argument("--coal", default="", help="code of a standard-coal coefficient: TCE-NG-HI")
        parser.add_argument("--json", action="store_true", help="print for machines, not rounded")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            quantity = Decimal(options["quantity"].replace(",", ""))
        except InvalidOperation:
            raise CommandError(f"not a number: {options['quantity']}") from None
        if not Factor.objects.exists():
            actions.load()
        try:
            saved = reductions.saved(
                quantity,
                options["carrier"],
                unit=options["unit"],
                year=options["year"],
                factor=options["factor"],
                coal=options["coal"],
            )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            figures = {"tce": float(saved.tce), "tco2": float(saved.tco2)}
            self.stdout.write(json.dumps(figures | {"factor": saved.factor, "coal": saved.coal}))
            return
        self.stdout.write(f"{quantity} {options['unit'] or saved.unit} {saved.carrier}")
        self.stdout.write(f"{reductions.printed(saved.tce, '0.00')} tce  ({saved.coal})")
        self.stdout.write(f"{reductions.printed(saved.tco2, '0.00')} tCO2  ({saved.factor})")
