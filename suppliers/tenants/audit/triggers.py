"""Put the audit's triggers into a database after every migration, and say which are missing.

A migration runs without them: it may rebuild the tables they hang on. What it does to rows stands in its own code.
"""

from __future__ import annotations

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper as Connection

from . import postgres, sqlite


def before_migration(sender: Any, using: str, plan: Any = (), **_kwargs: Any) -> None:
    """Receiver of `pre_migrate`."""
    if plan:
        remove(connections[using])


def after_migration(sender: Any, using: str, **_kwargs: Any) -> None:
    """Receiver of `post_migrate`."""
    install(connections[using])


def install(connection: Connection) -> list[str]:
    """Bring triggers and functions to what the code says; returns the names of those that were not."""
    absent = missing(connection)
    if not absent:
        return []
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        _drop(connection, cursor)
        if connection.vendor == "postgresql":
            for function in postgres.functions(_schema(cursor)):
                cursor.execute(function)
        for _name, _table, statement in _wanted(connection):
            cursor.execute(statement)
    return absent


def remove(connection: Connection) -> None:
    """Take them away: for migrations, and for tests that empty whole tables."""
    with connection.cursor() as cursor:
        _drop(connection, cursor)


def missing(connection: Connection | None = None) -> list[str]:
    """Names of triggers and functions that are not in this database, or not as the code says."""
    connection = connection or connections["default"]
    wanted = _wanted(connection)
    if not wanted:
        return []  # not migrated yet
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _missing_functions(cursor) + _missing_triggers(cursor, wanted)
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        standing = dict(cursor.fetchall())
    return [name for name, _table, statement in wanted if standing.get(name) != statement]


def _wanted(connection: Connection) -> list[tuple[str, str, str]]:
    """Triggers of the tables that exist; none while the audit itself is not migrated to what they write."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if postgres.ENTRY not in tables:
            return []
        columns = {one.name for one in connection.introspection.get_table_description(cursor, postgres.ENTRY)}
    if "acting" not in columns:
        return []
    made = postgres.triggers() if connection.vendor == "postgresql" else sqlite.triggers()
    return [one for one in made if one[1] in tables]


def _missing_functions(cursor: Any) -> list[str]:
    cursor.execute(
        "select proname, prosrc from pg_proc "
        "where pronamespace = current_schema()::regnamespace and proname like 'greenlink\\_audit\\_%'"
    )
    standing = dict(cursor.fetchall())
    wanted = {_name_of(text): text.split("$$")[1] for text in postgres.functions(_schema(cursor))}
    return [name for name, body in wanted.items() if standing.get(name) != body]


def _name_of(function: str) -> str:
    return function.split("function ", 1)[1].split("(", 1)[0]


def _missing_triggers(cursor: Any, wanted: list[tuple[str, str, str]]) -> list[str]:
    cursor.execute(
        "select t.tgname, c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid "
        "where c.relnamespace = current_schema()::regnamespace and t.tgenabled in ('O', 'A')"
    )
    standing = set(cursor.fetchall())
    return [f"{name} on {table}" for name, table, _statement in wanted if (name, table) not in standing]


def _schema(cursor: Any) -> str:
    cursor.execute("select quote_ident(current_schema())")
    return str(cursor.fetchone()[0])


def _drop(connection: Connection, cursor: Any) -> None:
    if connection.vendor == "postgresql":
        cursor.execute(
            "select oid::regprocedure::text from pg_proc "
            "where pronamespace = current_schema()::regnamespace and proname like 'greenlink\\_audit\\_%'"
        )
        for (function,) in cursor.fetchall():
            cursor.execute(f"drop function if exists {function} cascade")
        return
    cursor.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'greenlink\\_audit\\_%' ESCAPE '\\'"
    )
    for (trigger,) in cursor.fetchall():
        cursor.execute(f"DROP TRIGGER {trigger}")
