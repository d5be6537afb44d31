"""Emission lines as they are handed in, the inventory of a year, its review, and the signed statement."""

from .emission_lines import Basis, EmissionLine
from .entries import EntryKind, InventoryEntry, Scope3
from .inventories import Approach, DataQuality, Inventory, InventoryLine, InventoryState
from .reviews import (
    Assignment,
    Conclusion,
    Finding,
    FindingKind,
    FindingReply,
    FindingState,
    Level,
    LineCheck,
    Opinion,
)
from .statements import Standing, Statement, StatementState, standing_on

__all__ = [
    "Approach",
    "Assignment",
    "Basis",
    "Conclusion",
    "DataQuality",
    "EmissionLine",
    "EntryKind",
    "Finding",
    "FindingKind",
    "FindingReply",
    "FindingState",
    "Inventory",
    "InventoryEntry",
    "InventoryLine",
    "InventoryState",
    "Level",
    "LineCheck",
    "Opinion",
    "Scope3",
    "Standing",
    "Statement",
    "StatementState",
    "standing_on",
]
