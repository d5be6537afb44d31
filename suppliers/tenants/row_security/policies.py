"""The SQL of the third lock, made from the models' `row_rule`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db import models

from suppliers.tenants import row_rules
from suppliers.tenants.row_rules import RowRule

from . import across

_APPS = ("suppliers", "sparkplan", "scorecards")
TENANT_COLUMNS = frozenset({"supplier_id", "buyer_id", "body_id"})

# What a context may read of a table hangs on these; each is worked out once a query.
# `parallel safe`: they read settings, which PostgreSQL hands on to its workers.
FUNCTIONS = (
    """
    create or replace function greenlink_own(kind text) returns bigint language sql stable parallel safe as $$
        select nullif(current_setting('greenlink.' || kind, true), '')::bigint
    $$
    """,
    """
    create or replace function greenlink_today() returns date language sql stable parallel safe as $$
        select coalesce(nullif(current_setting('greenlink.today', true), '')::date, current_date)
    $$
    """,
    # The enrolments table shows a buyer and a supplier their own rows only, so these need no rights of their own.
    # `begin atomic` and `set search_path` bind names when the function is made: pg_dump reads through them with an
    # empty search path.
    """
    create or replace function greenlink_enrolments() returns table (supplier bigint, buyer bigint, data_from date)
    language sql stable parallel safe begin atomic
        select supplier_id, buyer_id, coalesce(shared_from, started_on) from suppliers_enrolment
        where started_on <= (select greenlink_today())
          and (ended_on is null or ended_on > (select greenlink_today()))
          and (buyer_id = (select greenlink_own('buyer')) or supplier_id = (select greenlink_own('supplier')));
    end
    """,
    # These are in plpgsql because it keeps their plans for a session; in SQL they are planned anew for every query.
    """
    create or replace function greenlink_enrolled() returns setof bigint language plpgsql stable parallel safe
    set search_path from current as $$ begin
        return query select supplier from greenlink_enrolments() where buyer = (select greenlink_own('buyer'));
    end $$
    """,
    """
    create or replace function greenlink_programs() returns setof bigint language plpgsql stable parallel safe
    set search_path from current as $$ begin
        return query select buyer from greenlink_enrolments() where supplier = (select greenlink_own('supplier'));
    end $$
    """,
    # Two arrays in the same order, so that a row finds its supplier by binary search and reads its day at that place.
    """
    create or replace function greenlink_enrolled_ids() returns bigint[] language plpgsql stable parallel safe
    set search_path from current as $$ begin
        return (select array_agg(distinct supplier order by supplier) from greenlink_enrolments()
                where buyer = (select greenlink_own('buyer')));
    end $$
    """,
    """
    create or replace function greenlink_first_days() returns date[] language plpgsql stable parallel safe
    set search_path from current as $$ begin
        return (select array_agg(first_day order by supplier) from (
            select supplier, min(data_from) as first_day from greenlink_enrolments()
            where buyer = (select greenlink_own('buyer')) group by supplier) one);
    end $$
    """,
    # Asked by a buyer that invites a company's first manager; it passes by the door for this one yes or no.
    """
    create or replace function greenlink_has_members(company bigint) returns boolean language plpgsql as $$
    declare
        was text := coalesce(current_setting('greenlink.door', true), '');
        found boolean;
    begin
        perform set_config('greenlink.door', 'first manager', true);
        found := exists (select 1 from suppliers_membership where supplier_id = company and revoked_at is null);
        perform set_config('greenlink.door', was, true);
        return found;
    end $$
    """,
    *across.FUNCTIONS,
)


def tenant_models() -> list[type[models.Model]]:
    """Models that say whose their rows are."""
    return [model for model in _models() if hasattr(model, "row_rule")]


def models_without_rule() -> list[type[models.Model]]:
    """Models whose columns name a tenant and that have no rule: nothing would guard them."""
    return [
        model
        for model in _models()
        if not hasattr(model, "row_rule")
        and TENANT_COLUMNS & {field.column for field in model._meta.concrete_fields}
    ]


def _models() -> list[type[models.Model]]:
    return [model for app in _APPS for model in apps.get_app_config(app).get_models()]


def rule_of(model: type[models.Model]) -> RowRule:
    rule: RowRule = model.row_rule()  # type: ignore[attr-defined]
    return rule


def statements(table: str, rule: RowRule, standing: Iterable[str] = ()) -> Iterator[str]:
    """Everything that makes `table` keep `rule` and nothing else; `standing` are the policies found there."""
    yield f"alter table {table} enable row level security"
    yield f"alter table {table} force row level security"
    for name in standing:
        yield f'drop policy "{name}" on {table}'
    for name, body in _bodies(rule):
        yield f"create policy {name} on {table} {body}"
        yield f"comment on policy {name} on {table} is '{digest(rule)}'"


def _bodies(rule: RowRule) -> Iterator[tuple[str, str]]:
    def open_to(condition: str) -> str:
        return f"({row_rules.DOOR} or {condition})"

    yield "greenlink_read", f"for select using {open_to(rule.read)}"
    yield "greenlink_add", f"for insert with check {open_to(rule.add)}"
    change = open_to(rule.for_change)
    yield "greenlink_change", f"for update using {change} with check {change}"
    yield "greenlink_remove", f"for delete using {open_to(rule.for_removal)}"


POLICIES = ("greenlink_read", "greenlink_add", "greenlink_change", "greenlink_remove")


def digest(rule: RowRule) -> str:
    """Stands as comment beside each policy: tells whether the database holds what the code says today."""
    return hashlib.sha256(
        "\n".join([*FUNCTIONS, *(body for _name, body in _bodies(rule))]).encode()
    ).hexdigest()
