"""Emission lines are written with their records and withdrawn with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from suppliers.factors.queries import Lookup
from suppliers.tenants import bulk, clock
from suppliers.uploads.models import Upload

from . import lines
from .models import EmissionLine


def add_lines(*, supplier_id: int, pieces: lines.Pieces, record_ids: list[int], lookup: Lookup) -> int:
    """Write the lines of new records, whose ids stand in the order of the rows that were cut into `pieces`.

    Returns how many lines. Call inside the transaction that writes the records.
    """
    columns: dict[str, Sequence[Any]] = dict(lines.columns_of(pieces, record_ids, lookup))
    columns["supplier_id"] = [supplier_id] * len(columns["record_id"])
    return bulk.insert_columns(EmissionLine, columns, tenant_id=supplier_id)


def withdraw_lines(*, upload: Upload) -> int:
    """Take the lines of an upload's records out of force. Returns how many were in force."""
    rows = EmissionLine.objects.filter(
        supplier_id=upload.supplier_id, record__upload=upload, withdrawn_at=None
    )
    return int(rows.update(withdrawn_at=clock.now()))
