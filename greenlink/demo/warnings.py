"""What the demo's today warns of, and the industry figures of the last two whole years."""

from __future__ import annotations

from contextlib import suppress

from suppliers.industry import actions as industry
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import Scope, entered
from suppliers.warnings.evaluate import evaluate

from . import TODAY, accounts
from .program import Program

YEARS = (TODAY.year - 2, TODAY.year - 1)


def stand(program: Program) -> None:
    """Looked at as of today, once at the end: repeating it changes nothing."""
    for supplier in program.suppliers.values():
        with entered(Scope(supplier_id=supplier.pk)):
            evaluate(supplier=supplier)
    # Refused: published by an earlier run, or no group has five companies.
    with program.acting(accounts.ADMIN, TODAY) as by:
        for year in YEARS:
            with suppress(Refusal):
                industry.publish(by=by, year=year)
