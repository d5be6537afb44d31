"""What is done to an upload itself: kept, reported on, corrected, moved from state to state.

Records and lines belong to other rooms; suppliers/pipeline.py puts the steps together.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import translation

from suppliers.calc import issues
from suppliers.calc.columns import FIELDS, RawTable
from suppliers.calc.issues import Issue
from suppliers.calc.tables import Checked, Fix, row_texts
from suppliers.calc.texts import visible
from suppliers.tenants import audit, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Supplier
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

from . import queries
from .models import CellFix, Upload, UploadReport, UploadStatus, file_path

# What a page can show to be fixed by hand; the whole list is in the annotated workbook.
SAMPLE_ROWS = 200
GROUP_ROWS = 20
# Past this a file is the wrong file; the groups still count every issue.
MOST_ISSUES_KEPT = 100_000

FINISHED = (UploadStatus.WITHDRAWN, UploadStatus.FAILED)
CHECKABLE = (
    *(UploadStatus.RECEIVED, UploadStatus.CHECKING, UploadStatus.NEEDS_FIX),
    *(UploadStatus.READY, UploadStatus.ACCEPTED),
)
_UNSAFE_IN_NAMES = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


class UploadNeedsFix(Refusal):
    """Accepting everything was asked for, and some rows are not right."""

    def __init__(self, upload: Upload, bad_rows: int) -> None:
        super().__init__(
            "upload.needs_fix",
            _sentence("upload.needs_fix", bad_rows=bad_rows),
            issues=queries.issues_of(upload, translation.get_language() or "zh", limit=1000),
            data={"bad_rows": bad_rows},
        )


def refusal(code: str, *, status: int = 409, **data: Any) -> Refusal:
    """A refusal with the sentence of the issue catalogue, in the reader's language."""
    return Refusal(code, _sentence(code, **data), status=status, data=data)


def wrong_state(upload: Upload) -> Refusal:
    label = str(UploadStatus(upload.status).label)
    return Refusal("upload.state", _sentence("upload.state", status=label), data={"status": upload.status})


def _sentence(code: str, **data: Any) -> str:
    return issues.sentence(code, data, language=translation.get_language() or "zh")


# -- what came -----------------------------------------------------------------------------------------


