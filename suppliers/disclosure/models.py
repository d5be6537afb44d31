"""What is proven: certificates, targets, training, green certificates, their files, and who reviewed them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suppliers.tenants import clock, row_rules
from suppliers.tenants.models import Buyer, Supplier
from suppliers.tenants.scope import ProgramOwned, Scope, SupplierOwned


def evidence_path(evidence: EvidenceFile, filename: str) -> str:
    return f"evidence/{evidence.supplier_id}/{evidence.sha256}"


class EvidenceFile(SupplierOwned):
    """A document as it was handed in. Known by its SHA-256, served only through a permission check."""

    file = models.FileField(upload_to=evidence_path, max_length=200)
    filename = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=60)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)
    # A buyer sees a document once something that names it was handed in, or if the buyer brought it.
    released_at = models.DateTimeField(null=True, blank=True)
    entered_by = models.ForeignKey(Buyer, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    buyer_writes: ClassVar[bool] = True
    buyer_sees_sql = (
        f"(released_at is not null and entered_by_id is null) or entered_by_id = {row_rules.BUYER_ID}"
    )
    reviewed_as = "evidence"

    def __str__(self) -> str:
        return self.filename

    @classmethod
    def visible_in(cls, scope: Scope) -> Q:
        if scope.buyer_id is None:
            return super().visible_in(scope)
        visible = scope.suppliers()
        return visible & (Q(released_at__isnull=False, entered_by=None) | Q(entered_by=scope.buyer_id))


class Handing(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("handed in")


class Submitted(SupplierOwned):
    """Something a supplier drafts and hands in. A buyer never sees the draft, nor what another buyer entered."""

    state = models.CharField(max_length=10, choices=Handing, default=Handing.DRAFT)
    submitted_at = models.DateTimeField(null=True, blank=True)
    evidence = models.ForeignKey(
        EvidenceFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    entered_by = models.ForeignKey(Buyer, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)

    buyer_writes: ClassVar[bool] = True
    buyer_sees_sql = (
        "state = 'submitted' and (entered_by_id is null or entered_by_id = " + row_rules.BUYER_ID + ")"
    )

    class Meta(SupplierOwned.Meta):
        abstract = True

    @classmethod
    def visible_in(cls, scope: Scope) -> Q:
        visible = scope.shared(cls.first_day) if cls.first_day else scope.suppliers()
        if scope.buyer_id is None:
            return visible
        of_own_program = Q(entered_by=None) | Q(entered_by=scope.buyer_id)
        return visible & Q(state=Handing.SUBMITTED) & of_own_program


class CredentialKind(models.TextChoices):
    ECOVADIS = "ecovadis", _("EcoVadis rating")
    RBA_VAP = "rba_vap", _("RBA VAP audit")
    RBA_SAQ = "rba_saq", _("RBA self-assessment")
    ISO_14001 = "iso_14001", "ISO 14001"
    ISO_45001 = "iso_45001", "ISO 45001"
    ISO_50001 = "iso_50001", "ISO 50001"
    ISO_14064 = "iso_14064", _("ISO 14064-1 statement")


class CredentialLevel(models.TextChoices):
    NONE = "", "–"
    PLATINUM = "platinum", _("platinum")
    GOLD = "gold", _("gold")
    SILVER = "silver", _("silver")
    BRONZE = "bronze", _("bronze")
    COMMITTED = "committed", _("committed")
    FAST_MOVER = "fast_mover", _("fast mover")
    OTHER = "other", _("other valid")
    LIMITED = "limited", _("limited assurance")
    REASONABLE = "reasonable", _("reasonable assurance")


class Credential(Submitted):
    """A rating, audit, certificate or opinion of a third party.

    `score`: EcoVadis 0–100, VAP 0–200. `lowest_theme`: lowest EcoVadis theme score. `handed_in_on`: day a first
    assessment or a reassessment was handed in (no result yet). `period_end`: last day an ISO 14064-1 opinion covers.
    """

    kind = models.CharField(_("Kind"), max_length=12, choices=CredentialKind)
    level = models.CharField(_("Level or medal"), max_length=12, choices=CredentialLevel, blank=True)
    score = models.DecimalField(_("Score"), max_digits=5, decimal_places=1, null=True, blank=True)
    lowest_theme = models.DecimalField(
        _("Lowest theme score"), max_digits=5, decimal_places=1, null=True, blank=True
    )
    issued_on = models.DateField(_("Issued on"), null=True, blank=True)
    expires_on = models.DateField(_("Expires on"), null=True, blank=True)
    handed_in_on = models.DateField(_("Assessment handed in on"), null=True, blank=True)
    last_surveillance_on = models.DateField(_("Last surveillance"), null=True, blank=True)
    period_end = models.DateField(_("Covers until"), null=True, blank=True)
    scope3_inside = models.BooleanField(_("Scope 3 categories 1, 3, 4 inside"), default=False)
    number = models.CharField(_("Number"), max_length=80, blank=True)
    issuer = models.CharField(_("Issuer"), max_length=120, blank=True)
    scope_entity = models.CharField(_("Entity covered"), max_length=160, blank=True)
    url = models.URLField(_("Public link"), blank=True)

    class Meta(Submitted.Meta):
        ordering = ["kind", "-issued_on", "-id"]
        indexes = [models.Index(fields=["supplier", "kind"], name="credential_supplier_kind")]
        constraints = [
            models.CheckConstraint(
                condition=Q(issued_on=None) | Q(expires_on=None) | Q(expires_on__gte=F("issued_on")),
                name="credential_expires_after_issue",
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__range=(0, 200)), name="credential_score_range"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class SbtiStatus(models.TextChoices):
    NONE = "", "–"
    COMMITTED = "committed", _("committed")
    ACTIVE = "active", _("validated, active")
    EXTENDED = "extended", _("validated, extended")
    UPDATED = "updated", _("validated, updated")
    EXPIRED = "expired", _("expired")
    INACTIVE = "inactive", _("inactive")
    WITHDRAWN = "withdrawn", _("withdrawn")
    ARCHIVED = "archived", _("archived")


class Target(Submitted):
    """A carbon target: what, from which year, until when, and where the public can read it."""

    is_public = models.BooleanField(_("Publicly disclosed"), default=False)
    covers = models.CharField(_("Covers"), max_length=40, default="scope1+2")
    base_year = models.PositiveSmallIntegerField(_("Base year"), null=True, blank=True)
    target_year = models.PositiveSmallIntegerField(_("Target year"), null=True, blank=True)
    reduction_percent = models.DecimalField(
        _("Reduction, %"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    public_url = models.URLField(_("Public link"), blank=True)
    progress_year = models.PositiveSmallIntegerField(
        _("Latest year with public progress"), null=True, blank=True
    )
    progress_percent = models.DecimalField(
        _("Reduction reached, %"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    sbti_status = models.CharField(_("SBTi status"), max_length=10, choices=SbtiStatus, blank=True)
    sbti_since = models.DateField(_("SBTi status since"), null=True, blank=True)
    checked_on = models.DateField(_("Last checked"), null=True, blank=True)

    class Meta(Submitted.Meta):
        ordering = ["-target_year", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(base_year=None) | Q(target_year=None) | Q(target_year__gt=F("base_year")),
                name="target_year_after_base_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.covers} {self.base_year}–{self.target_year}"


class Training(Submitted):
    """ESG training held: how many had to attend, did, and passed."""

    title = models.CharField(_("Course"), max_length=160)
    held_on = models.DateField(_("Held on"))
    required_people = models.PositiveIntegerField(_("People required"))
    completed_people = models.PositiveIntegerField(_("People who completed"))
    passed_people = models.PositiveIntegerField(_("People who passed"))
    reached_tier2 = models.BooleanField(_("Passed on to own suppliers"), default=False)

    class Meta(Submitted.Meta):
        ordering = ["-held_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(required_people__gt=0), name="training_requires_someone"),
            models.CheckConstraint(
                condition=Q(passed_people__lte=F("completed_people")), name="training_passed_within_completed"
            ),
            models.CheckConstraint(
                condition=Q(completed_people__lte=F("required_people")),
                name="training_completed_within_required",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class InstrumentKind(models.TextChoices):
    GEC = "gec", _("green electricity certificate")
    GREEN_TRADE = "green_trade", _("green power trade")
    PPA = "ppa", _("direct power purchase agreement")


class Instrument(Submitted):
    """Proof of renewable electricity for one year: certificates (1 GEC = 1 MWh), green power trade or a direct PPA.

    A serial number that another supplier claims too (`collided_at`) counts for neither until a buyer cleared it.
    """

    kind = models.CharField(_("Kind"), max_length=12, choices=InstrumentKind, default=InstrumentKind.GEC)
    for_pv = models.BooleanField(_("Issued for own PV"), default=False)
    year = models.PositiveSmallIntegerField(_("Year of generation"))
    kwh = models.DecimalField(_("kWh"), max_digits=16, decimal_places=3)
    serial_from = models.CharField(_("First serial number"), max_length=60, blank=True)
    serial_to = models.CharField(_("Last serial number"), max_length=60, blank=True)
    collided_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta(Submitted.Meta):
        ordering = ["-year", "-id"]
        constraints = [models.CheckConstraint(condition=Q(kwh__gt=0), name="instrument_is_positive")]

    def __str__(self) -> str:
        return f"{self.kind.upper()} {self.year}: {self.kwh.normalize():,f} kWh"


class InstrumentSerial(SupplierOwned):
    """One certificate's serial number, claimed once by a supplier. [1 MWh each]"""

    buyer_sees = Q(pk__in=[])
    buyer_sees_sql = "false"

    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="serials")
    serial = models.CharField(max_length=60, db_index=True)

    class Meta(SupplierOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["supplier", "serial"], name="serial_once_per_supplier")
        ]

    def __str__(self) -> str:
        return self.serial


