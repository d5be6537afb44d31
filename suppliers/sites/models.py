"""Where: factories, and measuring points in a tree."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suppliers.tenants.scope import SupplierOwned


class Site(SupplierOwned):
    """A factory. `province` is a region code of the factor tables: CN-AH, CN-JS, or a country such as VN."""

    reviewed_as = "site"

    code = models.CharField(_("Code"), max_length=40)
    name = models.CharField(_("Name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    province = models.CharField(_("Province"), max_length=10)
    address = models.CharField(_("Address"), max_length=200, blank=True)
    closed_on = models.DateField(_("Closed on"), null=True, blank=True)

    class Meta(SupplierOwned.Meta):
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["supplier", "code"], name="site_code_unique_in_supplier")
        ]

    def __str__(self) -> str:
        return self.name


class Meter(SupplierOwned):
    """A measuring point: site, workshop, key equipment. Only accounting meters make emission lines."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="meters")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    code = models.CharField(_("Code"), max_length=40)
    name = models.CharField(_("Name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    carrier = models.CharField(_("Carrier"), max_length=30)
    accounting = models.BooleanField(_("Counts in the accounts"), default=True)

    class Meta(SupplierOwned.Meta):
        ordering = ["site_id", "code"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="meter_code_unique_in_site"),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")), name="meter_is_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name
