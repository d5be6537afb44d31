"""Who: people, tenants, who belongs to whom, what was done by whom."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from suppliers.calc.periods import FiscalQuarter

from . import clock
from .roles import ROLE_CHOICES, ROLES, Role, TenantKind, roles_of
from .scope import Scope, ScopedManager, ScopedModel, ScopedQuerySet


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by e-mail address. What it may do comes from its memberships."""

    email = models.EmailField(_("E-mail"), unique=True)
    name = models.CharField(_("Name"), max_length=80, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_whatever_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email


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

    def __str__(self) -> str:
        return self.name


class Supplier(ScopedModel):
    """A company that hands in data. A tenant, and itself hidden from other tenants."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    uscc = models.CharField(max_length=18, unique=True, null=True, blank=True)
    employees = models.PositiveIntegerField(null=True, blank=True)
    province = models.CharField(max_length=10, blank=True)
    on_platform_since = models.DateField(null=True, blank=True)

    directory: ClassVar[models.Manager[Supplier]] = models.Manager()
    objects: ClassVar[ScopedManager] = ScopedManager()

    class Meta(ScopedModel.Meta):
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_in(cls, scope: Scope) -> Q:
        return scope.suppliers("pk")

    def writable_in(self, scope: Scope) -> bool:
        return self.pk == scope.supplier_id


class EnrolmentQuerySet(ScopedQuerySet):
    def active(self, day: dt.date) -> Self:
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=day), started_on__lte=day)


class Enrolment(ScopedModel):
    """A supplier in a buyer's program from one day until another."""

    buyer = models.ForeignKey(Buyer, on_delete=models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    commodity = models.CharField(max_length=40)
    tier = models.PositiveSmallIntegerField(default=1)
    spend_cny = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    erp_code = models.CharField(max_length=40, blank=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

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
                condition=Q(ended_on=None) | Q(ended_on__gt=F("started_on")),
                name="enrolment_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["buyer", "supplier"], name="enrolment_buyer_supplier")]

    def __str__(self) -> str:
        return f"{self.supplier_id} @ {self.buyer_id}"

    @classmethod
    def visible_in(cls, scope: Scope) -> Q:
        return scope.named()

    def writable_in(self, scope: Scope) -> bool:
        return self.buyer_id == scope.buyer_id


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


class MembershipQuerySet(models.QuerySet["Membership"]):
    def live(self) -> Self:
        return self.filter(revoked_at=None)

    def beside(self, own: Membership) -> Self:
        """The members of the same tenant as `own`."""
        column = "supplier" if own.supplier_id else "buyer" if own.buyer_id else "body"
        return self.filter(**{column: own.tenant})


class Membership(models.Model):
    """A user in one tenant with one role. Read before any scope exists: always filtered by user or tenant."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=30, choices=ROLE_CHOICES)
    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    body = models.ForeignKey(
        VerificationBody, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Membership]] = models.Manager.from_queryset(MembershipQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="membership_role_fits_its_one_tenant",
                condition=Q(
                    supplier__isnull=False, buyer=None, body=None, role__in=roles_of(TenantKind.SUPPLIER)
                )
                | Q(supplier=None, buyer__isnull=False, body=None, role__in=roles_of(TenantKind.BUYER))
                | Q(supplier=None, buyer=None, body__isnull=False, role__in=roles_of(TenantKind.BODY)),
            ),
            models.UniqueConstraint(
                fields=["user", "supplier"], condition=Q(revoked_at=None), name="membership_once_per_supplier"
            ),
            models.UniqueConstraint(
                fields=["user", "buyer"], condition=Q(revoked_at=None), name="membership_once_per_buyer"
            ),
            models.UniqueConstraint(
                fields=["user", "body"], condition=Q(revoked_at=None), name="membership_once_per_body"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"

    @property
    def tenant(self) -> Supplier | Buyer | VerificationBody:
        tenant = self.supplier or self.buyer or self.body
        assert tenant is not None  # held by membership_role_fits_its_one_tenant
        return tenant

    @property
    def role_row(self) -> Role:
        return ROLES[self.role]

    @property
    def scope(self) -> Scope:
        return Scope(supplier_id=self.supplier_id, buyer_id=self.buyer_id, body_id=self.body_id)


class ApiToken(models.Model):
    """A key for machines, kept only as a digest. The prefix lets its owner recognise it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60, blank=True)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.prefix}…"


class ScreenKey(models.Model):
    """Opens a buyer's big screen and nothing else; nobody's session."""

    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"screen of {self.buyer_id}"


class AuditEntry(ScopedModel):
    """Who did what to which row. Written in the transaction of the deed, never changed."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, null=True, related_name="+")
    buyer = models.ForeignKey(Buyer, on_delete=models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    act = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(default=clock.now)

    class Meta(ScopedModel.Meta):
        indexes = [models.Index(fields=["subject", "subject_id"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.act} {self.subject} {self.subject_id}"

    @classmethod
    def visible_in(cls, scope: Scope) -> Q:
        return scope.named()

    def writable_in(self, scope: Scope) -> bool:
        own_supplier = scope.supplier_id is not None and self.supplier_id == scope.supplier_id
        return own_supplier or (scope.buyer_id is not None and self.buyer_id == scope.buyer_id)
