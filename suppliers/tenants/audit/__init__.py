"""Write down who did what, in the same transaction as the deed.

decisions   which tables the database's own triggers write down, row by row
triggers    puts triggers into a database after every migration, says which are missing
postgres    their SQL for PostgreSQL;  sqlite  for SQLite, with the functions it needs from us
seal        what an entry's digest is made of
chain       reads chains again and says what was changed, is missing or was cut off
anchors     signed heads kept outside the database
words       acts, subjects and columns in the reader's language
"""

from __future__ import annotations

from typing import Any

from django.db import models

from suppliers.tenants import asking
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import AuditEntry, Buyer, VerificationBody
from suppliers.tenants.models.trail import EntryKind

from .seal import acting_of


def record(*, by: Actor, act: str, subject: models.Model, data: dict[str, Any] | None = None) -> AuditEntry:
    """The tenant is read off the subject: its `supplier_id` and `buyer_id`, whichever it has, else the actor's own.

    A program and a verification body are tenants themselves. The database places and seals the entry as it is written.
    """
    supplier_id = getattr(subject, "supplier_id", None)
    buyer_id = _id_if(subject, Buyer) or getattr(subject, "buyer_id", None) or by.scope.buyer_id
    body_id = _id_if(subject, VerificationBody) or getattr(subject, "body_id", None) or by.scope.body_id
    if supplier_id is None and buyer_id is None and body_id is None:
        supplier_id = by.scope.supplier_id
    entry = AuditEntry(
        supplier_id=supplier_id,
        buyer_id=buyer_id,
        body_id=body_id,
        user_id=by.user_id,
        acting=acting_of(by.scope),
        act=act,
        subject=subject._meta.model_name or "",
        subject_id=subject.pk,
        data=data or {},
        origin=asking.current().origin,
    )
    entry.save(force_insert=True)
    return entry


def _id_if(subject: models.Model, kind: type[models.Model]) -> int | None:
    return subject.pk if isinstance(subject, kind) else None


def entries_of(subject: models.Model) -> models.QuerySet[AuditEntry]:
    """The timeline of one row, newest first: deeds alone, which mean something to a reader."""
    entries: models.QuerySet[AuditEntry] = AuditEntry.objects.filter(
        kind=EntryKind.DEED, subject=subject._meta.model_name, subject_id=subject.pk
    )
    return entries.select_related("user").order_by("-at", "-id")
