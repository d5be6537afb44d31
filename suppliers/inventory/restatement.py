"""What a new edition, a corrected bill or another report would change: shown first, then restated openly."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Sum
from django.utils.translation import gettext_lazy as _

from suppliers.tenants import audit
from suppliers.tenants.actors import Actor
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

from . import freezing, inventories
from .compute import computed
from .models import Inventory, InventoryLine, InventoryState
from .terms import NEWEST_METHOD, Terms

Columns = dict[str, list[Any]]
# By what a line is found again in another version: its source, its month, and which side of it the line says.
_SAME = ("record_id", "entry_id", "instrument_id", "month", "basis", "gas", "category", "carrier")
_GROUP = ("site_id", "scope", "entry_id", "instrument_id", "month", "basis", "gas", "category", "carrier")
LARGE_LINES = 40_000
_CUT = Decimal("0.000002")  # twice the last kept place of a quantity or a kilogram


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
    # Of a large version the changes are groups of lines: a site, month, carrier and gas each.
    is_grouped: bool = False

    @property
    def is_none(self) -> bool:
        return not self.changes and (self.is_grouped or self.totals_before == self.totals_after)

    def by(self, name: str) -> Decimal:
        """How much one of the totals moves [kgCO2e]."""
        return Decimal(self.totals_after.get(name) or 0) - Decimal(self.totals_before.get(name) or 0)


def preview(*, inventory: Inventory, terms: Terms | None = None) -> Effect:
    """A frozen version against what the records and factors of now would give under `terms`. Writes nothing."""
    if inventory.frozen_at is None:
        raise Refusal("inventory.state", _("An open version is computed anew by itself."))
    wanted = _of_now(inventories.checked_terms(terms or Terms.from_json(inventory.terms)))
    is_grouped = int(inventory.totals.get("lines") or 0) > LARGE_LINES
    after = computed(
        supplier_id=inventory.supplier_id, year=inventory.year, terms=wanted, by_period=is_grouped
    )
    if is_grouped:
        changes = _changes(_stored_groups(inventory), _groups(after.columns), _GROUP)
    else:
        changes = _changes(freezing.stored_columns(inventory), after.columns, _SAME)
    return Effect(dict(inventory.totals), after.totals, changes, is_grouped)


@transaction.atomic
def restate(*, by: Actor, inventory: Inventory, terms: Terms | None = None, reason: str) -> Inventory:
    """A new frozen version under `terms`, with its reason; the old one keeps its lines and its number."""
    return finish(by=by, following=begin(by=by, inventory=inventory, terms=terms, reason=reason))


@transaction.atomic
def begin(*, by: Actor, inventory: Inventory, terms: Terms | None = None, reason: str) -> Inventory:
    """The next version, still open, with its terms and its reason."""
    by.require(Right.INVENTORY_SUBMIT)
    inventory = inventories.locked(by, inventory)
    if inventory.state == InventoryState.UNDER_REVIEW:
        raise Refusal("inventory.state", _("While it is under review, a version is not restated."))
    wanted = _of_now(inventories.checked_terms(terms or Terms.from_json(inventory.terms)))
    return inventories.next_version(by=by, inventory=inventory, reason=reason, terms=wanted)


@transaction.atomic
def finish(*, by: Actor, following: Inventory) -> Inventory:
    by.require(Right.INVENTORY_SUBMIT)
    following = inventories.locked(by, following)
    if following.state != InventoryState.OPEN or following.supersedes is None:
        raise Refusal("inventory.state", _("Only an open version can be submitted."))
    inventories.freeze(by=by, inventory=following, terms=_of_now(Terms.from_json(following.terms)))
    audit.record(
        by=by, act="inventory.restate", subject=following,
        data={
            "year": following.year, "version": following.version, "reason": following.reason,
            "before": _numbers(following.supersedes.totals), "after": _numbers(following.totals),
            "digest": following.digest,
        },
    )  # fmt: skip
    return following


def _of_now(terms: Terms) -> Terms:
    return replace(terms, as_of=None, factors_as_of=None, edge=None, method=NEWEST_METHOD)


def _numbers(totals: dict[str, Any]) -> dict[str, Any]:
    return {name: totals.get(name) for name in ("scope1", "scope2_location", "scope2_market", "scope3")}


def _changes(before: Columns, after: Columns, same: tuple[str, ...]) -> list[Change]:
    left, right = _keyed(before, same), _keyed(after, same)
    changes: list[Change] = []
    for key in left.keys() | right.keys():
        for old, new in _paired(left.get(key, []), right.get(key, [])):
            a = before["kgco2e"][old] if old is not None else None
            b = after["kgco2e"][new] if new is not None else None
            code_a = before["factor_code"][old] if old is not None else ""
            code_b = after["factor_code"][new] if new is not None else ""
            if code_a == code_b and a is not None and b is not None and abs(a - b) <= _slack(before, old):
                continue
            table, place = (after, new) if new is not None else (before, old)
            assert place is not None
            what = {name: table[name][place] for name in dict.fromkeys((*same, "site_id", "scope"))}
            changes.append(Change(what, a, b, code_a, code_b))
    return sorted(changes, key=lambda change: (-abs(change.by), str(change.what)))


def _slack(before: Columns, place: int | None) -> Decimal:
    """What cutting the lines of a group, and sharing periods out over months, may have left over [kg]."""
    if place is None or "count" not in before:
        return Decimal(0)
    each = max(Decimal(1), before["factor"][place] * before["gwp"][place])
    return _CUT * each * before["count"][place]


def _keyed(columns: Columns, same: tuple[str, ...]) -> dict[tuple[Any, ...], list[int]]:
    found: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for place, key in enumerate(zip(*(columns[name] for name in same), strict=True)):
        found[key].append(place)
    return found


def _stored_groups(inventory: Inventory) -> Columns:
    """The lines of a frozen version, summed in the database."""
    rows = InventoryLine.objects.filter(supplier_id=inventory.supplier_id, inventory=inventory)
    sums = (
        rows.order_by(*_GROUP, "factor_code").values_list(*_GROUP, "factor_code")
        .annotate(kg=Sum("kgco2e"), lines=Count("id"), factor=Max("factor_value"), gwp=Max("gwp_value"))
    )  # fmt: skip
    return _columns((*_GROUP, "factor_code", "kgco2e", "count", "factor", "gwp"), list(sums))


def _groups(columns: Columns) -> Columns:
    names = (*_GROUP, "factor_code")
    sums: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for key, kg in zip(zip(*(columns[name] for name in names), strict=True), columns["kgco2e"], strict=True):
        sums[key] += kg
    ordered = sorted(sums.items(), key=lambda item: str(item[0]))
    return _columns((*names, "kgco2e"), [(*key, kg) for key, kg in ordered])


def _columns(names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Columns:
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _paired(left: list[int], right: list[int]) -> list[tuple[int | None, int | None]]:
    longest = max(len(left), len(right))
    padded_left = [*left, *[None] * (longest - len(left))]
    padded_right = [*right, *[None] * (longest - len(right))]
    return list(zip(padded_left, padded_right, strict=True))
