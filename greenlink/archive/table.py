"""One CSV of the archive: which rows, and a look-up for each column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models

from suppliers.models import Supplier

Rows = models.QuerySet[Any]
Columns = dict[str, str]

PROOF: Columns = {
    "document_id": "evidence_id",
    "document_sha256": "evidence__sha256",
    "entered_by_buyer": "entered_by__code",
    "created_by": "created_by__email",
}


@dataclass(frozen=True)
class Table:
    """One CSV. `rows` names the supplier in so many words, besides the scope it runs in."""

    name: str
    rows: Callable[[Supplier], Rows]
    columns: Columns


def own(
    model: type[models.Model], columns: str, *, name: str, more: Columns | None = None, **only: Any
) -> Table:
    """`columns`: fields whose header is their own name; `more`: headers with a look-up."""
    manager: Any = model.objects  # type: ignore[attr-defined]
    return Table(
        name,
        lambda supplier: manager.filter(supplier=supplier, **only).order_by("pk"),
        {column: column for column in columns.split()} | (more or {}),
    )
