"""Today of a verification body: what is assigned to it, in which state, and what comes next."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from suppliers.inventory.models import Assignment, InventoryState
from suppliers.inventory.review import queries
from suppliers.tenants.models import VerificationBody


def context(body: VerificationBody, today: dt.date) -> dict[str, Any]:
    assigned = list(queries.assignments_of(body.pk))
    rows = [_row(one) for one in assigned]
    return {
        "body": body,
        "today": today,
        "duties": [row for row in rows if row["is_open"]],
        "done": [row for row in rows if not row["is_open"]],
    }


def _row(assignment: Assignment) -> dict[str, Any]:
    inventory = assignment.inventory
    word, tone, icon, why = {
        InventoryState.SUBMITTED: (
            _("to begin"), "info", "audit", _("Begin the review; the sample is suggested to you.")
        ),
        InventoryState.UNDER_REVIEW: (
            _("under review"), "warn", "check",
            _("Check the sample, settle the findings, give the opinion.")
            if assignment.sample
            else _("Confirm the sample to check."),
        ),
        InventoryState.VERIFIED: (_("verified"), "good", "good", _("The statement is signed and public by number.")),
        InventoryState.RETURNED: (_("returned"), "bad", "withdraw", _("The supplier works on a new version.")),
    }[InventoryState(inventory.state)]  # fmt: skip
    return {
        "title": assignment.supplier,
        "year": inventory.year,
        "version": inventory.version,
        "buyer": assignment.buyer,
        "verifier": assignment.verifier,
        "url": reverse("review_detail", args=[assignment.pk]),
        "word": word,
        "tone": tone,
        "icon": icon,
        "why": why,
        "is_open": inventory.state in (InventoryState.SUBMITTED, InventoryState.UNDER_REVIEW),
    }
