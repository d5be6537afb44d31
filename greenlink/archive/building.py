"""The job: read everything in the supplier's own scope, pack it, keep it beside the row that stands for it."""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import tempfile
import zipfile
from typing import Any, BinaryIO, cast

from django.core.cache import cache
from django.core.files import File
from django.db import transaction

from suppliers.jobs import queue
from suppliers.models import Archive, EvidenceFile, Supplier, Upload
from suppliers.tenants import clock
from suppliers.tenants.models import ArchiveState
from suppliers.tenants.scope import Scope, entered

from . import packing
from .tables import TABLES

JOB = "archive.build"
_PIECE_BYTES = 1024 * 1024
_HOUR_SECONDS = 3600

logger = logging.getLogger(__name__)


@queue.register(JOB)
def build_job(*, archive_id: int, supplier_id: int) -> None:
    """The queue's way in. Somebody may have removed the archive meanwhile."""
    with entered(Scope(supplier_id=supplier_id)):
        found: Archive | None = Archive.objects.filter(pk=archive_id, supplier_id=supplier_id).first()
        if found is not None and found.state != ArchiveState.READY:
            build(found)


def build(archive: Archive) -> Archive:
    supplier = Supplier.objects.get(pk=archive.supplier_id)
    try:
        with tempfile.TemporaryFile() as file, transaction.atomic():
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
                _fill(target, supplier, archive)
            _keep(archive, cast(BinaryIO, file))
    except Exception:
        logger.exception("archive %s failed", archive.pk)
        archive.state = ArchiveState.FAILED
        archive.finished_at = clock.now()
        archive.save(update_fields=["state", "finished_at"])
    return archive


def progress_of(archive: Archive) -> float:
    """0..1. A job's own writes are seen when it is done; until then it says in the cache how far it is."""
    if archive.state != ArchiveState.WAITING:
        return 1.0
    return float(cache.get(_progress_key(archive), 0.0))


def _say_progress(archive: Archive, done: float) -> None:
    cache.set(_progress_key(archive), done, timeout=_HOUR_SECONDS)


def _progress_key(archive: Archive) -> str:
    return f"archive-progress:{archive.pk}"


def _fill(target: zipfile.ZipFile, supplier: Supplier, archive: Archive) -> None:
    counts = []
    for number, table in enumerate(TABLES, start=1):
        counts.append(f"{table.name}: {packing.add_table(target, table, table.rows(supplier))}")
        _say_progress(archive, number / len(TABLES) / 2)
    _add_files(target, supplier, archive)
    words = packing.README.format(
        name=supplier.name, code=supplier.code, day=f"{clock.today():%Y-%m-%d}", counts="\n".join(counts)
    )
    target.writestr("README.txt", words)


def _add_files(target: zipfile.ZipFile, supplier: Supplier, archive: Archive) -> None:
    kept: list[tuple[str, Any]] = [
        *(("uploads", row) for row in Upload.objects.filter(supplier=supplier).order_by("pk")),
        *(("documents", row) for row in EvidenceFile.objects.filter(supplier=supplier).order_by("pk")),
    ]
    sums, missing = [], []
    for number, (folder, row) in enumerate(kept, start=1):
        name = packing.member_name(folder, row.pk, row.filename)
        if row.file and row.file.storage.exists(row.file.name):
            sums.append(f"{packing.add_file(target, name, row.file)}  {name}")
        else:
            missing.append(f"{row.sha256}  {name}")
        _say_progress(archive, 0.5 + number / len(kept) / 2)
    packing.add_lines(target, "SHA256SUMS", sums)
    if missing:
        packing.add_lines(target, "MISSING", missing)


def _keep(archive: Archive, file: BinaryIO) -> None:
    digest, size_bytes = hashlib.sha256(), file.seek(0, os.SEEK_END)
    file.seek(0)
    for piece in iter(lambda: file.read(_PIECE_BYTES), b""):
        digest.update(piece)
    file.seek(0)
    archive.file.save(f"{archive.pk}-{secrets.token_hex(8)}.zip", File(file), save=False)
    archive.sha256, archive.size_bytes = digest.hexdigest(), size_bytes
    archive.state, archive.progress, archive.finished_at = ArchiveState.READY, 1.0, clock.now()
    try:
        archive.save()
    except Exception:
        archive.file.delete(save=False)
        raise
