"""System checks of the third lock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper as Connection

from . import install, policies


@register(Tags.models)
def every_tenant_table_has_a_rule(**_kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{model.__name__} names a tenant and says nothing about who may read its rows.",
            hint="Give the model a row_rule (suppliers/tenants/row_rules.py).",
            obj=model,
            id="greenlink.E001",
        )
        for model in policies.models_without_rule()
    ]


@register(Tags.database)
def the_database_keeps_the_rules(
    databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        found += [
            Warning(
                f"Row-level security of {table} is missing or not what the code says.",
                hint="Run `./run migrate`; it puts the policies in place.",
                id="greenlink.W002",
            )
            for table in install.unprotected(connection)
        ]
        found += _role(connection)
    return found


def _role(connection: Connection) -> list[CheckMessage]:
    """A superuser, or a role with BYPASSRLS, passes every policy; an owner can take them away."""
    with connection.cursor() as cursor:
        cursor.execute(_ROLE_PASSES)
        bypasses = cursor.fetchone()[0]
        cursor.execute(
            "select exists (select 1 from pg_tables where tableowner = current_user and tablename = any (%s))",
            [[model._meta.db_table for model in policies.tenant_models()]],
        )
        owns = cursor.fetchone()[0]
    kind = Error if settings.PRODUCTION else Warning
    if bypasses:
        return [kind("The database role passes by row-level security.", hint=_ROLES, id="greenlink.E003")]
    if owns and settings.PRODUCTION:
        return [Warning("The database role owns the tables it works on.", hint=_ROLES, id="greenlink.W004")]
    return []


_ROLE_PASSES = "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
_ROLES = "docs/postgresql.md: an owner migrates, an application role that owns nothing serves."
