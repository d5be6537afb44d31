"""Inventories of the matrix world: open, submitted, under review; own factors, entries, serials, warnings, groups.

A version under review is read by the body it was assigned to, and so is what its lines name.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from suppliers.models import (
    Assignment,
    EarlyWarning,
    EvidenceFile,
    Finding,
    FindingReply,
    IndustryFigure,
    Instrument,
    InstrumentSerial,
    Inventory,
    InventoryEntry,
    InventoryLine,
    LineCheck,
    Opinion,
    OwnFactor,
    Site,
    Statement,
    Upload,
    WarningRule,
)
from tests.house import matrix_own_factors
from tests.house.canaries import Readers

if TYPE_CHECKING:
    from tests.house.matrix_world import MatrixWorld

NOW = dt.datetime(2025, 1, 20, 8, tzinfo=dt.UTC)
# tag -> year, state, assigned
VERSIONS = {
    "open": (2024, "open", False),
    "submitted": (2022, "submitted", False),
    "assigned": (2023, "under_review", True),
}


def plant_supplier(world: MatrixWorld, code: str) -> None:
    supplier, private = world.tenants[code], frozenset({code})
    for tag, (year, state, is_assigned) in VERSIONS.items():
        if is_assigned and code not in world.reviewers:
            continue
        readers = world.reviewed(code) if is_assigned else private if state == "open" else world.shared(code)
        version = world.canaries.plant(
            Inventory, code, readers, tag, supplier=supplier, year=year, state="open", intensity_unit="万元",
            digest="", created_by=world.doers[code],
            totals={} if state == "open" else {"scope1": str(world.canaries.number(readers)), "lines": 1},
        )  # fmt: skip
        world.thing("inventory", version.pk, code, readers, tag)
        if state != "open":
            _line(world, code, version, tag, readers)
            # lines are written while their version is open
            Inventory.objects.filter(pk=version.pk).update(state=state, frozen_at=NOW)
            world.thing("frozen_inventory", version.pk, code, readers, tag)
        if is_assigned:
            _review(world, code, version)
    _entries(world, code)
    _own_factors(world, code)
    warning = world.canaries.sow(
        EarlyWarning, private, supplier=supplier, kind="missing_month", key=f"{code}-key", owner=world.doers[code],
        data={"site": world.canaries.text(code, "warning-data", private)},
        note=world.canaries.text(code, "warning-note", private),
    )  # fmt: skip
    world.thing("warning", warning.pk, code, private, "open")


def plant_buyer(world: MatrixWorld, code: str) -> None:
    buyer, program = world.tenants[code], world.program(code)
    world.canaries.sow(WarningRule, program, buyer=buyer, kind="missing_month", threshold=15)
    world.canaries.sow(
        IndustryFigure, program, buyer=buyer, year=2022, commodity="pcb", size_band="M", unit="万元",
        companies_at_least=5, p25=1, p50=2, p75=world.canaries.number(program),
    )  # fmt: skip
    row = world.canaries.plant(
        OwnFactor, code, program, "approved", buyer=buyer, kind="residual_mix", carrier="electricity", series="",
        value="0.6", per_unit="kWh", valid_from=dt.date(2024, 1, 1), state="approved", unit="kgCO2e/kWh",
        gas="CO2e", region="CN", created_by=world.doers[code],
    )  # fmt: skip
    world.thing("own_factor", row.pk, code, program, "approved")


def _line(world: MatrixWorld, code: str, version: Inventory, tag: str, readers: Readers) -> None:
    supplier = world.tenants[code]
    line = world.canaries.plant(
        InventoryLine, code, readers, tag, supplier=supplier, inventory=version, number=1, year=version.year, month=6,
        carrier="electricity", scope=2, category="purchased_electricity", iso_category=2, basis="location", gas="CO2",
        factor_code="TEST-GRID", gwp_code="", factor_value="0.5", quantity=world.canaries.number(readers), unit="kWh",
        kgco2e=world.canaries.number(readers), data_quality="A", site=Site.objects.filter(supplier=supplier).first(),
        upload=Upload.objects.get(supplier=supplier, status="accepted", data_from__year=2024), upload_row=2,
        evidence=EvidenceFile.objects.filter(
            supplier=supplier, entered_by=None, released_at__isnull=False
        ).first(),
        own_factor=matrix_own_factors.plant_used(world, code) if tag == "assigned" else None,
    )  # fmt: skip
    world.thing("inventory_line", line.pk, code, readers, tag)


def _review(world: MatrixWorld, code: str, version: Inventory) -> None:
    buyer, body = world.reviewers[code]
    three = {
        "supplier": world.tenants[code], "buyer": world.tenants[buyer], "body": world.tenants[body],
    }  # fmt: skip
    both, all_three, doer = frozenset({code, body}), frozenset({code, buyer, body}), world.doers[body]
    plant = world.canaries.plant
    assignment = plant(
        Assignment,
        code,
        all_three,
        "review",
        **three,
        inventory=version,
        assigned_by=world.doers[buyer],
        sample=[1],
    )
    world.thing("assignment", assignment.pk, code, all_three)
    line = InventoryLine.objects.get(inventory=version, supplier=three["supplier"])
    plant(LineCheck, code, both, "review", **three, assignment=assignment, line=line, is_right=True, by=doer)
    finding = plant(
        Finding, code, both, "review", **three, assignment=assignment, line=line, kind="clarification", state="open",
        by=doer,
    )  # fmt: skip
    world.thing("finding", finding.pk, code, both)
    plant(FindingReply, code, both, "review", **three, finding=finding, by=doer)
    opinion = plant(
        Opinion, code, all_three, "review", **three, assignment=assignment, level="limited", conclusion="unmodified",
        file="", file_sha256="", by=doer,
    )  # fmt: skip
    world.thing("opinion", opinion.pk, code, all_three)
    readers = all_three | world.shared(code)
    statement = plant(
        Statement, code, readers, "review", **three, number=f"GLS-2023-{code}", inventory=version, opinion=opinion,
        payload={"number": f"GLS-2023-{code}"}, signature="00", key_id="none", superseded_by="", state="valid",
    )  # fmt: skip
    world.thing("statement", statement.pk, code, readers)


def _entries(world: MatrixWorld, code: str) -> None:
    supplier, private = world.tenants[code], frozenset({code})
    entry = world.canaries.plant(
        InventoryEntry, code, private, "entry", supplier=supplier, year=2024, kind="mass_balance", carrier="R410A",
        quantity=world.canaries.number(private), unit="kg", data_quality="B", created_by=world.doers[code],
        balance={"bought": world.canaries.number(private)},
    )  # fmt: skip
    world.thing("entry", entry.pk, code, private)
    for row in Instrument.objects.filter(supplier=supplier):
        serial = world.canaries.text(code, f"serial-{row.state}", private)
        world.canaries.sow(InstrumentSerial, private, supplier=supplier, instrument=row, serial=serial)


def _own_factors(world: MatrixWorld, code: str) -> None:
    kinds: dict[str, tuple[Readers, dict[str, Any]]] = {
        "draft": (frozenset({code}), {}),
        "submitted": (world.shared(code), {"submitted_at": NOW}),
    }
    for state, (readers, fields) in kinds.items():
        row = world.canaries.plant(
            OwnFactor, code, readers, state, supplier=world.tenants[code], kind="process", series="", value="1.5",
            carrier="", unit="kgCO2e/kg", per_unit="kg", gas="CO2e", region="CN", valid_from=dt.date(2024, 1, 1),
            state=state, created_by=world.doers[code], **fields,
        )  # fmt: skip
        world.thing("own_factor", row.pk, code, readers, state)
