"""The quarter: what eight indicators are worth, what each supplier reached, and the ranking that was published."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suppliers.tenants import clock, row_rules
from suppliers.tenants.models import Buyer, Supplier
from suppliers.tenants.scope import ProgramOwned


class MethodologyState(models.TextChoices):
    DRAFT = "draft", _("draft")
    FROZEN = "frozen", _("in use, frozen")


class Methodology(ProgramOwned):
    """Weights, curves and validity of the eight indicators as data. Frozen once an edition uses it."""

    code = models.SlugField(max_length=20)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=MethodologyState, default=MethodologyState.DRAFT)
    rules = models.JSONField()
    created_at = models.DateTimeField(default=clock.now)

    released_sql = "state = 'frozen'"

    class Meta(ProgramOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["buyer", "code"], name="methodology_code_unique")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def released_to(cls, supplier_id: int) -> Q:
        return Q(state=MethodologyState.FROZEN)


class EditionState(models.TextChoices):
    OPEN = "open", _("open")
    COMPUTED = "computed", _("computed")
    LOCKED = "locked", _("locked")
    PUBLISHED = "published", _("published")


class Edition(ProgramOwned):
    """One buyer's quarter. After publication nothing changes: a correction is a new number of the same label."""

    label = models.CharField(max_length=8)
    number = models.PositiveSmallIntegerField(default=1)
    first_day = models.DateField()
    last_day = models.DateField()
    state = models.CharField(max_length=10, choices=EditionState, default=EditionState.OPEN)
    methodology = models.ForeignKey(Methodology, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)
    computed_at = models.DateTimeField(null=True)
    previewed_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.TextField(blank=True)
    restates = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    digest = models.CharField(max_length=64, blank=True)

    released_sql = "state = 'published' or previewed_at is not null"

    class Meta(ProgramOwned.Meta):
        ordering = ["-first_day", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["buyer", "label", "number"], name="edition_number_unique"),
            models.CheckConstraint(condition=Q(state__in=EditionState.values), name="edition_state_known"),
            models.CheckConstraint(condition=Q(first_day__lt=F("last_day")), name="edition_days_in_order"),
            models.CheckConstraint(
                condition=~Q(state="published") | (Q(published_at__isnull=False) & ~Q(digest="")),
                name="edition_published_has_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} #{self.number}"

    @property
    def is_published(self) -> bool:
        return self.state == EditionState.PUBLISHED

    @classmethod
    def released_to(cls, supplier_id: int) -> Q:
        return Q(state=EditionState.PUBLISHED) | Q(previewed_at__isnull=False)


# Whether the edition may be seen is the edition's own rule.
_RELEASED = f"{row_rules.OWN_SUPPLIER} and edition_id in (select e.id from scorecards_edition e)"


class Scorecard(ProgramOwned):
    """One supplier in one edition. `total` is rounded once; grade and ranks come from it."""

    buyer = models.ForeignKey(Buyer, on_delete=models.PROTECT, related_name="+", db_index=False)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="scorecards", db_index=False)
    commodity = models.CharField(max_length=40)
    size_band = models.CharField(max_length=1, blank=True)
    total = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    grade = models.CharField(max_length=1, blank=True)
    rank = models.PositiveIntegerField(null=True)
    group_rank = models.PositiveIntegerField(null=True)
    group_size = models.PositiveIntegerField(default=0)
    previous_rank = models.PositiveIntegerField(null=True)
    previous_total = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    coverage_percent = models.DecimalField(max_digits=5, decimal_places=1)
    verified_percent = models.DecimalField(max_digits=5, decimal_places=1)
    gated = models.BooleanField(default=False)
    unranked_reason = models.CharField(max_length=30, blank=True)

    released_sql = _RELEASED

    class Meta(ProgramOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["edition", "supplier"], name="scorecard_once_per_edition"),
        ]
        indexes = [models.Index(fields=["edition", "rank"], name="scorecard_edition_rank")]

    def __str__(self) -> str:
        return f"{self.supplier_id}: {self.total} {self.grade}"

    @property
    def group(self) -> str:
        return f"{self.commodity}/{self.size_band}" if self.size_band else self.commodity

    @property
    def rank_change(self) -> int | None:
        """Places gained (positive) or lost since the quarter before; None without both ranks."""
        if self.rank is None or self.previous_rank is None:
            return None
        return self.previous_rank - self.rank

    @classmethod
    def released_to(cls, supplier_id: int) -> Q:
        released = Q(edition__state=EditionState.PUBLISHED) | Q(edition__previewed_at__isnull=False)
        return Q(supplier_id=supplier_id) & released


class IndicatorValue(ProgramOwned):
    """One of the eight of a scorecard: measured value, points 0–100, the weight it carried, and why.

    `reason` is a code; `data` fills its sentence. `gain` is what the total would rise by at the next step.
    """

    # Copies of the scorecard's own, which the database checks there: checking eight times more is half of a write.
    buyer = models.ForeignKey(
        Buyer, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="indicators")
    indicator = models.CharField(max_length=2)
    value = models.FloatField(null=True)
    unit = models.CharField(max_length=12, blank=True)
    points = models.FloatField(null=True)
    weight = models.FloatField()
    state = models.CharField(max_length=14)
    reason = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    gain = models.FloatField(null=True)
    reviewed = models.BooleanField(default=False)

    released_sql = _RELEASED

    class Meta(ProgramOwned.Meta):
        ordering = ["indicator"]
        constraints = [
            models.CheckConstraint(
                condition=Q(points=None) | Q(points__range=(0, 100)), name="indicator_points_0_to_100"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}: {self.points}"

    @classmethod
    def released_to(cls, supplier_id: int) -> Q:
        released = Q(edition__state=EditionState.PUBLISHED) | Q(edition__previewed_at__isnull=False)
        return Q(supplier_id=supplier_id) & released


class Correction(ProgramOwned):
    """A mistake in a supplier's data that buyer or verifier found first; over 5 % it costs points in I5."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    found_on = models.DateField()
    percent = models.DecimalField(max_digits=6, decimal_places=2)
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    released_sql = row_rules.OWN_SUPPLIER

    class Meta(ProgramOwned.Meta):
        ordering = ["-found_on", "-id"]

    def __str__(self) -> str:
        return f"{self.percent} %"

    @classmethod
    def released_to(cls, supplier_id: int) -> Q:
        return Q(supplier_id=supplier_id)


class Exemption(ProgramOwned):
    """An indicator the buyer has agreed does not apply to a supplier; its weight goes to the others."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    indicator = models.CharField(max_length=2)
    from_day = models.DateField()
    until_day = models.DateField(null=True, blank=True)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    released_sql = row_rules.OWN_SUPPLIER

    class Meta(ProgramOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["buyer", "supplier", "indicator"],
                condition=Q(until_day=None),
                name="exemption_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.supplier_id} {self.indicator}"

    @classmethod
    def released_to(cls, supplier_id: int) -> Q:
        return Q(supplier_id=supplier_id)
