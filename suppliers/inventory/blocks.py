"""Lines of one kind, kept as columns: what they have in common is said once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from suppliers.calc import STORAGE_PLACES, scaled
from suppliers.calc.issues import Issue

# A line's own columns, in the order in which it is written, read back and digested. InventoryLine names them.
COLUMNS: Mapping[str, Any] = {
    "number": None, "record_id": None, "entry_id": None, "instrument_id": None, "site_id": None, "year": None,
    "month": None, "carrier": "", "scope": None, "scope3_category": None, "category": "", "iso_category": None,
    "basis": "", "gas": "", "factor_id": None, "own_factor_id": None, "factor_code": "", "factor_value": Decimal(0),
    "gwp_code": "", "gwp_value": Decimal(1), "quantity": Decimal(0), "unit": "", "kgco2e": Decimal(0), "kgce": None,
    "data_quality": "", "description": "", "document": "", "upload_id": None, "upload_row": None, "evidence_id": None,
}  # fmt: skip
QUANTITY_PLACES = 12


@dataclass(frozen=True)
class Block:
    """`same` for all lines, `each` line by line; `kg` and `coal` [10^-6 kg], `coal` None where there is none."""

    same: Mapping[str, Any]
    each: Mapping[str, Sequence[Any]]
    kg: scaled.Whole
    coal: scaled.Whole | None = None

    def __len__(self) -> int:
        return len(self.kg)

    @property
    def kgco2e(self) -> int:
        return sum(self.kg.tolist())

    @property
    def kgce(self) -> int:
        return sum(self.coal.tolist()) if self.coal is not None else 0


@dataclass
class Found:
    """What the parts of a computation hand in."""

    blocks: list[Block] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def add(self, block: Block | None) -> None:
        if block is not None and len(block):
            self.blocks.append(block)

    def trouble(self, issue: Issue) -> None:
        if issue not in self.issues:
            self.issues.append(issue)


def columns_of(blocks: Iterable[Block]) -> dict[str, list[Any]]:
    """One table of all blocks, its lines numbered from 1."""
    table: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for block in blocks:
        count = len(block)
        for name, default in COLUMNS.items():
            if name == "kgco2e":
                table[name] += scaled.to_decimals(block.kg, STORAGE_PLACES)
            elif name == "kgce" and block.coal is not None:
                table[name] += scaled.to_decimals(block.coal, STORAGE_PLACES)
            elif name in block.each:
                table[name] += block.each[name]
            else:
                table[name] += [block.same.get(name, default)] * count
    table["number"] = list(range(1, len(table["kgco2e"]) + 1))
    return table
