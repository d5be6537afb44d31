"""The quarter's steps: open, compute, preview, lock, publish, restate; and what the buyer decides beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from scorecards import methodology as methodologies
from scorecards import pipeline, publication
from scorecards.calc.methodology import IDS
from scorecards.models import Correction, Edition, EditionState, Exemption, Methodology
from suppliers.models import Buyer, Supplier
from suppliers.tenants import audit, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right
from suppliers.tenants.scope import Scope, entered


@transaction.atomic
def open_edition(*, by: Actor, buyer: Buyer, label: str, methodology: Methodology | None = None) -> Edition:
    """The first edition of a quarter. Its methodology is frozen with it; version 1 if there is none yet."""
    by.require(Right.EDITION_RUN)
    quarter = _quarter(buyer, label)
    if quarter.first_day > clock.today():
        raise Refusal("edition.future", _("This quarter has not begun."), status=422)
    if Edition.objects.filter(buyer=buyer, label=quarter.label).exists():
        raise Refusal("edition.exists", _("This quarter is open already."), data={"label": quarter.label})
    chosen = methodology or methodologies.current(buyer)
    if chosen is None:
        chosen = methodologies.install_version_one(by=by, buyer=buyer)
    if chosen.buyer_id != buyer.pk:
        raise Refusal("methodology.unknown", _("There is no such methodology."), status=404)
    methodologies.freeze(by=by, methodology=chosen)
    edition = Edition(
        buyer=buyer,
        label=quarter.label,
        number=1,
        first_day=quarter.first_day,
        last_day=quarter.last_day,
        methodology=chosen,
    )
    edition.save(force_insert=True)
    audit.record(by=by, act="edition.open", subject=edition, data={"label": quarter.label})
    return edition


@transaction.atomic
def compute(*, by: Actor, edition: Edition) -> Edition:
    """Compute all scorecards from what is handed in and reviewed now; again as often as needed until locked."""
    by.require(Right.EDITION_RUN)
    edition = _in_state(edition, EditionState.OPEN, EditionState.COMPUTED)
    # Whoever asks, only what this buyer may see counts: no drafts, nothing from before a supplier's first shared day.
    with entered(Scope(buyer_id=edition.buyer_id)):
        result = pipeline.compute(edition=edition)
    edition.state, edition.computed_at = EditionState.COMPUTED, clock.now()
    edition.save(update_fields=["state", "computed_at"])
    audit.record(by=by, act="edition.compute", subject=edition, data={"suppliers": result.count})
    return edition


@transaction.atomic
def preview(*, by: Actor, edition: Edition) -> Edition:
    """Show each supplier its own scorecard before it is final, so that it can answer with evidence."""
    by.require(Right.EDITION_RUN)
    edition = _in_state(edition, EditionState.COMPUTED)
    edition.previewed_at = edition.previewed_at or clock.now()
    edition.save(update_fields=["previewed_at"])
    audit.record(by=by, act="edition.preview", subject=edition)
    return edition


@transaction.atomic
def lock(*, by: Actor, edition: Edition) -> Edition:
    """No more computing: what is there now is what will be published."""
    by.require(Right.EDITION_RUN)
    edition = _in_state(edition, EditionState.COMPUTED)
    edition.state, edition.locked_at = EditionState.LOCKED, clock.now()
    edition.save(update_fields=["state", "locked_at"])
    audit.record(by=by, act="edition.lock", subject=edition)
    return edition


@transaction.atomic
def publish(*, by: Actor, edition: Edition, confirm: str) -> Edition:
    """For good: from here on the database refuses any change. `confirm` is the quarter's label, typed."""
    by.require(Right.EDITION_PUBLISH)
    edition = _in_state(edition, EditionState.LOCKED)
    if confirm.strip().upper() != edition.label:
        raise Refusal("edition.confirm", _("Type the quarter's label to publish it."), status=422)
    edition.digest = publication.digest(edition)
    edition.state, edition.published_at = EditionState.PUBLISHED, clock.now()
    edition.published_by_id = by.user_id
    edition.save(update_fields=["digest", "state", "published_at", "published_by"])
    audit.record(
        by=by,
        act="edition.publish",
        subject=edition,
        data={"label": edition.label, "number": edition.number, "digest": edition.digest},
    )
    return edition


