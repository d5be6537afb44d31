"""The data's way through the ground floor, in one screen.

    receive -> check -> (fix_cell -> check)* -> accept: records -> emission lines
                                                 withdraw: both out of force, nothing deleted

Every step may be repeated: receiving the same bytes finds the same upload, checking again finds the
same issues, accepting twice writes one set.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from suppliers.activity import actions as activity
from suppliers.activity import queries as held
from suppliers.calc import columns, issues
from suppliers.calc.columns import RawTable
from suppliers.calc.issues import Issue
from suppliers.calc.tables import Checked, Fix, check_table, row_texts
from suppliers.factors.queries import Lookup
from suppliers.inventory import actions as inventory
from suppliers.inventory import lines
from suppliers.jobs import queue
from suppliers.tenants import clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Supplier
from suppliers.tenants.roles import Right
from suppliers.tenants.scope import Scope, entered
from suppliers.uploads import actions as uploads
from suppliers.uploads import queries as came
from suppliers.uploads import readers
from suppliers.uploads.actions import UploadNeedsFix
from suppliers.uploads.models import Upload, UploadStatus
from suppliers.uploads.preflight import FileTrouble
from suppliers.warnings import evaluate as warnings

__all__ = ["UploadNeedsFix", "accept", "check", "fix_cell", "map_columns", "receive", "withdraw"]

logger = logging.getLogger(__name__)


def receive(
    *, by: Actor, supplier: Supplier, content: bytes, filename: str, idempotency_key: str = ""
) -> Upload:
    """Keep what came and have it checked. The same bytes find the same upload, checked again if not accepted."""
    with transaction.atomic():
        upload, _new = uploads.keep(
            by=by, supplier=supplier, content=content, filename=filename, idempotency_key=idempotency_key
        )
        if upload.status in uploads.CHECKABLE and upload.status != UploadStatus.ACCEPTED:
            queue.enqueue("upload.check", upload_id=upload.pk, supplier_id=supplier.pk)
    upload.refresh_from_db()
    return upload


@queue.register("upload.check")
def check_job(*, upload_id: int, supplier_id: int) -> None:
    """The queue's way in: opens the supplier's scope and checks."""
    with entered(Scope(supplier_id=supplier_id)):
        check(upload=Upload.objects.select_related("supplier").get(pk=upload_id, supplier_id=supplier_id))


def check(*, upload: Upload) -> Upload:
    """Read the file and report every trouble in it. Writes the report and nothing else."""
    if upload.status not in (*uploads.CHECKABLE, UploadStatus.FAILED):
        raise uploads.wrong_state(upload)
    try:
        outcome = _look(upload)
    except FileTrouble as trouble:
        uploads.report_failed(upload=upload, found=[trouble.issue])
    except Exception:
        logger.exception("check of upload %s failed", upload.pk)
        uploads.report_failed(upload=upload, found=[issues.make("upload.unexpected")])
    else:
        if upload.status == UploadStatus.FAILED:
            upload.status = UploadStatus.RECEIVED
        uploads.report_checked(
            upload=upload,
            table=outcome.table,
            checked=outcome.checked,
            found=outcome.issues,
            fixes=outcome.fixes,
        )
    return upload


def fix_cell(*, by: Actor, upload: Upload, row: int, field: str, new: str) -> Upload:
    """Correct one cell beside the immutable file, and check again."""
    by.require(Right.UPLOAD_WRITE)
    with transaction.atomic():
        upload = uploads.locked(upload)
        if upload.status not in uploads.CHECKABLE:
            raise uploads.wrong_state(upload)
        table = _read(upload)
        fixes = came.fixes_of(upload)
        if row in held.accepted_rows(upload):
            raise uploads.wrong_state(upload)
        try:
            mapping = columns.map_columns(table.header, came.mapping_of(upload))
            old = row_texts(table, mapping, row, fixes).get(field, "")
        except ValueError:
            raise uploads.refusal("upload.fix", status=422, reason_text=str(row)) from None
        uploads.add_fix(by=by, upload=upload, row=row, field=field, old=old, new=new)
        return check(upload=upload)


def map_columns(
    *, by: Actor, upload: Upload, fields: Mapping[str, str], decimal_comma: bool = False
) -> Upload:
    """Say which header is which field, and whether decimals have commas; then check again."""
    by.require(Right.UPLOAD_WRITE)
    with transaction.atomic():
        upload = uploads.locked(upload)
        if upload.status in (UploadStatus.ACCEPTED, UploadStatus.WITHDRAWN):
            raise uploads.wrong_state(upload)
        uploads.say_mapping(by=by, upload=upload, fields=fields, decimal_comma=decimal_comma)
        return check(upload=upload)


def accept(*, by: Actor, upload: Upload, partial: bool = False) -> Upload:
    """Turn valid rows into records and emission lines, in one transaction.

    Everything is checked once more against what is in force now. Rows left bad: UploadNeedsFix, unless
    `partial`; then the valid rows enter and the rest waits, to be fixed and accepted later. Accepting
    what is accepted already changes nothing.
    """
    by.require(Right.UPLOAD_WRITE)
    with transaction.atomic():
        upload = uploads.locked(upload)
        _one_at_a_time(upload.supplier_id)
        if upload.status == UploadStatus.ACCEPTED and upload.rows_accepted >= upload.rows_total:
            return upload
        if upload.status not in (UploadStatus.READY, UploadStatus.NEEDS_FIX, UploadStatus.ACCEPTED):
            raise uploads.wrong_state(upload)
        outcome = _look(upload, again=True)
        rows = outcome.checked.rows
        if rows.empty or (outcome.checked.bad_rows and not partial):
            refused = outcome
        else:
            refused = None
            ids = activity.add_records(by=by, upload=upload, rows=rows)
            inventory.add_lines(
                supplier_id=upload.supplier_id, pieces=outcome.pieces, record_ids=ids, lookup=outcome.lookup
            )
            uploads.mark_accepted(by=by, upload=upload, rows=len(rows), data_from=rows["start"].min().date())
            warnings.ask_for(upload.supplier_id)
        uploads.report_checked(
            upload=upload,
            table=outcome.table,
            checked=outcome.checked,
            found=outcome.issues,
            fixes=outcome.fixes,
        )
    # The report of the second look is kept; the refusal comes after it is safely written.
    if refused is not None and (not partial or upload.status != UploadStatus.ACCEPTED):
        raise UploadNeedsFix(upload, refused.checked.bad_rows)
    return upload


def withdraw(*, by: Actor, upload: Upload) -> Upload:
    """Take an upload's records and lines out of force. Nothing is deleted; withdrawing twice is once."""
    by.require(Right.UPLOAD_WITHDRAW)
    with transaction.atomic():
        upload = uploads.locked(upload)
        # Also what an evaluation of warnings waits for: it must not look before this is written.
        _one_at_a_time(upload.supplier_id)
        if upload.status == UploadStatus.WITHDRAWN:
            return upload
        if upload.status == UploadStatus.FAILED:
            raise uploads.wrong_state(upload)
        inventory.withdraw_lines(upload=upload)
        records = activity.withdraw_records(upload=upload)
        uploads.mark_withdrawn(by=by, upload=upload, records=records)
        if records:
            warnings.ask_for(upload.supplier_id)
    return upload


