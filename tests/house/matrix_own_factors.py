"""Own factors of the matrix world that can be handed in, judged and retired; and the rows of their addresses."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile

from suppliers.models import EvidenceFile, Factor, OwnFactor
from suppliers.tenants.roles import Right, TenantKind
from tests.house.canaries import Readers
from tests.house.matrix import BUYER, COMPANIES, PDF, Act, Row, form, read, write

if TYPE_CHECKING:
    from tests.house.matrix_world import MatrixWorld

R = Right
NOW = dt.datetime(2025, 1, 20, 8, tzinfo=dt.UTC)
ONE = {"pk": "own_factor"}
BODY = {
    "code": "M-NEW",
    "name": "new",
    "kind": "process",
    "carrier": "",
    "value": "1.5",
    "gas": "CO2e",
    "per_unit": "kg",
    "source": "https://example.org/new",
    "valid_from": "2024-01-01",
}
API_BODY = {name: value for name, value in BODY.items() if name != "kind"} | {"factor_kind": "process"}
RETURN = {"verdict": "return", "note": "why"}
DOCUMENT_READ = {
    TenantKind.SUPPLIER: R.RECORD_READ,
    TenantKind.BUYER: R.RECORD_READ,
    TenantKind.BODY: R.INVENTORY_REVIEW,
}

ROWS = [
    Row("factor", read(), {"code": "factor"}),
    Row("factor_set", read(), {"code": "factor_set"}),
    Row("api_factor_sets", read()),
    Row("own_factors", read(R.RECORD_READ)),
    Row("own_factor_new", form(R.FACTOR_WRITE, COMPANIES, body=BODY)),
    Row("own_factor_detail", read(R.RECORD_READ), ONE),
    Row("own_factor_edit", form(R.FACTOR_WRITE, COMPANIES, own="ready", body=BODY), ONE),
    Row("own_factor_submit", write(R.FACTOR_WRITE, own="ready"), ONE),
    Row("own_factor_retire", write(R.FACTOR_WRITE, own="in_use"), ONE),
    Row("own_factor_review", write(R.EVIDENCE_REVIEW, BUYER, own="waiting", body=RETURN), ONE),
    Row("own_factor_document", read(DOCUMENT_READ, own="proven"), ONE),
    Row("api_own_factors", read(R.RECORD_READ) | write(R.FACTOR_WRITE, body=API_BODY)),
    Row(
        "api_own_factor",
        read(R.RECORD_READ) | {"PATCH": Act(R.FACTOR_WRITE, own="ready", body={"value": "2"})},
        ONE,
    ),
    Row("api_own_factor_document", write(R.FACTOR_WRITE, own="ready", body={"file": PDF}), ONE),
    Row("api_own_factor_submit", write(R.FACTOR_WRITE, own="ready"), ONE),
    Row("api_own_factor_retire", write(R.FACTOR_WRITE, own="in_use"), ONE),
    Row(
        "api_own_factor_review",
        write(
            R.EVIDENCE_REVIEW,
            own="waiting",
            body={"deed": "return", "note": "why"},
            may_refuse="a key is no second person for what its own tenant brought",
        ),
        ONE,
    ),
]


def plant_supplier(world: MatrixWorld, code: str) -> None:
    private, shared, program = frozenset({code}), world.shared(code), world.shared(code)
    draft = EvidenceFile.objects.filter(supplier=world.tenants[code], released_at=None).first()
    released = EvidenceFile.objects.filter(
        supplier=world.tenants[code], released_at__isnull=False, entered_by=None
    ).first()
    _plant(world, code, "ready", private, {"state": "draft", "evidence": draft})
    _plant(world, code, "proven", program, {"state": "approved", "evidence": released})
    _plant(world, code, "in_use", shared, {"state": "approved"})
    _plant(world, code, "waiting", shared, {"state": "submitted", "submitted_at": NOW})


def plant_buyer(world: MatrixWorld, code: str) -> None:
    own, program = frozenset({code}), world.program(code)
    ready = _plant(world, code, "ready", own, {"state": "draft"})
    _file(world, code, ready, "ready", own)
    _plant(world, code, "in_use", program, {"state": "approved"})
    _plant(world, code, "waiting", own, {"state": "submitted", "submitted_at": NOW})
    proven = _plant(world, code, "proven", program, {"state": "approved"})
    _file(world, code, proven, "proven", program)


def _file(world: MatrixWorld, code: str, row: OwnFactor, tag: str, readers: Readers) -> None:
    content = b"%PDF-1.7\n" + world.canaries.text(code, f"{tag}-factor-document", readers).encode()
    row.file.save("x", ContentFile(content), save=True)


def plant_used(world: MatrixWorld, code: str) -> OwnFactor:
    """One that a line under review takes: the verification body reads it and its document."""
    released = EvidenceFile.objects.filter(
        supplier=world.tenants[code], released_at__isnull=False, entered_by=None
    ).first()
    fields = {"state": "approved", "evidence": released}
    return _plant(world, code, "used", world.reviewed(code), fields, as_thing="proven")


def set_of(code: str) -> str:
    """Code of the publication a factor stands in."""
    return Factor.objects.get(code=code).set.code


def _plant(
    world: MatrixWorld, code: str, tag: str, readers: Readers, fields: dict[str, Any], as_thing: str = ""
) -> OwnFactor:
    source = f"{world.canaries.text(code, f'{tag}-source', readers)} https://example.org/"
    row = world.canaries.plant(
        OwnFactor, code, readers, tag, **world.column(code), kind="process", series="", value="1.5",
        carrier="", unit="kgCO2e/kg", per_unit="kg", gas="CO2e", region="CN", valid_from=dt.date(2024, 1, 1),
        source=source, **fields,
    )  # fmt: skip
    world.thing("own_factor", row.pk, code, readers, as_thing or tag)
    found: OwnFactor = row
    return found
