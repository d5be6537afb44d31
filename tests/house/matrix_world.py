"""The world the matrix walks through: rows of every tenant table for four suppliers, two buyers and two bodies.

ALPHA and BETA supply LCFC, BETA and GAMMA supply OTHER; DELTA has left LCFC. LCFC has asked GAMMA to join.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import override_settings

from suppliers.models import (
    ApiToken,
    Buyer,
    Commodity,
    Enrolment,
    EnrolmentOffer,
    Invitation,
    Membership,
    ScreenKey,
    Supplier,
    User,
    VerificationBody,
)
from suppliers.tenants import audit, tokens
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.models import Archive
from suppliers.tenants.roles import FOR_PEOPLE_ONLY, ROLES, Right, TenantKind
from tests.house import (
    matrix_entries,
    matrix_inventory,
    matrix_own_factors,
    matrix_program,
    matrix_review,
    matrix_supplier,
)
from tests.house.canaries import Canaries, Readers

TODAY = dt.date(2025, 2, 10)
NOW = dt.datetime(2025, 1, 20, 8, tzinfo=dt.UTC)
PROGRAMS = {"ALPHA": ("LCFC",), "BETA": ("LCFC", "OTHER"), "GAMMA": ("OTHER",), "DELTA": ()}
OFFERED = {"LCFC": "GAMMA", "OTHER": "BETA"}
LEFT = "DELTA"
BODIES = ("BODYONE", "BODYTWO")
# Who assigned a supplier's year to whom.
REVIEWERS = {"ALPHA": ("LCFC", "BODYONE"), "BETA": ("LCFC", "BODYTWO"), "GAMMA": ("OTHER", "BODYTWO")}
OWN = {TenantKind.SUPPLIER: "ALPHA", TenantKind.BUYER: "LCFC", TenantKind.BODY: "BODYONE"}
OTHER = {TenantKind.SUPPLIER: "BETA", TenantKind.BUYER: "OTHER", TenantKind.BODY: "BODYTWO"}
JOINED = dt.date(2024, 1, 1)


def suppliers_of(buyer: str) -> list[str]:
    return [code for code, buyers in PROGRAMS.items() if buyer in buyers]


@dataclass(frozen=True)
class Thing:
    """Something an address or a body can name: what stands there, whose it is, who may know of it."""

    id: str
    owner: str
    readers: Readers
    tag: str = ""


class MatrixWorld:
    def __init__(self) -> None:
        self.canaries = Canaries()
        self.things: dict[str, list[Thing]] = defaultdict(list)
        self.tenants: dict[str, Any] = {}
        self.doers: dict[str, User] = {}
        self.users: dict[str, User] = {}
        self.keys: dict[str, str] = {}
        self.folder = ""

    def thing(self, kind: str, id: Any, owner: str, readers: Readers, tag: str = "") -> None:
        self.things[kind].append(Thing(str(id), owner, readers, tag))

    def shared(self, supplier: str) -> Readers:
        """Who reads what a supplier let its buyers see."""
        return frozenset({supplier, *PROGRAMS[supplier]})

    @property
    def reviewers(self) -> dict[str, tuple[str, str]]:
        return REVIEWERS

    def reviewed(self, supplier: str) -> Readers:
        """Who reads what stands in a supplier's version under review, and what its lines name."""
        return self.shared(supplier) | set(REVIEWERS.get(supplier, ("", ""))[1:])

    def program(self, buyer: str) -> Readers:
        """Who reads what a buyer tells its program."""
        return frozenset({buyer, *suppliers_of(buyer)})

    def column(self, tenant: str) -> dict[str, Any]:
        kind = "supplier" if tenant in PROGRAMS else "body" if tenant in BODIES else "buyer"
        return {kind: self.tenants[tenant]}

    def person(self, owner: str, readers: Readers, tag: str) -> User:
        user: User = self.canaries.plant(User, owner, readers, tag, password=make_password(None))
        return user

    def known(self, key: str, user: User) -> None:
        """Somebody who asks, and may read its own name wherever it stands."""
        self.users[key] = user
        self.canaries.persons |= {user.name: key, user.email.partition("@")[0]: key}


