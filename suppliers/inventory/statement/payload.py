"""What a statement says: texts and whole numbers only, so that the same payload is always the same bytes."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from suppliers.inventory.models import Opinion
from suppliers.tenants import clock

FORMAT = "greenlink-statement/1"
_GRAM = Decimal("0.001")
_SCOPES = (("1", "scope1"), ("2", "scope2_location"), ("3", "scope3"))
_PARTS = ("scope1", "scope2_location", "scope2_market", "scope3")


def payload(opinion: Opinion, *, number: str, key_id: str) -> dict[str, Any]:
    """Everything public of a verified version. Tonnes of CO2e as decimal texts with three places, half up.

    `valid_until` stands in it only where the verifier named a last day: a statement without one has no end.
    """
    assignment = opinion.assignment
    inventory, supplier, body = assignment.inventory, assignment.supplier, assignment.body
    totals = inventory.totals
    scope3 = {key: value for key, value in (totals.get("by_scope3_category") or {}).items() if Decimal(value)}
    return {
        "format": FORMAT,
        "number": number,
        "issued_on": clock.today().isoformat(),
        **({"valid_until": opinion.valid_until.isoformat()} if opinion.valid_until else {}),
        "standard": "ISO 14064-1:2018",
        "supplier": {"name": supplier.name, "name_en": supplier.name_en, "uscc": supplier.uscc or ""},
        "period": {
            "from": dt.date(inventory.year, 1, 1).isoformat(),
            "to": dt.date(inventory.year, 12, 31).isoformat(),
        },
        "consolidation": str(inventory.approach),
        "scopes": [scope for scope, part in _SCOPES if totals.get(part) is not None],
        "scope3_categories": sorted(scope3, key=int),
        "tonnes_co2e": {
            # What nobody quantified is left out: it is not zero.
            **{part: tonnes(totals[part]) for part in _PARTS if totals.get(part) is not None},
            "by_iso_category": {key: tonnes(value) for key, value in (totals.get("by_iso") or {}).items()},
        },
        "materiality_percent": f"{assignment.materiality_percent.normalize():f}",
        "opinion": {"level": str(opinion.level), "conclusion": str(opinion.conclusion)},
        "verifier": {
            "name": body.name,
            "name_en": body.name_en,
            "accreditation_number": body.accreditation_number,
            "opinion_sha256": opinion.file_sha256,
        },
        "inventory": {"version": inventory.version, "digest": inventory.digest},
        "signature": {"algorithm": "Ed25519", "key_id": key_id},
    }


def tonnes(kilograms: Any) -> str:
    """[kgCO2e] as text -> [tCO2e] with three places, half up."""
    return str((Decimal(kilograms) / 1000).quantize(_GRAM, rounding=ROUND_HALF_UP))
