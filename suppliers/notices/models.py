"""What people must know: early warnings (预警), each with its reason, its data, an owner and an end."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suppliers.tenants import clock
from suppliers.tenants.scope import ProgramOwned, SupplierOwned


class WarningKind(models.TextChoices):
    INTENSITY_UP = "intensity_up", _("intensity up against the same months")
    OFF_TARGET = "off_target", _("off the target line")
    MISSING_MONTH = "missing_month", _("missing month")
    BILL_OUTLIER = "bill_outlier", _("bill far from its own history")
    FACTOR_OUTDATED = "factor_outdated", _("factor edition outdated")
    EXPIRY = "expiry", _("about to expire")


class WarningState(models.TextChoices):
    OPEN = "open", _("open")
    SNOOZED = "snoozed", _("snoozed")
    DONE = "done", _("done")


class EarlyWarning(SupplierOwned):
    """One warning of a supplier. `key` names what it is about, so that the same trouble warns once.

    `data` holds the figures that prove it. A warning whose reason is gone is done by itself (`settled_at`).
    """

    kind = models.CharField(max_length=16, choices=WarningKind)
    key = models.CharField(max_length=120)
    data = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=WarningState, default=WarningState.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    snoozed_until = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    raised_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta(SupplierOwned.Meta):
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "key"], condition=~Q(state="done"), name="warning_once_while_it_stands"
            )
        ]

    # What a supplier is warned of is its own affair.
    buyer_sees = Q(pk__in=[])
    buyer_sees_sql: ClassVar[str] = "false"

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    def state_on(self, day: dt.date) -> WarningState:
        """Snoozed until a day: on that day it is open, whether or not an evaluation came by."""
        if self.state == WarningState.SNOOZED and self.snoozed_until and self.snoozed_until <= day:
            return WarningState.OPEN
        return WarningState(self.state)


class WarningRule(ProgramOwned):
    """A rule as a program set it; without a row the default holds (warnings/rules). The strictest program counts."""

    kind = models.CharField(max_length=16, choices=WarningKind)
    is_on = models.BooleanField(default=True)
    threshold = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)

    released_sql = "true"

    class Meta(ProgramOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["buyer", "kind"], name="warning_rule_once")]

    def __str__(self) -> str:
        return f"{self.buyer_id} {self.kind}"

    @classmethod
    def released_to(cls, supplier_id: int) -> Q:
        return Q()
