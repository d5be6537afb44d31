"""Records come in by whole uploads and go out by whole uploads; nothing is deleted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from suppliers.tenants import bulk, clock
from suppliers.tenants.actors import Actor
from suppliers.uploads.models import Upload

from .models import ActivityRecord, SourceKind


def add_records(*, by: Actor, upload: Upload, rows: pd.DataFrame) -> list[int]:
    """Write checked rows as records. Returns their ids in the order of the rows. Call inside a transaction."""
    count = len(rows)
    ids = bulk.reserve_ids(ActivityRecord, count)
    bulk.insert_columns(
        ActivityRecord,
        {
            "id": ids,
            "supplier_id": [upload.supplier_id] * count,
            "site_id": rows["site_id"].tolist(),
            "meter_id": [meter or None for meter in rows["meter_id"].tolist()],
            "carrier": rows["carrier"].tolist(),
            "start": iso_days(rows["start"]),
            "end": iso_days(rows["end"]),
            "quantity": rows["quantity"].tolist(),
            "quantity_given": rows["quantity_given"].tolist(),
            "unit_given": rows["unit_given"].tolist(),
            "document": rows["document"].tolist(),
            "notes": rows["notes"].tolist(),
            "source_kind": [SourceKind.UPLOAD.value] * count,
            "upload_id": [upload.pk] * count,
            "upload_row": rows["row"].tolist(),
            "created_by_id": [by.user_id] * count,
            "created_at": [clock.now()] * count,
        },
        tenant_id=upload.supplier_id,
    )
    return ids


def withdraw_records(*, upload: Upload) -> int:
    """Take the records of an upload out of force. Returns how many were in force."""
    rows = ActivityRecord.objects.filter(supplier_id=upload.supplier_id, upload=upload, withdrawn_at=None)
    return int(rows.update(withdrawn_at=clock.now()))


def iso_days(days: pd.Series) -> list[str]:
    """Days as the database reads them from text."""
    texts: list[str] = np.datetime_as_string(days.to_numpy().astype("datetime64[D]")).tolist()
    return texts
