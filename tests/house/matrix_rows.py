"""Whose every row of the database is, read through the door, so that a write to another's row shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, models

from suppliers.models import (
    AuditEntry,
    Buyer,
    Enrolment,
    EnrolmentOffer,
    Instrument,
    Inventory,
    Job,
    Supplier,
    User,
    VerificationBody,
)
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.models import AuditChain
from suppliers.tenants.scope import ProgramOwned, SupplierOwned

if TYPE_CHECKING:
    from tests.house.matrix_walk import Who
    from tests.house.matrix_world import MatrixWorld

Rows = dict[str, dict[Any, tuple[Any, ...]]]

# The trail grows with every deed and a job with every file: of no tenant alone.
UNWATCHED = (Job, AuditChain)
# New rows may come here from others than their owner; those that stand may not change.
MAY_GROW = (AuditEntry, Supplier, User)
# What a buyer says of its own supplier's row, or a body of the version it reviews, stands in that row.
SAID_BY_BUYERS: dict[type[models.Model], tuple[str, ...]] = {
    Instrument: ("cleared_at",),
    Inventory: ("state",),
}
_ITSELF = {Supplier: "supplier_id", Buyer: "buyer_id", VerificationBody: "body_id", User: "user_id"}


def watched() -> list[type[models.Model]]:
    """Every table of the house, and every table of a library whose rows are a person's."""
    house = ("suppliers", "sparkplan", "scorecards")
    return [
        model
        for model in apps.get_models()
        if (model._meta.app_label in house or "user_id" in _columns(model))
        and model._meta.app_label not in ("sessions", "admin")
        and model not in UNWATCHED
    ]


def _columns(model: type[models.Model]) -> set[str]:
    return {field.column for field in model._meta.concrete_fields}


def foreign(world: MatrixWorld, who: Who, tables: set[str] | None = None) -> Rows:
    """All rows, or those of these tables, that are not the actor's own, as the database holds them."""
    own = _own(world, who)
    with all_tenants("tests"), connection.cursor() as cursor:
        return {
            model._meta.db_table: _foreign_of(cursor, model, own)
            for model in watched()
            if tables is None or model._meta.db_table in tables
        }


def _own(world: MatrixWorld, who: Who) -> dict[str, Any]:
    """The columns that make a row the actor's: its tenant's, and for tables of persons its own."""
    found = {"user_id": world.users[who.user].pk} if who.user else {}
    if who.is_member and who.tenant:
        ((kind, tenant),) = world.column(who.tenant).items()
        found[f"{kind}_id"] = tenant.pk
    return found


def _foreign_of(cursor: Any, model: type[models.Model], own: dict[str, Any]) -> dict[Any, tuple[Any, ...]]:
    cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
    names = [column[0] for column in cursor.description]
    key = names.index(model._meta.pk.column)
    grows = model in MAY_GROW and model is not User
    unwatched = ("origin", "origin_salt", *SAID_BY_BUYERS.get(model, ()))
    found = {}
    for row in cursor.fetchall():
        if (grows and model is AuditEntry) or not _is_own(model, dict(zip(names, row, strict=True)), own):
            # From where a deed came is blanked when its person asks to be forgotten.
            kept = (value for name, value in zip(names, row, strict=True) if name not in unwatched)
            found[row[key]] = tuple(str(value) for value in kept)
    return found


def _is_own(model: type[models.Model], row: dict[str, Any], own: dict[str, Any]) -> bool:
    if model in _ITSELF:
        return own.get(_ITSELF[model]) == row["id"]
    if issubclass(model, ProgramOwned):
        return own.get("buyer_id") == row["buyer_id"]
    if issubclass(model, SupplierOwned):
        entered_by = row.get("entered_by_id")
        return (
            own.get("buyer_id") == entered_by if entered_by else own.get("supplier_id") == row["supplier_id"]
        )
    if issubclass(model, (Enrolment, EnrolmentOffer)):
        return any(own.get(name) == row[name] for name in ("supplier_id", "buyer_id"))
    columns = [
        name for name in ("supplier_id", "buyer_id", "body_id", "user_id") if row.get(name) is not None
    ]
    return any(own.get(name) == row[name] for name in columns)


def changes(before: Rows, after: Rows) -> list[str]:
    grows = {model._meta.db_table for model in MAY_GROW}
    found = []
    for table, now in after.items():
        rows = before[table]
        found += [f"{table} {key} gone or changed" for key, row in rows.items() if now.get(key) != row]
        if table not in grows:
            found += [f"{table} {key} added" for key in now.keys() - rows.keys()]
    return found
