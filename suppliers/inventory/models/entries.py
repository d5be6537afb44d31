"""What no meter measures: scope 3, process emissions, and gases by mass balance."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suppliers.disclosure.models import EvidenceFile
from suppliers.factors.models import Factor, OwnFactor
from suppliers.sites.models import Site
from suppliers.tenants import clock
from suppliers.tenants.scope import SupplierOwned

from .grades import DataQuality


class EntryKind(models.TextChoices):
    SCOPE3 = "scope3", _("value chain (scope 3)")
    PROCESS = "process", _("process emissions")
    MASS_BALANCE = "mass_balance", _("gas by mass balance")


class Scope3(models.IntegerChoices):
    """The fifteen categories of the GHG Protocol's Scope 3 Standard."""

    PURCHASED_GOODS = 1, _("Purchased goods and services")
    CAPITAL_GOODS = 2, _("Capital goods")
    FUEL_AND_ENERGY = 3, _("Fuel- and energy-related activities")
    UPSTREAM_TRANSPORT = 4, _("Upstream transportation and distribution")
    WASTE = 5, _("Waste generated in operations")
    BUSINESS_TRAVEL = 6, _("Business travel")
    COMMUTING = 7, _("Employee commuting")
    UPSTREAM_LEASED = 8, _("Upstream leased assets")
    DOWNSTREAM_TRANSPORT = 9, _("Downstream transportation and distribution")
    PROCESSING = 10, _("Processing of sold products")
    USE = 11, _("Use of sold products")
    END_OF_LIFE = 12, _("End-of-life treatment of sold products")
    DOWNSTREAM_LEASED = 13, _("Downstream leased assets")
    FRANCHISES = 14, _("Franchises")
    INVESTMENTS = 15, _("Investments")


class InventoryEntry(SupplierOwned):
    """One activity of a year that is not an energy record. Never edited: withdrawn and entered anew.

    `quantity` in `unit` times exactly one of `factor` and `own_factor`; of a mass balance the quantity [kg] follows
    from `balance` (kg: opening, bought, returned, closing, capacity_increase) and `carrier` names the gas.
    """

    buyer_sees = Q(pk__in=[])
    buyer_sees_sql = "false"

    year = models.PositiveSmallIntegerField(_("Year"))
    month = models.PositiveSmallIntegerField(_("Month"), null=True, blank=True)
    kind = models.CharField(_("Kind"), max_length=12, choices=EntryKind)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    scope3_category = models.PositiveSmallIntegerField(_("Category"), choices=Scope3, null=True, blank=True)
    carrier = models.CharField(_("Gas"), max_length=30, blank=True)
    description = models.CharField(_("What"), max_length=200)
    quantity = models.DecimalField(_("Quantity"), max_digits=20, decimal_places=6)
    unit = models.CharField(_("Unit"), max_length=20)
    balance = models.JSONField(null=True, blank=True)
    factor = models.ForeignKey(Factor, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    own_factor = models.ForeignKey(
        OwnFactor, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    data_quality = models.CharField(_("Data quality"), max_length=1, choices=DataQuality)
    document = models.CharField(_("Document number"), max_length=120, blank=True)
    evidence = models.ForeignKey(
        EvidenceFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta(SupplierOwned.Meta):
        ordering = ["-year", "kind", "scope3_category", "id"]
        indexes = [models.Index(fields=["supplier", "year"], name="entry_supplier_year")]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=0), name="entry_quantity_not_negative"),
            models.CheckConstraint(
                condition=Q(month=None) | Q(month__range=(1, 12)), name="entry_month_is_a_month"
            ),
            models.CheckConstraint(
                condition=(Q(kind="scope3") & Q(scope3_category__range=(1, 15)))
                | (~Q(kind="scope3") & Q(scope3_category=None)),
                name="entry_category_is_of_scope3",
            ),
            models.CheckConstraint(
                condition=(Q(kind="mass_balance") & ~Q(carrier="") & Q(factor=None, own_factor=None))
                | (~Q(kind="mass_balance") & (Q(factor=None) ^ Q(own_factor=None))),
                name="entry_one_factor",
            ),
        ]

    def __str__(self) -> str:
        return self.description
