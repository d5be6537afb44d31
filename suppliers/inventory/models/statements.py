"""The signed statement with its public number."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suppliers.tenants import clock, row_rules
from suppliers.tenants.models.trail import StoredJson
from suppliers.tenants.row_rules import RowRule
from suppliers.tenants.scope import Scope

from .inventories import Inventory
from .reviews import Opinion, Reviewed


class StatementState(models.TextChoices):
    VALID = "valid", _("valid")
    SUPERSEDED = "superseded", _("superseded")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Standing(models.TextChoices):
    """How a statement stands on a day: its state, and whether its own last day has gone by. Never stored."""

    VALID = "valid", _("valid")
    ENDED = "ended", _("validity ended")
    SUPERSEDED = "superseded", _("superseded")
    WITHDRAWN = "withdrawn", _("withdrawn")


def standing_on(today: dt.date, state: str, valid_until: dt.date | None) -> Standing:
    if state == StatementState.VALID and valid_until is not None and valid_until < today:
        return Standing.ENDED
    return Standing(state)


class Statement(Reviewed):
    """`payload` is the canonical JSON that was signed, kept as that very text; nothing else of it is public.

    Whoever shows the number reads the row (asking.presenting): the public page knows no tenant.
    """

    number = models.CharField(max_length=40, unique=True)
    inventory = models.ForeignKey(Inventory, on_delete=models.PROTECT, related_name="statements")
    opinion = models.OneToOneField(Opinion, on_delete=models.PROTECT, related_name="statement")
    payload = StoredJson()
    signature = models.CharField(max_length=128)
    key_id = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=StatementState, default=StatementState.VALID)
    superseded_by = models.CharField(max_length=40, blank=True)
    withdrawn_reason = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    issued_at = models.DateTimeField(default=clock.now)
    # As the payload says it, for warnings before the day; None has no end.
    valid_until = models.DateField(null=True, blank=True)

    class Meta(Reviewed.Meta):
        ordering = ["-issued_at", "-id"]

    def __str__(self) -> str:
        return self.number

    @property
    def standing(self) -> Standing:
        return standing_on(clock.today(), self.state, self.valid_until)

    @classmethod
    def visible_in(cls, scope: Scope) -> Q:
        """Its own three; and every buyer the supplier is enrolled with: answer once."""
        visible = super().visible_in(scope)
        return visible | scope.suppliers() if scope.buyer_id is not None else visible

    @classmethod
    def row_rule(cls) -> RowRule:
        own = super().row_rule()
        return RowRule(
            read=f"{own.read} or {row_rules.ENROLLED} or number = {row_rules.PRESENTED_DIGEST}",
            add=own.add,
            remove="false",
        )
