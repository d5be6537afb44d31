"""Today of a supplier."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scorecards import queries as scores
from scorecards.models import Scorecard
from scorecards.views import wording
from suppliers.activity import coverage
from suppliers.disclosure import queries as disclosure
from suppliers.inventory import breakdown
from suppliers.notices import queries as notices
from suppliers.notices.models import WarningKind, WarningState
from suppliers.templatetags.greenlink import month_label, named, points, tonnes_number
from suppliers.tenants.models import Enrolment, EnrolmentOffer, OfferAnswer, Supplier
from suppliers.uploads.models import Upload, UploadStatus
from suppliers.views import charts
from suppliers.views.emissions import scope_word
from suppliers.views.warnings import row_of

MONTHS_SHOWN = 12
EXPIRY_DAYS = 90
OPEN_UPLOADS = 5
WARNINGS = 3


def context(supplier: Supplier, today: dt.date) -> dict[str, Any]:
    months = last_months(today, MONTHS_SHOWN)
    calendar = coverage.calendar_of(supplier_id=supplier.pk, months=months)
    card = newest_card(supplier)
    return {
        "supplier": supplier,
        "due": _due(supplier, calendar, today),
        "wrong": _offers(supplier) + _wrong(supplier),
        "expiring": _expiring(supplier),
        "warnings": _warnings(supplier),
        "tonnes": _tonnes(supplier, months),
        "coverage": _calendar(calendar, months),
        "card": card,
        "card_lines": _card_lines(card, supplier) if card else [],
    }


def last_months(today: dt.date, count: int) -> list[coverage.Month]:
    """The last whole months, oldest first; the running month is not expected yet."""
    last = today.year * 12 + today.month - 2
    return [(number // 12, number % 12 + 1) for number in range(last - count + 1, last + 1)]


def newest_card(supplier: Supplier) -> Scorecard | None:
    """Newest released quarter and number; the scope hides what is not released."""
    cards = Scorecard.objects.filter(supplier=supplier).select_related(
        "edition__methodology", "edition__buyer"
    )
    found: Scorecard | None = cards.order_by("-edition__first_day", "-edition__number").first()
    return found


def _due(supplier: Supplier, calendar: list[coverage.SiteMonths], today: dt.date) -> list[dict[str, Any]]:
    """Months without complete data of the last ended quarter and the running one, with each buyer's day.

    A site that has handed in nothing for a year beside others that do is asked about once, not month by month.
    """
    reporting = [row for row in calendar if any(row.days.values())]
    silent = [row for row in calendar if reporting and row not in reporting]
    duties = []
    for enrolment in Enrolment.objects.filter(supplier=supplier).active(today).select_related("buyer"):
        running = enrolment.buyer.quarter_of(today)
        for quarter in (running.previous(), running):
            months = [(day.year, day.month) for day in quarter.months()]
            holes = [
                (row.site, month)
                for row in reporting or calendar
                for month in months
                if month in row.days and row.state(month) != "full"
            ]
            if holes:
                due = quarter.last_day + dt.timedelta(days=enrolment.buyer.due_days)
                duties.append(_hole_duty(quarter.label, holes, due, today, named(enrolment.buyer)))
    return duties + [_silent_duty(row) for row in silent]


def _silent_duty(row: coverage.SiteMonths) -> dict[str, Any]:
    return {
        "title": _("%(site)s: no data for twelve months") % {"site": named(row.site)},
        "why": _("Hand in its data, or enter the day it closed."),
        "url": reverse("sites"),
        "icon": "sites",
        "tone": "info",
        "word": _("no data"),
    }


def _hole_duty(label: str, holes: list[Any], due: dt.date, today: dt.date, buyer: str) -> dict[str, Any]:
    late = due < today
    named_holes = ", ".join(
        f"{site.code} {month_label(f'{month[0]}-{month[1]:02d}')}" for site, month in holes[:4]
    )
    more = len(holes) - 4
    if more > 0:
        named_holes = _("%(some)s and %(more)s more") % {"some": named_holes, "more": more}
    title = ngettext(
        "%(quarter)s: %(count)s site-month without complete data",
        "%(quarter)s: %(count)s site-months without complete data",
        len(holes),
    ) % {"quarter": label, "count": len(holes)}
    why = _("%(holes)s. Due to %(buyer)s on %(day)s.") % {"holes": named_holes, "buyer": buyer, "day": due}
    word = _("overdue") if late else _("due in %(days)s days") % {"days": (due - today).days}
    tone = "bad" if late else "warn" if (due - today).days <= 15 else "info"
    return {"title": title, "why": why, "url": reverse("uploads"), "icon": "data", "tone": tone, "word": word}


def _offers(supplier: Supplier) -> list[dict[str, Any]]:
    offers = EnrolmentOffer.objects.filter(supplier=supplier, answer=OfferAnswer.OPEN).select_related("buyer")
    return [
        {
            "title": _("%(buyer)s invites you to its program") % {"buyer": named(offer.buyer)},
            "why": _("Accept and choose how much of your history it sees, or decline."),
            "url": reverse("programs"),
            "icon": "program",
            "tone": "warn",
            "word": _("waiting for your answer"),
        }
        for offer in offers
    ]


def _wrong(supplier: Supplier) -> list[dict[str, Any]]:
    uploads = Upload.objects.filter(
        supplier=supplier, status__in=[UploadStatus.NEEDS_FIX, UploadStatus.READY, UploadStatus.ACCEPTED]
    ).order_by("-created_at", "-id")
    open_ones = [upload for upload in uploads[:200] if upload.rows_accepted < upload.rows_total]
    return [_upload_duty(upload) for upload in open_ones[:OPEN_UPLOADS]]


def _upload_duty(upload: Upload) -> dict[str, Any]:
    bad = upload.rows_total - upload.rows_valid
    if bad:
        count, word, tone = bad, _("needs fixing"), "bad"
        title = ngettext("Fix %(count)s row in %(file)s", "Fix %(count)s rows in %(file)s", count)
    else:
        count, word, tone = upload.rows_total - upload.rows_accepted, _("ready to accept"), "accent"
        title = ngettext("Accept %(count)s row of %(file)s", "Accept %(count)s rows of %(file)s", count)
    why = _("%(valid)s of %(total)s rows are right, %(accepted)s are accepted.")
    counts = {"valid": upload.rows_valid, "total": upload.rows_total, "accepted": upload.rows_accepted}
    return {
        "title": title % {"count": count, "file": upload.filename},
        "why": why % counts,
        "url": reverse("upload_detail", args=[upload.pk]),
        "icon": "file",
        "tone": tone,
        "word": word,
    }


def _expiring(supplier: Supplier) -> list[dict[str, Any]]:
    duties = []
    for standing in disclosure.expiring(supplier, within_days=EXPIRY_DAYS):
        days = standing.expiry.days or 0
        word = _("expired") if days < 0 else _("%(days)s days left") % {"days": days}
        duties.append(
            {
                "title": str(standing.item),
                "why": _("Valid until %(day)s. Hand in the new one before it counts less.")
                % {"day": standing.expiry.on},
                "url": reverse("credential_detail", args=[standing.item.pk]),
                "icon": "evidence",
                "tone": standing.expiry.tone or "info",
                "word": word,
            }
        )
    return duties


def _warnings(supplier: Supplier) -> list[dict[str, Any]]:
    """The newest open early warnings, but for those of credentials, which stand beside as what expires."""
    open_ones = notices.of_supplier(supplier, state=WarningState.OPEN)
    beside = Q(kind=WarningKind.EXPIRY, data__has_key="credential")
    rows = [row_of(warning) for warning in open_ones.exclude(beside)[:WARNINGS]]
    return [
        {
            "title": row["warning"].get_kind_display(),
            "why": row["reason"],
            "url": f"{reverse('warnings')}#warning-{row['warning'].pk}",
            "icon": "warn",
            "tone": row["tone"],
            "word": row["state_word"],
        }
        for row in rows
    ]


def _tonnes(supplier: Supplier, months: list[coverage.Month]) -> dict[str, Any]:
    cells = [
        cell
        for cell in breakdown.cells(supplier_id=supplier.pk, years={year for year, _month in months})
        if (cell.year, cell.month) in months
    ]
    sums = breakdown.summed(cells, lambda cell: (cell.year, cell.month, cell.scope))
    scopes = sorted({cell.scope for cell in cells})
    kilograms = {
        scope: [sums[*month, scope].kgco2e if (*month, scope) in sums else None for month in months]
        for scope in scopes
    }
    labels = [f"{year}-{month:02d}" for year, month in months]
    return {
        "total": breakdown.total(cells),
        "has_any": bool(cells),
        "options": charts.stacked_bars(
            labels,
            {
                scope_word(scope): [charts.tonnes_value(kg) for kg in values]
                for scope, values in kilograms.items()
            },
            unit="tCO2e",
        ),
        "columns": [
            {"label": _("Month"), "number": False},
            *({"label": f"{scope_word(scope)}, tCO2e", "number": True} for scope in scopes),
        ],
        "rows": [
            [month_label(label), *(tonnes_number(kilograms[scope][at]) for scope in scopes)]
            for at, label in enumerate(labels)
        ],
    }


def _calendar(calendar: list[coverage.SiteMonths], months: list[coverage.Month]) -> dict[str, Any]:
    words = {"full": _("complete"), "part": _("partly"), "none": _("missing")}
    states = [row.state(month) for row in calendar for month in months]
    return {
        "months": [f"{year % 100:02d}-{month:02d}" for year, month in months],
        "rows": [
            {
                "name": f"{row.site.code} {named(row.site)}",
                "cells": [{"state": row.state(month), "word": words[row.state(month)]} for month in months],
            }
            for row in calendar
        ],
        "share": states.count("full") / len(states) if states else None,
    }


def _card_lines(card: Scorecard, supplier: Supplier) -> list[dict[str, Any]]:
    """The eight rows of the newest scorecard: points and, beside each, the reason."""
    answer = scores.scorecard(card.edition, supplier)
    if answer is None:
        return []
    names = wording.indicator_names(card.edition.methodology)
    return [
        {
            "code": row["indicator"],
            "name": names[row["indicator"]],
            "points": row["points"],
            "points_word": points(row["points"]),
            "weight": row["weight"],
            "reason": row["reason"],
            "gain": row.get("gain"),
            "state_word": wording.state_word(row["state"]),
            "state_tone": wording.state_tone(row["state"]),
        }
        for row in answer["indicators"]
    ]
