"""Who gets in: memberships, invitations, keys of machines and of screens."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from suppliers.tenants import clock, row_rules
from suppliers.tenants.roles import ROLE_CHOICES, ROLES, Role, TenantKind, roles_of
from suppliers.tenants.row_rules import RowRule
from suppliers.tenants.scope import Scope

from .companies import Buyer, Supplier, VerificationBody
from .people import User


class OfOneTenant(models.Model):
    """A row that belongs to a supplier, a buyer or a verification body."""

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    body = models.ForeignKey(
        VerificationBody, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True

    @property
    def tenant(self) -> Supplier | Buyer | VerificationBody | None:
        """None for a personal key only: constraints hold every other row to one tenant."""
        return self.supplier or self.buyer or self.body

    @property
    def kind(self) -> TenantKind | None:
        if self.supplier_id:
            return TenantKind.SUPPLIER
        if self.buyer_id:
            return TenantKind.BUYER
        return TenantKind.BODY if self.body_id else None

    @property
    def scope(self) -> Scope:
        return Scope(supplier_id=self.supplier_id, buyer_id=self.buyer_id, body_id=self.body_id)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def live(self) -> Self:
        return self.filter(revoked_at=None)

    def beside(self, own: Membership) -> Self:
        """The members of the same tenant as `own`."""
        column = "supplier" if own.supplier_id else "buyer" if own.buyer_id else "body"
        return self.filter(**{column: own.tenant})


class Membership(OfOneTenant):
    """A user in one tenant with one role. Read before any scope exists: always filtered by user or tenant."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=30, choices=ROLE_CHOICES)
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
    def role_row(self) -> Role:
        return ROLES[self.role]

    @classmethod
    def row_rule(cls) -> RowRule:
        return row_rules.MEMBERSHIP


_ONE_TENANT = (
    Q(supplier__isnull=False, buyer=None, body=None)
    | Q(supplier=None, buyer__isnull=False, body=None)
    | Q(supplier=None, buyer=None, body__isnull=False)
)


class Invitation(OfOneTenant):
    """A link that lets one person into one tenant with one role, once, within seven days. Kept only as a digest."""

    email = models.EmailField()
    name = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=30, choices=ROLE_CHOICES)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.CheckConstraint(name="invitation_names_one_tenant", condition=_ONE_TENANT)]

    def __str__(self) -> str:
        return f"{self.email}: {self.role}"

    @classmethod
    def row_rule(cls) -> RowRule:
        return row_rules.INVITATION


class ApiToken(OfOneTenant):
    """A key for machines, kept only as a digest. The prefix lets its owner recognise it.

    Personal: `user` is set, and the key speaks for whichever tenant of that person the request names.
    Integration: one tenant and the `rights` it was given; it goes on when the person who made it leaves.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="api_tokens")
    name = models.CharField(max_length=60, blank=True)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    rights = models.JSONField(default=list, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="token_is_personal_or_of_one_tenant",
                condition=Q(user__isnull=False, supplier=None, buyer=None, body=None)
                | (Q(user=None) & _ONE_TENANT),
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"

    @classmethod
    def row_rule(cls) -> RowRule:
        return row_rules.API_TOKEN


class ScreenKey(models.Model):
    """Opens a buyer's big screen and nothing else; nobody's session."""

    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"screen of {self.buyer_id}"

    @classmethod
    def row_rule(cls) -> RowRule:
        return row_rules.SCREEN_KEY
