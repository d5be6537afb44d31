"""The tenants of the demo as they stand in the database, and the people through whom everything is done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from suppliers.models import (
    Buyer,
    Commodity,
    Enrolment,
    Membership,
    Meter,
    Site,
    Supplier,
    User,
    VerificationBody,
)
from suppliers.sites import actions as sites
from suppliers.tenants import clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.asking import coming_from, identified
from suppliers.tenants.scope import entered

from . import BUYER_CODE, companies, energy
from .companies import Company


@dataclass(frozen=True)
class Event:
    """Something that happened on a day. `order` sorts what happened on the same one."""

    day: dt.date
    order: int
    act: Callable[[Program], None]


@dataclass(frozen=True)
class Program:
    """Who can act. Suppliers and actors are read once; a run lives in one process."""

    buyer: Buyer
    suppliers: dict[str, Supplier]
    people: dict[str, Actor]

    @contextmanager
    def acting(self, email: str, day: dt.date) -> Iterator[Actor]:
        """That day, in that person's tenant."""
        actor = self.people[email]
        with clock.at(day), coming_from("demo"), identified(actor.user_id), entered(actor.scope):
            yield actor

    def site(self, code: str, site: str) -> Site:
        found: Site = Site.objects.get(supplier=self.suppliers[code], code=site)
        return found


def load() -> Program:
    members = Membership.objects.live().select_related("user", "supplier", "buyer", "body")
    return Program(
        buyer=Buyer.objects.get(code=BUYER_CODE),
        suppliers={supplier.code: supplier for supplier in Supplier.objects.all()},
        people={member.user.email: Actor.of(member) for member in members.order_by("id")},
    )


def make_tenants() -> None:
    """Buyer, verification body, suppliers and enrolments; what is there already stays as it is."""
    buyer, _ = Buyer.objects.get_or_create(
        code=BUYER_CODE,
        defaults={
            "name": companies.BUYER_NAME[0],
            "name_en": companies.BUYER_NAME[1],
            "fiscal_start_month": 4,
        },
    )
    code, name, name_en, number, until, uscc = companies.BODY
    VerificationBody.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "name_en": name_en,
            "accreditation_number": number,
            "accreditation_expires_on": until,
            "uscc": uscc,
        },
    )
    known = set(buyer.commodities.values_list("code", flat=True))
    Commodity.objects.bulk_create(
        Commodity(buyer=buyer, code=code, name=zh, name_en=en)
        for code, zh, en in companies.COMMODITIES
        if code not in known
    )
    _make_suppliers(buyer)


def _make_suppliers(buyer: Buyer) -> None:
    known = set(Supplier.objects.values_list("code", flat=True))
    Supplier.objects.bulk_create(
        Supplier(
            code=company.code,
            name=company.name,
            name_en=company.name_en,
            uscc=company.uscc,
            employees=company.employees,
            province=company.sites[0].province,
            on_platform_since=company.joined_on,
        )
        for company in companies.companies()
        if company.code not in known
    )
    ids = dict(Supplier.objects.values_list("code", "pk"))
    enrolled = set(Enrolment.objects.filter(buyer=buyer).values_list("supplier_id", flat=True))
    Enrolment.objects.bulk_create(
        Enrolment(
            buyer=buyer,
            supplier_id=ids[company.code],
            commodity=company.commodity,
            tier=company.tier,
            spend_cny=company.spend_cny,
            erp_code=f"V{100000 + company.number * 37}",
            started_on=companies.PROGRAM_STARTED_ON,
            shared_from=energy.FIRST_MONTH,
        )
        for company in companies.companies()
        if ids[company.code] not in enrolled
    )


def make_contacts() -> None:
    """One person in each company on the platform hands everything in; nobody can log in as them."""
    ids = dict(Supplier.objects.values_list("code", "pk"))
    known = set(User.objects.values_list("email", flat=True))
    for company in companies.on_platform():
        if company.has_demo_account or company.email in known:
            continue
        user = User.objects.create_user(company.email, name=f"{company.name} ESG")
        Membership.objects.create(user=user, role="supplier_manager", supplier_id=ids[company.code])


def make_sites(program: Program) -> None:
    """Factories and meters of those on the platform, entered by themselves on the day they joined."""
    known = set(Site.objects.values_list("supplier__code", "code"))
    for company in companies.on_platform():
        assert company.joined_on is not None
        with program.acting(company.email, company.joined_on) as by:
            for place in company.sites:
                if (company.code, place.code) in known:
                    continue
                site = sites.add_site(
                    by=by,
                    supplier=program.suppliers[company.code],
                    code=place.code,
                    name=place.name,
                    name_en=place.name_en,
                    province=place.province,
                    address=f"{place.city}经济开发区 (演示)",
                )
                _make_meters(by, site, company)


def _make_meters(by: Actor, site: Site, company: Company) -> None:
    made: dict[str, Meter] = {}
    for meter in energy.meters_of(company):
        if meter.site != site.code:
            continue
        made[meter.code] = sites.add_meter(
            by=by,
            site=site,
            code=meter.code,
            name=meter.name,
            name_en=meter.name_en,
            carrier=meter.carrier,
            parent=made.get(meter.parent),
            accounting=meter.accounting,
        )