def keep(
    *, by: Actor, supplier: Supplier, content: bytes, filename: str, idempotency_key: str = ""
) -> tuple[Upload, bool]:
    """Store the file, or find the upload that it already is. Returns (upload, is it new)."""
    by.require(Right.UPLOAD_WRITE)
    limit = settings.UPLOAD_LIMIT_BYTES
    if len(content) > limit:
        raise refusal("file.size", status=413, limit_mb=limit // (1024 * 1024), size=len(content))
    sha256 = hashlib.sha256(content).hexdigest()
    known = _already_here(supplier, sha256, idempotency_key)
    if known is not None:
        return known, False
    upload = Upload(
        supplier=supplier,
        filename=clean_filename(filename),
        sha256=sha256,
        size_bytes=len(content),
        idempotency_key=idempotency_key[:100],
        created_by_id=by.user_id,
    )
    _keep_file(upload, content)
    try:
        with transaction.atomic():
            upload.save()
    except IntegrityError:
        # The same bytes came in twice at the same moment; the other one was first.
        known = _already_here(supplier, sha256, idempotency_key)
        if known is None:
            raise
        return known, False
    audit.record(by=by, act="upload.receive", subject=upload, data={"sha256": sha256, "bytes": len(content)})
    return upload, True


def _already_here(supplier: Supplier, sha256: str, idempotency_key: str) -> Upload | None:
    own = Upload.objects.filter(supplier=supplier)
    if idempotency_key:
        same_key: Upload | None = own.filter(idempotency_key=idempotency_key[:100]).first()
        if same_key is not None and same_key.sha256 != sha256:
            raise refusal("upload.idempotency", status=409, upload=same_key.pk)
        if same_key is not None:
            return same_key
    same_bytes: Upload | None = own.filter(sha256=sha256).exclude(status__in=FINISHED).first()
    return same_bytes


def _keep_file(upload: Upload, content: bytes) -> None:
    """One file per content: what came before under the same hash is the same, and is left as it is."""
    path = file_path(upload, "")
    storage = upload.file.storage
    if storage.exists(path) and storage.size(path) == len(content):
        upload.file.name = path
    else:
        upload.file.save(path, ContentFile(content), save=False)


def clean_filename(name: str) -> str:
    """The last part of a name without characters that could mislead a reader; at most 200 characters."""
    last = posixpath.basename(name.replace("\\", "/")).encode("utf-8", "replace").decode()
    return _UNSAFE_IN_NAMES.sub("", last).strip()[:200] or "upload"


# -- what was found ------------------------------------------------------------------------------------


def report_checked(
    *, upload: Upload, table: RawTable, checked: Checked, found: Sequence[Issue], fixes: Sequence[Fix]
) -> None:
    """Write the outcome of a check: counts, state, issues, and the rows a page offers for fixing."""
    bad = sorted({issue.row for issue in found if issue.severity == issues.ERROR and issue.row})
    sample = [
        {"row": row, "cells": row_texts(table, checked.mapping, row, fixes)} for row in bad[:SAMPLE_ROWS]
    ]
    upload.rows_total = checked.rows_total
    upload.rows_valid = checked.rows_total - checked.bad_rows
    upload.mapping = upload.mapping | {"found": checked.mapping.as_dict(table.header)}
    if upload.status != UploadStatus.ACCEPTED:
        upload.status = UploadStatus.NEEDS_FIX if checked.bad_rows else UploadStatus.READY
    _write_report(upload, found, sample)


def report_failed(*, upload: Upload, found: Sequence[Issue]) -> None:
    """The file cannot be read at all: it ends here, and the same bytes may be sent again as a new upload."""
    upload.rows_total = upload.rows_valid = 0
    upload.status = UploadStatus.FAILED
    _write_report(upload, found, [])


def _write_report(upload: Upload, found: Sequence[Issue], sample: list[dict[str, Any]]) -> None:
    upload.progress = 1.0
    upload.checked_at = clock.now()
    rows = [as_data(issue) for issue in found]
    kept = rows[:MOST_ISSUES_KEPT]
    with transaction.atomic():
        upload.save(update_fields=["rows_total", "rows_valid", "status", "progress", "checked_at", "mapping"])
        UploadReport.objects.update_or_create(
            upload=upload,
            supplier_id=upload.supplier_id,
            defaults={"issues": kept, "groups": _grouped(rows), "sample": sample},
        )


def as_data(issue: Issue) -> dict[str, Any]:
    return {
        "code": issue.code,
        "severity": issue.severity,
        "row": issue.row,
        "column": issue.column,
        "data": dict(issue.data),
    }


def _grouped(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Issues of the same code, column and reason together, the most frequent first."""
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        key = (row["code"], row["column"], row["data"].get("reason"))
        group = groups.setdefault(
            key,
            {"code": row["code"], "column": row["column"], "severity": row["severity"], "count": 0, "rows": [],
             "example": row},
        )  # fmt: skip
        group["count"] += 1
        if len(group["rows"]) < GROUP_ROWS and row["row"] is not None:
            group["rows"].append(row["row"])
    return sorted(groups.values(), key=lambda group: (group["severity"] != issues.ERROR, -group["count"]))


# -- corrections ---------------------------------------------------------------------------------------


def add_fix(*, by: Actor, upload: Upload, row: int, field: str, old: str, new: str) -> CellFix:
    """A corrected cell as a row of its own; the file stays as it came."""
    by.require(Right.UPLOAD_WRITE)
    if field not in FIELDS:
        raise refusal("upload.fix", status=422, reason_text=field[:40])
    fix = CellFix(
        supplier_id=upload.supplier_id,
        upload=upload,
        row=row,
        field=field,
        old=visible(old),
        new=visible(new.strip()),
        by_id=by.user_id,
    )
    fix.save()
    data = {"row": row, "field": field, "old": fix.old, "new": fix.new}
    audit.record(by=by, act="upload.fix", subject=upload, data=data)
    return fix


def say_mapping(*, by: Actor, upload: Upload, fields: Mapping[str, str], decimal_comma: bool) -> None:
    """What the supplier says about the columns: {header: field}, and whether decimals have commas."""
    by.require(Right.UPLOAD_WRITE)
    unknown = sorted(set(fields.values()) - {*FIELDS, "period"})
    if unknown:
        raise refusal("upload.fix", status=422, reason_text=", ".join(unknown)[:80])
    upload.mapping = {
        "fields": {visible(header): name for header, name in fields.items()},
        "decimal_comma": decimal_comma,
    }
    upload.save(update_fields=["mapping"])
    audit.record(by=by, act="upload.mapping", subject=upload, data=upload.mapping)


# -- states --------------------------------------------------------------------------------------------


def locked(upload: Upload) -> Upload:
    """The upload as it is now, held until the transaction ends, so that no two decide at once."""
    row: Upload = Upload.objects.select_for_update(of=("self",)).get(
        pk=upload.pk, supplier_id=upload.supplier_id
    )
    return row


def mark_accepted(*, by: Actor, upload: Upload, rows: int, data_from: dt.date) -> None:
    """`data_from`: the first day any of these rows speaks of; which buyers see the file hangs on it."""
    upload.status = UploadStatus.ACCEPTED
    upload.data_from = min(data_from, upload.data_from or data_from)
    upload.rows_accepted += rows
    upload.accepted_at = upload.accepted_at or clock.now()
    upload.accepted_by_id = upload.accepted_by_id or by.user_id
    upload.save(update_fields=["status", "rows_accepted", "accepted_at", "accepted_by", "data_from"])
    audit.record(
        by=by, act="upload.accept", subject=upload, data={"rows": rows, "rows_accepted": upload.rows_accepted}
    )


def mark_withdrawn(*, by: Actor, upload: Upload, records: int) -> None:
    upload.status = UploadStatus.WITHDRAWN
    upload.withdrawn_at = clock.now()
    upload.withdrawn_by_id = by.user_id
    upload.save(update_fields=["status", "withdrawn_at", "withdrawn_by"])
    audit.record(by=by, act="upload.withdraw", subject=upload, data={"records": records})
