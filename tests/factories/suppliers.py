"""Rows of the ground floor, valid by default. Call inside a scope that may write them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import factory
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from suppliers.models import Buyer, Enrolment, Membership, Meter, Site, Supplier, User, VerificationBody


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.test")
    name = factory.Sequence(lambda n: f"Person {n}")
    # Set before the row is written: a session is bound to the stored password.
    password = factory.LazyFunction(lambda: make_password(None))


class BuyerFactory(DjangoModelFactory[Buyer]):
    class Meta:
        model = Buyer

    code = factory.Sequence(lambda n: f"BUYER{n}")
    name = factory.Sequence(lambda n: f"链主{n}")
    name_en = factory.Sequence(lambda n: f"Chain leader {n}")


class BodyFactory(DjangoModelFactory[VerificationBody]):
    class Meta:
        model = VerificationBody

    code = factory.Sequence(lambda n: f"BODY{n}")
    name = "核查机构"
    name_en = "Verification body"
    accreditation_number = "CNAS-V0000"
    accreditation_expires_on = dt.date(2030, 12, 31)


class SupplierFactory(DjangoModelFactory[Supplier]):
    class Meta:
        model = Supplier

    code = factory.Sequence(lambda n: f"SUP{n:04d}")
    name = factory.Sequence(lambda n: f"供应商{n}")
    name_en = factory.Sequence(lambda n: f"Supplier {n}")
    employees = 500
    province = "CN-AH"
    on_platform_since = dt.date(2022, 1, 1)


class EnrolmentFactory(DjangoModelFactory[Enrolment]):
    class Meta:
        model = Enrolment

    buyer = factory.SubFactory(BuyerFactory)
    supplier = factory.SubFactory(SupplierFactory)
    commodity = "pcb"
    started_on = dt.date(2022, 1, 1)


class SiteFactory(DjangoModelFactory[Site]):
    class Meta:
        model = Site

    supplier = factory.SubFactory(SupplierFactory)
    code = factory.Sequence(lambda n: f"S{n}")
    name = factory.Sequence(lambda n: f"工厂{n}")
    name_en = factory.Sequence(lambda n: f"Factory {n}")
    province = "CN-AH"


class MeterFactory(DjangoModelFactory[Meter]):
    class Meta:
        model = Meter

    site = factory.SubFactory(SiteFactory)
    supplier = factory.SelfAttribute("site.supplier")
    code = factory.Sequence(lambda n: f"M{n}")
    name = factory.Sequence(lambda n: f"电表{n}")
    carrier = "electricity"


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = "supplier_manager"


def member(role: str, **tenant: Any) -> Membership:
    """A live membership of a new user: member("supplier_manager", supplier=...)."""
    return MembershipFactory.create(role=role, **tenant)


def members(*seats: tuple[str, dict[str, Any]]) -> list[Membership]:
    """Live memberships of new users, by a statement a table instead of five a person: most tests begin with eight."""
    users = User.objects.bulk_create(UserFactory.build_batch(len(seats)))
    # what a person's saving does beside (accounts.emails.follow)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    made = [
        MembershipFactory.build(user=user, role=role, **tenant)
        for user, (role, tenant) in zip(users, seats, strict=True)
    ]
    return list(Membership.objects.bulk_create(made))
