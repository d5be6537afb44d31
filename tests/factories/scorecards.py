"""A supplier with something to score, and a quarter carried to any state. Call inside a scope that may write."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from scorecards import actions
from scorecards.models import Edition
from sparkplan.models import Project, Saving, StageChange
from suppliers.factors.queries import Lookup
from suppliers.models import (
    ActivityRecord,
    Buyer,
    Credential,
    EmissionLine,
    Enrolment,
    Factor,
    FactorSet,
    Instrument,
    Meter,
    Output,
    Review,
    Site,
    Supplier,
    Target,
    Training,
)
from suppliers.tenants import clock
from suppliers.tenants.actors import Actor
from tests.factories import suppliers as make

LABEL = "FY24Q3"
QUARTER_END = dt.date(2024, 12, 31)
KWH_A_MONTH = Decimal(100_000)
SYSTEM = Actor.system("tests")


def enrolled(buyer: Buyer, *, commodity: str = "pcb", since: dt.date = dt.date(2022, 4, 1)) -> Supplier:
    supplier = make.SupplierFactory.create()
    Enrolment.objects.create(buyer=buyer, supplier=supplier, commodity=commodity, started_on=since)
    return supplier


def accepted(row: Any, buyer: Buyer) -> Any:
    """Accepted by that buyer, as it was handed in."""
    Review.objects.create(
        buyer=buyer, supplier=row.supplier, subject=row._meta.model_name, subject_id=row.pk, verdict="accepted",
        at=row.submitted_at,
    )  # fmt: skip
    return row


def handed_in(model: Any, supplier: Supplier, **fields: Any) -> Any:
    return model.objects.create(supplier=supplier, state="submitted", submitted_at=clock.now(), **fields)


def factor() -> Factor:
    found = Factor.objects.filter(code="TEST-GRID").first()
    if found is not None:
        return found
    grid = FactorSet.objects.create(
        code="test", name="测试", name_en="test", series="mee_nbs_average", year=2022
    )
    coal = FactorSet.objects.create(
        code="coal", name="标煤", name_en="coal", series="standard_coal", year=2020
    )
    common = {"region": "CN", "unit": "kg/kWh", "per_unit": "kWh", "verified": "memory", "year": 2022}
    Factor.objects.create(
        set=coal, code="TEST-COAL", carrier="electricity", name="电", name_en="electricity", is_default=True,
        value=Decimal("0.1229"), **common | {"unit": "kgce/kWh"},
    )  # fmt: skip
    return Factor.objects.create(
        set=grid, code="TEST-GRID", carrier="electricity", name="电网", name_en="grid", is_default=False,
        value=Decimal("0.5"), **common,
    )  # fmt: skip


def energy(supplier: Supplier, *, growth: Decimal = Decimal(0), pv_share: Decimal = Decimal(0)) -> Site:
    """Two years of metered, documented monthly electricity to the quarter's end, with lines and output.

    The kWh of the last four quarters are (1 + growth) of those before; output stays the same.
    """
    site = Site.objects.filter(supplier=supplier).first() or make.SiteFactory.create(supplier=supplier)
    meter = make.MeterFactory.create(site=site)
    grid = factor()
    for back in range(24):
        month = QUARTER_END.replace(day=1)
        number = month.year * 12 + month.month - 1 - back
        first = dt.date(number // 12, number % 12 + 1, 1)
        last = dt.date((number + 1) // 12, (number + 1) % 12 + 1, 1) - dt.timedelta(days=1)
        kwh = KWH_A_MONTH * (1 + growth) if back < 12 else KWH_A_MONTH
        parts = {"electricity": kwh * (1 - pv_share), "pv_self": kwh * pv_share}
        for carrier, amount in parts.items():
            if amount:
                _record(supplier, site, meter, grid, carrier, first, last, amount)
        handed_in(Output, supplier, site=site, start=first, end=last, value=1000, unit="万元")
    return site


def _record(
    supplier: Supplier, site: Site, meter: Meter, grid: Factor, carrier: str, first: dt.date, last: dt.date,
    amount: Decimal,
) -> None:  # fmt: skip
    record = ActivityRecord.objects.create(
        supplier=supplier, site=site, meter=meter, carrier=carrier, start=first, end=last, quantity=amount,
        quantity_given=amount, unit_given="kWh", document="BILL",
        created_at=dt.datetime.combine(last + dt.timedelta(days=5), dt.time(12), tzinfo=dt.UTC),
    )  # fmt: skip
    if carrier == "electricity":
        EmissionLine.objects.create(
            supplier=supplier, record=record, record_start=first, year=first.year, month=first.month, carrier=carrier, scope=2,
            category="purchased_electricity", basis="location", factor=grid, factor_code=grid.code,
            quantity=amount, kgco2e=amount * grid.value, kgce=amount * Decimal("0.1229"),
        )  # fmt: skip


def example(supplier: Supplier, buyer: Buyer) -> None:
    """The worked example of the methodology, entered as a supplier would: 65.2 with C, but for I5.

    I5 is 100 here (all in time, complete, documented, metered): 65.2 + 1.8 = 67.0.
    """
    site = energy(supplier, growth=Decimal("-0.03"))
    day = dt.date(2024, 6, 30)
    accepted(
        handed_in(Credential, supplier, kind="ecovadis", score=58, lowest_theme=45, issued_on=day), buyer
    )
    accepted(handed_in(Credential, supplier, kind="rba_vap", level="silver", issued_on=day), buyer)
    for kind in ("iso_14001", "iso_45001"):
        accepted(handed_in(Credential, supplier, kind=kind, issued_on=day), buyer)
    accepted(
        handed_in(
            Credential,
            supplier,
            kind="iso_14064",
            level="limited",
            period_end=dt.date(2023, 12, 31),
            issued_on=day,
        ),
        buyer,
    )
    # 18 % of 12 x 97 000 kWh
    accepted(
        handed_in(Instrument, supplier, year=2024, kwh=KWH_A_MONTH * 12 * Decimal("0.97") * Decimal("0.18")),
        buyer,
    )
    accepted(
        handed_in(
            Target, supplier, is_public=True, public_url="https://supplier.example/target", base_year=2021,
            target_year=2030, progress_year=2023, reduction_percent=50, progress_percent=10,
        ),
        buyer,
    )  # fmt: skip
    accepted(
        handed_in(
            Training,
            supplier,
            title="ESG",
            held_on=day,
            required_people=100,
            completed_people=80,
            passed_people=76,
        ),
        buyer,
    )
    spark(supplier, site)


def spark(supplier: Supplier, site: Site) -> Project:
    """A compressor station commissioned in the quarter before, saving a verified 1.6 % of the energy.

    Energy of eight quarters is 12 x 100 000 + 12 x 97 000 = 2 364 000 kWh; the saving s of the energy there
    would have been without it, s / (2 364 000 + s) = 1.6 %, is 38 439.02 kWh.
    """
    project = Project.objects.create(
        supplier=supplier, site=site, code="P1", name="空压站", measure="compressed_air", stage="commissioned",
        commissioned_on=dt.date(2024, 8, 1), saving_verified_on=dt.date(2024, 12, 20),
        mv_plan_registered_on=dt.date(2024, 5, 1),
    )  # fmt: skip
    for stage, on in (("lead", dt.date(2024, 1, 5)), ("commissioned", dt.date(2024, 8, 1))):
        StageChange.objects.create(supplier=supplier, project=project, stage=stage, on=on)
    Saving.objects.create(
        supplier=supplier, project=project, month=dt.date(2024, 10, 1), saved_kwh=Decimal("38439.02")
    )
    assert Lookup().standard_coal("electricity") is not None
    return project


def quarter(buyer: Buyer, *, label: str = LABEL, until: str = "computed") -> Edition:
    """An edition opened, and carried as far as `until` says."""
    edition = actions.open_edition(by=SYSTEM, buyer=buyer, label=label)
    if until == "open":
        return edition
    edition = actions.compute(by=SYSTEM, edition=edition)
    if until == "computed":
        return edition
    edition = actions.lock(by=SYSTEM, edition=edition)
    return edition if until == "locked" else actions.publish(by=SYSTEM, edition=edition, confirm=label)
