"""The review of a version: who was assigned, which lines were checked, what was found, what was concluded."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suppliers.disclosure.models import EvidenceFile
from suppliers.tenants import clock, row_rules
from suppliers.tenants.models import Buyer, Supplier, User, VerificationBody
from suppliers.tenants.row_rules import RowRule
from suppliers.tenants.scope import Scope, ScopedModel

from .inventories import Inventory, InventoryLine


class Reviewed(ScopedModel):
    """Belongs to a supplier, the body that reviews it and the program that assigned it; each reads its own."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey(VerificationBody, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Buyer, on_delete=models.PROTECT, related_name="+")

    # Which of the three may write.
    written_by: ClassVar[frozenset[str]] = frozenset({"body"})
    buyer_reads: ClassVar[bool] = True

    class Meta(ScopedModel.Meta):
        abstract = True

    @classmethod
    def visible_in(cls, scope: Scope) -> Q:
        if scope.is_everyone:
            return Q()
        if scope.body_id is not None:
            return Q(body_id=scope.body_id)
        if scope.buyer_id is not None:
            return Q(buyer_id=scope.buyer_id) if cls.buyer_reads else Q(pk__in=[])
        return Q(supplier_id=scope.supplier_id)

    def writable_in(self, scope: Scope) -> bool:
        ids = {"supplier": scope.supplier_id, "buyer": scope.buyer_id, "body": scope.body_id}
        return any(
            ids[kind] is not None and getattr(self, f"{kind}_id") == ids[kind] for kind in self.written_by
        )

    @classmethod
    def row_rule(cls) -> RowRule:
        own = {
            "supplier": row_rules.OWN_SUPPLIER,
            "buyer": row_rules.OWN_BUYER,
            "body": row_rules.OWN_BODY,
        }
        readers = ["supplier", "body", "buyer"] if cls.buyer_reads else ["supplier", "body"]
        return RowRule(
            read=" or ".join(own[kind] for kind in readers),
            add=" or ".join(own[kind] for kind in sorted(cls.written_by)),
            remove="false",
        )


class Assignment(Reviewed):
    """A program's admin names the body, and the verifier, that reviews one version."""

    inventory = models.ForeignKey(Inventory, on_delete=models.PROTECT, related_name="assignments")
    verifier = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    materiality_percent = models.DecimalField(_("Materiality, %"), max_digits=4, decimal_places=1, default=5)
    assigned_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    assigned_at = models.DateTimeField(default=clock.now)
    # Sampled lines by number, as the body confirmed the suggestion.
    sample = models.JSONField(default=list, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    written_by = frozenset({"buyer", "body"})

    class Meta(Reviewed.Meta):
        ordering = ["-assigned_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["inventory"], condition=Q(ended_at=None), name="assignment_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(materiality_percent__gt=0, materiality_percent__lte=100),
                name="assignment_materiality_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inventory_id} → {self.body_id}"


class LineCheck(Reviewed):
    """A verifier's word on one line."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="checks")
    line = models.ForeignKey(InventoryLine, on_delete=models.PROTECT, related_name="+")
    is_right = models.BooleanField()
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    buyer_reads = False

    class Meta(Reviewed.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "line"], name="line_checked_once_a_review")
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.is_right}"


class FindingKind(models.TextChoices):
    CLARIFICATION = "clarification", _("request for clarification")
    NONCONFORMITY = "nonconformity", _("non-conformity")
    RECOMMENDATION = "recommendation", _("recommendation")


class FindingState(models.TextChoices):
    OPEN = "open", _("open")
    ANSWERED = "answered", _("answered")
    CLOSED = "closed", _("closed")


class Finding(Reviewed):
    """What the verifier raised; the supplier answers, the verifier closes."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="findings")
    line = models.ForeignKey(InventoryLine, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(_("Kind"), max_length=14, choices=FindingKind)
    text = models.TextField(_("What was found"))
    effect_kgco2e = models.DecimalField(
        _("Effect, kgCO2e"), max_digits=22, decimal_places=6, null=True, blank=True
    )
    state = models.CharField(max_length=8, choices=FindingState, default=FindingState.OPEN)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_note = models.TextField(blank=True)

    written_by = frozenset({"body", "supplier"})
    buyer_reads = False

    class Meta(Reviewed.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class FindingReply(Reviewed):
    """One contribution to a finding, by supplier or verifier, with a document if there is one."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="replies")
    text = models.TextField(_("Answer"))
    evidence = models.ForeignKey(
        EvidenceFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    written_by = frozenset({"body", "supplier"})
    buyer_reads = False

    class Meta(Reviewed.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"reply {self.pk} to {self.finding_id}"


class Level(models.TextChoices):
    LIMITED = "limited", _("limited assurance")
    REASONABLE = "reasonable", _("reasonable assurance")


class Conclusion(models.TextChoices):
    UNMODIFIED = "unmodified", _("unmodified")
    MODIFIED = "modified", _("modified")
    ADVERSE = "adverse", _("adverse")
    DISCLAIMED = "disclaimed", _("disclaimed")


def opinion_path(opinion: Opinion, filename: str) -> str:
    return f"opinions/{opinion.body_id}/{opinion.file_sha256}"


class Opinion(Reviewed):
    """The verifier's conclusion on a version. Confirmed once; then it stands still, and the platform signs."""

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="opinion")
    level = models.CharField(_("Level of assurance"), max_length=10, choices=Level)
    conclusion = models.CharField(_("Conclusion"), max_length=10, choices=Conclusion)
    text = models.TextField(_("Basis of the conclusion"))
    # Last day on which the body stands by its opinion; None says that it named none.
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)
    # The body's own stamped opinion.
    file = models.FileField(upload_to=opinion_path, max_length=200, blank=True)
    filename = models.CharField(max_length=200, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.level} {self.conclusion}"
