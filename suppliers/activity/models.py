"""What holds: quantities of carriers over periods, and what was produced."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suppliers.disclosure.models import Submitted
from suppliers.sites.models import Meter, Site
from suppliers.tenants import clock
from suppliers.tenants.models import Supplier
from suppliers.tenants.scope import SupplierOwned
from suppliers.uploads.models import Upload


class SourceKind(models.TextChoices):
    UPLOAD = "upload", _("uploaded file")
    READINGS = "readings", _("meter readings")
    FORM = "form", _("entered by hand")


class ActivityRecord(SupplierOwned):
    """One quantity of one carrier at one site or meter over one period (end inclusive).

    `quantity` is in the carrier's base unit (kWh, m3, kg, MJ); `quantity_given` and `unit_given` as they came.
    """

    buyer_sees = Q(withdrawn_at=None)
    buyer_sees_sql = "withdrawn_at is null"
    first_day = "start"

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+", db_index=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    meter = models.ForeignKey(Meter, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    carrier = models.CharField(max_length=30)
    start = models.DateField()
    end = models.DateField()
    quantity = models.DecimalField(max_digits=20, decimal_places=6)
    quantity_given = models.DecimalField(max_digits=20, decimal_places=6)
    unit_given = models.CharField(max_length=20)
    document = models.CharField(max_length=120, blank=True)
    notes = models.JSONField(null=True, blank=True)
    source_kind = models.CharField(max_length=10, choices=SourceKind, default=SourceKind.UPLOAD)
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, related_name="records")
    upload_row = models.PositiveIntegerField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(SupplierOwned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(start__lte=F("end")), name="record_start_before_end"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="record_quantity_not_negative"),
        ]
        indexes = [models.Index(fields=["supplier", "site", "carrier", "start"], name="record_supplier_site")]

    def __str__(self) -> str:
        return f"{self.carrier} {self.start}–{self.end}"


class Output(Submitted):
    """What a site produced in a period: the denominator of intensity. Missing output is not zero output."""

    first_day = "start"

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    start = models.DateField(_("Start"))
    end = models.DateField(_("End"))
    value = models.DecimalField(_("Output"), max_digits=18, decimal_places=4)
    unit = models.CharField(_("Unit"), max_length=20, default="万元")

    class Meta(Submitted.Meta):
        ordering = ["-start", "site_id"]
        constraints = [
            models.CheckConstraint(condition=Q(start__lte=F("end")), name="output_start_before_end"),
            models.CheckConstraint(condition=Q(value__gt=0), name="output_is_positive"),
            models.UniqueConstraint(fields=["site", "start", "end", "unit"], name="output_once_per_period"),
        ]

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"
