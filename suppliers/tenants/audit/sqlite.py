"""The audit's triggers for SQLite, and what they ask of the connection that writes.

SQLite knows neither persons nor SHA-256, so the triggers call functions that each of the product's connections
brings along. A tool that does not have them cannot write to these tables: that is as it should be.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper as Connection

from suppliers.tenants import asking, clock, scope

from .decisions import DECISIONS, ROW, Decision
from .postgres import COLUMNS, ENTRY, HEAD, REFUSED, UNSEALED
from .seal import SEALED, acting_of, digest

_KINDS = ("supplier", "buyer", "body")


def attach(sender: Any, connection: Connection, **_kwargs: Any) -> None:
    """Receiver of `connection_created`."""
    if connection.vendor != "sqlite":
        return
    gathered = Gathered()
    create = connection.connection.create_function
    create("greenlink_digest", -1, lambda *parts: digest(parts), deterministic=True)
    create("greenlink_said", -1, _said, deterministic=True)
    create("greenlink_apart", -1, _apart, deterministic=True)
    create("greenlink_person", 0, lambda: asking.current().person_id)
    create("greenlink_origin", 0, lambda: asking.current().origin or "database")
    create("greenlink_acting", 0, lambda: acting_of(scope.current() if scope.is_open() else None))
    create("greenlink_now", 0, _now)
    create("greenlink_gather", 6, gathered.add)
    if not any(isinstance(wrapper, Follower) for wrapper in connection.execute_wrappers):
        connection.execute_wrappers.append(Follower())
    connection.greenlink_gathered = gathered  # type: ignore[attr-defined]


def _now() -> str:
    return clock.now().astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _json(said: Any) -> str:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _said(*pairs: Any) -> str:
    """name, value, name, value … -> JSON of those that say something."""
    named = zip(pairs[::2], pairs[1::2], strict=True)
    return _json({name: value for name, value in named if value is not None})


def _apart(*triples: Any) -> str:
    """name, value, other … -> JSON of the values that differ from the other."""
    named = zip(triples[::3], triples[1::3], triples[2::3], strict=True)
    return _json({name: value for name, value, other in named if value != other})


class Gathered:
    """Rows of the statement that is running, of tables with one entry a statement."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str, str]] | None = None

    def add(self, subject: str, act: str, row_id: int, code: str, before: str, after: str) -> int:
        if self.rows is None:
            raise RuntimeError("write through Django's connection: the audit trail follows its statements")
        row = {"id": row_id, "code": code}
        states = [_json(row | json.loads(said)) if said else "" for said in (before, after)]
        self.rows.append((subject, act, states[0], states[1]))
        return 1


@cache
def _followed() -> tuple[str, ...]:
    return tuple(decision.table for decision in DECISIONS if decision.by_statement)


