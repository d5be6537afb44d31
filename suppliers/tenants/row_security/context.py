"""Tell PostgreSQL whose data may be seen, in every transaction anew.

The settings are local to the transaction, so nothing of one request is left on a pooled connection for the next.
They are written when a statement meets a transaction that does not know the open scope yet; outside a transaction
a statement gets one of its own. `scope.entered` stays the only way to say whose data are meant.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.base.base import BaseDatabaseWrapper as Connection

from suppliers.tenants import asking, clock, scope

NAMES = ("supplier", "buyer", "body", "door", "person", "presented", "origin", "today")
Settings = tuple[str, ...]
_BLANK: Settings = ("",) * len(NAMES)
_UNKNOWN: Settings = ()
_WRITE = "SELECT " + ", ".join(f"set_config('greenlink.{name}', %s, true)" for name in NAMES)
_IDLE, _IN_ERROR = 0, 3  # libpq's PQTRANS_IDLE, PQTRANS_INERROR
_OF_SAVEPOINTS = ("SAVEPOINT", "RELEASE")


def attach(sender: Any, connection: Connection, **_kwargs: Any) -> None:
    """Receiver of `connection_created`."""
    if connection.vendor != "postgresql" or connection.alias == NO_DB_ALIAS:
        return
    if follow not in connection.execute_wrappers:
        connection.execute_wrappers.append(follow)
    connection.greenlink_settings = _BLANK  # type: ignore[attr-defined]


def follow(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
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
    if connection.in_atomic_block or not connection.autocommit:
        _write(connection, wanted)
        return execute(sql, params, many, context)
    if wanted == _BLANK:
        return execute(sql, params, many, context)
    with transaction.atomic(using=connection.alias):
        _write(connection, wanted)
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


def _write(connection: Any, wanted: Settings) -> None:
    status = connection.connection.info.transaction_status
    if status == _IN_ERROR:
        return
    known = _BLANK if status == _IDLE else connection.greenlink_settings
    if wanted != known:
        with connection.connection.cursor() as cursor:
            cursor.execute(_WRITE, wanted)
    connection.greenlink_settings = wanted
