"""Many rows at once: COPY on PostgreSQL, executemany on SQLite, the tenant checked first.

Django's bulk_create builds an object and binds a parameter per cell; for fifty thousand rows that is most of the time.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.db.models import JSONField

from .scope import OutsideScope, current

_NEEDS_ESCAPE = re.compile(r"[\\\t\n\r]")
_TEXT_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """`count` primary keys nobody else will get. Call inside the transaction that writes them."""
    if count == 0:
        return []
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [row[0] for row in cursor.fetchall()]
        # An IMMEDIATE transaction is the only writer, so the highest id cannot move under us.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        first = (found[0] if found else 0) + 1
    return list(range(first, first + count))


def insert_columns(model: type[models.Model], columns: dict[str, Sequence[Any]], *, tenant_id: int) -> int:
    """Insert rows given as equally long columns, keyed by column name (`site_id`, not `site`).

    `tenant_id` is the supplier of supplier-owned rows, the buyer of program-owned ones; it must be
    writable in the open scope. Values are stored as given: Decimal, int, float, str, bool, date, datetime, None;
    columns of a JSONField take Python values. Returns the number of rows.
    """
    _assert_tenant(model, tenant_id)
    fields = {field.column: field for field in model._meta.concrete_fields}
    names = list(columns)
    count = len(columns[names[0]]) if names else 0
    if any(len(values) != count for values in columns.values()):
        raise ValueError("Columns differ in length.")
    if count == 0:
        return 0
    prepared = [
        _json_texts(values) if isinstance(fields[name], JSONField) else values
        for name, values in columns.items()
    ]
    if connection.vendor == "postgresql":
        _copy(model._meta.db_table, names, prepared)
    else:
        _executemany(model._meta.db_table, names, [_sqlite_values(values) for values in prepared])
    return count


def _assert_tenant(model: type[models.Model], tenant_id: int) -> None:
    scope = current()
    if scope.is_everyone:
        return
    is_program_owned = any(field.name == "buyer" for field in model._meta.concrete_fields)
    own = scope.buyer_id if is_program_owned else scope.supplier_id
    if own != tenant_id:
        raise OutsideScope(f"{model.__name__} of another tenant may not be written in {scope}.")


def _copy(table: str, names: list[str], columns: list[Sequence[Any]]) -> None:
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    texts = [_copy_texts(values) for values in columns]
    body = "\n".join(map("\t".join, zip(*texts, strict=True)))
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {connection.ops.quote_name(table)} ({quoted}) FROM STDIN") as copy:
            copy.write(body)
            copy.write("\n")


def _executemany(table: str, names: list[str], columns: list[Sequence[Any]]) -> None:
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    marks = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {connection.ops.quote_name(table)} ({quoted}) VALUES ({marks})",
            list(zip(*columns, strict=True)),
        )


def _json_texts(values: Sequence[Any]) -> list[str | None]:
    return [None if value is None else json.dumps(value, ensure_ascii=False, default=str) for value in values]


def _copy_texts(values: Sequence[Any]) -> Iterable[str]:
    """A column as COPY reads it. Most columns hold one type, which needs no look at each value."""
    kinds = set(map(type, values))
    if kinds <= {int, float, Decimal}:
        return map(str, values)
    if kinds == {str} and not _NEEDS_ESCAPE.search("\x00".join(values)):
        return values
    return map(_copy_text, values)


def _copy_text(value: Any) -> str:
    if value is None:
        return "\\N"
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, str):
        return value.translate(_TEXT_ESCAPES)
    return str(value)


def _sqlite_values(values: Sequence[Any]) -> list[Any]:
    adapt = connection.ops.adapt_datetimefield_value
    return [
        str(value)
        if isinstance(value, Decimal)
        else adapt(value)
        if isinstance(value, dt.datetime)
        else value.isoformat()
        if isinstance(value, dt.date)
        else value
        for value in values
    ]
