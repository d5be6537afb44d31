"""The audit's functions and triggers for PostgreSQL.

Functions that write run with the rights of their owner and pass by row-level security, so that an entry is written
whoever changes a row, and the application's own role needs no right to change entries or heads.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from .decisions import DECISIONS, ROW, Decision
from .seal import SEALED

ENTRY, HEAD = "suppliers_auditentry", "suppliers_auditchain"
REFUSED = "audit.sealed: entries of the audit trail are never changed"
UNCOUNTED = "audit.truncate: a table whose every change is written down cannot be emptied at once"

COLUMNS = (
    "kind, supplier_id, buyer_id, body_id, user_id, act, subject, subject_id, data, before, after, at, "
    "chain, sequence, acting, origin, origin_salt, origin_digest, previous_digest, digest"
)
UNSEALED = "'', 0, '', '', '', '', '', ''"
# A function cannot say this in its head: a role that is not superuser may not set such a parameter there.
# Where the transaction fails in between, it takes the setting with it.
_OPEN_DOOR = "perform set_config('greenlink.door', 'audit', true);"
_CLOSE_DOOR = "perform set_config('greenlink.door', coalesce(door, ''), true);"


def functions(schema: str) -> Iterator[str]:
    """Everything the triggers call, and what they are."""
    writes = f"security definer set search_path = {schema}, pg_temp"
    yield from _CONTEXT
    yield f"""
    create or replace function greenlink_audit_now() returns timestamptz language sql volatile as $$
        -- A demo stands still at noon of its day; everywhere else it is now.
        select case when abs(current_date - coalesce(d.day, current_date)) > 1
               then (d.day + time '12:00') at time zone '{settings.TIME_ZONE}' else clock_timestamp() end
        from (select nullif(current_setting('greenlink.today', true), '')::date) d(day)
    $$
    """
    yield _seal_function(writes)
    yield from _KEEPERS
    for decision in DECISIONS:
        yield _row_function(decision, writes)


def triggers() -> Iterator[tuple[str, str, str]]:
    """Name, table and statement."""
    yield _trigger("greenlink_audit_seal", ENTRY, "before insert", "each row", "greenlink_audit_seal")
    yield _trigger(
        "greenlink_audit_keep", ENTRY, "before update or delete", "each row", "greenlink_audit_keep"
    )
    yield _trigger(
        "greenlink_audit_head", HEAD, "before insert or update or delete", "each row", "greenlink_audit_head"
    )
    for table in (ENTRY, HEAD):
        yield _trigger("greenlink_audit_whole", table, "before truncate", "each statement", _WHOLE)
    for decision in DECISIONS:
        yield _trigger("greenlink_audit_whole", decision.table, "before truncate", "each statement", _WHOLE)
        for event, rows in _EVENTS:
            yield _trigger(
                f"greenlink_audit_{event}",
                decision.table,
                f"after {event}",
                "each statement",
                f"greenlink_audit_of_{decision.subject}",
                referencing=rows,
            )


_WHOLE = "greenlink_audit_whole"
_EVENTS = (
    ("insert", "new table as new_rows"),
    ("update", "old table as old_rows new table as new_rows"),
    ("delete", "old table as old_rows"),
)


def _trigger(
    name: str, table: str, when: str, each: str, function: str, referencing: str = ""
) -> tuple[str, str, str]:
    rows = f"referencing {referencing} " if referencing else ""
    return (
        name,
        table,
        f"create trigger {name} {when} on {table} {rows}for {each} execute function {function}()",
    )


# What reads a set is in plpgsql: it keeps its plan for a session, where a function in SQL is planned at every call.
_CONTEXT = (
    """
    create or replace function greenlink_audit_digest(variadic parts text[]) returns text
    language plpgsql immutable parallel safe as $$ begin
        return (select encode(sha256(convert_to(string_agg(
            coalesce(octet_length(part)::text || ':' || part, '-'), ',' order by place), 'UTF8')), 'hex')
        from unnest(parts) with ordinality as said(part, place));
    end $$
    """,
    """
    create or replace function greenlink_audit_person() returns bigint language sql stable as $$
        select nullif(current_setting('greenlink.person', true), '')::bigint
    $$
    """,
    """
    create or replace function greenlink_audit_origin() returns text language sql stable as $$
        select coalesce(nullif(current_setting('greenlink.origin', true), ''), 'database ' || session_user)
    $$
    """,
    """
    create or replace function greenlink_audit_acting() returns text language sql stable as $$
        select coalesce(
            'supplier:' || nullif(current_setting('greenlink.supplier', true), ''),
            'buyer:' || nullif(current_setting('greenlink.buyer', true), ''),
            'body:' || nullif(current_setting('greenlink.body', true), ''),
            'platform')
    $$
    """,
    """
    create or replace function greenlink_audit_chain(supplier bigint, buyer bigint, body bigint) returns text
    language sql immutable parallel safe as $$
        select coalesce('buyer:' || buyer, 'supplier:' || supplier, 'body:' || body, 'platform')
    $$
    """,
    # What a row says: its columns without those that are empty.
    """
    create or replace function greenlink_audit_said(said jsonb) returns jsonb language plpgsql immutable strict
    as $$ begin
        return (select coalesce(jsonb_object_agg(key, value) filter (where value <> 'null'), '{}')
                from jsonb_each(said));
    end $$
    """,
    # Of two states of a row, what one says otherwise than the other.
    """
    create or replace function greenlink_audit_apart(said jsonb, other jsonb) returns jsonb
    language plpgsql immutable strict as $$ begin
        return (select coalesce(jsonb_object_agg(key, value) filter (where value is distinct from other -> key), '{}')
                from jsonb_each(said));
    end $$
    """,
)

_KEEPERS = (
    # Blanking the origin is let through: a person may be forgotten, and the seal holds the origin's digest.
    f"""
    create or replace function greenlink_audit_keep() returns trigger language plpgsql as $$
    begin
        if TG_OP = 'UPDATE' and NEW.origin = '' and NEW.origin_salt = '' then
            OLD.origin := '';
            OLD.origin_salt := '';
            if NEW is not distinct from OLD then
                return NEW;
            end if;
        end if;
        raise exception '{REFUSED}' using errcode = 'restrict_violation';
    end $$
    """,
    f"""
    create or replace function greenlink_audit_head() returns trigger language plpgsql as $$
    begin
        if TG_OP <> 'DELETE' and pg_trigger_depth() > 1 then
            return NEW;
        end if;
        raise exception '{REFUSED}' using errcode = 'restrict_violation';
    end $$
    """,
    f"""
    create or replace function {_WHOLE}() returns trigger language plpgsql as $$
    begin
        raise exception '{UNCOUNTED}' using errcode = 'restrict_violation';
    end $$
    """,
)


def _seal_function(writes: str) -> str:
    """One writer a chain at a time: the head is locked until the transaction ends."""
    texts = {
        "at": "to_char(NEW.at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
        **{name: f"NEW.{name}::text" for name in SEALED if name.endswith("_id") or name == "sequence"},
    }
    parts = ", ".join(texts.get(name, f"NEW.{name}") for name in SEALED)
    return f"""
    create or replace function greenlink_audit_seal() returns trigger language plpgsql {writes} as $$
    declare
        head record;
        door text := current_setting('greenlink.door', true);
    begin
        {_OPEN_DOOR}
        NEW.chain := greenlink_audit_chain(NEW.supplier_id, NEW.buyer_id, NEW.body_id);
        NEW.acting := coalesce(nullif(NEW.acting, ''), greenlink_audit_acting());
        NEW.origin := left(coalesce(nullif(NEW.origin, ''), greenlink_audit_origin()), 200);
        NEW.origin_salt := replace(gen_random_uuid()::text, '-', '');
        NEW.origin_digest := greenlink_audit_digest(NEW.origin_salt, NEW.origin);
        select h.sequence, h.digest into head from {HEAD} h where h.chain = NEW.chain for update;
        if not found then
            insert into {HEAD} (chain, supplier_id, buyer_id, body_id, sequence, digest)
            values (NEW.chain,
                    case when NEW.chain like 'supplier:%' then NEW.supplier_id end,
                    case when NEW.chain like 'buyer:%' then NEW.buyer_id end,
                    case when NEW.chain like 'body:%' then NEW.body_id end, 0, '')
            on conflict (chain) do nothing;
            select h.sequence, h.digest into head from {HEAD} h where h.chain = NEW.chain for update;
        end if;
        NEW.sequence := head.sequence + 1;
        NEW.previous_digest := head.digest;
        NEW.digest := greenlink_audit_digest({parts});
        update {HEAD} h set sequence = NEW.sequence, digest = NEW.digest where h.chain = NEW.chain;
        {_CLOSE_DOOR}
        return NEW;
    end $$
    """


def _row_function(decision: Decision, writes: str) -> str:
    insert = _statement_entry if decision.by_statement else _row_entries
    both = f"from old_rows o full join new_rows n on n.id = o.id {_same_chain(decision)}"
    return f"""
    create or replace function greenlink_audit_of_{decision.subject}() returns trigger language plpgsql {writes} as $$
    declare door text := current_setting('greenlink.door', true);
    begin
        {_OPEN_DOOR}
        if TG_OP = 'INSERT' then
            {insert(decision, "from new_rows n", new=True)};
        elsif TG_OP = 'DELETE' then
            {insert(decision, "from old_rows o", old=True)};
        else
            {insert(decision, both, old=True, new=True)};
        end if;
        {_CLOSE_DOOR}
        return null;
    end $$
    """


def _same_chain(decision: Decision) -> str:
    """A row that goes over to another tenant leaves one chain and comes into the other."""
    if not any(decision.tenant_column(kind) != "null" for kind in ("supplier", "buyer", "body")):
        return ""
    return f"and {_chain(decision, 'n')} = {_chain(decision, 'o')}"


def _chain(decision: Decision, row: str) -> str:
    ids = ", ".join(_of(decision.tenant_column(kind), row) for kind in ("supplier", "buyer", "body"))
    return f"greenlink_audit_chain({ids})"


def _of(expression: str, row: str) -> str:
    return "null::bigint" if expression == "null" else expression.replace(ROW, row)


def _said(decision: Decision, row: str) -> str:
    pairs = ", ".join(f"'{name}', {sql.replace(ROW, row)}" for name, sql in decision.columns.items())
    return f"greenlink_audit_said(jsonb_build_object({pairs}))"


def _states(decision: Decision, source: str, *, old: bool, new: bool) -> str:
    """A derived table: each row's id, tenant, what it said before and says after."""
    key = "coalesce(n.id, o.id)" if old and new else "o.id" if old else "n.id"
    rows = ("n", "o") if old and new else ("o",) if old else ("n",)
    ids = [
        f"coalesce({', '.join(_of(decision.tenant_column(kind), row) for row in rows)}) as {kind}_id"
        for kind in ("supplier", "buyer", "body")
    ]
    before = f"case when o.id is not null then {_said(decision, 'o')} end" if old else "null::jsonb"
    after = f"case when n.id is not null then {_said(decision, 'n')} end" if new else "null::jsonb"
    return f"select {key} as id, {', '.join(ids)}, {before} as before, {after} as after {source}"


