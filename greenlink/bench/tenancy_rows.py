"""What the tenancy benchmark asks for: buyers and suppliers whose every text carries a canary of its tenant."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, field

from django.db import connection
from django.test import Client

from suppliers.factors import actions as factors
from suppliers.models import (
    ActivityRecord,
    Buyer,
    Commodity,
    EmissionLine,
    Enrolment,
    Factor,
    Membership,
    Meter,
    Site,
    Supplier,
    User,
)
from suppliers.tenants import tokens

SUPPLIERS = 40
BUYERS = 4
MONTHS = [dt.date(2024, month, 1) for month in range(1, 13)]
SINCE = dt.date(2022, 1, 1)
SECOND_SINCE = dt.date(2024, 7, 1)  # the first day of which a second buyer sees data

LIST_SUPPLIERS = 220
LIST_RECORDS = 1_000_000


@dataclass
class Tenant:
    """A supplier or a buyer, what its one member logs in with, and the canaries it may meet."""

    key: str
    pk: int
    is_buyer: bool
    session: str = ""
    token: str = ""
    may_meet: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    own_record: int = 0

    @property
    def canary(self) -> str:
        return canary(self.key)


@dataclass
class World:
    suppliers: list[Tenant]
    buyers: list[Tenant]

    @property
    def tenants(self) -> list[Tenant]:
        return [*self.suppliers, *self.buyers]


def canary(key: str) -> str:
    return f"canary-{key}"


def built() -> World:
    """Every supplier with a buyer; every fifth with a second one, which sees the second half of the year only."""
    if not Factor.objects.exists():
        factors.load()
    buyers = [_buyer(f"b{number:03d}") for number in range(BUYERS)]
    suppliers = [_supplier(f"s{number:03d}") for number in range(SUPPLIERS)]
    for number, supplier in enumerate(suppliers):
        _enrol(supplier, buyers[number % BUYERS], SINCE)
        if number % 5 == 0:
            _enrol(supplier, buyers[(number + 1) % BUYERS], SECOND_SINCE)
    _records(suppliers)
    for tenant in [*suppliers, *buyers]:
        tenant.may_meet.add(tenant.canary)
        _let_in(tenant)
    return World(suppliers, buyers)


def _buyer(key: str) -> Tenant:
    row = Buyer.objects.create(code=f"bench-{key}", name=canary(key), name_en=canary(key))
    Commodity.objects.create(buyer=row, code="pcb", name=canary(key), name_en=canary(key))
    return Tenant(key, row.pk, is_buyer=True)


def _supplier(key: str) -> Tenant:
    row = Supplier.objects.create(
        code=f"bench-{key}", name=canary(key), name_en=canary(key), province="CN-AH", on_platform_since=SINCE
    )
    return Tenant(key, row.pk, is_buyer=False)


def _enrol(supplier: Tenant, buyer: Tenant, since: dt.date) -> None:
    Enrolment.objects.create(
        buyer_id=buyer.pk,
        supplier_id=supplier.pk,
        commodity="pcb",
        erp_code=supplier.canary,
        started_on=since,
    )
    supplier.may_meet.add(buyer.canary)
    buyer.may_meet.add(supplier.canary)
    buyer.documents |= {document(supplier, month) for month in MONTHS if month >= since}


def document(supplier: Tenant, month: dt.date) -> str:
    return f"{supplier.canary}-{month:%Y-%m}"


def _records(suppliers: list[Tenant]) -> None:
    sites = [
        Site(supplier_id=one.pk, code="A", name=one.canary, name_en=one.canary, province="CN-AH")
        for one in suppliers
    ]
    Site.objects.bulk_create(sites)
    meters = [
        Meter(
            supplier_id=one.pk,
            site=site,
            code="M",
            name=one.canary,
            name_en=one.canary,
            carrier="electricity",
        )
        for one, site in zip(suppliers, sites, strict=True)
    ]
    Meter.objects.bulk_create(meters)
    records = [
        ActivityRecord(
            supplier_id=one.pk,
            site=meter.site,
            meter=meter,
            carrier="electricity",
            start=month,
            end=month,
            quantity=1000 + number,
            quantity_given=1000 + number,
            unit_given="kWh",
            document=document(one, month),
            source_kind="form",
        )
        for number, (one, meter) in enumerate(zip(suppliers, meters, strict=True))
        for month in MONTHS
    ]
    ActivityRecord.objects.bulk_create(records)
    _lines(records)
    for one in suppliers:
        one.documents = {document(one, month) for month in MONTHS}
    for record in records:
        suppliers[int(record.document[8:11])].own_record = record.pk


def _lines(records: list[ActivityRecord]) -> None:
    factor = Factor.objects.filter(carrier="electricity", is_default=True).order_by("id").first()
    assert factor is not None
    EmissionLine.objects.bulk_create(
        EmissionLine(
            supplier_id=record.supplier_id,
            record=record,
            record_start=record.start,
            year=record.start.year,
            month=record.start.month,
            carrier=record.carrier,
            scope=2,
            category="purchased_electricity",
            basis="location",
            factor=factor,
            factor_code=factor.code,
            quantity=record.quantity,
            kgco2e=record.quantity / 2,
            kgce=record.quantity / 8,
        )
        for record in records
    )


def _let_in(tenant: Tenant) -> None:
    """A member of the tenant, logged in and with a token."""
    user = User(email=f"{tenant.key}@bench.invalid", name=tenant.canary)
    user.set_unusable_password()
    user.save()
    if tenant.is_buyer:
        Membership.objects.create(user=user, role="program_admin", buyer_id=tenant.pk)
    else:
        Membership.objects.create(user=user, role="supplier_manager", supplier_id=tenant.pk)
    client = Client()
    client.force_login(user)
    tenant.session = client.cookies["sessionid"].value
    tenant.token = f"glk_{secrets.token_urlsafe(32)}"
    tokens.issue(user=user, name="bench", secret=tenant.token)


def add_many_records(buyer: Tenant) -> None:
    """A million records of another 220 suppliers of `buyer`, one of them enrolled later than most of its records.

    The one late enrolment matters: without it, one comparison would do for the first day of all of them.
    PostgreSQL only, in a database of its own: foreign keys of the table go, so that filling it does not take minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' "
            "AND conrelid = 'suppliers_activityrecord'::regclass"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE suppliers_activityrecord DROP CONSTRAINT "{name}"')
        for statement in _MANY:
            cursor.execute(
                statement,
                {
                    "buyer": buyer.pk,
                    "suppliers": LIST_SUPPLIERS,
                    "each": LIST_RECORDS // LIST_SUPPLIERS,
                    "since": SINCE,
                    "late": dt.date(2024, 12, 1),
                },
            )
        cursor.execute("ANALYZE")


