"""A frozen inventory stands still, whoever writes: the database itself refuses.

Lines are written while their version is open and never again: none is added to a frozen version, none changed, none
removed, on any path (ORM, raw SQL, COPY, REPLACE, TRUNCATE). Of a frozen version nothing but its state may move, and
never back to open. On PostgreSQL the check of new lines runs once a statement and past row-level security, so that a
version its writer may not see is frozen all the same. On SQLite, a later migration that rebuilds one of these tables
drops its triggers: repeat `install` there.
"""

from django.db import migrations

VERSION, LINES = "suppliers_inventory", "suppliers_inventoryline"
MESSAGE = "inventory.frozen: a frozen inventory cannot be changed"

POSTGRES_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION suppliers_refuse_frozen_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched boolean;
    door text := coalesce(current_setting('greenlink.door', true), '');
BEGIN
    PERFORM set_config('greenlink.door', 'frozen inventories', true);
    IF TG_OP = 'INSERT' THEN
        SELECT EXISTS (SELECT 1 FROM {VERSION} v WHERE v.frozen_at IS NOT NULL
                       AND v.id IN (SELECT DISTINCT inventory_id FROM new_rows)) INTO touched;
    ELSE
        SELECT EXISTS (SELECT 1 FROM {VERSION} v WHERE v.frozen_at IS NOT NULL) INTO touched;
    END IF;
    PERFORM set_config('greenlink.door', door, true);
    IF touched THEN
        RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION suppliers_refuse_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE FUNCTION suppliers_refuse_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.frozen_at IS NOT NULL AND (
        TG_OP = 'DELETE' OR NEW.state = 'open' OR to_jsonb(NEW) - 'state' <> to_jsonb(OLD) - 'state'
    ) THEN
        RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""


def postgres_triggers():
    yield POSTGRES_FUNCTIONS
    yield (
        f"CREATE TRIGGER {LINES}_insert_frozen AFTER INSERT ON {LINES} REFERENCING NEW TABLE AS new_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION suppliers_refuse_frozen_lines()"
    )
    yield (
        f"CREATE TRIGGER {LINES}_change_frozen BEFORE UPDATE OR DELETE ON {LINES} "
        "FOR EACH ROW EXECUTE FUNCTION suppliers_refuse_line()"
    )
    yield (
        f"CREATE TRIGGER {VERSION}_frozen BEFORE UPDATE OR DELETE ON {VERSION} "
        "FOR EACH ROW EXECUTE FUNCTION suppliers_refuse_version()"
    )
    for table in (VERSION, LINES):
        yield (
            f"CREATE TRIGGER {table}_truncate_frozen BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION suppliers_refuse_frozen_lines()"
        )


def sqlite_triggers(columns):
    def trigger(table, event, when):
        return (
            f"CREATE TRIGGER {table}_{event.lower()}_frozen BEFORE {event} ON {table} FOR EACH ROW {when} "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )

    # also the row that a REPLACE would push aside, whether or not its delete triggers fire
    pushed = (
        f"EXISTS (SELECT 1 FROM {VERSION} v WHERE v.frozen_at IS NOT NULL {{but}} AND (v.id = NEW.id "
        "OR (v.supplier_id = NEW.supplier_id AND v.year = NEW.year AND v.version = NEW.version) "
        "OR v.supersedes_id = NEW.supersedes_id))"
    )
    changed = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in columns if name != "state")
    yield trigger(VERSION, "INSERT", f"WHEN {pushed.format(but='')}")
    yield trigger(
        VERSION, "UPDATE",
        f"WHEN (OLD.frozen_at IS NOT NULL AND (NEW.state = 'open' OR {changed})) "
        f"OR {pushed.format(but='AND v.id <> OLD.id')}",
    )  # fmt: skip
    yield trigger(VERSION, "DELETE", "WHEN OLD.frozen_at IS NOT NULL")
    yield trigger(
        LINES, "INSERT",
        f"WHEN (SELECT frozen_at FROM {VERSION} WHERE id = NEW.inventory_id) IS NOT NULL "
        f"OR EXISTS (SELECT 1 FROM {LINES} l WHERE l.id = NEW.id)",
    )  # fmt: skip
    yield trigger(LINES, "UPDATE", "")
    yield trigger(LINES, "DELETE", "")


def _columns(connection):
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, VERSION)]


def install(apps, schema_editor):
    connection = schema_editor.connection
    is_postgres = connection.vendor == "postgresql"
    for statement in postgres_triggers() if is_postgres else sqlite_triggers(_columns(connection)):
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for function in ("frozen_lines", "line", "version"):
                cursor.execute(f"DROP FUNCTION IF EXISTS suppliers_refuse_{function}() CASCADE")
            return
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'suppliers\\_inventory%\\_frozen' ESCAPE '\\'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("suppliers", "0004_inventory_review_statements")]
    operations = [migrations.RunPython(install, remove)]
