"""What a supplier of the matrix world owns: accepted and waiting, handed in and drafted, from before and after."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile

from sparkplan.models import Project, Saving, StageChange
from suppliers.models import (
    ActivityRecord,
    CellFix,
    Credential,
    EmissionLine,
    EvidenceFile,
    Instrument,
    Meter,
    Output,
    Site,
    Target,
    Training,
    Upload,
    UploadReport,
)
from tests.factories.scorecards import factor
from tests.factories.sparkplan import LIGHTING
from tests.house.canaries import Readers

if TYPE_CHECKING:
    from tests.house.matrix_world import MatrixWorld

DAY = dt.date(2024, 6, 1)
BEFORE = dt.date(2022, 6, 1)
NOW = dt.datetime(2025, 1, 20, 8, tzinfo=dt.UTC)
HEADER = "site,meter,carrier,start,end,quantity,unit,document\n"


def plant(world: MatrixWorld, code: str) -> None:
    site = _sites(world, code)
    uploads = _uploads(world, code, site)
    _records(world, code, site, uploads)
    _evidence(world, code, site)
    _project(world, code, site)


def _own(world: MatrixWorld, code: str) -> tuple[Any, Readers, Readers]:
    return world.tenants[code], frozenset({code}), world.shared(code)


def _sites(world: MatrixWorld, code: str) -> Site:
    supplier, _private, shared = _own(world, code)
    known = world.reviewed(code)
    site = world.canaries.plant(Site, code, known, "open", supplier=supplier, province="CN-AH")
    world.thing("site", site.pk, code, shared)
    world.thing("site_code", site.code, code, shared)
    for tag, carrier in (("main", "electricity"), ("gas", "natural_gas")):
        meter = world.canaries.plant(Meter, code, shared, tag, supplier=supplier, site=site, carrier=carrier)
        world.thing("meter", meter.pk, code, shared, tag)
        world.thing("meter_code", meter.code, code, shared, tag)
    return site


def _uploads(world: MatrixWorld, code: str, site: Site) -> dict[str, Upload]:
    supplier, private, _shared = _own(world, code)
    accepted = {"status": "accepted", "accepted_at": NOW, "rows_total": 1, "rows_accepted": 1}
    kinds: dict[str, tuple[Readers, dict[str, Any]]] = {
        "accepted": (world.reviewed(code), accepted | {"data_from": DAY}),
        "before": (private, accepted | {"data_from": BEFORE}),
        "waiting": (private, {"status": "needs_fix", "rows_total": 1}),
        "ready": (private, {"status": "ready", "rows_total": 1, "rows_valid": 1}),
    }
    found = {}
    for month, (tag, (readers, fields)) in enumerate(kinds.items(), start=7):
        doer = world.doers[code]
        row = _upload(world, code, site, tag, readers, month, fields | {"created_by": doer})
        if tag in ("accepted", "before"):
            row.accepted_by = doer
        row.save()
        found[tag] = row
        world.thing("upload", row.pk, code, readers, tag)
        world.thing("own_upload", row.pk, code, private, tag)
        text = world.canaries.text(code, f"{tag}-issue", readers)
        issue = {"code": "row.unit", "severity": "error", "row": 2, "column": "unit", "data": {"value": text}}
        group = {
            "code": "row.unit",
            "severity": "error",
            "column": "unit",
            "count": 1,
            "rows": [2],
            "example": issue,
        }
        world.canaries.sow(
            UploadReport,
            readers,
            supplier=supplier,
            upload=row,
            issues=[issue],
            groups=[group],
            sample=[{"row": 2, "cells": {"unit": text}}],
        )
        world.canaries.plant(
            CellFix,
            code,
            readers,
            tag,
            supplier=supplier,
            upload=row,
            row=2,
            field="unit",
            new="kWh",
            by=doer,
        )
    return found


def _upload(
    world: MatrixWorld, code: str, site: Site, tag: str, readers: Readers, month: int, fields: dict[str, Any]
) -> Upload:
    bill = world.canaries.text(code, f"{tag}-bill", readers)
    kwh = world.canaries.number(readers)
    line = f"{site.code},,electricity,2024-{month:02d},2024-{month:02d},{kwh},kWh,{bill}\n"
    row = world.canaries.plant(
        Upload, code, readers, tag, supplier=world.tenants[code], size_bytes=len(HEADER + line), idempotency_key="",
        filename=world.canaries.text(code, f"{tag}-file", readers) + ".csv", **fields,
    )  # fmt: skip
    row.file.save("x", ContentFile((HEADER + line).encode()), save=False)
    return row


def _records(world: MatrixWorld, code: str, site: Site, uploads: dict[str, Upload]) -> None:
    supplier, private, shared = _own(world, code)
    grid = factor()
    meter = Meter.objects.filter(supplier=supplier, carrier="electricity").get()
    kinds = {
        "shared": (shared, DAY, None),
        "before": (private, BEFORE, None),
        "withdrawn": (private, DAY, NOW),
    }
    for tag, (readers, day, withdrawn) in kinds.items():
        kwh = world.canaries.number(readers)
        record = world.canaries.plant(
            ActivityRecord, code, readers, tag, supplier=supplier, site=site, meter=meter, carrier="electricity",
            start=day, end=day.replace(day=30), quantity=kwh, quantity_given=kwh, unit_given="kWh",
            upload=uploads["before" if tag == "before" else "accepted"], upload_row=2, withdrawn_at=withdrawn,
            notes={"note": world.canaries.text(code, f"{tag}-note", readers)}, created_by=world.doers[code],
        )  # fmt: skip
        world.thing("record", record.pk, code, readers, tag)
        line = world.canaries.sow(
            EmissionLine, readers, supplier=supplier, record=record, year=day.year, month=day.month, record_start=day,
            carrier="electricity", scope=2,
            category="purchased_electricity", basis="location", factor=grid, factor_code=grid.code, quantity=kwh,
            kgco2e=world.canaries.number(readers), kgce=Decimal("1.5"), withdrawn_at=withdrawn,
        )  # fmt: skip
        world.thing("line", line.pk, code, readers, tag)


def _evidence(world: MatrixWorld, code: str, site: Site) -> None:
    supplier, private, shared = _own(world, code)
    for tag, readers in (("submitted", shared), ("draft", private)):
        document = _document(world, code, tag, world.reviewed(code) if tag == "submitted" else private)
        handed_in = tag == "submitted"
        common = {"state": tag, "submitted_at": NOW if handed_in else None, "created_by": world.doers[code]}
        common |= {"supplier": supplier, "evidence": document}
        for model, fields in _items(site, 7 if handed_in else 8).items():
            if model in (Instrument, Output):
                fields |= {"kwh" if model is Instrument else "value": world.canaries.number(readers)}
            row = world.canaries.plant(model, code, readers, tag, **common, **fields)
            world.thing(model._meta.model_name or "", row.pk, code, readers, tag)
    _before = {"start": BEFORE, "end": BEFORE.replace(day=30), "value": world.canaries.number(private)}
    row = world.canaries.plant(
        Output,
        code,
        private,
        "before",
        supplier=supplier,
        site=site,
        state="submitted",
        submitted_at=NOW,
        **_before,
    )
    world.thing("output", row.pk, code, private, "before")


def _items(site: Site, month: int) -> dict[type[Any], dict[str, Any]]:
    first = dt.date(2024, month, 1)
    return {
        Credential: {"kind": "ecovadis", "score": 58, "issued_on": DAY, "expires_on": dt.date(2025, 5, 31)},
        Target: {"base_year": 2020, "target_year": 2030, "reduction_percent": 42, "covers": "scope1+2"},
        Training: {"held_on": DAY, "required_people": 40, "completed_people": 36, "passed_people": 30},
        Instrument: {"year": 2024, "kind": "ppa"},
        Output: {"site": site, "start": first, "end": first.replace(day=31)},
    }


def _document(world: MatrixWorld, code: str, tag: str, readers: Readers) -> EvidenceFile:
    content = b"%PDF-1.7\n" + world.canaries.text(code, f"{tag}-document", readers).encode()
    row = world.canaries.plant(
        EvidenceFile, code, readers, tag, supplier=world.tenants[code], size_bytes=len(content),
        content_type="application/pdf", created_by=world.doers[code], released_at=NOW if tag == "submitted" else None,
    )  # fmt: skip
    row.file.save("x", ContentFile(content), save=True)
    world.thing("document", row.pk, code, readers, tag)
    return row


def _project(world: MatrixWorld, code: str, site: Site) -> None:
    supplier, private, shared = _own(world, code)
    stages: dict[str, dict[str, Any]] = {
        "operating": {"commissioned_on": dt.date(2022, 5, 1), "mv_plan_registered_on": dt.date(2022, 5, 1)},
        "lead": {},
    }
    for stage, fields in stages.items():
        project = world.canaries.plant(
            Project, code, shared, stage, supplier=supplier, site=site, measure="lighting", stage=stage,
            inputs=LIGHTING, expected_saving_kwh=world.canaries.number(shared), price_cny_per_kwh=Decimal("0.7"),
            investment_cny=world.canaries.number(shared), created_by=world.doers[code], **fields,
        )  # fmt: skip
        world.canaries.plant(
            StageChange, code, shared, stage, supplier=supplier, project=project, stage=stage, on=BEFORE,
            by=world.doers[code],
        )  # fmt: skip
        world.thing("project", project.pk, code, shared, stage)
        world.thing("project_code", project.code, code, shared, stage)
        if stage == "operating":
            for readers, month in ((shared, DAY), (private, BEFORE)):
                world.canaries.sow(
                    Saving,
                    readers,
                    supplier=supplier,
                    project=project,
                    month=month,
                    saved_kwh=world.canaries.number(readers),
                )
