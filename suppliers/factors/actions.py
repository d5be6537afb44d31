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

# A change of any of these makes another number of it, or lets the look-up choose another, and what was computed
# would not come out again: that is a new set. Names and notes may be put in better words.
NUMBER_FIELDS = (
    *("carrier", "region", "year", "value", "unit", "per_unit", "gas", "basis", "is_default"),
    *("ncv", "ncv_unit", "carbon_content_tc_per_gj", "oxidation_rate"),
)
WORDING_FIELDS = ("name", "name_en", "year_label", "verified", "note", "valid_from", "valid_to")


def load(*, by: Actor | None = None, folder: Path = tables.OWN_TABLES) -> dict[str, int]:
    """Add the sets and factors that are new; refuse (`factor.edited`) a known code with another number.

    Loading the same tables again changes nothing. A handful of statements, whatever the number of rows.
    `by` is the person who asked, for the audit; a command at set-up has none.
    """
    read = tables.read(folder)
    with transaction.atomic():
        new_sets = _load_sets(read.sets)
        sets_added = len(new_sets)
        added, reworded = _load_factors(read.factors, new_sets)
        counts = {"sets": len(read.sets), "factors": len(read.factors)}
        counts |= {"sets_added": sets_added, "factors_added": added, "factors_reworded": reworded}
        if by is not None and (sets_added or added or reworded):
            newest = FactorSet.objects.order_by("-pk")[0]
            audit.record(by=by, act="factors.loaded", subject=newest, data=counts)
    return counts


def _load_sets(rows: list[dict[str, Any]]) -> set[str]:
    known = {row.code: row for row in FactorSet.objects.filter(code__in=[row["code"] for row in rows])}
    for row in rows:
        old = known.get(row["code"])
        if old and (old.series, old.edition, old.year) != (row["series"], row["edition"], row["year"]):
            raise _edited(row["code"], f"{old.series} {old.edition} {old.year}", row["edition"])
    fresh = [FactorSet(**row) for row in rows if row["code"] not in known]
    FactorSet.objects.bulk_create(fresh)
    return {row.code for row in fresh}


def _load_factors(rows: list[dict[str, Any]], new_sets: set[str]) -> tuple[int, int]:
    set_ids = dict(FactorSet.objects.values_list("code", "pk"))
    known = {row.code: row for row in Factor.objects.filter(code__in=[row["code"] for row in rows])}
    fresh: list[Factor] = []
    reworded: list[Factor] = []
    for row in rows:
        fields = {"set_id": set_ids[row["set"]]} | {name: row[name] for name in row if name != "set"}
        old = known.get(row["code"])
        if old is None:
            if (
                row["set"] not in new_sets
            ):  # its day of loading has passed: it would change what stood on that day
                raise _edited(row["set"], _("other rows"), row["code"])
            fresh.append(Factor(**fields))
            continue
        _refuse_edited(old, fields)
        if any(getattr(old, name) != fields[name] for name in WORDING_FIELDS):
            for name in WORDING_FIELDS:
                setattr(old, name, fields[name])
            reworded.append(old)
    _refuse_second_defaults(fresh)
    Factor.objects.bulk_create(fresh, batch_size=500)
    Factor.objects.bulk_update(reworded, WORDING_FIELDS, batch_size=100)
    return len(fresh), len(reworded)


def _refuse_second_defaults(fresh: list[Factor]) -> None:
    """The look-up takes the one default of a place and year; a further edition for it is taken by its code."""
    columns = ("carrier", "region", "year", "unit")
    on_file = Factor.objects.filter(is_default=True).exclude(carrier="").values_list("code", *columns)
    known = {tuple(key): code for code, *key in on_file}
    for row in fresh:
        key = tuple(getattr(row, column) for column in columns)
        if row.is_default and row.carrier and key in known:
            raise _edited(known[key], _("the default of its place and year"), row.code)


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
