"""By what: emission factors, warming potentials, energy coefficients. Everybody may read them."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suppliers.tenants.language import reads_chinese


class Series(models.TextChoices):
    """What kind of number it is. Numbers of different series are never mixed or averaged."""

    MEE_NBS_AVERAGE = "mee_nbs_average", _("China, MEE/NBS annual average")
    MEE_NBS_RESIDUAL = "mee_nbs_residual", _("China, MEE/NBS without market-traded non-fossil power")
    MEE_NBS_FOSSIL = "mee_nbs_fossil", _("China, MEE/NBS fossil power")
    ENTERPRISE_GUIDELINE = "enterprise_guideline", _("China, enterprise reporting guideline")
    NDRC_REGIONAL = "ndrc_regional", _("China, NDRC regional grids (historical)")
    PROJECT_BASELINE = "project_baseline", _("China, baseline of reduction projects")
    LIFE_CYCLE = "life_cycle", _("Life cycle (product footprint)")
    FOREIGN_GRID = "foreign_grid", _("Grids of other countries and regions")
    FUEL = "fuel", _("Fuels")
    HEAT = "heat", _("Purchased heat and steam")
    GWP = "gwp", _("Global warming potential")
    STANDARD_COAL = "standard_coal", _("Standard-coal coefficient")
    DENSITY = "density", _("Density")


class Verified(models.TextChoices):
    """How well the number itself was checked."""

    YES = "yes", _("Read in a public source")
    PARTLY = "partly", _("Read second hand, or its source is not certain")
    MEMORY = "memory", _("Not yet checked against a source")


class FactorSet(models.Model):
    """One publication of numbers of one series. A new edition is a new set."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160)
    series = models.CharField(max_length=30, choices=Series.choices)
    source = models.CharField(max_length=300)
    source_address = models.CharField(max_length=300, blank=True)
    edition = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    published_on = models.DateField(null=True, blank=True)
    licence_note = models.CharField(max_length=300, blank=True)

    objects: ClassVar[models.Manager[FactorSet]] = models.Manager()

    class Meta:
        app_label = "suppliers"
        ordering = ["code"]

    def __str__(self) -> str:
        return _in_reading_language(self.name, self.name_en)


class Factor(models.Model):
    """One number: `value` [kg of gas, or kgce, or GWP, per `per_unit`] for a region from a year on.

    `per_unit` is the base unit of the carrier, so that quantity times value needs no conversion.
    `is_default` marks what the look-up may take by itself; everything else only by explicit choice.
    """

    set = models.ForeignKey(FactorSet, on_delete=models.PROTECT, related_name="factors")
    code = models.CharField(max_length=60, unique=True)
    carrier = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160)
    region = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    year_label = models.CharField(max_length=40, blank=True)
    value = models.DecimalField(max_digits=18, decimal_places=8, validators=[MinValueValidator(0)])
    unit = models.CharField(max_length=30)
    per_unit = models.CharField(max_length=10)
    gas = models.CharField(max_length=20, blank=True)
    basis = models.CharField(max_length=30, blank=True)
    is_default = models.BooleanField(default=False)
    verified = models.CharField(max_length=10, choices=Verified.choices)
    note = models.CharField(max_length=300, blank=True)
    ncv = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    ncv_unit = models.CharField(max_length=20, blank=True)
    carbon_content_tc_per_gj = models.DecimalField(max_digits=10, decimal_places=6, null=True, blank=True)
    oxidation_rate = models.DecimalField(max_digits=6, decimal_places=4, null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    objects: ClassVar[models.Manager[Factor]] = models.Manager()

    class Meta:
        app_label = "suppliers"
        ordering = ["region", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(value__gte=0), name="factor_value_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="factor_valid_in_order",
            ),
            models.CheckConstraint(
                condition=Q(oxidation_rate=None) | Q(oxidation_rate__range=(0, 1)),
                name="factor_oxidation_is_a_share",
            ),
            # The look-up takes the one default there is; two of them would be a coin toss.
            models.UniqueConstraint(
                fields=["carrier", "region", "year", "unit"],
                condition=Q(is_default=True) & ~Q(carrier=""),
                name="factor_one_default",
            ),
        ]
        indexes = [
            models.Index(fields=["carrier", "region", "year"], name="factor_look_up"),
            models.Index(fields=["set", "region"], name="factor_of_set"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def display_name(self) -> str:
        return _in_reading_language(self.name, self.name_en)

    @property
    def year_text(self) -> str:
        """The year as published, where that is more than a number: `2016-2018`, `FY2023`."""
        if self.year_label.endswith("(report year)"):
            return _("report year %(year)s") % {"year": self.year}
        return self.year_label or str(self.year)


def _in_reading_language(name: str, name_en: str) -> str:
    return name if reads_chinese() else name_en
