"""The SQL of the three PostgreSQL roles: one owns, one serves, one dumps. docs/postgresql.md says how to use it.

Saying it twice changes nothing, so it also mends the rights of a database that stands already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_PLAIN = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"


@dataclass(frozen=True)
class Roles:
    database: str = "greenlink"
    owner: str = "greenlink_owner"
    app: str = "greenlink_app"
    maintenance: str = "greenlink_maintenance"

    def __post_init__(self) -> None:
        for name in (self.database, self.owner, self.app, self.maintenance):
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r}: small letters, digits and _ only, a letter first, at most 63.")
        if len({self.owner, self.app, self.maintenance}) != 3:
            raise ValueError("Three roles need three names.")


def script(roles: Roles) -> str:
    """For `psql` as a superuser, connected to any database of the server."""
    parts = [
        *_header(roles),
        *creation(roles.owner, f"{_PLAIN} NOBYPASSRLS"),
        *creation(roles.app, f"{_PLAIN} NOBYPASSRLS"),
        *creation(roles.maintenance, f"{_PLAIN} BYPASSRLS"),
        f"SELECT 'CREATE DATABASE {roles.database} OWNER {roles.owner}'",
        f" WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{roles.database}') \\gexec",
        f"ALTER DATABASE {roles.database} OWNER TO {roles.owner};",
        f"\\connect {roles.database}",
        *(f"{statement};" for statement in rights(roles)),
    ]
    return "\n".join(parts) + "\n"


def _header(roles: Roles) -> list[str]:
    return [
        "-- psql -v ON_ERROR_STOP=1 -f FILE, as a superuser. Passwords are not in here; set them with",
        *(f"--   \\password {name}" for name in (roles.owner, roles.app, roles.maintenance)),
        f"-- {roles.owner}: owns the database and its tables; migrates (DATABASE_OWNER_URL).",
        f"-- {roles.app}: reads and writes rows, owns nothing; serves (DATABASE_URL).",
        f"-- {roles.maintenance}: reads all rows past row-level security; dumps (DATABASE_MAINTENANCE_URL).",
    ]


def creation(name: str, attributes: str) -> list[str]:
    """`attributes` hold afterwards, whether the role was there or not."""
    return [
        f"SELECT 'CREATE ROLE {name}' WHERE NOT EXISTS"
        f" (SELECT FROM pg_roles WHERE rolname = '{name}') \\gexec",
        f"ALTER ROLE {name} {attributes};",
    ]


def rights(roles: Roles) -> Iterator[str]:
    """Who may do what inside the database; for the owner of its schema or a superuser."""
    owner, app, maintenance = roles.owner, roles.app, roles.maintenance
    yield f"REVOKE ALL ON DATABASE {roles.database} FROM PUBLIC"
    # TEMPORARY: many rows at once go through a temporary table.
    yield f"GRANT CONNECT, TEMPORARY ON DATABASE {roles.database} TO {app}"
    yield f"GRANT CONNECT ON DATABASE {roles.database} TO {maintenance}"
    yield f"ALTER SCHEMA public OWNER TO {owner}"
    yield "REVOKE ALL ON SCHEMA public FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA public TO {app}, {maintenance}"
    for kind, rows in (("TABLES", "SELECT, INSERT, UPDATE, DELETE"), ("SEQUENCES", "USAGE, SELECT")):
        for role, what in ((app, rows), (maintenance, "SELECT")):
            yield f"GRANT {what} ON ALL {kind} IN SCHEMA public TO {role}"
            # Those that a later migration makes:
            yield (
                f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT {what} ON {kind} TO {role}"
            )