@contextmanager
def built() -> Iterator[MatrixWorld]:
    """Everything planted in one transaction, which is rolled back at the end; files in a folder of its own."""
    folder = tempfile.mkdtemp(prefix="greenlink-matrix-")
    with override_settings(GREENLINK_TODAY=TODAY, MEDIA_ROOT=folder):
        try:
            with transaction.atomic():
                world = MatrixWorld()
                world.folder = folder
                with all_tenants("tests"):
                    _build(world)
                yield world
                transaction.set_rollback(True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _build(world: MatrixWorld) -> None:
    for code in OFFERED:
        _add_buyer(world, code)
    for code in BODIES:
        _add_body(world, code)
    for code in PROGRAMS:
        _add_supplier(world, code)
    for tenant in world.tenants:
        _add_doer(world, tenant)
    _add_enrolments(world)
    for code in PROGRAMS:
        matrix_supplier.plant(world, code)
        matrix_inventory.plant_supplier(world, code)
        matrix_review.plant(world, code)
        matrix_own_factors.plant_supplier(world, code)
        matrix_entries.plant(world, code)
    for code in OFFERED:
        matrix_program.plant(world, code)
        matrix_inventory.plant_buyer(world, code)
        matrix_own_factors.plant_buyer(world, code)
    for tenant in world.tenants:
        _add_access(world, tenant)
    _add_actors(world)
    _add_of_persons(world)
    world.thing("factor", "TEST-GRID", "", frozenset(world.tenants))
    world.thing("factor_set", matrix_own_factors.set_of("TEST-GRID"), "", frozenset(world.tenants))


def _add_buyer(world: MatrixWorld, code: str) -> None:
    bodies = {body for buyer, body in REVIEWERS.values() if buyer == code}
    known = world.program(code) | {OFFERED[code]} | bodies
    world.tenants[code] = world.canaries.plant(
        Buyer, code, known, "public", code=code, declared_factor_code=""
    )
    world.thing("buyer", code, code, world.program(code))
    world.thing("buyer_row", world.tenants[code].pk, code, world.program(code))
    for commodity in ("pcb", "cable"):
        world.canaries.plant(Commodity, code, known, commodity, buyer=world.tenants[code], code=commodity)


def _add_body(world: MatrixWorld, code: str) -> None:
    world.tenants[code] = world.canaries.plant(
        VerificationBody,
        code,
        # name and accreditation are public
        frozenset({*BODIES, *PROGRAMS, *OFFERED}),
        "public",
        code=code,
        accreditation_expires_on=dt.date(2030, 1, 1),
    )


def _add_supplier(world: MatrixWorld, code: str) -> None:
    readers = world.shared(code)
    # A buyer goes on knowing whom it had enrolled; its number stands in the rows of whoever ever named it.
    known = world.reviewed(code) | ({"LCFC"} if code == LEFT else set())
    world.tenants[code] = world.canaries.plant(
        Supplier, code, known, "public", code=code, uscc=world.canaries.text(code, "uscc", known)[-18:],
        employees=world.canaries.number(known), pk=world.canaries.number(known | set(OFFERED)),
        province="CN-AH", on_platform_since=dt.date(2022, 1, 1),
    )  # fmt: skip
    world.thing("supplier", code, code, readers)
    world.thing("supplier_row", world.tenants[code].pk, code, readers)
    if PROGRAMS[code]:
        world.thing("scored", code, code, readers)


def _add_doer(world: MatrixWorld, tenant: str) -> None:
    """Whoever accepts and reviews is named to the other side; the rest of the team is not."""
    if tenant in PROGRAMS:
        readers = world.reviewed(tenant)
    elif tenant in OFFERED:
        readers = world.program(tenant) | {body for buyer, body in REVIEWERS.values() if buyer == tenant}
    else:
        readers = frozenset(
            {tenant}
            | {one for code, (buyer, body) in REVIEWERS.items() if body == tenant for one in (code, buyer)}
        )
    world.doers[tenant] = world.person(tenant, readers, "doer")


def _add_enrolments(world: MatrixWorld) -> None:
    pairs = [(buyer, code, None) for code, buyers in PROGRAMS.items() for buyer in buyers]
    for buyer, code, ended in [*pairs, ("LCFC", LEFT, dt.date(2024, 12, 31))]:
        both = frozenset({buyer, code})
        row = world.canaries.plant(
            Enrolment, buyer, both, f"of{code}", buyer=world.tenants[buyer], supplier=world.tenants[code],
            commodity="pcb", started_on=JOINED, ended_on=ended, spend_cny=world.canaries.number(both),
        )  # fmt: skip
        world.thing("enrolment", row.pk, buyer, both, "ended" if ended else "live")
    for buyer, code in OFFERED.items():
        both = frozenset({buyer, code})
        row = world.canaries.plant(
            EnrolmentOffer, buyer, both, f"of{code}", buyer=world.tenants[buyer], supplier=world.tenants[code],
            uscc="", commodity="pcb", starts_on=dt.date(2025, 2, 1), spend_cny=world.canaries.number(both),
            created_by=None,
        )  # fmt: skip
        world.thing("offer", row.pk, buyer, both, "open")


def _add_access(world: MatrixWorld, tenant: str) -> None:
    """What lets people and machines in, what was done by whom, and what a supplier takes home."""
    own, column = frozenset({tenant}), world.column(tenant)
    kind = TenantKind(next(iter(column)))
    manager = [slug for slug, role in ROLES.items() if role.kind == kind][-1]
    for slug in [slug for slug, role in ROLES.items() if role.kind == kind]:
        user = world.person(tenant, own, slug)
        row = world.canaries.sow(Membership, own, user=user, role=slug, **column)
        world.known(f"{tenant} {slug}", user)
        world.thing("membership", row.pk, tenant, own, slug)
    row = world.canaries.plant(
        Invitation, tenant, own, "open", role=manager, invited_by=user, expires_at=NOW + dt.timedelta(days=30),
        created_at=NOW, **column,
    )  # fmt: skip
    world.thing("invitation", row.pk, tenant, own, "open")
    row = world.canaries.plant(
        ApiToken, tenant, own, "idle", prefix="glk_idle", rights=[], created_by=user, **column
    )
    world.thing("key", row.pk, tenant, own, "idle")
    audit.record(
        by=Actor.of(Membership.objects.filter(user=user).get()),
        act="tests.planted",
        subject=Membership.objects.filter(user=user).get(),
        data={"note": world.canaries.text(tenant, "audit", own)},
    )
    if kind == TenantKind.BUYER:
        secret = world.keys[f"{tenant} screen"] = f"gls_{tenant}"
        row = world.canaries.sow(ScreenKey, own, buyer=world.tenants[tenant], digest=tokens.digest(secret))
        world.thing("screen_key", row.pk, tenant, own)
    if kind == TenantKind.SUPPLIER:
        archive = Archive(
            pk=world.canaries.number(own),
            supplier=world.tenants[tenant],
            state="ready",
            created_by=user,
            finished_at=NOW,
        )
        archive.sha256 = world.canaries.text(tenant, "archive-sha256", own)
        archive.file.save("x.zip", ContentFile(world.canaries.text(tenant, "archive-content", own).encode()))
        world.thing("archive", archive.pk, tenant, own)


def _add_actors(world: MatrixWorld) -> None:
    """People who left, people of no tenant, and keys in every condition."""
    world.known("nobody", world.person("nobody", frozenset(), "person"))
    for kind, role in (("supplier", "supplier_manager"), ("buyer", "program_admin")):
        tenant = OWN[TenantKind(kind)]
        user = world.person(tenant, frozenset({tenant}), f"former_{role}")
        world.known(f"former {role}", user)
        # Where one belonged is one's own to know.
        world.canaries.persons |= {
            f"canary-{tenant}-public-{kind}-{name}": f"former {role}" for name in ("name", "name_en")
        }
        Membership.objects.create(user=user, role=role, revoked_at=NOW, **world.column(tenant))
    for tenant, role in (("ALPHA", "supplier_manager"), ("LCFC", "program_admin")):
        _key(world, tenant, "full", rights=ROLES[role].rights - FOR_PEOPLE_ONLY)
    _key(world, "ALPHA", "narrow", rights={Right.RECORD_READ})
    _key(world, "ALPHA", "expired", rights=ROLES["supplier_manager"].rights, expires_at=NOW)
    _key(world, "ALPHA", "revoked", rights=ROLES["supplier_manager"].rights, revoked_at=NOW)
    world.keys["personal"] = tokens.issue(user=world.users["ALPHA supplier_manager"], name="matrix")


def _add_of_persons(world: MatrixWorld) -> None:
    """A session, a passkey and a token of somebody who never asks: another's for everybody."""
    doer, nobody = world.doers["ALPHA"], frozenset[str]()
    row = world.canaries.plant(UserSession, "ALPHA", nobody, "browser", user=doer, ip="203.0.113.7", data={})
    world.thing("session", row.pk, "ALPHA", nobody)
    said = {"name": world.canaries.text("ALPHA", "passkey", nobody), "credential": {}}
    row = world.canaries.sow(Authenticator, nobody, user=doer, type="webauthn", data=said)
    world.thing("passkey", row.pk, "ALPHA", nobody)
    row = world.canaries.plant(
        ApiToken, "ALPHA", nobody, "personal", user=doer, prefix="glk_mine", rights=[], created_by=doer
    )
    world.thing("token", row.pk, "ALPHA", nobody)


def _key(world: MatrixWorld, tenant: str, tag: str, *, rights: Any, **more: Any) -> None:
    secret = f"glk_{tenant}_{tag}"
    world.keys[f"{tenant} {tag}"] = secret
    world.canaries.plant(
        ApiToken, tenant, frozenset({tenant}), tag, prefix=secret[:8], digest=tokens.digest(secret),
        rights=sorted(right.value for right in rights), **world.column(tenant), **more,
    )  # fmt: skip
