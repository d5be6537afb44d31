"""What a database is known by: rows a table, heads of the audit chains, migrations, triggers, policies.

Taken from the copy when it is made and from the database when it is back: both must be equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.apps import apps
from django.db.models import FileField

Execute = Callable[[str], Sequence[tuple[Any, ...]]]

AUDIT_HEADS = "suppliers_auditchain"
MIGRATIONS = "django_migrations"
# Where there is a row in one of these, somebody works here.
OCCUPIED_BY = ("suppliers_user", "suppliers_supplier", "suppliers_buyer", "suppliers_verificationbody")

_TABLES = {
    "sqlite": "select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'",
    "postgresql": "select relname from pg_class where relkind in ('r', 'p') "
    "and relnamespace = current_schema()::regnamespace",
}
_TRIGGERS = {
    "sqlite": "select name from sqlite_master where type = 'trigger' order by 1",
    "postgresql": "select c.relname || '.' || t.tgname || ' ' || t.tgenabled::text from pg_trigger t "
    "join pg_class c on c.oid = t.tgrelid where not t.tgisinternal "
    "and c.relnamespace = current_schema()::regnamespace order by 1",
}
_POLICIES = {
    "postgresql": "select c.relname || '.' || p.polname || case when c.relrowsecurity and c.relforcerowsecurity "
    "then ' forced' else ' open' end from pg_policy p join pg_class c on c.oid = p.polrelid "
    "where c.relnamespace = current_schema()::regnamespace order by 1",
}


@dataclass(frozen=True)
class Facts:
    tables: dict[str, int]
    audit_heads: list[dict[str, Any]]
    migrations: list[str]
    triggers: list[str]
    policies: list[str]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def differences(self, other: Facts) -> list[str]:
        """What is not the same in `other`, in words; empty where nothing was lost."""
        found = [
            f"{table}: {self.tables.get(table)} rows, now {other.tables.get(table)}"
            for table in sorted({*self.tables, *other.tables})
            if self.tables.get(table) != other.tables.get(table)
        ]
        return found + [
            f"{field.name.replace('_', ' ')} differ"
            for field in fields(self)
            if field.name != "tables" and getattr(self, field.name) != getattr(other, field.name)
        ]


def from_json(data: dict[str, Any]) -> Facts:
    return Facts(**{field.name: data[field.name] for field in fields(Facts)})


def read(execute: Execute, vendor: str) -> Facts:
    tables = tables_of(execute, vendor)
    return Facts(
        tables={table: execute(f'select count(*) from "{table}"')[0][0] for table in tables},
        audit_heads=_heads(execute) if AUDIT_HEADS in tables else [],
        migrations=migrations_of(execute) if MIGRATIONS in tables else [],
        triggers=[row[0] for row in execute(_TRIGGERS[vendor])],
        policies=[row[0] for row in execute(_POLICIES[vendor])] if vendor in _POLICIES else [],
    )


def tables_of(execute: Execute, vendor: str) -> list[str]:
    return sorted(row[0] for row in execute(_TABLES[vendor]))


def migrations_of(execute: Execute) -> list[str]:
    return sorted(f"{app}.{name}" for app, name in execute(f"select app, name from {MIGRATIONS}"))


def is_occupied(execute: Execute, vendor: str) -> bool:
    """Does anybody's data stand here? Tables that migrations made and nobody filled do not count."""
    standing = set(tables_of(execute, vendor))
    return any(
        execute(f'select exists (select 1 from "{table}")')[0][0]
        for table in OCCUPIED_BY
        if table in standing
    )


def files_named(execute: Execute, tables: set[str]) -> set[str]:
    """Every file that a row names, as its path below the folder of files."""
    found: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, FileField) and model._meta.db_table in tables:
                query = f'select "{field.column}" from "{model._meta.db_table}"'
                found.update(row[0] for row in execute(query) if row[0])
    return found


def _heads(execute: Execute) -> list[dict[str, Any]]:
    rows = execute(f"select chain, sequence, digest from {AUDIT_HEADS} order by chain")
    return [{"chain": chain, "sequence": sequence, "digest": digest} for chain, sequence, digest in rows]
