"""Enrol one company or thousands: compare with what stands, then write set by set, all or nothing.

A company nobody has entered yet gets its row and its enrolment at once. One that is on the platform already is
asked instead (EnrolmentOffer). The buyer reads the same answer both times: who is on the platform is not its affair.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from . import audit, bulk, clock, first_managers
from .actors import Actor
from .enrolment_entries import Entry, Trouble, troubles_in
from .models import Buyer, Commodity, Enrolment, EnrolmentOffer, OfferAnswer, Supplier
from .refusals import Refusal
from .roles import Right

_TERMS = ("commodity", "tier", "spend_cny", "erp_code")
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass
class Plan:
    """What a list would do. `changed` pairs what stands with what is wanted of it."""

    invited: list[Entry] = field(default_factory=list)
    changed: list[tuple[Enrolment | EnrolmentOffer, Entry]] = field(default_factory=list)
    unchanged: int = 0
    troubles: list[Trouble] = field(default_factory=list)


@dataclass(frozen=True)
class Done:
    """What a list did; `links` are the invitations of first managers, known in this moment and never again."""

    invited: int
    changed: int
    unchanged: int
    links: list[first_managers.Link]


def plan(*, by: Actor, entries: Sequence[Entry]) -> Plan:
    """Look without writing: the same number of queries for one company and for thousands."""
    by.require(Right.ENROLMENT_WRITE)
    buyer = _buyer(by)
    found = Plan(troubles=troubles_in(entries, _commodities(buyer)))
    standing = _Standing(buyer)
    for entry in entries:
        stands = standing.of(entry)
        if stands is None and entry.code:
            sentence = _("No company of your program has this code; leave it empty for a new one.")
            found.troubles.append(Trouble("enrolment.code", entry.row, "code", sentence, entry.code))
        elif stands is None:
            found.invited.append(entry)
        elif entry.starts_on is not None and entry.starts_on != _start(stands):
            sentence = _("This company is enrolled already; the first day of an enrolment cannot be changed.")
            found.troubles.append(Trouble("enrolment.start", entry.row, "starts_on", sentence))
        elif _differs(stands, entry):
            found.changed.append((stands, entry))
        else:
            found.unchanged += 1
    return found


def apply(*, by: Actor, entries: Sequence[Entry], site: str = "") -> Done:
    """Everything in the list, or nothing of it. `site`: what mailed links begin with; without it no mail goes out."""
    try:
        with transaction.atomic():
            return _apply(by, entries, site)
    except IntegrityError as error:
        sentence = _("Somebody else entered one of these companies in this moment. Please send it again.")
        raise Refusal("enrolment.again", sentence) from error


def _apply(by: Actor, entries: Sequence[Entry], site: str) -> Done:
    wanted = plan(by=by, entries=entries)
    if wanted.troubles:
        issues = [trouble.as_dict() for trouble in wanted.troubles]
        raise Refusal("enrolment.invalid", _("Some values cannot be accepted."), status=422, issues=issues)
    buyer = _buyer(by)
    here = on_platform([entry.uscc for entry in wanted.invited if entry.uscc])
    asked = [entry for entry in wanted.invited if entry.uscc in here]
    entered = [entry for entry in wanted.invited if entry.uscc not in here]
    _offer(by, buyer, asked, here)
    ids = _enter(by, buyer, entered)
    _change(wanted.changed)
    counts = {"invited": len(wanted.invited), "changed": len(wanted.changed)}
    if any(counts.values()):
        audit.record(by=by, act="enrolment.list", subject=buyer, data=counts)
    links = first_managers.invite_many(
        by=by,
        companies=[
            (pk, entry.name, entry.email) for pk, entry in zip(ids, entered, strict=True) if entry.email
        ],
        site=site,
    )
    return Done(unchanged=wanted.unchanged, links=links, **counts)


# -- what stands ---------------------------------------------------------------------------------------


class _Standing:
    """The buyer's own enrolments and open offers, by code, credit code and name: three queries."""

    def __init__(self, buyer: Buyer) -> None:
        self.by_key: dict[tuple[str, str], Enrolment | EnrolmentOffer] = {}
        self.uscc_of: dict[int, str] = {}
        offers = EnrolmentOffer.objects.filter(buyer=buyer, answer=OfferAnswer.OPEN)
        for offer in offers:
            self._keep(offer, "", offer.uscc, offer.company_name)
        active = Enrolment.objects.filter(buyer=buyer).active(clock.today())  # type: ignore[attr-defined]
        for one in active.select_related("supplier"):
            self._keep(one, one.supplier.code, one.supplier.uscc or "", one.supplier.name)

    def _keep(self, stands: Enrolment | EnrolmentOffer, code: str, uscc: str, name: str) -> None:
        for key in (("code", code), ("uscc", uscc), ("name", name)):
            if key[1]:
                self.by_key[key] = stands
        self.uscc_of[id(stands)] = uscc

    def of(self, entry: Entry) -> Enrolment | EnrolmentOffer | None:
        for key in (("code", entry.code), ("uscc", entry.uscc)):
            if key[1] and key in self.by_key:
                return self.by_key[key]
        namesake = self.by_key.get(("name", entry.name))
        if entry.code or namesake is None:
            return None
        # Two credit codes are two companies, whatever they are called.
        return None if entry.uscc and self.uscc_of[id(namesake)] else namesake


