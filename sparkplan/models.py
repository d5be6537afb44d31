"""Spark Action: a kind of retrofit at one site, its stages, its measured savings."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suppliers.disclosure.models import EvidenceFile
from suppliers.sites.models import Site
from suppliers.tenants import clock
from suppliers.tenants.scope import SupplierOwned


class Stage(models.TextChoices):
    LEAD = "lead", _("lead")
    AUDIT = "audit", _("energy audit")
    FEASIBLE = "feasible", _("found feasible")
    CONTRACTED = "contracted", _("contracted")
    BUILDING = "building", _("being built")
    COMMISSIONED = "commissioned", _("commissioned")
    OPERATING = "operating", _("operating")
    CLOSED = "closed", pgettext_lazy("project stage", "closed")
    DROPPED = "dropped", _("dropped")


LANDED = (Stage.COMMISSIONED, Stage.OPERATING, Stage.CLOSED)


class Funding(models.TextChoices):
    OWN = "own", _("own funds")
    EMC = "emc", _("energy management contract")


class Project(SupplierOwned):
    """One retrofit at one site. The partner is the supplier; `inputs` are what the measure's estimate was made from."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", verbose_name=_("Site"))
    code = models.CharField(_("Code"), max_length=40)
    name = models.CharField(_("Name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    measure = models.CharField(_("Measure"), max_length=30)
    stage = models.CharField(_("Stage"), max_length=12, choices=Stage, default=Stage.LEAD)
    inputs = models.JSONField(default=dict, blank=True)
    capacity_kw = models.DecimalField(
        _("Capacity, kW"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    baseline_kwh = models.DecimalField(
        _("Baseline energy a year, kWh"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    expected_saving_kwh = models.DecimalField(
        _("Expected saving a year, kWh"), max_digits=16, decimal_places=2, default=0
    )
    price_cny_per_kwh = models.DecimalField(
        _("Electricity price, CNY/kWh"), max_digits=8, decimal_places=4, null=True, blank=True
    )
    investment_cny = models.DecimalField(
        _("Investment, CNY"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    funding = models.CharField(_("Funding"), max_length=4, choices=Funding, default=Funding.OWN)
    energy_service_company = models.CharField(_("Energy service company"), max_length=120, blank=True)
    emc_share_percent = models.DecimalField(
        _("Supplier's share of the saving, %"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    emc_years = models.PositiveSmallIntegerField(
        _("Years the energy management contract runs"), null=True, blank=True
    )
    started_on = models.DateField(_("Started on"), null=True, blank=True)
    commissioned_on = models.DateField(_("Commissioned on"), null=True, blank=True)
    mv_plan_registered_on = models.DateField(_("M&V plan registered on"), null=True, blank=True)
    saving_verified_on = models.DateField(_("Saving verified on"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)

    class Meta(SupplierOwned.Meta):
        ordering = ["supplier_id", "code"]
        constraints = [
            models.UniqueConstraint(fields=["supplier", "code"], name="project_code_unique_in_supplier"),
            models.CheckConstraint(
                condition=Q(expected_saving_kwh__gte=0), name="project_saving_not_negative"
            ),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="project_stage_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_landed(self) -> bool:
        return self.stage in LANDED


class StageChange(SupplierOwned):
    """When a project reached a stage, and who said so."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="stage_changes")
    stage = models.CharField(max_length=12, choices=Stage)
    on = models.DateField()
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(SupplierOwned.Meta):
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.stage} {self.on}"


class Saving(SupplierOwned):
    """One month of one project as measured. `month` is its first day. Missing months stay missing."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="savings")
    month = models.DateField(_("Month"))
    saved_kwh = models.DecimalField(_("Saved, kWh"), max_digits=16, decimal_places=2)
    baseline_kwh = models.DecimalField(
        _("Baseline, kWh"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    metered_kwh = models.DecimalField(
        _("Metered, kWh"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    evidence = models.ForeignKey(
        EvidenceFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)

    first_day = "month"

    class Meta(SupplierOwned.Meta):
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["project", "month"], name="saving_once_per_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="saving_month_is_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
