"""A factor that the program brings with its document, and the entry of a supplier that takes it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from suppliers.disclosure.documents import Attachment
from suppliers.factors import own
from suppliers.inventory import entries
from suppliers.inventory.models import EntryKind
from suppliers.models import InventoryEntry, OwnFactor

from . import TODAY, accounts
from .inventories import FIRST
from .papers import one_page
from .program import Program

CODE = "LCFC-ROAD-2024"
YEAR = 2024
_UPSTREAM_TRANSPORT = 4


def stand(program: Program) -> None:
    """As of today, before the inventories; repeating it changes nothing."""
    _take(program, _approved(program))


def _approved(program: Program) -> OwnFactor:
    with program.acting(accounts.ADMIN, TODAY) as by:
        found = OwnFactor.objects.filter(buyer=program.buyer, code=CODE).first()
        if found is not None:
            return found
        fields = {
            "code": CODE, "name": "入厂公路运输（承运商合同值）", "kind": "contract", "value": Decimal("0.078"), "gas": "CO2e",
            "per_unit": "tkm", "source": "承运商年度排放声明 2024，第 1 页", "valid_from": dt.date(YEAR, 1, 1),
        }  # fmt: skip
        paper = one_page(
            "Inbound road transport, carrier's declaration 2024",
            f"{fields['value']} kgCO2e per tonne-kilometre",
        )
        row = own.draft(by=by, fields=fields, document=Attachment(paper, "承运商排放声明 2024.pdf"))
        own.submit(by=by, row=row)
    with program.acting(accounts.ADMIN2, TODAY) as by:
        return own.approve(by=by, row=row)


def _take(program: Program, factor: OwnFactor) -> None:
    supplier = program.suppliers[FIRST]
    with program.acting(accounts.SUPPLIER, TODAY) as by:
        if InventoryEntry.objects.filter(supplier=supplier, own_factor=factor).exists():
            return
        given = entries.Given(
            year=YEAR, kind=EntryKind.SCOPE3, scope3_category=_UPSTREAM_TRANSPORT, own_factor=factor,
            description="金属件入厂公路运输", quantity=Decimal(1_860_000), unit="tkm", data_quality="B",
            document="YD-2024-12",
        )  # fmt: skip
        entries.add(by=by, supplier=supplier, given=given)
