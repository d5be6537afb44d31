"""Ask for an archive, and remove an old one."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from suppliers.jobs import queue
from suppliers.models import Archive, Supplier
from suppliers.tenants import audit, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import ArchiveState
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

from .building import JOB

# A job that has not come back after this long will not: another one may be asked for.
_PATIENCE = dt.timedelta(hours=1)
MOST_KEPT = 5


@transaction.atomic
def create(*, by: Actor, supplier: Supplier) -> Archive:
    by.require(Right.ARCHIVE_WRITE)
    Supplier.objects.select_for_update(no_key=True).get(pk=supplier.pk)  # two clicks, one archive
    own = Archive.objects.filter(supplier=supplier)
    if own.filter(state=ArchiveState.WAITING, created_at__gt=clock.now() - _PATIENCE).exists():
        raise Refusal("archive.waiting", _("An archive is being made already; it will be ready soon."))
    if own.count() >= MOST_KEPT:
        raise Refusal("archive.many", _("Five archives are kept. Remove an old one first."))
    archive: Archive = Archive.objects.create(supplier=supplier, created_by=by.user)
    audit.record(by=by, act="archive.create", subject=archive)
    queue.enqueue(JOB, archive_id=archive.pk, supplier_id=supplier.pk)
    return archive


@transaction.atomic
def remove(*, by: Actor, archive: Archive) -> None:
    """The file goes with its row; that it was made and fetched stays in the audit trail."""
    by.require(Right.ARCHIVE_WRITE)
    audit.record(by=by, act="archive.remove", subject=archive, data={"sha256": archive.sha256})
    storage, name = archive.file.storage, archive.file.name
    archive.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))


@transaction.atomic
def note_download(*, by: Actor, archive: Archive) -> None:
    """Who carried everything away is worth knowing."""
    audit.record(by=by, act="archive.download", subject=archive, data={"sha256": archive.sha256})
