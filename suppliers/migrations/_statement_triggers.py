"""The triggers by which a confirmed opinion and an issued statement stand still (migrations 0006, 0007).

`signed`: columns of a statement that nothing changes once it is issued.
"""

STATEMENT, OPINION, INVENTORY = "suppliers_statement", "suppliers_opinion", "suppliers_inventory"
ISSUED = "statement.issued: an issued statement cannot be changed"
CONFIRMED = "opinion.confirmed: a confirmed opinion cannot be changed"
RANK = "(CASE {row}.state WHEN 'valid' THEN 0 WHEN 'superseded' THEN 1 ELSE 2 END)"


def _moved(distinct, signed):
    """Whether an UPDATE touches what was signed, or turns the state back."""
    changed = " OR ".join(f"NEW.{column} {distinct} OLD.{column}" for column in signed)
    return f"{changed} OR {RANK.format(row='NEW')} < {RANK.format(row='OLD')}"


def postgres_functions(signed):
    return f"""
CREATE OR REPLACE FUNCTION suppliers_refuse_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR {_moved("IS DISTINCT FROM", signed)} THEN
        RAISE EXCEPTION '{ISSUED}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION suppliers_refuse_opinion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.confirmed_at IS NOT NULL THEN
        RAISE EXCEPTION '{CONFIRMED}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE OR REPLACE FUNCTION suppliers_refuse_emptying() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    door text := coalesce(current_setting('greenlink.door', true), '');
    touched boolean;
BEGIN
    PERFORM set_config('greenlink.door', 'issued statements', true);
    SELECT EXISTS (SELECT 1 FROM {STATEMENT})
        OR EXISTS (SELECT 1 FROM {OPINION} WHERE confirmed_at IS NOT NULL) INTO touched;
    PERFORM set_config('greenlink.door', door, true);
    IF touched THEN
        RAISE EXCEPTION '{ISSUED}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION suppliers_supersede() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    door text := coalesce(current_setting('greenlink.door', true), '');
BEGIN
    -- past row-level security: the earlier statement may be of another body
    PERFORM set_config('greenlink.door', 'superseded statements', true);
    UPDATE {STATEMENT} SET state = 'superseded', superseded_by = NEW.number
    WHERE id <> NEW.id AND supplier_id = NEW.supplier_id AND state = 'valid' AND inventory_id IN (
        SELECT other.id FROM {INVENTORY} other JOIN {INVENTORY} own
        ON own.id = NEW.inventory_id AND other.year = own.year AND other.supplier_id = own.supplier_id);
    PERFORM set_config('greenlink.door', door, true);
    RETURN NULL;
END $$;
"""


def postgres_triggers(signed):
    yield postgres_functions(signed)
    for table, function in ((STATEMENT, "statement"), (OPINION, "opinion")):
        yield (
            f"CREATE TRIGGER {table}_still BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION suppliers_refuse_{function}()"
        )
        yield (
            f"CREATE TRIGGER {table}_truncate_still BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION suppliers_refuse_emptying()"
        )
    yield (
        f"CREATE TRIGGER {STATEMENT}_supersede_still AFTER INSERT ON {STATEMENT} "
        "FOR EACH ROW WHEN (NEW.state = 'valid') EXECUTE FUNCTION suppliers_supersede()"
    )


def sqlite_triggers(signed):
    def trigger(table, event, when, message):
        return (
            f"CREATE TRIGGER {table}_{event.lower()}_still BEFORE {event} ON {table} FOR EACH ROW WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )

    yield trigger(STATEMENT, "UPDATE", _moved("IS NOT", signed), ISSUED)
    yield trigger(STATEMENT, "DELETE", "1", ISSUED)
    # REPLACE pushes a row aside without its DELETE triggers
    pushed = (
        f"EXISTS (SELECT 1 FROM {STATEMENT} s WHERE s.id = NEW.id OR s.number = NEW.number "
        "OR s.opinion_id = NEW.opinion_id)"
    )
    yield trigger(STATEMENT, "INSERT", pushed, ISSUED)
    yield trigger(OPINION, "UPDATE", "OLD.confirmed_at IS NOT NULL", CONFIRMED)
    yield trigger(OPINION, "DELETE", "OLD.confirmed_at IS NOT NULL", CONFIRMED)
    pushed = (
        f"EXISTS (SELECT 1 FROM {OPINION} o WHERE o.confirmed_at IS NOT NULL "
        "AND (o.id = NEW.id OR o.assignment_id = NEW.assignment_id))"
    )
    yield trigger(OPINION, "INSERT", pushed, CONFIRMED)
    yield (
        f"CREATE TRIGGER {STATEMENT}_supersede_still AFTER INSERT ON {STATEMENT} FOR EACH ROW "
        f"WHEN NEW.state = 'valid' BEGIN UPDATE {STATEMENT} SET state = 'superseded', superseded_by = NEW.number "
        f"WHERE id <> NEW.id AND supplier_id = NEW.supplier_id AND state = 'valid' AND inventory_id IN ("
        f"SELECT other.id FROM {INVENTORY} other JOIN {INVENTORY} own ON own.id = NEW.inventory_id "
        "AND other.year = own.year AND other.supplier_id = own.supplier_id); END"
    )


def install(schema_editor, signed):
    statements = postgres_triggers if schema_editor.connection.vendor == "postgresql" else sqlite_triggers
    for statement in statements(signed):
        schema_editor.execute(statement)


def remove(schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for function in ("refuse_statement", "refuse_opinion", "refuse_emptying", "supersede"):
                cursor.execute(f"DROP FUNCTION IF EXISTS suppliers_{function}() CASCADE")
            return
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%\\_still' ESCAPE '\\' "
            f"AND tbl_name IN ('{STATEMENT}', '{OPINION}')"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
