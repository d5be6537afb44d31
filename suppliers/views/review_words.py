"""How states of inventories, findings and statements look: the tone of their badges."""

from __future__ import annotations

INVENTORY_TONES = {
    "open": "",
    "submitted": "info",
    "under_review": "warn",
    "verified": "good",
    "returned": "bad",
}
FINDING_TONES = {"open": "warn", "answered": "info", "closed": "good"}
STATEMENT_TONES = {"valid": "good", "ended": "warn", "superseded": "warn", "withdrawn": "bad"}
