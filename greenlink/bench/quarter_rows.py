"""What the quarter benchmark computes on: 5 000 suppliers with two years of data, written in bulk."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, models

from scorecards import actions
from scorecards.models import Edition
from sparkplan.models import Project, Saving, StageChange
from suppliers.factors import actions as factors
from suppliers.models import (
    ActivityRecord,
    Buyer,
    Credential,
    EmissionLine,
    Enrolment,
    Factor,
    Instrument,
    Meter,
    Output,
    Review,
    Site,
    Supplier,
    Target,
    Training,
)
from suppliers.tenants import bulk, clock
from suppliers.tenants.actors import Actor

SUPPLIERS = 5_000
MONTHS = 24
LABEL, BEFORE = "FY24Q3", "FY24Q2"
BY = Actor.system("bench quarter")
_KINDS = ("ecovadis", "rba_vap", "iso_14001", "iso_45001", "iso_14064")
_COMMODITIES = ("pcb", "metal", "plastics", "cables", "display", "packaging")


def check_keys() -> None:
    """Foreign keys are checked at the end of a transaction; here, before the clock stops."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def built() -> Edition:
    """A program with two years of data, everything reviewed, the quarter before published."""
    if not Factor.objects.exists():
        factors.load()
    buyer = Buyer.objects.create(code="BENCH-QUARTER", name="基准", name_en="Bench")
    suppliers = _companies(buyer)
    sites, meters = _sites(buyer, suppliers)
    _energy(buyer, suppliers, sites, meters)
    _evidence(buyer, suppliers)
    _spark(buyer, suppliers[::5], sites[::5])
    _analyse()
    edition = actions.open_edition(by=BY, buyer=buyer, label=BEFORE)
    edition = actions.lock(by=BY, edition=actions.compute(by=BY, edition=edition))
    actions.publish(by=BY, edition=edition, confirm=BEFORE)
    check_keys()  # those of the rows built here, so that no run pays for them
    return actions.open_edition(by=BY, buyer=buyer, label=LABEL)


def _companies(buyer: Buyer) -> list[int]:
    suppliers = _add(
        Supplier,
        buyer,
        code=[f"BENCH-{place:05d}" for place in range(SUPPLIERS)],
        name=[f"供应商{place}" for place in range(SUPPLIERS)],
        name_en=[""] * SUPPLIERS,
        employees=[100 + place % 1500 for place in range(SUPPLIERS)],
        province=["CN-AH"] * SUPPLIERS,
    )
    _add(
        Enrolment,
        buyer,
        buyer_id=[buyer.pk] * SUPPLIERS,
        supplier_id=suppliers,
        commodity=[_COMMODITIES[place % len(_COMMODITIES)] for place in range(SUPPLIERS)],
        tier=[1] * SUPPLIERS,
        erp_code=[""] * SUPPLIERS,
        started_on=[dt.date(2022, 4, 1)] * SUPPLIERS,
    )
    return suppliers


def _sites(buyer: Buyer, suppliers: list[int]) -> tuple[list[int], list[int]]:
    """A site and its meter for each supplier."""
    sites = _add(
        Site,
        buyer,
        supplier_id=suppliers,
        **_texts("code name name_en address", SUPPLIERS),
        province=["CN-AH"] * SUPPLIERS,
    )
    meters = _add(
        Meter,
        buyer,
        supplier_id=suppliers,
        site_id=sites,
        **_texts("code name name_en", SUPPLIERS),
        carrier=["electricity"] * SUPPLIERS,
        accounting=[True] * SUPPLIERS,
    )
    return sites, meters


def _add(model: type[models.Model], buyer: Buyer, **columns: list[Any]) -> list[int]:
    count = len(next(iter(columns.values())))
    ids = bulk.reserve_ids(model, count)
    bulk.insert_columns(model, {"id": ids, **columns}, tenant_id=buyer.pk)
    return ids


def _texts(names: str, count: int) -> dict[str, list[str]]:
    return {name: ["X"] * count for name in names.split()}


