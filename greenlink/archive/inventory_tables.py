"""What a supplier takes home of its inventories: versions, lines, entries, findings, statements, warnings."""

from __future__ import annotations

from suppliers.models import (
    EarlyWarning,
    Finding,
    FindingReply,
    InstrumentSerial,
    Inventory,
    InventoryEntry,
    InventoryLine,
    Opinion,
    OwnFactor,
    Statement,
)

from .table import Table, own

_DOCUMENT = {"document_id": "evidence_id", "document_sha256": "evidence__sha256"}
_OF_VERSION = {"year": "inventory__year", "version": "inventory__version"}

INVENTORY_TABLES: tuple[Table, ...] = (
    own(
        Inventory,
        "id year version state supersedes_id reason approach boundary organisation base_year recalculation_policy "
        "recalculation_percent exclusions intensity_unit terms totals digest frozen_at created_at",
        name="inventories",
    ),
    own(
        InventoryLine,
        "inventory_id number record_id entry_id instrument_id month carrier scope scope3_category category iso_category "
        "basis gas factor_code factor_value gwp_code gwp_value quantity unit kgco2e kgce data_quality description "
        "document upload_id upload_row",
        name="inventory_lines",
        more={**_OF_VERSION, **_DOCUMENT, "site": "site__code"},
    ),
    own(
        InventoryEntry,
        "id year month kind scope3_category carrier description quantity unit balance data_quality document created_at "
        "withdrawn_at",
        name="inventory_entries",
        more={
            **_DOCUMENT,
            "site": "site__code",
            "factor": "factor__code",
            "own_factor": "own_factor__code",
            "created_by": "created_by__email",
        },
    ),
    own(
        OwnFactor,
        "id code name kind series carrier region value unit gas source valid_from valid_to state created_at "
        "submitted_at reviewed_at review_note retired_at",
        name="own_factors",
        more=_DOCUMENT,
    ),
    own(InstrumentSerial, "instrument_id serial", name="certificate_serials"),
    own(
        Finding,
        "id kind text effect_kgco2e state at closed_at closing_note",
        name="findings",
        more={
            "body": "body__name",
            "inventory_id": "assignment__inventory_id",
            "line": "line__number",
        },
    ),
    own(FindingReply, "finding_id text at", name="finding_replies", more=_DOCUMENT),
    own(
        Opinion,
        "level conclusion text valid_until filename file_sha256 at confirmed_at",
        name="opinions",
        more={"body": "body__name", "inventory_id": "assignment__inventory_id"},
    ),
    own(
        Statement,
        "number inventory_id payload signature key_id state valid_until superseded_by withdrawn_reason withdrawn_at "
        "issued_at",
        name="statements",
        more={"body": "body__name"},
    ),
    own(
        EarlyWarning,
        "kind key data state snoozed_until note raised_at settled_at",
        name="warnings",
        more={"owner": "owner__email"},
    ),
)
