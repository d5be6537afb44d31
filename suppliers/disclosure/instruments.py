"""Serial numbers of certificates: claimed once by a supplier, and looked for among the others when handed in.

Another supplier's claim on the same number is found through the all-tenant door, in a job that has no other scope open.
Both are told that there is one, neither learns whose, and neither counts until a buyer has cleared its own supplier's. What a
buyer cleared is held back again by a claim handed in later: the buyer did not look at that one.
"""

from __future__ import annotations

import datetime as dt
from contextvars import Context
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from suppliers.calc.serial_ranges import SerialRange, serial_range
from suppliers.jobs import queue
from suppliers.tenants import audit, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.models import Buyer, Enrolment
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

from .models import Handing, Instrument, InstrumentKind, InstrumentSerial

# Certificates, a number each. What a direct purchase agreement has is the number of a contract.
NUMBERED = (InstrumentKind.GEC, InstrumentKind.GREEN_TRADE)
KWH_EACH = 1000
COUNTS = Q(collided_at=None) | Q(cleared_at__isnull=False)
IN_COLLISION = Q(collided_at__isnull=False, cleared_at=None)
_BATCH, _LOOKED_UP = 5000, 900
_DOOR = "serial numbers claimed twice"


def range_of(kind: str, first: str, last: str) -> SerialRange | None:
    """The certificates meant; None for what has none. Refuses what is no range (`instrument.serial`)."""
    if kind not in NUMBERED or not (first or last):
        return None
    try:
        return serial_range(first, last)
    except ValueError:
        raise Refusal(
            "instrument.serial",
            _("First and last number share all but their last digits, the last is not before the first, "
              "and a range holds at most 200,000 numbers."),
            status=422,
        ) from None  # fmt: skip


def check(kind: str, kwh: Decimal | int, first: str, last: str) -> SerialRange | None:
    """The range, refused unless it holds one number for each 1 000 kWh (`instrument.count`)."""
    found = range_of(kind, first, last)
    if found is not None and found.count * KWH_EACH != kwh:
        raise Refusal(
            "instrument.count",
            _("One certificate is 1 MWh: these serial numbers are %(count)s certificates = %(kwh)s kWh.")
            % {"count": f"{found.count:,}", "kwh": f"{found.count * KWH_EACH:,}"},
            status=422,
            data={"count": found.count, "kwh": found.count * KWH_EACH},
        )
    return found


def check_item(item: Instrument) -> SerialRange | None:
    return check(item.kind, item.kwh, item.serial_from, item.serial_to)


def claim(item: Instrument) -> None:
    """Part of handing in: write each number down as this supplier's, and have the others' looked through.

    A number that the supplier claimed before is refused (`instrument.serial_taken`), naming both.
    """
    numbers = check_item(item)
    if numbers is None:
        if item.kind == InstrumentKind.GEC:
            raise Refusal(
                "instrument.serials_missing",
                _("Give the first and the last serial number: without them certificates cannot be counted once."),
                status=422,
            )  # fmt: skip
        return
    release(item)
    rows = (
        InstrumentSerial(supplier_id=item.supplier_id, instrument=item, serial=serial) for serial in numbers
    )
    InstrumentSerial.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)
    _refuse_taken(item, numbers)
    item.collided_at = item.cleared_at = None
    item.save(update_fields=["collided_at", "cleared_at"])
    queue.enqueue("instrument.collide", instrument_id=item.pk, supplier_id=item.supplier_id)


def release(item: Instrument) -> None:
    """What is no longer handed in claims nothing."""
    InstrumentSerial.objects.filter(supplier_id=item.supplier_id, instrument=item).delete()


def _refuse_taken(item: Instrument, numbers: SerialRange) -> None:
    own = InstrumentSerial.objects.filter(supplier_id=item.supplier_id, instrument=item)
    if own.count() == numbers.count:
        return
    written = set(own.values_list("serial", flat=True))
    serial = next(serial for serial in numbers if serial not in written)
    holder = InstrumentSerial.objects.select_related("instrument").get(
        supplier_id=item.supplier_id, serial=serial
    )
    raise Refusal(
        "instrument.serial_taken",
        _("Serial number %(serial)s is claimed already, by your %(what)s.")
        % {"serial": serial, "what": str(holder.instrument)},
        data={"serial": serial, "instrument": holder.instrument_id},
    )


