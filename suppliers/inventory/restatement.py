"""What a new edition, a corrected bill or another report would change: shown first, then restated openly."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from suppliers.tenants import audit
from suppliers.tenants.actors import Actor
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

from . import freezing, inventories
from .compute import computed
from .models import Inventory, InventoryState
from .terms import Terms

Columns = dict[str, list[Any]]
# By what a line is found again in another version: its source, its month, and which side of it the line says.
_SAME = ("record_id", "entry_id", "instrument_id", "month", "basis", "gas", "category", "carrier")


@dataclass(frozen=True)
class Change:
    """A line before and after [kgCO2e]; None where it is on one side only. `what` says which line it is."""

    what: dict[str, Any]
    before: Decimal | None
    after: Decimal | None
    factor_before: str
    factor_after: str

    @property
    def by(self) -> Decimal:
        return (self.after or Decimal(0)) - (self.before or Decimal(0))


@dataclass(frozen=True)
class Effect:
    """`changes` are the lines that differ, the largest first; `totals_after` would be the new version's."""

    totals_before: dict[str, Any]
    totals_after: dict[str, Any]
    changes: list[Change]
    lines_before: int
    lines_after: int

    @property
    def is_none(self) -> bool:
        return not self.changes and self.totals_before == self.totals_after

    def by(self, name: str) -> Decimal:
        """How much one of the totals moves [kgCO2e]."""
        return Decimal(self.totals_after.get(name) or 0) - Decimal(self.totals_before.get(name) or 0)


def preview(*, inventory: Inventory, terms: Terms | None = None) -> Effect:
    """A frozen version against what the records and factors of now would give under `terms`. Writes nothing."""
    if inventory.frozen_at is None:
        raise Refusal("inventory.state", _("An open version is computed anew by itself."))
    wanted = inventories.checked_terms(terms or Terms.from_json(inventory.terms))
    after = computed(supplier_id=inventory.supplier_id, year=inventory.year, terms=_of_now(wanted))
    before = freezing.stored_columns(inventory)
    return Effect(
        totals_before=dict(inventory.totals),
        totals_after=after.totals,
        changes=_changes(before, after.columns),
        lines_before=len(before["number"]),
        lines_after=len(after.columns["number"]),
    )


@transaction.atomic
def restate(*, by: Actor, inventory: Inventory, terms: Terms | None = None, reason: str) -> Inventory:
    """A new frozen version under `terms`, with its reason; the old one keeps its lines and its number."""
    by.require(Right.INVENTORY_SUBMIT)
    inventory = inventories._locked(by, inventory)
    if inventory.state == InventoryState.UNDER_REVIEW:
        raise Refusal("inventory.state", _("While it is under review, a version is not restated."))
    wanted = _of_now(inventories.checked_terms(terms or Terms.from_json(inventory.terms)))
    following = inventories.next_version(by=by, inventory=inventory, reason=reason, terms=wanted)
    inventories.freeze(by=by, inventory=following, terms=wanted)
    audit.record(
        by=by, act="inventory.restate", subject=following,
        data={
            "year": following.year, "version": following.version, "reason": following.reason,
            "before": _numbers(inventory.totals), "after": _numbers(following.totals), "digest": following.digest,
        },
    )  # fmt: skip
    return following


def _of_now(terms: Terms) -> Terms:
    return replace(terms, as_of=None, factors_as_of=None, edge=None)


def _numbers(totals: dict[str, Any]) -> dict[str, Any]:
    return {name: totals.get(name) for name in ("scope1", "scope2_location", "scope2_market", "scope3")}


def _changes(before: Columns, after: Columns) -> list[Change]:
    left, right = _keyed(before), _keyed(after)
    changes: list[Change] = []
    for key in left.keys() | right.keys():
        for old, new in _paired(left.get(key, []), right.get(key, [])):
            a = before["kgco2e"][old] if old is not None else None
            b = after["kgco2e"][new] if new is not None else None
            code_a = before["factor_code"][old] if old is not None else ""
            code_b = after["factor_code"][new] if new is not None else ""
            if (a, code_a) != (b, code_b):
                table, place = (after, new) if new is not None else (before, old)
                assert place is not None
                changes.append(
                    Change(
                        {name: table[name][place] for name in (*_SAME, "site_id", "scope")},
                        a,
                        b,
                        code_a,
                        code_b,
                    )
                )
    return sorted(changes, key=lambda change: (-abs(change.by), str(change.what)))


def _keyed(columns: Columns) -> dict[tuple[Any, ...], list[int]]:
    found: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for place, key in enumerate(zip(*(columns[name] for name in _SAME), strict=True)):
        found[key].append(place)
    return found


def _paired(left: list[int], right: list[int]) -> list[tuple[int | None, int | None]]:
    longest = max(len(left), len(right))
    padded_left = [*left, *[None] * (longest - len(left))]
    padded_right = [*right, *[None] * (longest - len(right))]
    return list(zip(padded_left, padded_right, strict=True))
