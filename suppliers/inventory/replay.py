"""A frozen version computed again from its records and its factor editions, and laid beside what stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from suppliers.disclosure.models import Handing, Instrument

from . import freezing
from .blocks import COLUMNS
from .compute import computed
from .gathering import told
from .models import Inventory
from .terms import Terms

_NAMED = ("record_id", "entry_id", "instrument_id", "month", "carrier", "gas", "basis")


@dataclass(frozen=True)
class Difference:
    """A line that came out otherwise: `stored` and `replayed` are None where it is on one side only."""

    number: int
    what: dict[str, Any]
    stored: dict[str, str] | None
    replayed: dict[str, str] | None


@dataclass(frozen=True)
class Replay:
    inventory: Inventory
    totals: dict[str, Any]
    digest: str
    lines: int
    differences: list[Difference] = field(default_factory=list)
    totals_differ: list[str] = field(default_factory=list)
    # Instruments (ids) that were taken back or changed since: the version counts them as they were handed in.
    changed_since: list[int] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        return not self.differences and not self.totals_differ and self.digest == self.inventory.digest


def replay(inventory: Inventory) -> Replay:
    """Compute a frozen version again as of its moment and compare every field of every line, to the last digit."""
    if inventory.frozen_at is None:
        raise ValueError("an open version has nothing to be compared with")
    terms = Terms.from_json(inventory.terms)
    again = computed(supplier_id=inventory.supplier_id, year=inventory.year, terms=terms)
    stored = freezing.stored_columns(inventory)
    names = sorted({*inventory.totals, *again.totals})
    return Replay(
        inventory=inventory,
        totals=again.totals,
        digest=freezing.digest(again.columns, again.totals),
        lines=len(again.columns["number"]),
        differences=_differences(stored, again.columns),
        totals_differ=[name for name in names if inventory.totals.get(name) != again.totals.get(name)],
        changed_since=_changed_since(inventory.supplier_id, terms),
    )


def _changed_since(supplier_id: int, terms: Terms) -> list[int]:
    kept = {one["id"]: one for one in (terms.edge.instruments if terms.edge else None) or ()}
    rows = Instrument.objects.filter(supplier_id=supplier_id, pk__in=kept, state=Handing.SUBMITTED)
    now = {one.pk: told(one) for one in rows}
    return sorted(pk for pk, said in kept.items() if now.get(pk) != dict(said))


def _differences(stored: dict[str, list[Any]], again: dict[str, list[Any]]) -> list[Difference]:
    left = {name: freezing.texts(name, stored[name]) for name in COLUMNS}
    right = {name: freezing.texts(name, again[name]) for name in COLUMNS}
    found: list[Difference] = []
    here, there = len(left["number"]), len(right["number"])
    changed: set[int] = set()
    for name in COLUMNS:
        one, other = left[name], right[name]
        changed |= {place for place in range(min(here, there)) if one[place] != other[place]}
    changed |= set(range(min(here, there), max(here, there)))
    for place in sorted(changed):
        a = {name: left[name][place] for name in COLUMNS} if place < here else None
        b = {name: right[name][place] for name in COLUMNS} if place < there else None
        either = a or b or {}
        apart = [name for name in COLUMNS if a is None or b is None or a[name] != b[name]]
        found.append(
            Difference(
                number=place + 1,
                what={name: either[name] for name in _NAMED},
                stored={name: a[name] for name in apart} if a else None,
                replayed={name: b[name] for name in apart} if b else None,
            )
        )
    return found