def _one_at_a_time(supplier_id: int) -> None:
    """Two uploads of one supplier must not both find a period free: the second waits, and then sees the first."""
    Supplier.objects.select_for_update(no_key=True).get(pk=supplier_id)


@dataclass(frozen=True)
class _Outcome:
    table: RawTable
    checked: Checked
    issues: list[Issue]
    fixes: list[Fix]
    pieces: lines.Pieces
    lookup: Lookup


def _look(upload: Upload, *, again: bool = False) -> _Outcome:
    """Read and check a file against all that is known today. `again`: it passed the preflight before."""
    table = _read(upload, again=again)
    fixes = came.fixes_of(upload)
    facts = held.supplier_facts(upload.supplier_id)
    lookup = Lookup()
    done = held.accepted_rows(upload) if upload.rows_accepted else []
    checked = check_table(table, facts, clock.today(), fixes, came.mapping_of(upload), skip=done)
    pieces = lines.pieces_of(checked.rows, facts, lookup)
    missing = lines.missing_factors(pieces, checked.rows)
    found = sorted([*checked.issues, *missing], key=lambda issue: issue.row or 0)
    return _Outcome(table, checked, found, fixes, pieces, lookup)


def _read(upload: Upload, *, again: bool = False) -> RawTable:
    return readers.read_table(
        came.content_of(upload),
        limit_bytes=settings.UPLOAD_LIMIT_BYTES,
        mapping=came.mapping_of(upload),
        examined=again,
    )
