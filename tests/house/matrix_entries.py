"""Rows of the matrix: entries of the inventory, and proofs of renewable power."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from suppliers.models import Instrument
from suppliers.tenants.roles import Right
from tests.house.matrix import BUYER, CSV, SUPPLIER, Row, form, read, write

if TYPE_CHECKING:
    from tests.house.matrix_world import MatrixWorld

NOW = dt.datetime(2025, 1, 20, 8, tzinfo=dt.UTC)

R = Right
BALANCE = {"opening": "0", "bought": "3", "returned": "0", "closing": "1", "capacity_increase": "0"}
ENTRY = {"year": 2024, "gas": "R410A", "description": "new", **BALANCE}
ROWS = [
    Row("entries", read(R.RECORD_READ, SUPPLIER)),
    Row(
        "entry_new",
        form(R.INVENTORY_WRITE, SUPPLIER, body=ENTRY, inside={"site": "site"}),
        query={"kind": "mass_balance"},
    ),
    Row("entry_file", form(R.INVENTORY_WRITE, SUPPLIER, body={"file": CSV}, may_refuse="no such columns")),
    Row("entry_template", read(R.RECORD_READ, SUPPLIER)),
    Row("entry_withdraw", write(R.INVENTORY_WRITE, SUPPLIER), {"pk": "entry"}),
    Row(
        "api_entries",
        read(R.RECORD_READ, SUPPLIER)
        | write(
            R.INVENTORY_WRITE,
            SUPPLIER,
            body=ENTRY | {"kind": "mass_balance"},
            inside={"site": "site_code"},
        ),
    ),
    Row("api_entry", read(R.RECORD_READ), {"pk": "entry"}),
    Row("api_entry_withdraw", write(R.INVENTORY_WRITE), {"pk": "entry"}),
    Row("instrument_collisions", read(R.EVIDENCE_REVIEW, BUYER)),
    Row(
        "instrument_clear",
        write(R.EVIDENCE_REVIEW, BUYER, body={"note": "why"}),
        {"pk": "held_back"},
    ),
]


def plant(world: MatrixWorld, code: str) -> None:
    """A proof that is held back: its supplier and that supplier's buyers may know of it."""
    readers = world.shared(code)
    row = world.canaries.plant(
        Instrument, code, readers, "collided", supplier=world.tenants[code], kind="ppa", year=2024,
        kwh=world.canaries.number(readers), state="submitted", submitted_at=NOW, collided_at=NOW,
        created_by=world.doers[code],
    )  # fmt: skip
    world.thing("held_back", row.pk, code, readers)
