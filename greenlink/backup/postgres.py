"""PostgreSQL: pg_dump at one exported snapshot, the same at which rows are counted; back in one transaction.

Under FORCEd row-level security a plain role reads nothing. A role with BYPASSRLS (DATABASE_MAINTENANCE_URL) reads
everything; any other goes through the policies' own door, and the rows inside the dump are counted afterwards.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import environ
import psycopg
from django.conf import settings

from .facts import Execute, Facts, files_named, is_occupied, read
from .trouble import BackupTrouble

VENDOR = "postgresql"
MEMBER = "database/greenlink.dump"
_DOOR = "-c greenlink.door=backup"
_TOOLS = (
    "Install PostgreSQL's client programs (Debian: apt install postgresql-client) of the server's version."
)
_COPY_OF = re.compile(rb'^COPY (?:"?\w+"?\.)?"?(\w+)"? \(')
_SSL = ("sslmode", "sslrootcert", "sslcert", "sslkey")

# The schema itself stays: rights on it, and default rights in it, are the operator's.
_EMPTY_SCHEMA = """
do $$
declare statement text;
begin
    foreach statement in array array(
        select format('drop %s if exists %s cascade', case c.relkind when 'v' then 'view' when 'S' then 'sequence'
                      when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end, c.oid::regclass)
        from pg_class c
        where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
          and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype in ('e', 'i', 'a')
                          and c.relkind <> 'r')
        union all
        select format('drop routine if exists %s cascade', p.oid::regprocedure) from pg_proc p
        where p.pronamespace = current_schema()::regnamespace
          and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e'))
    loop
        execute statement;
    end loop;
end $$;
"""


def copy_out(to: Path) -> tuple[Facts, set[str]]:
    """Dump to `to`; good only if the dump holds as many rows of every table as were counted."""
    _need("pg_dump", "pg_restore")
    address = _address("DATABASE_MAINTENANCE_URL", "DATABASE_OWNER_URL")
    with _reading(address) as connection:
        execute = _execute(connection)
        snapshot = execute("select pg_export_snapshot()")[0][0]
        _assert_all_rows_are_seen(execute)
        facts = read(execute, VENDOR)
        named = files_named(execute, set(facts.tables))
        _run(
            ["pg_dump", "-Fc", "--enable-row-security", f"--snapshot={snapshot}", f"--file={to}"],
            address,
        )
    if (inside := _rows_inside(to)) != facts.tables:
        lacking = [table for table, rows in facts.tables.items() if inside.get(table) != rows]
        raise BackupTrouble(f"the dump does not hold all rows of {', '.join(lacking)}")
    return facts, named


def put_back(copy: Path, *, aside: Path | None) -> None:
    """Empty the schema and fill it from the dump in one transaction, as the owner. `aside` is SQLite's alone."""
    _need("pg_restore", "psql")
    owner = _address("DATABASE_OWNER_URL")
    # Written out whole before anything is changed: a script that breaks off would be committed as far as it went.
    script = copy.with_suffix(".sql")
    _run(["pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(copy)], owner)
    apply = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction"]
    try:
        _run([*apply, f"--command={_EMPTY_SCHEMA}", f"--file={script}"], owner)
    except BackupTrouble as trouble:
        raise BackupTrouble(f"nothing was changed: {trouble}") from None


def facts_now() -> Facts:
    with _reading(_address("DATABASE_MAINTENANCE_URL", "DATABASE_OWNER_URL")) as connection:
        return read(_execute(connection), VENDOR)


def occupied_now() -> bool:
    with _reading(_address("DATABASE_MAINTENANCE_URL", "DATABASE_OWNER_URL")) as connection:
        return is_occupied(_execute(connection), VENDOR)


def _need(*programs: str) -> None:
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise BackupTrouble(f"{', '.join(missing)} not found. {_TOOLS}")


def _address(*variables: str) -> dict[str, Any]:
    """Django's settings of the first of these databases that the environment names, else of the site's own."""
    for variable in variables:
        if url := os.environ.get(variable):
            return dict(environ.Env.db_url_config(url))
    return dict(settings.DATABASES["default"])


@contextmanager
def _reading(address: dict[str, Any]) -> Iterator[psycopg.Connection]:
    given = {
        "host": address.get("HOST"),
        "port": address.get("PORT"),
        "user": address.get("USER"),
        "password": address.get("PASSWORD"),
        "dbname": address["NAME"],
    }
    given |= {name: address.get("OPTIONS", {}).get(name) for name in _SSL}
    with psycopg.connect(
        options=_DOOR, **{name: value for name, value in given.items() if value}
    ) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        yield connection


def _execute(connection: psycopg.Connection) -> Execute:
    return lambda statement: connection.execute(statement).fetchall()  # type: ignore[call-overload]


def _environment(address: dict[str, Any]) -> dict[str, str]:
    """For PostgreSQL's programs: the password stays out of the list of processes."""
    names = {
        "HOST": "PGHOST",
        "PORT": "PGPORT",
        "USER": "PGUSER",
        "PASSWORD": "PGPASSWORD",
        "NAME": "PGDATABASE",
    }
    given = {names[key]: str(address[key]) for key in names if address.get(key)}
    given |= {
        f"PG{name.upper()}": str(address["OPTIONS"][name])
        for name in _SSL
        if name in address.get("OPTIONS", {})
    }
    return os.environ | given | {"PGOPTIONS": _DOOR}


def _run(command: list[str], address: dict[str, Any]) -> None:
    done = subprocess.run(command, env=_environment(address), capture_output=True, text=True)
    if done.returncode:
        raise BackupTrouble(f"{command[0]}: {done.stderr.strip()}")


def _assert_all_rows_are_seen(execute: Execute) -> None:
    """Every policy for reading must have the door in it, unless the role passes by them all."""
    if execute("select rolsuper or rolbypassrls from pg_roles where rolname = current_user")[0][0]:
        return
    closed = execute(
        "select c.relname from pg_class c where c.relrowsecurity and c.relkind in ('r', 'p') "
        "and c.relnamespace = current_schema()::regnamespace and not exists (select 1 from pg_policy p "
        "where p.polrelid = c.oid and p.polcmd in ('r', '*') and p.polpermissive "
        "and pg_get_expr(p.polqual, p.polrelid) like '%greenlink.door%')"
    )
    if closed:
        tables = ", ".join(sorted(row[0] for row in closed))
        raise BackupTrouble(
            f"this role cannot read all of {tables}: set DATABASE_MAINTENANCE_URL to a role with BYPASSRLS"
        )


def _rows_inside(dump: Path) -> dict[str, int]:
    """Rows of every table as the dump holds them, read off its own text."""
    found: dict[str, int] = {}
    table, count = "", 0
    command = ["pg_restore", "--data-only", "--file=-", str(dump)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as reading:
        assert reading.stdout is not None
        for line in reading.stdout:
            if table:
                if line == b"\\.\n":
                    found[table], table = count, ""
                else:
                    count += 1
            elif match := _COPY_OF.match(line):
                table, count = match.group(1).decode(), 0
    if reading.returncode:
        raise BackupTrouble("the dump cannot be read back")
    return found
