"""One supplier's inventory of one year, in versions; the lines of a version are frozen when it is submitted."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suppliers.activity.models import ActivityRecord
from suppliers.disclosure.models import EvidenceFile, Instrument
from suppliers.factors.models import Factor, OwnFactor
from suppliers.sites.models import Site
from suppliers.tenants import clock, row_rules
from suppliers.tenants.row_rules import RowRule
from suppliers.tenants.scope import Scope, SupplierOwned
from suppliers.uploads.models import Upload

from .emission_lines import Basis
from .entries import InventoryEntry, Scope3
from .grades import DataQuality


class InventoryState(models.TextChoices):
    OPEN = "open", _("open")
    SUBMITTED = "submitted", _("submitted")
    UNDER_REVIEW = "under_review", _("under review")
    VERIFIED = "verified", _("verified")
    RETURNED = "returned", _("returned")


class Approach(models.TextChoices):
    OPERATIONAL = "operational", _("operational control")
    FINANCIAL = "financial", _("financial control")
    EQUITY = "equity", _("equity share")


# What a verification body reads: the versions it was assigned to.
ASSIGNED_SQL = (
    "(select a.inventory_id from suppliers_assignment a where a.ended_at is null"
    f" and a.body_id = {row_rules.BODY_ID})"
)


class Inventory(SupplierOwned):
    """A version of a year. Open ones are recomputed; from submission on `totals`, `digest` and the lines stand still.

    Reopening makes the next version (`supersedes`, with `reason`); both keep their numbers. `terms` are what the
    computation was told (assessment report, fuel set), `frozen_at` is the moment as of which records and factors
    count, so that a replay finds the same. `exclusions`: [{what, reason, percent}].
    """

    year = models.PositiveSmallIntegerField(_("Year"))
    version = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12, choices=InventoryState, default=InventoryState.OPEN)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    reason = models.TextField(blank=True)
    approach = models.CharField(
        _("Consolidation approach"), max_length=12, choices=Approach, default=Approach.OPERATIONAL
    )
    boundary = models.TextField(_("Organisational boundary"), blank=True)
    organisation = models.TextField(_("Organisation and responsible person"), blank=True)
    base_year = models.PositiveSmallIntegerField(_("Base year"), null=True, blank=True)
    recalculation_policy = models.TextField(_("Base-year recalculation policy"), blank=True)
    recalculation_percent = models.DecimalField(
        _("Recalculate above, %"), max_digits=4, decimal_places=1, default=5
    )
    exclusions = models.JSONField(default=list, blank=True)
    intensity_unit = models.CharField(_("Unit of output"), max_length=20, blank=True)
    terms = models.JSONField(default=dict, blank=True)
    totals = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    digest = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)

    buyer_sees = Q(state__in=["submitted", "under_review", "verified"])
    buyer_sees_sql: ClassVar[str] = "state in ('submitted', 'under_review', 'verified')"

    class Meta(SupplierOwned.Meta):
        ordering = ["-year", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["supplier", "year", "version"], name="inventory_version_once"),
            models.UniqueConstraint(
                fields=["supplier", "year"], condition=Q(state="open"), name="inventory_one_open_version"
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(frozen_at__isnull=False), name="inventory_frozen_unless_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=InventoryState.values), name="inventory_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} v{self.version}"

    @classmethod
    def visible_in(cls, scope: Scope) -> Q:
        return Q(pk__in=_assigned(scope)) if scope.body_id is not None else super().visible_in(scope)

    @classmethod
    def row_rule(cls) -> RowRule:
        # The body moves the state of what it was assigned to; a trigger keeps everything else (migration 0005).
        own = super().row_rule()
        assigned = f"id in {ASSIGNED_SQL}"
        return RowRule(
            read=f"{own.read} or {assigned}", add=own.add, change=f"{own.add} or {assigned}", remove="false"
        )

    def writable_in(self, scope: Scope) -> bool:
        if scope.body_id is not None:
            return self.pk is not None and _assigned(scope).filter(inventory_id=self.pk).exists()
        return super().writable_in(scope)


class InventoryLine(SupplierOwned):
    """One line of a frozen version: activity × factor (× GWP), with the way back to the cell or the document.

    `quantity` [`unit`]; of combustion's CH4 and N2O the energy [TJ]. `kgco2e` = quantity × factor_value × gwp_value,
    cut once. Location and market lines are never added to each other. `number` counts from 1 within the version.
    """

    inventory = models.ForeignKey(Inventory, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    record = models.ForeignKey(
        ActivityRecord, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    entry = models.ForeignKey(
        InventoryEntry, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    instrument = models.ForeignKey(
        Instrument, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField(null=True)
    carrier = models.CharField(max_length=30, blank=True)
    scope = models.PositiveSmallIntegerField()
    scope3_category = models.PositiveSmallIntegerField(null=True, choices=Scope3)
    category = models.CharField(max_length=30)
    iso_category = models.PositiveSmallIntegerField()
    basis = models.CharField(max_length=10, choices=Basis)
    gas = models.CharField(max_length=20)
    factor = models.ForeignKey(Factor, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    own_factor = models.ForeignKey(
        OwnFactor, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    factor_code = models.CharField(max_length=60)
    factor_value = models.DecimalField(max_digits=24, decimal_places=12)
    gwp_code = models.CharField(max_length=60, blank=True)
    gwp_value = models.DecimalField(max_digits=12, decimal_places=4, default=1)
    quantity = models.DecimalField(max_digits=24, decimal_places=12)
    unit = models.CharField(max_length=20)
    kgco2e = models.DecimalField(max_digits=22, decimal_places=6)
    kgce = models.DecimalField(max_digits=22, decimal_places=6, null=True)
    data_quality = models.CharField(max_length=1, choices=DataQuality)
    description = models.CharField(max_length=200, blank=True)
    document = models.CharField(max_length=120, blank=True)
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, related_name="+")
    upload_row = models.PositiveIntegerField(null=True)
    evidence = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(SupplierOwned.Meta):
        ordering = ["inventory_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["inventory", "number"], name="inventory_line_number_once"),
            models.CheckConstraint(condition=Q(scope__range=(1, 3)), name="inventory_line_scope"),
            models.CheckConstraint(condition=Q(iso_category__range=(1, 6)), name="inventory_line_iso"),
        ]

    def __str__(self) -> str:
        return f"{self.inventory_id} #{self.number}"

    @classmethod
    def visible_in(cls, scope: Scope) -> Q:
        if scope.body_id is not None:
            return Q(inventory_id__in=_assigned(scope))
        visible = scope.suppliers()
        return visible & Q(inventory__in=Inventory.objects.all()) if scope.buyer_id is not None else visible

    @classmethod
    def row_rule(cls) -> RowRule:
        # The version's own policy says who reads it; its lines follow.
        own = f"supplier_id = {row_rules.SUPPLIER_ID}"
        return RowRule(
            read=f"{own} or inventory_id in (select i.id from suppliers_inventory i)", add=own, remove="false"
        )


def _assigned(scope: Scope) -> models.QuerySet[models.Model]:
    from .reviews import Assignment  # assignments name inventories

    found: models.QuerySet[models.Model] = Assignment.objects.filter(
        body_id=scope.body_id, ended_at=None
    ).values("inventory_id")
    return found
