"""Tell PostgreSQL whose data may be seen, in every transaction anew.

The settings are local to the transaction, so nothing of one request is left on a pooled connection for the next.
They are written when a statement meets a transaction that does not know the open scope yet; outside a transaction
a statement gets one of its own. `scope.entered` stays the only way to say whose data are meant.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django.db import transaction
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.base.base import BaseDatabaseWrapper as Connection

from suppliers.tenants import asking, clock, scope

NAMES = ("supplier", "buyer", "body", "door", "person", "presented", "origin", "today")
Settings = tuple[str, ...]
Changes = list[tuple[str, str]]
Execute = Callable[..., Any]
_BLANK: Settings = ("",) * len(NAMES)
_UNKNOWN = (None,) * len(NAMES)
_IDLE, _IN_ERROR = 0, 3  # libpq's PQTRANS_IDLE, PQTRANS_INERROR
_OF_SAVEPOINTS = ("SAVEPOINT", "RELEASE")


def attach(sender: Any, connection: Connection, **_kwargs: Any) -> None:
    """Receiver of `connection_created`."""
    if connection.vendor != "postgresql" or connection.alias == NO_DB_ALIAS:
        return
    if follow not in connection.execute_wrappers:
        connection.execute_wrappers.append(follow)
    connection.greenlink_settings = _BLANK  # type: ignore[attr-defined]


def follow(execute: Execute, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Wrap one statement: the transaction it runs in knows the open scope."""
    connection = context["connection"]
    if isinstance(sql, str):
        if sql.startswith("ROLLBACK TO"):
            # The settings are again those of the savepoint, whichever they were.
            connection.greenlink_settings = _UNKNOWN
            return execute(sql, params, many, context)
        if sql.startswith(_OF_SAVEPOINTS):
            return execute(sql, params, many, context)
    wanted = settings()
    in_transaction = connection.in_atomic_block or not connection.autocommit
    if not in_transaction and wanted == _BLANK:
        return execute(sql, params, many, context)
    if many or not isinstance(sql, str) or not isinstance(params, tuple | list) or _is_named(context):
        return _told_before(execute, sql, params, many, context)
    changed = _changes(connection, wanted)
    if not changed:
        return execute(sql, params, many, context)
    # Settings and statement are one message: one way to the server, and outside a transaction one transaction.
    result = execute(f"{_set(changed)}; {sql}", (*_flat(changed), *params), many, context)
    context["cursor"].nextset()
    if in_transaction:
        connection.greenlink_settings = wanted
    return result


def _told_before(execute: Execute, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """For what cannot carry the settings: they are written by a statement of their own."""
    connection = context["connection"]
    outside = connection.autocommit and not connection.in_atomic_block
    with transaction.atomic(using=connection.alias) if outside else nullcontext():
        wanted = settings()
        changed = _changes(connection, wanted)
        if changed:
            with connection.connection.cursor() as cursor:
                cursor.execute(_set(changed), _flat(changed))
            connection.greenlink_settings = wanted
        return execute(sql, params, many, context)


def settings() -> Settings:
    """The context as the database is told it; all blank where nobody asks for anything."""
    who = asking.current()
    if not scope.is_open() and who == asking.Asking():
        return _BLANK
    return (
        *(_whose(scope.current()) if scope.is_open() else ("",) * 4),
        _text(who.person_id),
        who.presented_digest,
        who.origin,
        clock.today().isoformat(),
    )


def _whose(of: scope.Scope) -> Settings:
    return (_text(of.supplier_id), _text(of.buyer_id), _text(of.body_id), of.reason)


def _text(value: int | None) -> str:
    return "" if value is None else str(value)


def _changes(connection: Any, wanted: Settings) -> Changes:
    """What the running transaction has to be told; nothing where it is broken and would not listen."""
    status = connection.connection.info.transaction_status
    if status == _IN_ERROR:
        return []
    known = _BLANK if status == _IDLE else connection.greenlink_settings
    return [(name, new) for name, new, old in zip(NAMES, wanted, known, strict=True) if new != old]


def _set(changed: Changes) -> str:
    return "SELECT " + ", ".join(f"set_config('greenlink.{name}', %s, true)" for name, _value in changed)


def _flat(changed: Changes) -> list[str]:
    return [value for _name, value in changed]


def _is_named(context: dict[str, Any]) -> bool:
    """A cursor that lives on the server is declared by a statement of its own kind."""
    return getattr(context["cursor"].cursor, "name", None) is not None