@transaction.atomic
def restate(*, by: Actor, edition: Edition, reason: str, methodology: Methodology | None = None) -> Edition:
    """A new edition number of a published quarter, with its reason; computed, locked and published like any."""
    by.require(Right.EDITION_PUBLISH)
    edition = _in_state(edition, EditionState.PUBLISHED)
    if not reason.strip():
        raise Refusal("edition.reason", _("Say why the published quarter is restated."), status=422)
    siblings = Edition.objects.filter(buyer=edition.buyer_id, label=edition.label)
    if siblings.exclude(state=EditionState.PUBLISHED).exists():
        raise Refusal("edition.exists", _("A restatement of this quarter is under way."))
    chosen = methodology or edition.methodology
    if chosen.buyer_id != edition.buyer_id:
        raise Refusal("methodology.unknown", _("There is no such methodology."), status=404)
    methodologies.freeze(by=by, methodology=chosen)
    newer = Edition(
        buyer=edition.buyer,
        label=edition.label,
        number=siblings.aggregate(last=Max("number"))["last"] + 1,
        first_day=edition.first_day,
        last_day=edition.last_day,
        methodology=chosen,
        reason=reason.strip(),
        restates=edition,
    )
    newer.save(force_insert=True)
    audit.record(
        by=by, act="edition.restate", subject=newer, data={"restates": edition.number, "reason": newer.reason}
    )
    return newer


@transaction.atomic
def record_correction(
    *, by: Actor, buyer: Buyer, supplier: Supplier, found_on: dt.date, percent: Decimal, note: str = ""
) -> Correction:
    """A mistake the buyer or a verifier found before the supplier did."""
    by.require(Right.EVIDENCE_REVIEW)
    if found_on > clock.today() or percent < 0:
        raise Refusal("correction.invalid", _("A correction has a past day and a size."), status=422)
    row = Correction(
        buyer=buyer,
        supplier=supplier,
        found_on=found_on,
        percent=percent,
        note=note.strip(),
        by_id=by.user_id,
    )
    row.save(force_insert=True)
    audit.record(by=by, act="correction.record", subject=row, data={"percent": str(percent)})
    return row


@transaction.atomic
def exempt(
    *, by: Actor, buyer: Buyer, supplier: Supplier, indicator: str, from_day: dt.date, reason: str
) -> Exemption:
    """Approve that an indicator does not apply to a supplier; its weight goes to the others."""
    by.require(Right.EDITION_RUN)
    if indicator not in IDS or not reason.strip():
        raise Refusal("exemption.invalid", _("Name the indicator and the reason."), status=422)
    if Exemption.objects.filter(buyer=buyer, supplier=supplier, indicator=indicator, until_day=None).exists():
        raise Refusal("exemption.exists", _("This indicator is not applicable already."))
    row = Exemption(
        buyer=buyer, supplier=supplier, indicator=indicator, from_day=from_day, reason=reason.strip(),
        by_id=by.user_id,
    )  # fmt: skip
    row.save(force_insert=True)
    audit.record(by=by, act="exemption.approve", subject=row, data={"indicator": indicator})
    return row


@transaction.atomic
def end_exemption(*, by: Actor, exemption: Exemption, until_day: dt.date) -> Exemption:
    """The indicator applies again from the day after."""
    by.require(Right.EDITION_RUN)
    row: Exemption = Exemption.objects.select_for_update().get(pk=exemption.pk, buyer=exemption.buyer_id)
    row.until_day = until_day
    row.save(update_fields=["until_day"])
    audit.record(by=by, act="exemption.end", subject=row, data={"until": until_day.isoformat()})
    return row


def _quarter(buyer: Buyer, label: str) -> Any:
    try:
        return buyer.quarter(label)
    except ValueError as error:
        raise Refusal("edition.label", _("A quarter is written like FY24Q1."), status=422) from error


def _in_state(edition: Edition, *allowed: EditionState) -> Edition:
    """The edition as it is now, held until the transaction ends, if its state allows the step."""
    found: Edition = (
        Edition.objects.select_for_update(of=("self",))
        .select_related("buyer", "methodology")
        .get(pk=edition.pk, buyer=edition.buyer_id)
    )
    if found.state not in _values(allowed):
        raise Refusal(
            "edition.state",
            _("The quarter is not at this step."),
            data={"state": str(found.state), "allowed": _values(allowed)},
        )
    return found


def _values(states: Iterable[EditionState]) -> list[str]:
    return [str(state.value) for state in states]
