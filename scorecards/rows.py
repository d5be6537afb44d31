"""Writing a quarter's rows at once. On SQLite many rows a statement: the triggers that keep published rankings
make it open a journal for every statement, which for one row each would be most of the time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models

from scorecards.models import Edition
from suppliers.tenants import bulk

_ROWS_A_STATEMENT = 500  # well under SQLite's limit of 32 766 values


def insert(model: type[Any], columns: Mapping[str, Sequence[Any]], *, edition: Edition) -> None:
    """Rows of an edition's buyer from equally long columns; refused for another tenant than the open scope's."""
    if connection.vendor != "sqlite":
        bulk.insert_columns(model, dict(columns), tenant_id=edition.buyer_id)
        return
    model(buyer_id=edition.buyer_id).assert_writable()
    encode = json.JSONEncoder(ensure_ascii=False).encode
    is_json = {field.column for field in model._meta.concrete_fields if isinstance(field, models.JSONField)}
    prepared = [
        [encode(value) for value in values] if name in is_json else values for name, values in columns.items()
    ]
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    into = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({names}) VALUES "
    marks = "(" + ", ".join(["%s"] * len(prepared)) + ")"
    rows = list(zip(*prepared, strict=True))
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _ROWS_A_STATEMENT):
            part = rows[start : start + _ROWS_A_STATEMENT]
            cursor.execute(into + ", ".join([marks] * len(part)), [value for row in part for value in row])
