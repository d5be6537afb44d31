"""Rows of the matrix: the yearly inventory, its pages, files and API calls."""

from __future__ import annotations

from suppliers.tenants.roles import Right
from tests.house.matrix import BUYER, COMPANIES, SUPPLIER, Act, Row, form, read, write

R = Right
ONE = {"pk": "inventory"}
FROZEN = {"pk": "frozen_inventory"}
LINE = {"number": "1"}
OF_SUPPLIER = {"supplier": ("supplier", BUYER)}
SUPPLIER_ASKED = {"supplier": ("supplier", COMPANIES)}
EDITED = {
    "organisation": "new", "boundary": "new", "approach": "operational", "recalculation_percent": "5",
    "gwp_report": "AR5", "fuel_set": "CN-NDRC-FUEL-2015",
}  # fmt: skip
STATE = "the version may not be in the state for it"
READ = read(R.RECORD_READ, COMPANIES)
ROWS = [
    Row("inventories", read(R.RECORD_READ, COMPANIES), asks=OF_SUPPLIER),
    Row("inventory_open", write(R.INVENTORY_WRITE, SUPPLIER, body={"year": 2011})),
    Row("inventory", READ, ONE),
    Row("inventory_edit", form(R.INVENTORY_WRITE, SUPPLIER, body=EDITED, may_refuse=STATE), ONE),
    Row("inventory_submit", write(R.INVENTORY_SUBMIT, SUPPLIER, may_refuse=STATE), ONE),
    Row(
        "inventory_reopen", form(R.INVENTORY_SUBMIT, SUPPLIER, body={"reason": "why"}, may_refuse=STATE), ONE
    ),
    Row(
        "inventory_restatement",
        form(
            R.INVENTORY_SUBMIT,
            SUPPLIER,
            body={"reason": "why", "gwp_report": "AR6", "fuel_set": "CN-NDRC-FUEL-2015"},
            may_refuse=STATE,
        ),
        ONE,
    ),
    Row("inventory_lines", READ, ONE),
    Row("inventory_lines_csv", READ, ONE),
    Row("inventory_line", READ, FROZEN, fixed=LINE),
    Row("inventory_replay", write(R.INVENTORY_WRITE, SUPPLIER, may_refuse=STATE), ONE),
    Row("inventory_pdf", READ, ONE),
    Row("inventory_xlsx", READ, ONE),
    Row(
        "api_inventories",
        read(R.RECORD_READ, COMPANIES) | write(R.INVENTORY_WRITE, SUPPLIER, body={"year": 2012}),
        asks=SUPPLIER_ASKED,
    ),
    Row(
        "api_inventory",
        READ | {"PATCH": Act(R.INVENTORY_WRITE, SUPPLIER, body={"boundary": "new"}, may_refuse=STATE)},
        ONE,
    ),
    Row("api_inventory_submit", write(R.INVENTORY_SUBMIT, SUPPLIER, may_refuse=STATE), ONE),
    Row(
        "api_inventory_reopen",
        write(R.INVENTORY_SUBMIT, SUPPLIER, body={"reason": "why"}, may_refuse=STATE),
        ONE,
    ),
    Row("api_inventory_lines", READ, ONE),
    Row("api_inventory_trace", READ, FROZEN, fixed=LINE),
    Row(
        "api_inventory_restatement",
        {
            "GET": Act(R.INVENTORY_SUBMIT, SUPPLIER, may_refuse=STATE),
            "POST": Act(R.INVENTORY_SUBMIT, SUPPLIER, body={"reason": "why"}, may_refuse=STATE),
        },
        FROZEN,
    ),
    Row("api_inventory_replay", write(R.INVENTORY_WRITE, SUPPLIER, may_refuse=STATE), ONE),
    Row("api_inventory_csv", READ, ONE),
    Row("api_inventory_pdf", READ, ONE),
    Row("api_inventory_xlsx", READ, ONE),
]
