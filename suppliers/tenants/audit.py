"""Write down who did what, in the same transaction as the deed."""

from __future__ import annotations

from typing import Any

from django.db import models

from .actors import Actor
from .models import AuditEntry


def record(*, by: Actor, act: str, subject: models.Model, data: dict[str, Any] | None = None) -> AuditEntry:
    """The tenant is read off the subject: its `supplier_id` and `buyer_id`, whichever it has."""
    entry = AuditEntry(
        supplier_id=getattr(subject, "supplier_id", None),
        buyer_id=getattr(subject, "buyer_id", None) or by.scope.buyer_id,
        user_id=by.user_id,
        act=act,
        subject=subject._meta.model_name or "",
        subject_id=subject.pk,
        data=data or {},
    )
    entry.save(force_insert=True)
    return entry


def entries_of(subject: models.Model) -> models.QuerySet[AuditEntry]:
    """The timeline of one row, newest first."""
    entries: models.QuerySet[AuditEntry] = AuditEntry.objects.filter(
        subject=subject._meta.model_name, subject_id=subject.pk
    )
    return entries.select_related("user").order_by("-at", "-id")
