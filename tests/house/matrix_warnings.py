"""Addresses of early warnings and of the industry database; their rows are planted by `matrix_inventory`."""

from __future__ import annotations

from suppliers.tenants.roles import Right
from tests.house.matrix import BUYER, COMPANIES, SUPPLIER, Act, Row, form, read, write

R = Right
NOTE = {"act": "note", "note": "new"}
RULE = {"kind": "expiry", "is_on": "on", "threshold": "60"}
NO_GROUP = "no group of five with a complete year is planted"

WARNINGS = [
    Row("warnings", read(R.RECORD_READ, SUPPLIER)),
    Row("warning_act", write(R.WARNING_WRITE, SUPPLIER, own="open", body=NOTE), {"pk": "warning"}),
    Row("warning_rules", form(R.WARNING_RULES, BUYER, body=RULE)),
    Row("api_warnings", read(R.RECORD_READ, SUPPLIER)),
    Row(
        "api_warning",
        read(R.RECORD_READ, SUPPLIER)
        | {"PATCH": Act(R.WARNING_WRITE, SUPPLIER, own="open", body={"note": "new"})},
        {"pk": "warning"},
    ),
    Row("industry", read(R.RECORD_READ)),
    Row("industry_publish", write(R.INDUSTRY_PUBLISH, BUYER, body={"year": "2023"}, may_refuse=NO_GROUP)),
    Row("api_industry", read(R.RECORD_READ, COMPANIES), asks={}),
]