# A row that says nothing of what is written down, or the same as before, makes no entry.
_TELLS = "coalesce(s.before, '{}') <> coalesce(s.after, '{}')"
_ACT = "case when s.before is null then 'row.added' when s.after is null then 'row.removed' else 'row.changed' end"
_BEFORE = "case when s.after is null then s.before else greenlink_audit_apart(s.before, coalesce(s.after, '{}')) end"
_AFTER = "case when s.before is null then s.after else greenlink_audit_apart(s.after, coalesce(s.before, '{}')) end"


def _row_entries(decision: Decision, source: str, *, old: bool = False, new: bool = False) -> str:
    return f"""
            insert into {ENTRY} ({COLUMNS})
            select 'row', s.supplier_id, s.buyer_id, s.body_id, greenlink_audit_person(), {_ACT},
                   '{decision.subject}', s.id, '{{}}', coalesce(({_BEFORE})::text, ''), coalesce(({_AFTER})::text, ''),
                   greenlink_audit_now(), {UNSEALED}
            from ({_states(decision, source, old=old, new=new)}) s
            where {_TELLS} order by s.id"""


def _statement_entry(decision: Decision, source: str, *, old: bool = False, new: bool = False) -> str:
    """One entry whose before and after are lists of rows."""
    code = "coalesce(s.after ->> 'code', s.before ->> 'code')"

    def rows(said: str) -> str:
        each = f"jsonb_build_object('id', s.id, 'code', {code}) || ({said})"
        return f"coalesce(jsonb_agg({each} order by s.id) filter (where ({said}) is not null)::text, '')"

    return f"""
            insert into {ENTRY} ({COLUMNS})
            select 'row', null, null, null, greenlink_audit_person(), {_ACT},
                   '{decision.subject}', null, '{{"rows":' || count(*) || '}}', {rows(_BEFORE)}, {rows(_AFTER)},
                   greenlink_audit_now(), {UNSEALED}
            from ({_states(decision, source, old=old, new=new)}) s
            where {_TELLS} group by {_ACT}"""
