"""What was done by whom, as a chain that shows every gap, and what a supplier takes home of it all."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suppliers.tenants import clock, row_rules
from suppliers.tenants.row_rules import RowRule
from suppliers.tenants.scope import Scope, ScopedModel, SupplierOwned

from .companies import Buyer, Supplier, VerificationBody
from .people import User


class StoredJson(models.TextField):
    """JSON kept as the very text that was sealed: a json column would bring it into a form of its own."""

    # what it takes and gives, for the type checker
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> Any:
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class EntryKind(models.TextChoices):
    DEED = "deed", _("deed")
    ROW = "row", _("change of a row")


class AuditEntry(ScopedModel):
    """Who did what to which row, from where. Written in the transaction of the deed, never changed.

    A deed is written by an action and has a meaning; the change of a row is written by the database's triggers,
    with `before` and `after`, whichever path the write took (tenants/audit/decisions.py names the tables).
    Triggers also place an entry (`chain`, `sequence`), say for which tenant it was done (`acting`: "supplier:7",
    "platform") and seal it together with the entry before (`digest`). `origin` says from where; it is the one thing
    that may be blanked later, for a person who is forgotten: the seal holds `origin_digest`.
    """

    chain = models.CharField(max_length=40, default="")
    sequence = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=4, choices=EntryKind, default=EntryKind.DEED)
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    buyer = models.ForeignKey(Buyer, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    body = models.ForeignKey(VerificationBody, on_delete=models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    acting = models.CharField(max_length=40, default="")
    act = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    data = StoredJson(default=dict)
    before = models.TextField(default="")
    after = models.TextField(default="")
    at = models.DateTimeField(default=clock.now)
    origin = models.CharField(max_length=200, default="")
    origin_salt = models.CharField(max_length=32, default="")
    origin_digest = models.CharField(max_length=64, default="")
    previous_digest = models.CharField(max_length=64, default="")
    digest = models.CharField(max_length=64, default="")

    class Meta(ScopedModel.Meta):
        indexes = [
            models.Index(fields=["subject", "subject_id"], name="audit_subject"),
            models.Index(fields=["chain", "sequence"], name="audit_chain_sequence"),
            models.Index(fields=["supplier", "id"], name="audit_of_supplier"),
            models.Index(fields=["buyer", "id"], name="audit_of_buyer"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.subject} {self.subject_id}"

    @classmethod
    def visible_in(cls, scope: Scope) -> Q:
        return Q(body_id=scope.body_id) if scope.body_id is not None else scope.named()

    def writable_in(self, scope: Scope) -> bool:
        own_supplier = scope.supplier_id is not None and self.supplier_id == scope.supplier_id
        own_body = scope.body_id is not None and self.body_id == scope.body_id
        return own_supplier or own_body or (scope.buyer_id is not None and self.buyer_id == scope.buyer_id)

    @classmethod
    def row_rule(cls) -> RowRule:
        return row_rules.AUDIT_ENTRY


class AuditChain(models.Model):
    """The head of one tenant's chain. Only the database's own triggers move it."""

    chain = models.CharField(max_length=40, unique=True)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, null=True, related_name="+")
    buyer = models.ForeignKey(Buyer, on_delete=models.PROTECT, null=True, related_name="+")
    body = models.ForeignKey(VerificationBody, on_delete=models.PROTECT, null=True, related_name="+")
    sequence = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return f"{self.chain} #{self.sequence}"

    @classmethod
    def row_rule(cls) -> RowRule:
        return row_rules.AUDIT_CHAIN


class ArchiveState(models.TextChoices):
    WAITING = "waiting", _("being made")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")


def archive_path(archive: Archive, filename: str) -> str:
    return f"archives/{archive.supplier_id}/{filename}"


class Archive(SupplierOwned):
    """All data of a supplier in one file, made for the supplier alone."""

    buyer_sees = Q(pk__in=[])
    buyer_sees_sql: ClassVar[str] = "false"

    state = models.CharField(max_length=8, choices=ArchiveState, default=ArchiveState.WAITING)
    file = models.FileField(upload_to=archive_path, max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    progress = models.FloatField(default=0)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(SupplierOwned.Meta):
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.supplier_id} {self.created_at:%Y-%m-%d}"
