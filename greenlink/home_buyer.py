"""Today of procurement and of the program's admin."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scorecards.models import Edition, EditionState
from scorecards.views import wording
from suppliers.activity.models import ActivityRecord
from suppliers.disclosure import queries as disclosure
from suppliers.inventory import queries as inventory
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Buyer, Enrolment
from suppliers.tenants.roles import Right
from suppliers.uploads.models import Upload

LATE_SHOWN = 12
RECENT_SHOWN = 6


def context(actor: Actor, buyer: Buyer, today: dt.date) -> dict[str, Any]:
    quarter = buyer.quarter_of(today).previous()
    due = quarter.last_day + dt.timedelta(days=buyer.due_days)
    enrolled = list(
        Enrolment.objects.filter(buyer=buyer)
        .active(today)
        .select_related("supplier")
        .order_by("supplier__code")
    )
    on_platform = [one for one in enrolled if one.supplier.on_platform_since]
    handed_in = _suppliers_with_data(on_platform, quarter.first_day, quarter.last_day)
    late = [one for one in on_platform if one.supplier_id not in handed_in]
    editions = list(
        Edition.objects.filter(buyer=buyer)
        .select_related("methodology")
        .order_by("-first_day", "-number")[:8]
    )
    return {
        "buyer": buyer,
        "quarter": quarter.label,
        "due": due,
        "is_past_due": due < today,
        "enrolled": len(enrolled),
        "on_platform": len(on_platform),
        "handed_in": len(handed_in),
        "late": late[:LATE_SHOWN],
        "late_more": max(len(late) - LATE_SHOWN, 0),
        "late_count": len(late),
        "duties": _first_steps(actor, bool(enrolled)) + _duties(actor, buyer, editions, today),
        "line": _quarter_line(buyer, editions, today),
        "editions": [
            {"edition": one, "tone": wording.EDITION_TONES[one.state], "url": _edition_url(one)}
            for one in editions
        ],
        "kgco2e": _kgco2e_of(enrolled, today.year - 1),
        "year": today.year - 1,
        "recent": _recent(buyer, enrolled),
    }


def _suppliers_with_data(enrolled: list[Enrolment], first: dt.date, last: dt.date) -> set[int]:
    rows = ActivityRecord.objects.filter(
        supplier_id__in=[one.supplier_id for one in enrolled],
        withdrawn_at=None,
        start__lte=last,
        end__gte=first,
    )
    return set(rows.order_by().values_list("supplier_id", flat=True).distinct())


def _kgco2e_of(enrolled: list[Enrolment], year: int) -> Any:
    rows = inventory.totals(supplier_ids=[one.supplier_id for one in enrolled], year=year, by="year")
    return rows[0]["kgco2e_location"] if rows else None


def _recent(buyer: Buyer, enrolled: list[Enrolment]) -> list[Upload]:
    """What changed: the newest accepted files of the suppliers enrolled."""
    rows = Upload.objects.filter(
        supplier_id__in=[one.supplier_id for one in enrolled], accepted_at__isnull=False
    )
    return list(rows.select_related("supplier").order_by("-accepted_at", "-id")[:RECENT_SHOWN])


def _first_steps(actor: Actor, has_suppliers: bool) -> list[dict[str, Any]]:
    """A program begins with its suppliers."""
    if has_suppliers or not actor.may(Right.ENROLMENT_WRITE):
        return []
    return [
        {
            "title": _("Enrol your first suppliers"),
            "why": _("Name the commodities you buy, then enrol companies one by one or as a list."),
            "url": reverse("enrol"),
            "icon": "suppliers",
            "tone": "info",
            "word": _("to begin"),
        }
    ]


def _duties(actor: Actor, buyer: Buyer, editions: list[Edition], today: dt.date) -> list[dict[str, Any]]:
    duties = []
    if actor.may(Right.EDITION_RUN):
        duties += [duty for one in editions if (duty := _edition_duty(buyer, one, today))]
    if actor.may(Right.EVIDENCE_REVIEW):
        waiting = disclosure.waiting(buyer).count()
        if waiting:
            duties.append(
                {
                    "title": ngettext(
                        "%(count)s piece of evidence waits for review",
                        "%(count)s pieces of evidence wait for review",
                        waiting,
                    )
                    % {"count": waiting},
                    "why": _("Unreviewed evidence carries last quarter's points once, then none."),
                    "url": reverse("evidence_desk"),
                    "icon": "desk",
                    "tone": "warn",
                    "word": _("to review"),
                }
            )
    return duties


def _edition_duty(buyer: Buyer, edition: Edition, today: dt.date) -> dict[str, Any] | None:
    """The next act of a quarter that is over and not published."""
    if edition.state == EditionState.PUBLISHED or edition.last_day >= today:
        return None
    act, days = {
        EditionState.OPEN: (_("Compute %(label)s"), buyer.preview_days),
        EditionState.COMPUTED: (_("Lock %(label)s"), buyer.lock_days),
        EditionState.LOCKED: (_("Publish %(label)s"), buyer.lock_days),
    }[EditionState(edition.state)]
    day = edition.last_day + dt.timedelta(days=days)
    return {
        "title": act % {"label": edition.label},
        "why": _("The quarter ended on %(end)s; this step is planned for %(day)s.")
        % {"end": edition.last_day, "day": day},
        "url": _edition_url(edition),
        "icon": "quarter",
        "tone": "bad" if day < today else "info",
        "word": _("overdue") if day < today else _("due on %(day)s") % {"day": day},
    }


def _edition_url(edition: Edition) -> str:
    return reverse("edition_detail", args=[edition.label])


def _quarter_line(buyer: Buyer, editions: list[Edition], today: dt.date) -> list[dict[str, Any]]:
    """The last ended quarter as a line of days: end, data due, preview, lock."""
    quarter = buyer.quarter_of(today).previous()
    edition = next((one for one in editions if one.label == quarter.label), None)
    published = edition is not None and edition.state == EditionState.PUBLISHED
    steps = [
        (_("Quarter ends"), 0),
        (_("Data due"), buyer.due_days),
        (_("Preview to suppliers"), buyer.preview_days),
        (_("Lock and publish"), buyer.lock_days),
    ]
    line = []
    for label, days in steps:
        day = quarter.last_day + dt.timedelta(days=days)
        line.append({"label": label, "day": day, "state": "done" if published or day < today else "next"})
    return line