class Verdict(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    RETURNED = "returned", _("returned")


class Review(ProgramOwned):
    """A buyer's verdict on something handed in. The newest of a subject counts; each buyer judges for itself."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    verdict = models.CharField(max_length=10, choices=Verdict)
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    released_sql = row_rules.OWN_SUPPLIER

    class Meta(ProgramOwned.Meta):
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["buyer", "subject", "subject_id"], name="review_subject")]

    def __str__(self) -> str:
        return f"{self.verdict}: {self.subject} {self.subject_id}"

    @classmethod
    def released_to(cls, supplier_id: int) -> Q:
        return Q(supplier_id=supplier_id)


class IncidentKind(models.TextChoices):
    RBA_PRIORITY = "rba_priority", _("RBA Priority finding")
    CHILD_LABOUR = "child_labour", _("child labour")
    FORCED_LABOUR = "forced_labour", _("forced labour")
    ENVIRONMENT = "environment", _("serious environmental penalty")


class Incident(ProgramOwned):
    """A finding that holds a supplier's grade at D until it is closed and two quarters have passed."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("Kind"), max_length=14, choices=IncidentKind)
    opened_on = models.DateField(_("Opened on"))
    closed_on = models.DateField(_("Closed on"), null=True, blank=True)
    note = models.TextField(_("Note"), blank=True)
    evidence = models.ForeignKey(
        EvidenceFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    released_sql = row_rules.OWN_SUPPLIER

    class Meta(ProgramOwned.Meta):
        ordering = ["-opened_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
                name="incident_closes_after_opening",
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @classmethod
    def released_to(cls, supplier_id: int) -> Q:
        return Q(supplier_id=supplier_id)
