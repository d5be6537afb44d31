"""Many rows at once: COPY and INSERT … SELECT on PostgreSQL, long INSERTs on SQLite, the tenant checked first.

Django's bulk_create builds an object and binds a parameter per cell; for fifty thousand rows that is most of the time.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

from django.db import connection, models
from django.db.models import JSONField

from .scope import OutsideScope, current

_ROWS_A_STATEMENT = 500  # times the widest table stays under SQLite's limit of 32 766 values
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


def insert_columns(model: type[models.Model], columns: Mapping[str, Sequence[Any]], *, tenant_id: int) -> int:
    """Insert rows given as equally long columns, keyed by column name (`site_id`, not `site`).

    `tenant_id` is the supplier of supplier-owned rows, the buyer of program-owned ones and of companies it enters; it must be
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
        _insert_many(model._meta.db_table, names, [_sqlite_values(values) for values in prepared])
    return count


def _assert_tenant(model: type[models.Model], tenant_id: int) -> None:
    scope = current()
    if scope.is_everyone:
        return
    is_program_owned = any(field.name == "buyer" for field in model._meta.concrete_fields)
    is_program_owned = is_program_owned or getattr(model, "entered_by_buyers", False)
    own = scope.buyer_id if is_program_owned else scope.supplier_id
    if own != tenant_id:
        raise OutsideScope(f"{model.__name__} of another tenant may not be written in {scope}.")


def _copy(table: str, names: list[str], columns: list[Sequence[Any]]) -> None:
    texts = [_copy_texts(values) for values in columns]
    body = "\n".join(map("\t".join, zip(*texts, strict=True)))
    chosen = ", ".join(map(connection.ops.quote_name, names))
    with connection.cursor() as cursor:
        # COPY is refused into a table with row-level security; a temporary one has none.
        cursor.execute(
            f"CREATE TEMPORARY TABLE greenlink_stage ON COMMIT DROP AS SELECT {chosen} FROM {table} WITH NO DATA"
        )
        with cursor.copy(f"COPY greenlink_stage ({chosen}) FROM STDIN") as copy:
            copy.write(body)
            copy.write("\n")
        cursor.execute(f"INSERT INTO {_into(table, names)} SELECT {chosen} FROM greenlink_stage")
        cursor.execute("DROP TABLE greenlink_stage")


def _copy_texts(values: Sequence[Any]) -> Iterable[str]:
    """A column as COPY reads it. Most columns hold one type or few values: neither needs a look at each cell."""
    kinds = set(map(type, values))
    if kinds <= {int, float, Decimal}:
        return map(str, values)
    if kinds == {str} and not _NEEDS_ESCAPE.search("\x00".join(values)):
        return values
    written = {value: _copy_text(value) for value in set(values)}
    return [written[value] for value in values]


def _copy_text(value: Any) -> str:
    if value is None:
        return "\\N"
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, str):
        return value.translate(_TEXT_ESCAPES)
    return str(value)


def _insert_many(table: str, names: list[str], columns: list[Sequence[Any]]) -> None:
    """Many rows a statement: where a table has triggers, SQLite opens a journal for every statement."""
    rows = list(zip(*columns, strict=True))
    one = "(" + ", ".join(["%s"] * len(names)) + ")"
    into = f"INSERT INTO {_into(table, names)} VALUES "
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _ROWS_A_STATEMENT):
            part = rows[start : start + _ROWS_A_STATEMENT]
            cursor.execute(into + ", ".join([one] * len(part)), list(chain.from_iterable(part)))


def _into(table: str, names: list[str]) -> str:
    quote = connection.ops.quote_name
    return f"{quote(table)} ({', '.join(map(quote, names))})"


def _json_texts(values: Sequence[Any]) -> list[str | None]:
    encode = json.JSONEncoder(ensure_ascii=False, default=str).encode
    return [None if value is None else encode(value) for value in values]


def _sqlite_values(values: Sequence[Any]) -> Sequence[Any]:
    kinds = set(map(type, values))
    if kinds <= {int, float, str, bool, type(None)}:
        return values
    if kinds == {Decimal}:
        return list(map(str, values))
    return [_sqlite_value(value) for value in values]


def _sqlite_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value.isoformat() if isinstance(value, dt.date) else value