_MANY = (
    """INSERT INTO suppliers_supplier (code, name, name_en, province)
       SELECT 'bench-list-' || n, 'bench list ' || n, '', 'CN-AH' FROM generate_series(1, %(suppliers)s) n""",
    """INSERT INTO suppliers_enrolment (buyer_id, supplier_id, commodity, tier, erp_code, started_on)
       SELECT %(buyer)s, id, 'pcb', 1, '', CASE WHEN code = 'bench-list-7' THEN %(late)s ELSE %(since)s END::date
       FROM suppliers_supplier WHERE code LIKE 'bench-list-%%'""",
    """INSERT INTO suppliers_site (supplier_id, code, name, name_en, province, address)
       SELECT id, 'A', 'A', '', 'CN-AH', '' FROM suppliers_supplier WHERE code LIKE 'bench-list-%%'""",
    """INSERT INTO suppliers_activityrecord
           (supplier_id, site_id, carrier, start, "end", quantity, quantity_given, unit_given, document, source_kind,
            created_at)
       SELECT s.supplier_id, s.id, 'electricity', day, day, 1000 + n %% 77, 1000 + n %% 77, 'kWh', 'B' || n, 'form',
              now()
       FROM suppliers_site s JOIN suppliers_supplier p ON p.id = s.supplier_id AND p.code LIKE 'bench-list-%%',
            generate_series(1, %(each)s) n, LATERAL (SELECT date '2023-01-01' + n * 730 / %(each)s AS day) d""",
)
