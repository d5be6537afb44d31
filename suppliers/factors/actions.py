"""Brings the factor tables into the database. Only ever adds: what stands there is not edited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from suppliers.tenants import audit
from suppliers.tenants.actors import Actor
from suppliers.tenants.refusals import Refusal

from . import tables
from .models import Factor, FactorSet

# A change of any of these makes another number of it, and another number is a new set. Names and notes may
# be put in better words.
NUMBER_FIELDS = ("carrier", "region", "year", "value", "unit", "per_unit", "gas", "basis")
WORDING_FIELDS = (
    *("name", "name_en", "year_label", "is_default", "verified", "note", "ncv", "ncv_unit"),
    *("carbon_content_tc_per_gj", "oxidation_rate", "valid_from", "valid_to"),
)


def load(*, by: Actor | None = None, folder: Path = tables.OWN_TABLES) -> dict[str, int]:
    """Add the sets and factors that are new; refuse (`factor.edited`) a known code with another number.

    Loading the same tables again changes nothing. A handful of statements, whatever the number of rows.
    `by` is the person who asked, for the audit; a command at set-up has none.
    """
    read = tables.read(folder)
    with transaction.atomic():
        sets_added = _load_sets(read.sets)
        added, reworded = _load_factors(read.factors)
        counts = {"sets": len(read.sets), "factors": len(read.factors)}
        counts |= {"sets_added": sets_added, "factors_added": added, "factors_reworded": reworded}
        if by is not None and (sets_added or added or reworded):
            newest = FactorSet.objects.order_by("-pk")[0]
            audit.record(by=by, act="factors.loaded", subject=newest, data=counts)
    return counts


def _load_sets(rows: list[dict[str, Any]]) -> int:
    known = {row.code: row for row in FactorSet.objects.filter(code__in=[row["code"] for row in rows])}
    for row in rows:
        old = known.get(row["code"])
        if old and (old.series, old.edition, old.year) != (row["series"], row["edition"], row["year"]):
            raise _edited(row["code"], f"{old.series} {old.edition} {old.year}", row["edition"])
    fresh = [FactorSet(**row) for row in rows if row["code"] not in known]
    FactorSet.objects.bulk_create(fresh)
    return len(fresh)


def _load_factors(rows: list[dict[str, Any]]) -> tuple[int, int]:
    set_ids = dict(FactorSet.objects.values_list("code", "pk"))
    known = {row.code: row for row in Factor.objects.filter(code__in=[row["code"] for row in rows])}
    fresh: list[Factor] = []
    reworded: list[Factor] = []
    for row in rows:
        fields = {"set_id": set_ids[row["set"]]} | {name: row[name] for name in row if name != "set"}
        old = known.get(row["code"])
        if old is None:
            fresh.append(Factor(**fields))
            continue
        _refuse_edited(old, fields)
        if any(getattr(old, name) != fields[name] for name in WORDING_FIELDS):
            for name in WORDING_FIELDS:
                setattr(old, name, fields[name])
            reworded.append(old)
    Factor.objects.bulk_create(fresh, batch_size=500)
    Factor.objects.bulk_update(reworded, WORDING_FIELDS, batch_size=100)
    return len(fresh), len(reworded)


def _refuse_edited(old: Factor, fields: dict[str, Any]) -> None:
    for name in ("set_id", *NUMBER_FIELDS):
        if getattr(old, name) != fields[name]:
            raise _edited(old.code, f"{name} {getattr(old, name)}", fields[name])


def _edited(code: str, old: object, new: object) -> Refusal:
    return Refusal(
        "factor.edited",
        _("%(code)s is on file with %(old)s; the table says %(new)s. A new edition is a new set.")
        % {"code": code, "old": old, "new": new},
        data={"code": code, "old": str(old), "new": str(new)},
    )