@queue.register("instrument.collide")
def collide_job(*, instrument_id: int, supplier_id: int) -> None:
    """The queue's way in. Without a broker the job runs where the request's own scope is still open, inside which the
    door stays shut: a context of its own has none."""
    Context().run(collide, instrument_id, supplier_id, clock.now())


def collide(instrument_id: int, supplier_id: int, at: dt.datetime) -> None:
    """Hold back this instrument and every other supplier's that claims one of its numbers.

    A repeated job finds what is known and changes nothing; what was cleared is held back again only by a later claim.
    """
    with all_tenants(_DOOR), transaction.atomic():
        item = Instrument.objects.filter(
            pk=instrument_id, supplier_id=supplier_id, state=Handing.SUBMITTED
        ).first()
        if item is None:
            return
        found = _claimed_by_others(item)
        if not found:
            return
        rows = Instrument.objects.select_for_update(of=("self",)).filter(pk__in=[item.pk, *found])
        held = {row.pk: row for row in rows.order_by("pk")}
        claim = held[item.pk]
        # Handing in begins without a collision: who has none yet is a claim that nobody looked at beside the others.
        is_new = claim.collided_at is None
        for row in held.values():
            if row.collided_at is None or (row.cleared_at is not None and _is_later(claim, row, is_new)):
                row.collided_at, row.cleared_at = at, None
                row.save(update_fields=["collided_at", "cleared_at"])
                audit.record(by=Actor.system(_DOOR), act="instrument.collide", subject=row)


def _is_later(claim: Instrument, cleared: Instrument, is_new: bool) -> bool:
    """Whether a claim came after the other one was cleared. A claim does not undo its own clearance.

    Not by the time alone: on a clock that stands still both have the same.
    """
    if claim.pk == cleared.pk:
        return False
    handed_in = claim.submitted_at
    return is_new or (
        handed_in is not None and cleared.cleared_at is not None and handed_in > cleared.cleared_at
    )


def _claimed_by_others(item: Instrument) -> set[int]:
    """Instruments of others, handed in, that claim one of its numbers. By index and in batches: a join of two tables
    that were filled a moment ago is planned without statistics, and 200,000 by 200,000 rows never end."""
    own = InstrumentSerial.objects.filter(supplier_id=item.supplier_id, instrument=item)
    serials = list(own.values_list("serial", flat=True))
    found: set[int] = set()
    for start in range(0, len(serials), _LOOKED_UP):
        rows = InstrumentSerial.objects.filter(serial__in=serials[start : start + _LOOKED_UP])
        found |= set(rows.exclude(supplier_id=item.supplier_id).values_list("instrument_id", flat=True))
    handed_in = Instrument.objects.filter(pk__in=found, state=Handing.SUBMITTED)
    return set(handed_in.values_list("pk", flat=True))


@transaction.atomic
def clear(*, by: Actor, item: Instrument, note: str) -> Instrument:
    """A buyer has looked at its own supplier's documents: this one counts again. The other side stays as it is."""
    by.require(Right.EVIDENCE_REVIEW)
    if by.scope.buyer_id is None and not by.scope.is_everyone:
        raise PermissionDenied("not a buyer")
    if not note.strip():
        raise Refusal("instrument.clear_reason", _("Say what you looked at, and why it counts."), status=422)
    fresh: Instrument = Instrument.objects.select_for_update(of=("self",)).get(
        pk=item.pk, supplier=item.supplier_id
    )
    if fresh.state != Handing.SUBMITTED or fresh.collided_at is None or fresh.cleared_at is not None:
        raise Refusal("instrument.not_collided", _("This is not held back by a serial number claimed twice."))
    fresh.cleared_at = clock.now()
    fresh.save(update_fields=["cleared_at"])
    audit.record(by=by, act="instrument.clear", subject=fresh, data={"note": note.strip()})
    return fresh


def held_back(buyer: Buyer) -> QuerySet[Any]:
    """Instruments of a buyer's suppliers that wait for their collision to be looked at, oldest first."""
    enrolled = Enrolment.objects.filter(buyer=buyer).active(clock.today()).values("supplier_id")  # type: ignore
    rows: QuerySet[Any] = Instrument.objects.filter(
        IN_COLLISION,
        Q(entered_by=None) | Q(entered_by=buyer),
        supplier__in=enrolled,
        state=Handing.SUBMITTED,
    )
    return rows.select_related("supplier", "evidence").order_by("collided_at", "id")
