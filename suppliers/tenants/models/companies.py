"""Tenants: chain leaders, verification bodies, suppliers, and who is enrolled with whom."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suppliers.calc.periods import FiscalQuarter
from suppliers.tenants import clock, credit_codes, row_rules
from suppliers.tenants.row_rules import RowRule
from suppliers.tenants.scope import Scope, ScopedManager, ScopedModel, ScopedQuerySet, named_in_reviews

from .people import User


class Buyer(models.Model):
    """A chain leader running a program."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    fiscal_start_month = models.PositiveSmallIntegerField(default=4)
    declared_factor_code = models.CharField(max_length=60, default="CN-GRID-NDRC-EAST-2012")
    small_below_employees = models.PositiveIntegerField(default=300)
    medium_below_employees = models.PositiveIntegerField(default=1000)
    due_days = models.PositiveSmallIntegerField(default=15)
    preview_days = models.PositiveSmallIntegerField(default=25)
    lock_days = models.PositiveSmallIntegerField(default=45)
    spe_form = models.CharField(
        max_length=12, default="points", choices=[("points", _("points")), ("multiplier", _("multiplier"))]
    )
    spe_share_percent = models.DecimalField(max_digits=5, decimal_places=2, default=10)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(fiscal_start_month__range=(1, 12)), name="buyer_fiscal_start_is_a_month"
            ),
            models.CheckConstraint(
                condition=Q(small_below_employees__lt=F("medium_below_employees")),
                name="buyer_size_bands_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def quarter(self, label: str) -> FiscalQuarter:
        return FiscalQuarter.from_label(label, self.fiscal_start_month)

    def quarter_of(self, day: dt.date) -> FiscalQuarter:
        return FiscalQuarter.containing(day, self.fiscal_start_month)

    def size_band(self, employees: int | None) -> str:
        """S, M or L; empty where the number of employees is not known."""
        if employees is None:
            return ""
        if employees < self.small_below_employees:
            return "S"
        return "M" if employees < self.medium_below_employees else "L"


class VerificationBody(models.Model):
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    accreditation_number = models.CharField(max_length=60)
    accreditation_expires_on = models.DateField()
    uscc = models.CharField(max_length=18, unique=True, null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """The code decides whether body and supplier are one company, so a mistyped one must not get in."""
        self.uscc = credit_codes.normal(self.uscc or "") or None
        if self.uscc and not credit_codes.is_valid(self.uscc):
            raise ValidationError(
                {"uscc": _("This is no unified social credit code: its check digit does not fit.")}
            )


class Supplier(ScopedModel):
    """A company that hands in data. A tenant, and itself hidden from other tenants."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    uscc = models.CharField(max_length=18, unique=True, null=True, blank=True)
    employees = models.PositiveIntegerField(null=True, blank=True)
    province = models.CharField(max_length=10, blank=True)
    on_platform_since = models.DateField(null=True, blank=True)

    # A buyer adds the rows of companies it enrols (tenants/bulk.py); from then on they are the companies' own.
    entered_by_buyers: ClassVar[bool] = True

    directory: ClassVar[models.Manager[Supplier]] = models.Manager()
    objects: ClassVar[ScopedManager] = ScopedManager()

    class Meta(ScopedModel.Meta):
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_in(cls, scope: Scope) -> Q:
        """A buyer goes on reading who the companies of its published rankings were, after they left."""
        if scope.body_id is not None:
            return named_in_reviews("supplier")
        if scope.buyer_id is None:
            return scope.suppliers("pk")
        return Q(pk__in=Enrolment.directory.filter(buyer_id=scope.buyer_id).values("supplier_id"))

    def writable_in(self, scope: Scope) -> bool:
        return self.pk == scope.supplier_id

    @classmethod
    def row_rule(cls) -> RowRule:
        return row_rules.SUPPLIER


class EnrolmentQuerySet(ScopedQuerySet):
    def active(self, day: dt.date) -> Self:
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=day), started_on__lte=day)

    def with_data_from(self) -> Self:
        """Adds `data_from`: the first day of which the buyer sees data."""
        return self.annotate(data_from=Coalesce("shared_from", "started_on"))


class Enrolment(ScopedModel):
    """A supplier in a buyer's program from one day until another.

    The buyer sees data of days from `started_on` on, or from the earlier `shared_from` that the supplier chose.
    """

    buyer = models.ForeignKey(Buyer, on_delete=models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    commodity = models.CharField(max_length=40)
    tier = models.PositiveSmallIntegerField(default=1)
    spend_cny = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    erp_code = models.CharField(max_length=40, blank=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    shared_from = models.DateField(null=True, blank=True)

    directory: ClassVar[models.Manager[Enrolment]] = models.Manager.from_queryset(EnrolmentQuerySet)()
    objects: ClassVar[ScopedManager] = ScopedManager.from_queryset(EnrolmentQuerySet)()

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["buyer", "supplier"],
                condition=Q(ended_on=None),
                name="enrolment_one_open_per_supplier",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="enrolment_ends_not_before_start",
            ),
            models.CheckConstraint(
                condition=Q(shared_from=None) | Q(shared_from__lte=F("started_on")),
                name="enrolment_shares_from_before_start",
            ),
        ]
        indexes = [models.Index(fields=["buyer", "supplier"], name="enrolment_buyer_supplier")]

    def __str__(self) -> str:
        return f"{self.supplier_id} @ {self.buyer_id}"

    @classmethod
    def visible_in(cls, scope: Scope) -> Q:
        return scope.named()

    def writable_in(self, scope: Scope) -> bool:
        """The buyer runs the program; the supplier answers an offer, shares history and leaves."""
        return scope.buyer_id == self.buyer_id if scope.buyer_id else scope.supplier_id == self.supplier_id

    @classmethod
    def row_rule(cls) -> RowRule:
        return row_rules.ENROLMENT


class OfferAnswer(models.TextChoices):
    OPEN = "", pgettext_lazy("offer", "waiting for an answer")
    ACCEPTED = "accepted", pgettext_lazy("offer", "accepted")
    DECLINED = "declined", pgettext_lazy("offer", "declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("offer", "withdrawn")


class EnrolmentOffer(ScopedModel):
    """A buyer asks a company that is on the platform already to join its program; the company answers.

    The buyer sees what it typed itself (`company_name`, `uscc`) and the answer, nothing else of the company.
    """

    buyer = models.ForeignKey(Buyer, on_delete=models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    company_name = models.CharField(max_length=120)
    uscc = models.CharField(max_length=18, blank=True)
    commodity = models.CharField(max_length=40)
    tier = models.PositiveSmallIntegerField(default=1)
    spend_cny = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    erp_code = models.CharField(max_length=40, blank=True)
    starts_on = models.DateField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    answer = models.CharField(max_length=10, choices=OfferAnswer, blank=True, default=OfferAnswer.OPEN)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["buyer", "supplier"], condition=Q(answer=""), name="offer_one_open_per_supplier"
            )
        ]

    def __str__(self) -> str:
        return f"{self.company_name}: {self.answer}"

    @classmethod
    def visible_in(cls, scope: Scope) -> Q:
        return scope.named()

    def writable_in(self, scope: Scope) -> bool:
        return scope.buyer_id == self.buyer_id if scope.buyer_id else scope.supplier_id == self.supplier_id

    @classmethod
    def row_rule(cls) -> RowRule:
        return row_rules.OFFER


class Commodity(models.Model):
    """A group of bought parts in a buyer's program: the group inside which suppliers are compared."""

    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE, related_name="commodities")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["buyer", "code"], name="commodity_code_unique")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def row_rule(cls) -> RowRule:
        return row_rules.COMMODITY