def _analyse() -> None:
    """Statistics as a database in use has them."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _months() -> list[tuple[dt.date, dt.date]]:
    first = [dt.date(2023 + number // 12, number % 12 + 1, 1) for number in range(MONTHS + 1)]
    return [(one, after - dt.timedelta(days=1)) for one, after in zip(first, first[1:], strict=False)]


def _energy(buyer: Buyer, suppliers: list[int], sites: list[int], meters: list[int]) -> None:
    months = _months()
    count, now = SUPPLIERS * MONTHS, clock.now()
    owner = [supplier for supplier in suppliers for _ in months]
    kwh = [
        50_000.0 + (place * 7919 + month) % 40_000 for place in range(SUPPLIERS) for month in range(MONTHS)
    ]
    first, last = ([pair[end] for _ in suppliers for pair in months] for end in (0, 1))
    records = _add(
        ActivityRecord,
        buyer,
        supplier_id=owner,
        site_id=[site for site in sites for _ in months],
        meter_id=[meter for meter in meters for _ in months],
        carrier=["electricity"] * count,
        start=first,
        end=last,
        quantity=kwh,
        quantity_given=kwh,
        unit_given=["kWh"] * count,
        document=["B"] * count,
        source_kind=["upload"] * count,
        created_at=[now] * count,
    )
    _lines(buyer, owner, records, first, kwh)
    _submitted(
        Output,
        buyer,
        owner,
        site_id=[site for site in sites for _ in months],
        start=first,
        end=last,
        value=[1000.0 + place % 7 for place in range(count)],
        unit=["万元"] * count,
    )


def _lines(
    buyer: Buyer, owner: list[int], records: list[int], first: list[dt.date], kwh: list[float]
) -> None:
    count = len(records)
    factor = Factor.objects.filter(carrier="electricity", is_default=True).order_by("id").first()
    assert factor is not None
    _add(
        EmissionLine,
        buyer,
        supplier_id=owner,
        record_id=records,
        record_start=first,
        year=[day.year for day in first],
        month=[day.month for day in first],
        carrier=["electricity"] * count,
        scope=[2] * count,
        category=["purchased_electricity"] * count,
        basis=["location"] * count,
        factor_id=[factor.pk] * count,
        factor_code=[factor.code] * count,
        quantity=kwh,
        kgco2e=[value * 0.5366 for value in kwh],
        kgce=[value * 0.1229 for value in kwh],
    )


def _submitted(model: type[models.Model], buyer: Buyer, owner: list[int], **columns: list[Any]) -> list[int]:
    now = clock.now() - dt.timedelta(days=200)
    return _add(
        model,
        buyer,
        supplier_id=owner,
        state=["submitted"] * len(owner),
        submitted_at=[now] * len(owner),
        created_at=[now] * len(owner),
        **columns,
    )


def _accepted(buyer: Buyer, subject: str, owner: list[int], ids: list[int]) -> None:
    count = len(ids)
    _add(
        Review,
        buyer,
        buyer_id=[buyer.pk] * count,
        supplier_id=owner,
        subject=[subject] * count,
        subject_id=ids,
        verdict=["accepted"] * count,
        note=[""] * count,
        at=[clock.now()] * count,
    )


def _evidence(buyer: Buyer, suppliers: list[int]) -> None:
    _credentials(buyer, suppliers)
    _yearly_evidence(buyer, suppliers)


def _credentials(buyer: Buyer, suppliers: list[int]) -> None:
    owner = [supplier for supplier in suppliers for _ in _KINDS]
    count = len(owner)
    levels = {"rba_vap": "silver", "iso_14064": "limited"}
    ids = _submitted(
        Credential,
        buyer,
        owner,
        kind=[kind for _ in suppliers for kind in _KINDS],
        level=[levels.get(kind, "") for _ in suppliers for kind in _KINDS],
        score=[40.0 + place % 50 if place % len(_KINDS) == 0 else None for place in range(count)],
        lowest_theme=[25.0 + place % 40 if place % len(_KINDS) == 0 else None for place in range(count)],
        issued_on=[dt.date(2024, 1, 1) + dt.timedelta(days=place % 170) for place in range(count)],
        period_end=[
            dt.date(2023, 12, 31) if kind == "iso_14064" else None for _ in suppliers for kind in _KINDS
        ],
        scope3_inside=[False] * count,
        **{name: [""] * count for name in ("number", "issuer", "scope_entity", "url")},
    )
    _accepted(buyer, "credential", owner, ids)


def _yearly_evidence(buyer: Buyer, suppliers: list[int]) -> None:
    count = len(suppliers)
    ids = _submitted(
        Target,
        buyer,
        suppliers,
        is_public=[True] * count,
        covers=["scope1+2"] * count,
        base_year=[2021] * count,
        target_year=[2030] * count,
        reduction_percent=[50.0] * count,
        public_url=["https://supplier.example/"] * count,
        progress_year=[2023] * count,
        progress_percent=[5.0 + place % 10 for place in range(count)],
        sbti_status=[""] * count,
    )
    _accepted(buyer, "target", suppliers, ids)
    ids = _submitted(
        Training,
        buyer,
        suppliers,
        title=["ESG"] * count,
        held_on=[dt.date(2024, 5, 20)] * count,
        required_people=[100] * count,
        completed_people=[60 + place % 40 for place in range(count)],
        passed_people=[50 + place % 10 for place in range(count)],
        reached_tier2=[False] * count,
    )
    _accepted(buyer, "training", suppliers, ids)
    ids = _submitted(
        Instrument,
        buyer,
        suppliers,
        kind=["gec"] * count,
        for_pv=[False] * count,
        year=[2024] * count,
        kwh=[1000.0 * (place % 300) + 1 for place in range(count)],
        **{name: [""] * count for name in ("serial_from", "serial_to")},
    )
    _accepted(buyer, "instrument", suppliers, ids)


def _spark(buyer: Buyer, suppliers: list[int], sites: list[int]) -> None:
    count, day = len(suppliers), dt.date(2024, 6, 1)
    projects = _add(
        Project,
        buyer,
        supplier_id=suppliers,
        site_id=sites,
        **_texts("code name name_en energy_service_company", count),
        measure=["compressed_air"] * count,
        stage=["commissioned"] * count,
        inputs=[{}] * count,
        expected_saving_kwh=[0.0] * count,
        funding=["own"] * count,
        commissioned_on=[day] * count,
        saving_verified_on=[dt.date(2024, 9, 1)] * count,
        created_at=[clock.now()] * count,
    )
    _add(
        StageChange,
        buyer,
        supplier_id=suppliers,
        project_id=projects,
        stage=["commissioned"] * count,
        on=[day] * count,
        note=[""] * count,
    )
    _add(
        Saving,
        buyer,
        supplier_id=suppliers,
        project_id=projects,
        month=[dt.date(2024, 7, 1)] * count,
        saved_kwh=[10_000.0 + place for place in range(count)],
        created_at=[clock.now()] * count,
    )
