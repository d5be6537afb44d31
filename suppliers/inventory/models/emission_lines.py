"""Emission lines: record × factor, with the way back to both."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suppliers.activity.models import ActivityRecord
from suppliers.factors.models import Factor
from suppliers.tenants.models import Supplier
from suppliers.tenants.scope import SupplierOwned


class Basis(models.TextChoices):
    DIRECT = "direct", _("direct")
    LOCATION = "location", _("location-based")
    MARKET = "market", _("market-based")


class EmissionLine(SupplierOwned):
    """One month of one record times one factor. Location and market lines are never added to each other.

    `quantity` is the month's share in the carrier's base unit; `kgce` (standard coal) stands on direct and
    location lines only, so that it counts once.
    """

    buyer_sees = Q(withdrawn_at=None)
    buyer_sees_sql = "withdrawn_at is null"
    first_day = "record_start"

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+", db_index=False)
    record = models.ForeignKey(ActivityRecord, on_delete=models.PROTECT, related_name="lines")
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    # The record's own first day: a buyer sees a line if and only if it sees the record it was made of.
    record_start = models.DateField()
    carrier = models.CharField(max_length=30)
    scope = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=30)
    basis = models.CharField(max_length=10, choices=Basis)
    factor = models.ForeignKey(Factor, on_delete=models.PROTECT, related_name="+", db_index=False)
    factor_code = models.CharField(max_length=60)
    quantity = models.DecimalField(max_digits=20, decimal_places=6)
    kgco2e = models.DecimalField(max_digits=22, decimal_places=6)
    kgce = models.DecimalField(max_digits=22, decimal_places=6, null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(SupplierOwned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(month__range=(1, 12)), name="line_month_is_a_month"),
            models.CheckConstraint(condition=Q(scope__range=(1, 3)), name="line_scope_is_1_2_or_3"),
            models.CheckConstraint(condition=Q(basis__in=Basis.values), name="line_basis_known"),
        ]
        indexes = [models.Index(fields=["supplier", "year", "month"], name="line_supplier_month")]

    def __str__(self) -> str:
        return f"{self.carrier} {self.year}-{self.month:02d} × {self.factor_code}"