class Follower:
    """Wrap a statement on a table with one entry a statement, and write that entry after it."""

    def __call__(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        if not any(table in str(sql) for table in _followed()):
            return execute(sql, params, many, context)
        connection = context["connection"]
        gathered: Gathered = connection.greenlink_gathered
        gathered.rows = []
        try:
            answer = execute(sql, params, many, context)
            rows = gathered.rows
        finally:
            gathered.rows = None
        if rows:
            _write(connection, rows)
        return answer


def _write(connection: Connection, rows: list[tuple[str, str, str, str]]) -> None:
    together: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for subject, act, before, after in rows:
        together[subject, act].append((before, after))
    with connection.cursor() as cursor:
        for (subject, act), states in together.items():
            before, after = (_list(filter(None, texts)) for texts in zip(*states, strict=True))
            cursor.execute(
                f"INSERT INTO {ENTRY} ({COLUMNS}) VALUES ('row', NULL, NULL, NULL, greenlink_person(), %s, %s, "
                f"NULL, %s, %s, %s, greenlink_now(), {UNSEALED})",
                [act, subject, _json({"rows": len(states)}), before, after],
            )


def _list(texts: Iterator[str]) -> str:
    joined = ",".join(texts)
    return f"[{joined}]" if joined else ""


def triggers() -> Iterator[tuple[str, str, str]]:
    """Name, table and statement."""
    yield "greenlink_audit_seal", ENTRY, _seal()
    yield _refuse(ENTRY, "update", f"OLD.digest <> '' AND NOT ({_only_origin_blanked()})")
    yield _refuse(ENTRY, "delete", "1")
    yield _refuse(HEAD, "update", "NEW.sequence <> OLD.sequence + 1 OR NEW.chain <> OLD.chain")
    yield _refuse(HEAD, "delete", "1")
    for decision in DECISIONS:
        for event, body in _bodies(decision):
            name = f"greenlink_audit_{decision.subject}_{event}"
            yield (
                name,
                decision.table,
                f"CREATE TRIGGER {name} AFTER {event} ON {decision.table} FOR EACH ROW {body}",
            )


def _refuse(table: str, event: str, when: str) -> tuple[str, str, str]:
    name = f"greenlink_audit_{table}_{event}"
    statement = (
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    )
    return name, table, statement


def _only_origin_blanked() -> str:
    """A person may be forgotten: the origin goes, its digest stays."""
    kept = ("id", *SEALED, "digest")
    return "NEW.origin = '' AND NEW.origin_salt = '' AND " + " AND ".join(
        f"NEW.{name} IS OLD.{name}" for name in kept
    )


def _chain(ids: dict[str, str]) -> str:
    return (
        f"coalesce('buyer:' || {ids['buyer']}, 'supplier:' || {ids['supplier']}, "
        f"'body:' || {ids['body']}, 'platform')"
    )


def _seal() -> str:
    chain = _chain({kind: f"NEW.{kind}_id" for kind in _KINDS})
    head = f"(SELECT {{}} FROM {HEAD} h WHERE h.chain = {chain})"
    origin_digest = "greenlink_digest(origin_salt, origin)"
    texts = {"at": "substr(at || '.000000', 1, 26)", "origin_digest": origin_digest}
    parts = ", ".join(texts.get(name, name) for name in SEALED)
    own = ", ".join(
        f"CASE WHEN {chain} = '{kind}:' || NEW.{kind}_id THEN NEW.{kind}_id END" for kind in _KINDS
    )
    return f"""CREATE TRIGGER greenlink_audit_seal AFTER insert ON {ENTRY} FOR EACH ROW BEGIN
        INSERT INTO {HEAD} (chain, supplier_id, buyer_id, body_id, sequence, digest)
            SELECT {chain}, {own}, 0, '' WHERE NOT EXISTS (SELECT 1 FROM {HEAD} h WHERE h.chain = {chain});
        UPDATE {ENTRY} SET chain = {chain}, sequence = {head.format("h.sequence + 1")},
            previous_digest = {head.format("h.digest")},
            acting = coalesce(nullif(acting, ''), greenlink_acting()),
            origin = substr(coalesce(nullif(origin, ''), greenlink_origin()), 1, 200),
            origin_salt = lower(hex(randomblob(16)))
            WHERE id = NEW.id;
        UPDATE {ENTRY} SET origin_digest = {origin_digest}, digest = greenlink_digest({parts}) WHERE id = NEW.id;
        UPDATE {HEAD} SET sequence = sequence + 1,
            digest = (SELECT e.digest FROM {ENTRY} e WHERE e.id = NEW.id) WHERE chain = {chain};
    END"""


def _bodies(decision: Decision) -> Iterator[tuple[str, str]]:
    """What each trigger does. A row that goes over to another tenant leaves one chain and comes into the other."""
    added = _entry(decision, "added", "NEW", after=_all(decision, "NEW"))
    removed = _entry(decision, "removed", "OLD", before=_all(decision, "OLD"))
    yield "insert", f"WHEN {_tells(decision, 'NEW')} BEGIN {added}; END"
    yield "delete", f"WHEN {_tells(decision, 'OLD')} BEGIN {removed}; END"
    stays = f"OLD.id IS NEW.id AND {_chain(_ids(decision, 'OLD'))} IS {_chain(_ids(decision, 'NEW'))}"
    changed = _entry(
        decision,
        "changed",
        "NEW",
        before=_parts(decision, "OLD", "NEW"),
        after=_parts(decision, "NEW", "OLD"),
    )
    differs = " OR ".join(
        f"{sql.replace(ROW, 'OLD')} IS NOT {sql.replace(ROW, 'NEW')}" for sql in decision.columns.values()
    )
    yield (
        "update",
        f"WHEN {differs} OR OLD.id IS NOT NEW.id BEGIN {changed} WHERE {stays}; {removed} WHERE NOT ({stays}); "
        f"{added} WHERE NOT ({stays}); END",
    )


def _ids(decision: Decision, row: str) -> dict[str, str]:
    return {kind: decision.tenant_column(kind).replace(ROW, row) for kind in _KINDS}


def _tells(decision: Decision, row: str) -> str:
    return " OR ".join(f"{sql.replace(ROW, row)} IS NOT NULL" for sql in decision.columns.values())


def _all(decision: Decision, row: str) -> str:
    pairs = ", ".join(f"'{name}', {sql.replace(ROW, row)}" for name, sql in decision.columns.items())
    return f"greenlink_said({pairs})"


def _parts(decision: Decision, row: str, other: str) -> str:
    triples = ", ".join(
        f"'{name}', {sql.replace(ROW, row)}, {sql.replace(ROW, other)}"
        for name, sql in decision.columns.items()
    )
    return f"greenlink_apart({triples})"


def _entry(decision: Decision, deed: str, row: str, before: str = "''", after: str = "''") -> str:
    if decision.by_statement:
        return f"SELECT greenlink_gather('{decision.subject}', 'row.{deed}', {row}.id, {row}.code, {before}, {after})"
    ids = _ids(decision, row)
    return (
        f"INSERT INTO {ENTRY} ({COLUMNS}) SELECT 'row', {ids['supplier']}, {ids['buyer']}, {ids['body']}, "
        f"greenlink_person(), 'row.{deed}', '{decision.subject}', {row}.id, '{{}}', {before}, {after}, "
        f"greenlink_now(), {UNSEALED}"
    )
