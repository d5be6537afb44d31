"""A supplier's place in a buyer's program: asked, answered, changed, shared further back, ended, left.

What a supplier has handed in stays the supplier's whatever happens here; only who reads it changes.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from . import audit, clock
from .actors import Actor
from .enrolment_entries import Entry, troubles_in
from .models import Commodity, Enrolment, EnrolmentOffer, OfferAnswer
from .refusals import Refusal
from .roles import Right

LONGEST_NOTICE = dt.timedelta(days=366)


@transaction.atomic
def change_details(*, by: Actor, enrolment: Enrolment, **terms: Any) -> Enrolment:
    """Commodity, tier, spend and ERP code are the buyer's words about the company; the first day stays."""
    enrolment = _of_buyer(by, enrolment)
    commodities = Commodity.objects.filter(buyer=enrolment.buyer_id).values_list("code", flat=True)
    troubles = troubles_in([Entry(name=str(enrolment.pk), **terms)], commodities)
    if troubles:
        issues = [trouble.as_dict() for trouble in troubles]
        raise Refusal("enrolment.invalid", _("Some values cannot be accepted."), status=422, issues=issues)
    was = {name: str(getattr(enrolment, name)) for name in terms if getattr(enrolment, name) != terms[name]}
    for name, value in terms.items():
        setattr(enrolment, name, value)
    if was:
        enrolment.save(update_fields=list(terms))
        now = {name: str(terms[name]) for name in was}
        audit.record(by=by, act="enrolment.change", subject=enrolment, data={"was": was, "is": now})
    return enrolment


@transaction.atomic
def end_enrolment(*, by: Actor, enrolment: Enrolment, on: dt.date) -> Enrolment:
    """The buyer ends it from a day on: that day is the first on which it sees nothing any more."""
    enrolment = _of_buyer(by, enrolment)
    if not max(enrolment.started_on, clock.today()) <= on <= clock.today() + LONGEST_NOTICE:
        raise Refusal("enrolment.end", _("An enrolment ends today or within the next year."), status=422)
    return _ended(by, enrolment, on, "enrolment.end")


@transaction.atomic
def leave(*, by: Actor, enrolment: Enrolment) -> Enrolment:
    """The supplier leaves: from this moment the buyer sees nothing of it but the scorecards it has published."""
    return _ended(by, _of_supplier(by, enrolment), clock.today(), "enrolment.leave")


@transaction.atomic
def share_history(*, by: Actor, enrolment: Enrolment, shared_from: dt.date | None) -> Enrolment:
    """The supplier says how far back the buyer sees data; None: from the first day of the enrolment only."""
    enrolment = _of_supplier(by, enrolment)
    day = _earlier(shared_from, enrolment.started_on)
    if day != enrolment.shared_from:
        was, enrolment.shared_from = enrolment.shared_from, day
        enrolment.save(update_fields=["shared_from"])
        data = {"was": _iso(was), "is": _iso(day)}
        audit.record(by=by, act="enrolment.share", subject=enrolment, data=data)
    return enrolment


@transaction.atomic
def accept_offer(*, by: Actor, offer: EnrolmentOffer, shared_from: dt.date | None = None) -> Enrolment:
    """The supplier joins on the terms offered, and chooses how much of its history the buyer sees."""
    offer = _open_offer(by, offer)
    enrolments = Enrolment.objects.filter(buyer=offer.buyer_id, supplier=offer.supplier_id)
    if enrolments.active(clock.today()).exists():  # type: ignore[attr-defined]
        raise Refusal("enrolment.exists", _("Your company is enrolled in this program already."))
    # A second time in a program begins where the first has ended, so that no day counts twice.
    ended = enrolments.aggregate(day=Max("ended_on"))["day"]
    first_day = max(offer.starts_on, ended) if ended else offer.starts_on
    enrolment = Enrolment(
        buyer_id=offer.buyer_id,
        supplier_id=offer.supplier_id,
        commodity=offer.commodity,
        tier=offer.tier,
        spend_cny=offer.spend_cny,
        erp_code=offer.erp_code,
        started_on=first_day,
        shared_from=_earlier(shared_from, first_day),
    )
    enrolment.save(force_insert=True)
    _answer(by, offer, OfferAnswer.ACCEPTED)
    data = {"offer": offer.pk, "started_on": _iso(first_day), "shared_from": _iso(enrolment.shared_from)}
    audit.record(by=by, act="enrolment.accept", subject=enrolment, data=data)
    return enrolment


@transaction.atomic
def decline_offer(*, by: Actor, offer: EnrolmentOffer) -> EnrolmentOffer:
    offer = _answer(by, _open_offer(by, offer), OfferAnswer.DECLINED)
    audit.record(by=by, act="offer.decline", subject=offer)
    return offer


@transaction.atomic
def withdraw_offer(*, by: Actor, offer: EnrolmentOffer) -> EnrolmentOffer:
    """The buyer takes an offer back before it is answered."""
    by.require(Right.ENROLMENT_WRITE)
    if offer.buyer_id != by.scope.buyer_id:
        raise PermissionDenied("offer of another program")
    offer = _answer(by, _locked_offer(offer), OfferAnswer.WITHDRAWN)
    audit.record(by=by, act="offer.withdraw", subject=offer)
    return offer


def _open_offer(by: Actor, offer: EnrolmentOffer) -> EnrolmentOffer:
    by.require(Right.ENROLMENT_ANSWER)
    if offer.supplier_id != by.scope.supplier_id:
        raise PermissionDenied("offer to another company")
    return _locked_offer(offer)


def _locked_offer(offer: EnrolmentOffer) -> EnrolmentOffer:
    """Read again under lock: of two answers at once the second is refused."""
    found: EnrolmentOffer = EnrolmentOffer.objects.select_for_update().get(pk=offer.pk)
    if found.answer != OfferAnswer.OPEN:
        raise Refusal("offer.answered", _("This invitation is answered or taken back already."))
    return found


def _answer(by: Actor, offer: EnrolmentOffer, answer: OfferAnswer) -> EnrolmentOffer:
    offer.answer, offer.answered_by_id, offer.answered_at = answer, by.user_id, clock.now()
    offer.save(update_fields=["answer", "answered_by", "answered_at"])
    return offer


def _of_buyer(by: Actor, enrolment: Enrolment) -> Enrolment:
    by.require(Right.ENROLMENT_WRITE)
    if enrolment.buyer_id != by.scope.buyer_id:
        raise PermissionDenied("enrolment of another program")
    return _running(enrolment)


def _of_supplier(by: Actor, enrolment: Enrolment) -> Enrolment:
    by.require(Right.ENROLMENT_ANSWER)
    if enrolment.supplier_id != by.scope.supplier_id:
        raise PermissionDenied("enrolment of another company")
    return _running(enrolment)


def _running(enrolment: Enrolment) -> Enrolment:
    found: Enrolment = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if found.ended_on is not None and found.ended_on <= clock.today():
        raise Refusal("enrolment.ended", _("This enrolment has ended already."))
    return found


def _ended(by: Actor, enrolment: Enrolment, on: dt.date, act: str) -> Enrolment:
    # Whoever leaves before the first day was never in it.
    was, enrolment.ended_on = enrolment.ended_on, max(on, enrolment.started_on)
    enrolment.save(update_fields=["ended_on"])
    audit.record(by=by, act=act, subject=enrolment, data={"was": _iso(was), "is": _iso(enrolment.ended_on)})
    return enrolment


def _earlier(day: dt.date | None, first_day: dt.date) -> dt.date | None:
    return day if day is not None and day < first_day else None


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