def _start(stands: Enrolment | EnrolmentOffer) -> Any:
    return stands.started_on if isinstance(stands, Enrolment) else stands.starts_on


def _differs(stands: Enrolment | EnrolmentOffer, entry: Entry) -> bool:
    return any(getattr(stands, name) != value for name, value in _said(entry).items())


def _said(entry: Entry) -> dict[str, Any]:
    """The terms the buyer named; what it left empty stays as it is."""
    return {name: value for name in _TERMS if (value := getattr(entry, name)) not in (None, "")}


def on_platform(credit_codes: Sequence[str]) -> dict[str, int]:
    """Supplier ids by credit code, across tenants: for making offers only, never to be shown."""
    if connection.vendor != "postgresql":
        found = Supplier.directory.filter(uscc__in=credit_codes)
        return dict(found.values_list("uscc", "pk"))  # type: ignore[arg-type]
    with connection.cursor() as cursor:
        cursor.execute("select uscc, id from greenlink_companies(%s)", [list(credit_codes)])
        return dict(cursor.fetchall())


def _commodities(buyer: Buyer) -> set[str]:
    return set(Commodity.objects.filter(buyer=buyer).values_list("code", flat=True))


def _buyer(by: Actor) -> Buyer:
    if by.buyer is None:
        raise Refusal("enrolment.buyer", _("Only a program enrols suppliers."), status=403)
    return by.buyer


# -- writing -------------------------------------------------------------------------------------------


def _offer(by: Actor, buyer: Buyer, entries: list[Entry], here: dict[str, int]) -> None:
    EnrolmentOffer.objects.bulk_create(
        [
            EnrolmentOffer(
                buyer=buyer,
                supplier_id=here[entry.uscc],
                company_name=entry.name,
                uscc=entry.uscc,
                commodity=entry.commodity,
                tier=entry.tier or 1,
                spend_cny=entry.spend_cny,
                erp_code=entry.erp_code,
                starts_on=entry.first_day,
                created_by_id=by.user_id,
            )
            for entry in entries
        ]
    )


def _enter(by: Actor, buyer: Buyer, entries: list[Entry]) -> list[int]:
    """Rows of new companies and their enrolments. Their ids are reserved: the buyer cannot read the rows back yet."""
    ids = bulk.reserve_ids(Supplier, len(entries))
    bulk.insert_columns(
        Supplier,
        {
            "id": ids,
            "code": [new_code(entry) for entry in entries],
            "name": [entry.name for entry in entries],
            "name_en": [entry.name_en for entry in entries],
            "uscc": [entry.uscc or None for entry in entries],
            "province": [""] * len(entries),
        },
        tenant_id=buyer.pk,
    )
    bulk.insert_columns(
        Enrolment,
        {
            "buyer_id": [buyer.pk] * len(entries),
            "supplier_id": ids,
            "commodity": [entry.commodity for entry in entries],
            "tier": [entry.tier or 1 for entry in entries],
            "spend_cny": [entry.spend_cny for entry in entries],
            "erp_code": [entry.erp_code for entry in entries],
            "started_on": [entry.first_day for entry in entries],
        },
        tenant_id=buyer.pk,
    )
    return ids


def new_code(entry: Entry) -> str:
    """A code of the platform. Its end is drawn by lot, so that none tells which others exist."""
    stem = slugify(entry.name_en)[:20].strip("-_").upper() or "S"
    length = 6 if len(stem) > 3 else 10
    return f"{stem}-{''.join(secrets.choice(_LETTERS) for _place in range(length))}"


def _change(pairs: list[tuple[Enrolment | EnrolmentOffer, Entry]]) -> None:
    for stands, entry in pairs:
        for name, value in _said(entry).items():
            setattr(stands, name, value)
    for model in (Enrolment, EnrolmentOffer):
        rows = [stands for stands, _entry in pairs if isinstance(stands, model)]
        for row in rows:
            row.assert_writable()
        model.objects.bulk_update(rows, _TERMS, batch_size=200)
