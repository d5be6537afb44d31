"""From a line of the inventory to its cell or document: what the drawer shows and one API call answers."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404

from suppliers.activity.models import ActivityRecord
from suppliers.activity.queries import with_upload
from suppliers.calc import units
from suppliers.calc.carriers import CARRIERS
from suppliers.disclosure.models import EvidenceFile, Instrument
from suppliers.factors.models import Factor, OwnFactor
from suppliers.uploads.models import CellFix, Upload

from .accounts import Account, Lines
from .models import Inventory, InventoryEntry, InventoryLine


def line_or_404(account: Account, number: int) -> InventoryLine:
    version = account.inventory
    if account.live is None:
        found = InventoryLine.objects.filter(
            supplier_id=version.supplier_id, inventory=version, number=number
        ).first()
    else:
        numbers = account.live.columns["number"]
        place = number - 1 if 0 < number <= len(numbers) else None
        found = Lines(account)[place : place + 1][0] if place is not None else None
    if found is None:
        raise Http404(number)
    return found


def trace(line: InventoryLine, *, by_period: bool = False) -> dict[str, Any]:
    """The way back. What the reader may not see itself (a record before its enrolment, a file) is None.

    `by_period`: the line stands for all records of its site, carrier and period (Account.is_by_period); `period` says
    which, and leads to their list.
    """
    of = {"supplier_id": line.supplier_id}
    record = with_upload(
        ActivityRecord.objects.filter(**of, pk=line.record_id).select_related("site", "meter", "created_by")
    ).first() if line.record_id else None  # fmt: skip
    entry = InventoryEntry.objects.filter(**of, pk=line.entry_id).first() if line.entry_id else None
    proof = Instrument.objects.filter(**of, pk=line.instrument_id).first() if line.instrument_id else None
    evidence = EvidenceFile.objects.filter(**of, pk=line.evidence_id).first() if line.evidence_id else None
    upload = (
        Upload.objects.filter(**of, pk=line.upload_id).select_related("created_by", "accepted_by").first()
        if line.upload_id
        else None
    )
    return {
        "line": _line(line),
        "factor": _factor(line),
        "gwp": {"code": line.gwp_code, "value": line.gwp_value} if line.gwp_code else None,
        "record": _record(record) if record and not by_period else None,
        "period": _period(record) if record and by_period else None,
        "entry": _entry(entry) if entry else None,
        "instrument": {"id": proof.pk, "kind": proof.kind, "year": proof.year, "kwh": proof.kwh}
        if proof
        else None,
        "file": _file(line, upload) if upload else None,
        "document": line.document or None,
        "evidence": {"id": evidence.pk, "filename": evidence.filename, "sha256": evidence.sha256}
        if evidence
        else None,
    }


def _line(line: InventoryLine) -> dict[str, Any]:
    names = ("number", "year", "month", "scope", "scope3_category", "category", "iso_category", "basis", "gas", "carrier",
             "quantity", "unit", "factor_value", "gwp_value", "kgco2e", "kgce", "data_quality", "description")  # fmt: skip
    return {name: getattr(line, name) for name in names} | {"inventory": line.inventory_id}


def _factor(line: InventoryLine) -> dict[str, Any]:
    base = {"code": line.factor_code, "value": line.factor_value}
    factor = (
        Factor.objects.filter(pk=line.factor_id).select_related("set").first() if line.factor_id else None
    )
    if factor is not None:
        return base | {
            "name": factor.name, "name_en": factor.name_en, "unit": factor.unit, "region": factor.region,
            "year": factor.year, "source": factor.set.source, "edition": factor.set.edition,
            "verified": factor.verified,
        }  # fmt: skip
    own = _own_factor(line)
    blank = {
        "name": "",
        "name_en": "",
        "unit": "",
        "region": "",
        "year": None,
        "source": "",
        "edition": "",
        "verified": "",
    }
    if own is None:
        return base | blank
    document = own.document
    return base | blank | {
        "name": own.name, "unit": own.unit, "region": own.region, "source": own.source, "own_factor": own.pk,
        "evidence": {"filename": document.filename, "sha256": document.sha256} if document else None,
    }  # fmt: skip


def _own_factor(line: InventoryLine) -> OwnFactor | None:
    if not line.own_factor_id:
        return None
    may_be = Q(supplier_id=line.supplier_id) | ~Q(
        buyer=None
    )  # the company's own, or a program's that it is in
    found: OwnFactor | None = (
        OwnFactor.objects.filter(may_be, pk=line.own_factor_id).select_related("evidence").first()
    )
    return found


def _record(record: ActivityRecord) -> dict[str, Any]:
    carrier = CARRIERS[record.carrier]
    way = units.conversion(record.unit_given, carrier)
    bridge = way.bridge if way else None
    return {
        "id": record.pk,
        "site": record.site.code,
        "site_name": record.site.name,
        "meter": record.meter.code if record.meter else None,
        "start": record.start,
        "end": record.end,
        "quantity": record.quantity,
        "unit": carrier.base_unit,
        "quantity_given": record.quantity_given,
        "unit_given": record.unit_given,
        "assumption": f"{bridge.name} ({bridge.source})" if bridge else None,
        "document": record.document,
        "source": record.source_kind,
        "by": str(record.created_by) if record.created_by else "",
        "at": record.created_at,
    }


def _period(record: ActivityRecord) -> dict[str, Any]:
    rows = ActivityRecord.objects.filter(
        supplier_id=record.supplier_id, site=record.site_id, carrier=record.carrier, start=record.start,
        end=record.end, withdrawn_at=None,
    )  # fmt: skip
    return {
        "site": record.site.code, "carrier": record.carrier, "start": record.start, "end": record.end,
        "records": rows.count(),
    }  # fmt: skip


def _entry(entry: InventoryEntry) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "kind": entry.kind,
        "description": entry.description,
        "quantity": entry.quantity,
        "unit": entry.unit,
        "balance": entry.balance,
        "document": entry.document,
        "at": entry.created_at,
    }


def _file(line: InventoryLine, upload: Upload) -> dict[str, Any]:
    fixes = CellFix.objects.filter(supplier_id=line.supplier_id, upload=upload, row=line.upload_row)
    return {
        "upload": upload.pk,
        "file": upload.filename,
        "sha256": upload.sha256,
        "row": line.upload_row,
        "column": "quantity",
        "sent_by": str(upload.created_by) if upload.created_by else "",
        "sent_at": upload.created_at,
        "accepted_by": str(upload.accepted_by) if upload.accepted_by else "",
        "accepted_at": upload.accepted_at,
        "fixes": [
            {"field": fix.field, "old": fix.old, "new": fix.new, "at": fix.at} for fix in fixes.order_by("id")
        ],
    }


def upload_of(inventory: Inventory, line: InventoryLine) -> Upload | None:
    if not line.upload_id:
        return None
    found: Upload | None = Upload.objects.filter(supplier_id=inventory.supplier_id, pk=line.upload_id).first()
    return found
