"""The factor tables in an empty database, as the first true load of this process put them there.

Hundreds of tests begin with them, and reading and preparing the same six hundred rows was most of that. The statements
are the same, so triggers and audit do what they do. Whoever tests the loading itself loads truly.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.db import connection

from suppliers.factors import actions, tables
from suppliers.models import Factor, FactorSet

LOAD_TRULY = (
    "tests/suppliers/factors/test_fuzz.py",
    "tests/suppliers/factors/test_load.py",
    "tests/suppliers/factors/test_tables.py",
    "tests/suppliers/tenants/test_audit.py",
)
_INSERT = f'INSERT INTO "{Factor._meta.db_table}"'


@contextmanager
def kept() -> Iterator[None]:
    """Within, loading the product's own tables into an empty database is cheap."""
    load_truly, read_truly, read = actions._load_factors, tables.read, tables.read()
    sets = {row["code"]: number for number, row in enumerate(read.sets)}
    statements: list[tuple[str, list[Any], list[tuple[int, Any]]]] = []

    def read_once(folder: Any = tables.OWN_TABLES) -> tables.Tables:
        return read if folder == tables.OWN_TABLES and not _tests_loading() else read_truly(folder)

    def load(rows: list[dict[str, Any]], new_sets: set[str]) -> tuple[int, int]:
        if rows is not read.factors or new_sets != set(sets) or Factor.objects.exists():
            return load_truly(rows, new_sets)
        ids = dict(FactorSet.objects.values_list("code", "pk"))
        if not statements:
            noted: list[Any] = []
            codes = {pk: code for code, pk in ids.items()}
            with connection.execute_wrapper(_noting(noted, codes)):
                counts = load_truly(rows, new_sets)
            statements.extend(noted)
            return counts
        with connection.cursor() as cursor:
            for sql, values, places in statements:
                for place, code in places:
                    values[place] = _each(ids, code)
                cursor.execute(sql, values)
                cursor.fetchall()
        return len(rows), 0

    with mock.patch.object(tables, "read", read_once), mock.patch.object(actions, "_load_factors", load):
        yield


def _noting(statements: list[Any], codes: dict[int, str]) -> Callable[..., Any]:
    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(_INSERT):
            columns = sql[sql.index("(") + 1 : sql.index(")")].split(", ")
            first, width = columns.index('"set_id"'), len(columns)
            # PostgreSQL is given a list a column, SQLite a value a cell.
            places = [(place, _each(codes, params[place])) for place in range(first, len(params), width)]
            statements.append((sql, list(params), places))
        return execute(sql, params, many, context)

    return note


def _each(of: dict[Any, Any], keys: Any) -> Any:
    return [of[key] for key in keys] if isinstance(keys, list) else of[keys]


def _tests_loading() -> bool:
    return os.environ.get("PYTEST_CURRENT_TEST", "").startswith(LOAD_TRULY)
