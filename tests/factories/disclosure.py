"""Evidence rows, valid by default: drafts of a supplier. Call inside a scope that may write them."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile

from suppliers.models import (
    Buyer,
    Credential,
    EvidenceFile,
    Instrument,
    Output,
    OwnFactor,
    Site,
    Supplier,
    Target,
    Training,
)

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 32


def credential(supplier: Supplier, **fields: Any) -> Credential:
    default = {
        "kind": "ecovadis",
        "level": "silver",
        "score": Decimal("58.0"),
        "issued_on": dt.date(2024, 6, 1),
        "expires_on": dt.date(2025, 5, 31),
    }
    return Credential.objects.create(supplier=supplier, **(default | fields))


def target(supplier: Supplier, **fields: Any) -> Target:
    default = {"base_year": 2020, "target_year": 2030, "reduction_percent": 42}
    return Target.objects.create(supplier=supplier, **(default | fields))


def training(supplier: Supplier, **fields: Any) -> Training:
    default = {"title": "ESG", "held_on": dt.date(2024, 11, 5), "required_people": 40}
    default |= {"completed_people": 36, "passed_people": 30}
    return Training.objects.create(supplier=supplier, **(default | fields))


def instrument(supplier: Supplier, **fields: Any) -> Instrument:
    """200 certificates = 200 MWh; no number is written down until it is handed in by the action."""
    default = {"year": 2024, "kwh": 200_000, "serial_from": "GEC-2024-000001", "serial_to": "GEC-2024-000200"}
    return Instrument.objects.create(supplier=supplier, **(default | fields))


def output(site: Site, **fields: Any) -> Output:
    default = {"start": dt.date(2024, 10, 1), "end": dt.date(2024, 12, 31), "value": Decimal(1200)}
    return Output.objects.create(supplier=site.supplier, site=site, **(default | fields))


def submitted(when: dt.date = dt.date(2025, 1, 20)) -> dict[str, Any]:
    """Fields of something handed in on a day."""
    moment = dt.datetime.combine(when, dt.time(8), tzinfo=dt.UTC)
    return {"state": "submitted", "submitted_at": moment}


def document(supplier: Supplier, **fields: Any) -> EvidenceFile:
    default = {"filename": "report.pdf", "sha256": "0" * 64, "size_bytes": len(PDF)}
    default |= {"content_type": "application/pdf"}
    row = EvidenceFile(supplier=supplier, **(default | fields))
    row.file.save("0" * 64, ContentFile(PDF), save=False)
    row.save()
    return row


def buyers_factor(buyer: Buyer, **fields: Any) -> OwnFactor:
    """An approved residual mix of a program, with its document."""
    default = {"code": "MIX", "name": "剩余组合", "kind": "residual_mix", "value": Decimal("0.5"), "unit": "kgCO2e/kWh",
               "per_unit": "kWh", "source": "公告 第 3 页", "valid_from": dt.date(2024, 1, 1), "state": "approved",
               "filename": "mix.pdf", "file_sha256": hashlib.sha256(PDF).hexdigest()}  # fmt: skip
    row = OwnFactor(buyer=buyer, **(default | fields))
    row.file.save("mix.pdf", ContentFile(PDF), save=False)
    row.save()
    return row
