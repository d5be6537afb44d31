"""By what: emission factors, warming potentials, energy coefficients. Everybody may read them."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from suppliers.disclosure.models import EvidenceFile
from suppliers.tenants import clock, row_rules
from suppliers.tenants.language import reads_chinese
from suppliers.tenants.models import Buyer, Supplier, User
from suppliers.tenants.row_rules import RowRule
from suppliers.tenants.scope import Scope, ScopedModel, named_in_reviews


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
    COMBUSTION_GASES = "combustion_gases", _("CH4 and N2O of combustion")
    SCREENING = "screening", _("Value chain, screening")


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
    # What was computed on a day can be computed again with the sets that were there on that day.
    loaded_at = models.DateTimeField(default=clock.now)

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


class OwnKind(models.TextChoices):
    SUPPLIER_SPECIFIC = "supplier_specific", _("supplier-specific")
    CONTRACT = "contract", _("from a contract")
    RESIDUAL_MIX = "residual_mix", _("residual mix")
    PROCESS = "process", _("process")


class OwnState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    APPROVED = "approved", _("approved")
    RETURNED = "returned", _("returned")
    RETIRED = "retired", _("retired")


class Document(NamedTuple):
    """What an own factor rests on, wherever it is kept. Its name ends as its content is."""

    file: FieldFile
    filename: str
    sha256: str

    @property
    def size_bytes(self) -> int | None:
        try:
            size: int = self.file.size
        except OSError:  # not on this machine, as after a restore without files
            return None
        return size


def own_factor_path(factor: OwnFactor, filename: str) -> str:
    return f"own_factors/{factor.buyer_id}/{factor.file_sha256}"


class OwnFactor(ScopedModel):
    """A factor that a supplier or a buyer brings, with evidence; it counts once somebody else approved it.

    `value` [kgCO2e or kg of `gas`, per `per_unit`] for activity between `valid_from` and `valid_to`. One of supplier
    and buyer is set. A supplier's is reviewed by a buyer it is enrolled with, a buyer's by a second person there.
    Approved ones are never edited: a new value is a new row.
    """

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    buyer = models.ForeignKey(Buyer, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=60)
    name = models.CharField(_("Name"), max_length=160)
    kind = models.CharField(_("Kind"), max_length=18, choices=OwnKind)
    series = models.CharField(_("Series"), max_length=30, choices=Series.choices, blank=True)
    carrier = models.CharField(_("Carrier"), max_length=40, blank=True)
    region = models.CharField(_("Region"), max_length=20, blank=True)
    value = models.DecimalField(_("Value"), max_digits=24, decimal_places=12)
    unit = models.CharField(_("Unit"), max_length=30)
    per_unit = models.CharField(max_length=10)
    gas = models.CharField(_("Gas"), max_length=20, default="CO2e")
    source = models.CharField(_("Source"), max_length=300)
    valid_from = models.DateField(_("Valid from"))
    valid_to = models.DateField(_("Valid to"), null=True, blank=True)
    evidence = models.ForeignKey(
        EvidenceFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # A buyer's document stands here: an EvidenceFile is always a supplier's.
    file = models.FileField(upload_to=own_factor_path, max_length=200, blank=True)
    filename = models.CharField(max_length=200, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=OwnState, default=OwnState.DRAFT)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = models.TextField(blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        app_label = "suppliers"
        ordering = ["code", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(supplier=None) ^ Q(buyer=None), name="own_factor_of_one_tenant"
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="own_factor_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="own_factor_in_order"
            ),
            models.UniqueConstraint(
                fields=["supplier", "code"], condition=~Q(supplier=None), name="own_factor_code_of_supplier"
            ),
            models.UniqueConstraint(
                fields=["buyer", "code"], condition=~Q(buyer=None), name="own_factor_code_of_buyer"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def document(self) -> Document | None:
        if self.evidence is not None:
            return Document(self.evidence.file, self.evidence.filename, self.evidence.sha256)
        return Document(self.file, self.filename, self.file_sha256) if self.file else None

    @classmethod
    def visible_in(cls, scope: Scope) -> Q:
        """One's own; a buyer also what its suppliers submitted, a supplier also what its programs approved.

        A verification body reads what the lines of its reviews name.
        """
        if scope.is_everyone:
            return Q()
        if scope.body_id is not None:
            return named_in_reviews("own_factor")
        if scope.supplier_id is not None:
            return Q(supplier_id=scope.supplier_id) | (scope.buyers() & Q(state__in=_IN_FORCE))
        if scope.buyer_id is not None:
            return Q(buyer_id=scope.buyer_id) | (scope.suppliers() & ~Q(state=OwnState.DRAFT))
        return Q(pk__in=[])

    def writable_in(self, scope: Scope) -> bool:
        if scope.supplier_id is not None:
            return self.supplier_id == scope.supplier_id
        if scope.buyer_id is None:
            return False
        if self.buyer_id is not None:
            return self.buyer_id == scope.buyer_id
        return Supplier.objects.filter(scope.suppliers("pk"), pk=self.supplier_id).exists()

    @classmethod
    def row_rule(cls) -> RowRule:
        own = f"{row_rules.OWN_SUPPLIER} or {row_rules.OWN_BUYER}"
        of_suppliers = f"({row_rules.ENROLLED} and state <> 'draft')"
        return RowRule(
            read=f"{own} or {of_suppliers} or ({row_rules.IN_PROGRAM} and state in ('approved', 'retired'))"
            f" or {row_rules.reviewed('own_factor')}",
            add=own,
            change=f"{own} or {of_suppliers}",
            remove="false",
        )


# A retired factor goes on standing in the inventories that used it.
_IN_FORCE = (OwnState.APPROVED, OwnState.RETIRED)


def _in_reading_language(name: str, name_en: str) -> str:
    return name if reads_chinese() else name_en
