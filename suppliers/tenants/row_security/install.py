"""Put the third lock into a database after every migration, and say what of it is missing."""

from __future__ import annotations

import json
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper as Connection

from . import policies


def after_migration(sender: Any, using: str, **_kwargs: Any) -> None:
    """Receiver of `post_migrate`: no migration leaves a tenant table open, whoever forgot to think of it."""
    install(connections[using])


def install(connection: Connection) -> list[str]:
    """Bring functions and policies to what the code says; returns the tables that were touched."""
    if connection.vendor != "postgresql":
        return []
    missing = unprotected(connection)
    if not missing:
        return []
    standing = _standing(connection)
    with connection.cursor() as cursor:
        for function in policies.FUNCTIONS:
            cursor.execute(function)
        for model in policies.tenant_models():
            table = model._meta.db_table
            if table in missing:
                for statement in policies.statements(table, policies.rule_of(model), standing[table][1]):
                    cursor.execute(statement)
    return missing


def unprotected(connection: Connection) -> list[str]:
    """Tenant tables in this database without FORCEd row-level security or with other policies than the code's."""
    if connection.vendor != "postgresql":
        return []
    standing = _standing(connection)
    missing = []
    for model in policies.tenant_models():
        table = model._meta.db_table
        if table not in standing:
            continue  # not migrated yet
        forced, found = standing[table]
        wanted = dict.fromkeys(policies.POLICIES, policies.digest(policies.rule_of(model)))
        if not forced or found != wanted:
            missing.append(table)
    return missing


def _standing(connection: Connection) -> dict[str, tuple[bool, dict[str, str | None]]]:
    """Of every table: is row-level security forced, and the comments beside its policies."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING)
        return {table: (forced, json.loads(found)) for table, forced, found in cursor.fetchall()}


_STANDING = """
    select c.relname, c.relrowsecurity and c.relforcerowsecurity,
           coalesce(jsonb_object_agg(p.polname, obj_description(p.oid, 'pg_policy'))
                    filter (where p.oid is not null), '{}')::text
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = any (current_schemas(false))
    left join pg_policy p on p.polrelid = c.oid
    where c.relkind in ('r', 'p')
    group by c.oid
"""
