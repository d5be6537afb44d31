"""The role that serves owns nothing: what it may not do, and that only migrations ask for the owner."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from greenlink import database_roles, databases
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.row_security import policies
from tests.factories.suppliers import SiteFactory, SupplierFactory

ROOT = Path(__file__).resolve().parents[2]
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="roles are PostgreSQL's")


# -- the SQL -------------------------------------------------------------------------------------------


def test_the_printed_sql_names_what_was_asked_for(capsys):
    call_command("database_roles", database="plant", app="plant_app")
    said = capsys.readouterr().out
    assert "CREATE DATABASE plant OWNER greenlink_owner" in said
    assert "ALTER ROLE plant_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;" in said
    assert (
        "ALTER ROLE greenlink_maintenance LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS;"
        in said
    )
    assert "PASSWORD" not in said


@pytest.mark.parametrize("name", ["Plant", "x; DROP ROLE postgres", "", "1st", 'a"b', "x" * 64])
def test_a_name_that_would_need_quoting_is_refused(name):
    with pytest.raises(CommandError, match="small letters"):
        call_command("database_roles", app=name)


def test_three_roles_need_three_names():
    with pytest.raises(CommandError, match="three names"):
        call_command("database_roles", app="greenlink_owner")


# -- settings ------------------------------------------------------------------------------------------


def test_a_pool_takes_the_place_of_kept_connections():
    pooled = databases.read("postgres://u:p@h:5432/d", pool=8)
    assert pooled["OPTIONS"]["pool"]["max_size"] == 8
    assert pooled["CONN_MAX_AGE"] == 0
    alone = databases.read("postgres://u:p@h:5432/d")
    assert "pool" not in alone.get("OPTIONS", {})
    assert alone["CONN_MAX_AGE"] == 60
    assert "pool" not in databases.read("sqlite:////tmp/x.sqlite3", pool=8)["OPTIONS"]


# -- the role ------------------------------------------------------------------------------------------


@pytest.fixture
def app(transactional_db):
    """Name and password of a role that has what `database_roles` gives it in the tests' database, and owns nothing."""
    database = connection.settings_dict["NAME"]
    names = [f"{database}_app", f"{database}_maintenance"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolcreaterole OR rolsuper, rolname FROM pg_roles WHERE rolname = current_user")
        may_create, owner = cursor.fetchone()
        if not may_create:
            pytest.skip("the tests' role may not create another one (CREATEROLE)")
        roles = database_roles.Roles(database, owner, *names)
        for name in names:
            cursor.execute(f"DROP ROLE IF EXISTS {name}")
            cursor.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'x'")
        for statement in database_roles.rights(roles):
            cursor.execute(statement)
    yield roles.app
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"GRANT {name} TO CURRENT_USER")
            cursor.execute(f"DROP OWNED BY {name}")
            cursor.execute(f"DROP ROLE {name}")


@pytest.fixture
def as_app(app):
    one = connection.settings_dict
    with psycopg.connect(
        dbname=one["NAME"],
        host=one["HOST"],
        port=one["PORT"] or 5432,
        user=app,
        password="x",
        autocommit=True,
    ) as conn:
        yield conn


FORBIDDEN = {
    "disable triggers": "ALTER TABLE suppliers_auditentry DISABLE TRIGGER USER",
    "disable row-level security": "ALTER TABLE suppliers_site DISABLE ROW LEVEL SECURITY",
    "no longer force it": "ALTER TABLE suppliers_site NO FORCE ROW LEVEL SECURITY",
    "drop a policy": "DROP POLICY greenlink_read ON suppliers_site",
    "add a policy": "CREATE POLICY wide_open ON suppliers_site USING (true)",
    "replace a function of the policies": (
        "CREATE OR REPLACE FUNCTION greenlink_own(kind text) RETURNS bigint LANGUAGE sql AS 'SELECT 1'"
    ),
    "drop a trigger": "DROP TRIGGER scorecards_edition_frozen ON scorecards_edition",
    "empty a table": "TRUNCATE suppliers_auditentry",
    "drop a table": "DROP TABLE suppliers_auditentry",
    "make a table": "CREATE TABLE public.mine (id int)",
    "make a schema": "CREATE SCHEMA mine",
    "become the owner": "SET ROLE {owner}",
    "become the owner for the session": "SET SESSION AUTHORIZATION {owner}",
    "pass by policies": "ALTER ROLE CURRENT_USER BYPASSRLS",
    "switch triggers off": "SET session_replication_role = replica",
    "read files of the server": "COPY (SELECT 1) TO PROGRAM 'cat'",
    "move a sequence back": "SELECT setval(pg_get_serial_sequence('suppliers_auditentry', 'id'), 1)",
}


@on_postgresql
def test_what_it_may_not_do(as_app):
    owner = connection.settings_dict["USER"]
    answers = {}
    for name, statement in FORBIDDEN.items():
        try:
            as_app.execute(statement.format(owner=owner))
            answers[name] = "done"
        except psycopg.Error as refused:
            answers[name] = refused.sqlstate
    assert answers == dict.fromkeys(FORBIDDEN, "42501")  # insufficient_privilege


@on_postgresql
def test_it_cannot_switch_row_level_security_off(as_app):
    as_app.execute("SET row_security = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        as_app.execute("SELECT * FROM suppliers_site")


@on_postgresql
def test_it_sees_rows_of_the_scope_it_names_and_no_others(as_app):
    with all_tenants("tests"):
        mine, other = SupplierFactory.create(), SupplierFactory.create()
        for supplier in (mine, other):
            SiteFactory.create(supplier=supplier, code=f"S{supplier.pk}")
    for model in policies.tenant_models():
        assert as_app.execute(f"SELECT count(*) FROM {model._meta.db_table}").fetchone() == (0,)
    with as_app.transaction():
        as_app.execute("SELECT set_config('greenlink.supplier', %s, true)", [str(mine.pk)])
        assert as_app.execute("SELECT code FROM suppliers_site").fetchall() == [(f"S{mine.pk}",)]
        assert as_app.execute("UPDATE suppliers_site SET name = 'x'").rowcount == 1
        assert as_app.execute("DELETE FROM suppliers_site WHERE supplier_id = %s", [other.pk]).rowcount == 0
    assert as_app.execute("SELECT count(*) FROM suppliers_site").fetchone() == (0,)


@on_postgresql
def test_it_may_do_what_serving_needs(as_app):
    with as_app.transaction():
        as_app.execute("CREATE TEMPORARY TABLE stage ON COMMIT DROP AS SELECT 1 AS one")
        as_app.execute("SELECT nextval(pg_get_serial_sequence('suppliers_site', 'id'))")
        as_app.execute("SELECT pg_advisory_xact_lock(1)")


_WHO = """
import django
django.setup()
from django.db import connection
from greenlink.databases import as_owner

def who():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]

names = [who()]
with as_owner("default"):
    names.append(who())
names.append(who())
print(*names)
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""


@on_postgresql
@pytest.mark.parametrize("pool", ["0", "3"])
def test_migrations_ask_for_the_owner_and_nothing_else_does(app, tmp_path, pool):
    one = connection.settings_dict
    where = f"{one['HOST']}:{one['PORT'] or 5432}/{one['NAME']}"
    environment = {
        **os.environ,
        "GREENLINK_VAR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "greenlink.settings",
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": f"postgres://{app}:x@{where}",
        "DATABASE_OWNER_URL": f"postgres://{one['USER']}:{quote(one['PASSWORD'])}@{where}",
        "DATABASE_POOL": pool,
    }
    done = subprocess.run(
        [sys.executable, "-c", _WHO],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [app, one["USER"], app]
