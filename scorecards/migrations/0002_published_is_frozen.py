"""What was published stays as it was, whoever writes: the database itself refuses.

Rows of a published edition can be neither added, changed nor removed, on any path: ORM, raw SQL, COPY, REPLACE,
TRUNCATE. An edition cannot be born published, and a methodology in use stands still. On PostgreSQL the tables
that are written in bulk have statement triggers over transition tables, so that a quarter is checked once and
not row by row. On SQLite, a later migration that rebuilds one of these tables drops its triggers: repeat
`install` there (a test counts them).
"""

from django.db import migrations

EDITION, METHODOLOGY = "scorecards_edition", "scorecards_methodology"
ROWS = ("scorecards_scorecard", "scorecards_indicatorvalue")
MESSAGE = "edition.published: a published ranking cannot be changed"
FROZEN = "methodology.frozen: a methodology in use cannot be changed"

POSTGRES_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION scorecards_refuse_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched boolean;
    door text := coalesce(current_setting('greenlink.door', true), '');
BEGIN
    -- past row-level security: an edition that the writer may not see is frozen all the same
    PERFORM set_config('greenlink.door', 'published editions', true);
    IF TG_OP = 'INSERT' THEN
        SELECT EXISTS (SELECT 1 FROM {EDITION} e WHERE e.state = 'published'
                       AND e.id IN (SELECT DISTINCT edition_id FROM new_rows)) INTO touched;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT EXISTS (SELECT 1 FROM {EDITION} e WHERE e.state = 'published'
                       AND e.id IN (SELECT DISTINCT edition_id FROM old_rows)) INTO touched;
    ELSIF TG_OP = 'UPDATE' THEN
        SELECT EXISTS (SELECT 1 FROM {EDITION} e WHERE e.state = 'published'
                       AND e.id IN (SELECT edition_id FROM new_rows UNION SELECT edition_id FROM old_rows)) INTO touched;
    ELSE
        SELECT EXISTS (SELECT 1 FROM {EDITION} e WHERE e.state = 'published') INTO touched;
    END IF;
    PERFORM set_config('greenlink.door', door, true);
    IF touched THEN
        RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION scorecards_refuse_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP = 'INSERT' AND NEW.state = 'published') OR (TG_OP <> 'INSERT' AND OLD.state = 'published') THEN
        RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE OR REPLACE FUNCTION scorecards_refuse_methodology() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'frozen' THEN
        RAISE EXCEPTION '{FROZEN}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""


def postgres_triggers():
    yield POSTGRES_FUNCTIONS
    for table in ROWS:
        for event, tables in (
            ("INSERT", "REFERENCING NEW TABLE AS new_rows"),
            ("UPDATE", "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"),
            ("DELETE", "REFERENCING OLD TABLE AS old_rows"),
        ):
            yield (
                f"CREATE TRIGGER {table}_{event.lower()}_frozen AFTER {event} ON {table} {tables} "
                "FOR EACH STATEMENT EXECUTE FUNCTION scorecards_refuse_rows()"
            )
    for table in (EDITION, *ROWS):
        yield (
            f"CREATE TRIGGER {table}_truncate_frozen BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION scorecards_refuse_rows()"
        )
    yield (
        f"CREATE TRIGGER {EDITION}_frozen BEFORE INSERT OR UPDATE OR DELETE ON {EDITION} "
        "FOR EACH ROW EXECUTE FUNCTION scorecards_refuse_edition()"
    )
    yield (
        f"CREATE TRIGGER {METHODOLOGY}_frozen BEFORE UPDATE OR DELETE ON {METHODOLOGY} "
        "FOR EACH ROW EXECUTE FUNCTION scorecards_refuse_methodology()"
    )


def sqlite_triggers():
    def trigger(table, event, when, message=MESSAGE):
        return (
            f"CREATE TRIGGER {table}_{event.lower()}_frozen BEFORE {event} ON {table} FOR EACH ROW WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )

    def published(row):
        # one look-up by key, because it is paid for every row written
        return f"(SELECT state FROM {EDITION} WHERE id = {row}.edition_id) = 'published'"

    for table in ROWS:
        yield trigger(table, "INSERT", published("NEW"))
        yield trigger(table, "UPDATE", f"{published('NEW')} OR {published('OLD')}")
        yield trigger(table, "DELETE", published("OLD"))
    # INSERT also looks for the row a REPLACE would push aside, whether or not its delete triggers fire
    pushed = (
        "NEW.state = 'published' OR EXISTS (SELECT 1 FROM {0} e WHERE e.state = 'published' AND (e.id = NEW.id "
        "OR (e.buyer_id = NEW.buyer_id AND e.label = NEW.label AND e.number = NEW.number)))"
    )
    yield trigger(EDITION, "INSERT", pushed.format(EDITION))
    yield trigger(EDITION, "UPDATE", "OLD.state = 'published'")
    yield trigger(EDITION, "DELETE", "OLD.state = 'published'")
    yield trigger(METHODOLOGY, "UPDATE", "OLD.state = 'frozen'", FROZEN)
    yield trigger(METHODOLOGY, "DELETE", "OLD.state = 'frozen'", FROZEN)


def install(apps, schema_editor):
    statements = postgres_triggers if schema_editor.connection.vendor == "postgresql" else sqlite_triggers
    for statement in statements():
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for function in ("rows", "edition", "methodology"):
                cursor.execute(f"DROP FUNCTION IF EXISTS scorecards_refuse_{function}() CASCADE")
            return
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'scorecards\\_%\\_frozen' ESCAPE '\\'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("scorecards", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
