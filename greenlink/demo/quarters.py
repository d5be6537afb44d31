"""The quarters: six of them computed, shown, locked and published on their days, one open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from scorecards import actions
from scorecards.models import Edition
from suppliers.calc.periods import FiscalQuarter
from suppliers.disclosure import actions as disclosure
from suppliers.models import Incident
from suppliers.tenants.actors import Actor

from . import TODAY, accounts
from .program import Event, Program

PUBLISHED = ("FY23Q2", "FY23Q3", "FY23Q4", "FY24Q1", "FY24Q2", "FY24Q3")
OPEN = "FY24Q4"
DAY = dt.timedelta(days=1)
# After what companies do on the same day.
_LAST = 90


def events() -> list[Event]:
    found = [*_decisions(), _opened(OPEN)]
    for label in PUBLISHED:
        found += [_opened(label), *_closed(label)]
    return found


def _opened(label: str) -> Event:
    day = FiscalQuarter.from_label(label).first_day + DAY

    def act(program: Program) -> None:
        with program.acting(accounts.ADMIN, day) as by:
            actions.open_edition(by=by, buyer=program.buyer, label=label)

    return Event(day, 1, act)


def _closed(label: str) -> list[Event]:
    """Due 15 days after the end, shown to suppliers after 25, locked after 45 and published by the second admin.

    The last one is a few days early, so that it is published by the demo's today.
    """
    end = FiscalQuarter.from_label(label).last_day
    lock = min(end + 45 * DAY, TODAY - DAY)
    return [
        _step(
            label, end + 24 * DAY, accounts.ADMIN, lambda by, edition: actions.compute(by=by, edition=edition)
        ),
        _step(
            label, end + 25 * DAY, accounts.ADMIN, lambda by, edition: actions.preview(by=by, edition=edition)
        ),
        _step(label, lock - DAY, accounts.ADMIN, lambda by, edition: actions.compute(by=by, edition=edition)),
        _step(label, lock, accounts.ADMIN, lambda by, edition: actions.lock(by=by, edition=edition)),
        _step(
            label,
            lock + DAY,
            accounts.ADMIN2,
            lambda by, edition: actions.publish(by=by, edition=edition, confirm=label),
        ),
    ]


def _step(label: str, day: dt.date, email: str, do: Callable[[Actor, Edition], object]) -> Event:
    def act(program: Program) -> None:
        with program.acting(email, day) as by:
            do(by, Edition.objects.get(buyer=program.buyer, label=label, number=1))

    return Event(day, _LAST, act)


def _decisions() -> list[Event]:
    """What the buyer decides beside the figures: gate findings, corrections, an exemption."""
    return [
        _incident("TAIE", "environment", dt.date(2023, 11, 20), "废水超标处罚 (演示)"),
        _incident_closed("TAIE", dt.date(2024, 5, 30)),
        _incident("HUANGLIANG", "rba_priority", dt.date(2024, 10, 15), "工时记录不实 (演示)"),
        _correction("WUYOU", dt.date(2024, 2, 20), Decimal("12.4"), "电量与账单不符 (演示)"),
        _correction("YUCHANG", dt.date(2024, 11, 21), Decimal("8.1"), "天然气单位误填 (演示)"),
        _exemption("JINDOU", "I7", dt.date(2023, 7, 3), "仓储物流，年用电低于 500 MWh (演示)"),
    ]


def _incident(code: str, kind: str, day: dt.date, note: str) -> Event:
    def act(program: Program) -> None:
        with program.acting(accounts.PROCUREMENT, day + 2 * DAY) as by:
            disclosure.open_incident(
                by=by, supplier=program.suppliers[code], kind=kind, opened_on=day, note=note
            )

    return Event(day + 2 * DAY, 5, act)


def _incident_closed(code: str, day: dt.date) -> Event:
    def act(program: Program) -> None:
        with program.acting(accounts.PROCUREMENT, day) as by:
            found = Incident.objects.get(
                buyer=program.buyer, supplier=program.suppliers[code], closed_on=None
            )
            disclosure.close_incident(by=by, incident=found, closed_on=day, note="整改已验收 (演示)")

    return Event(day, 5, act)


def _correction(code: str, day: dt.date, percent: Decimal, note: str) -> Event:
    def act(program: Program) -> None:
        with program.acting(accounts.PROCUREMENT, day) as by:
            actions.record_correction(
                by=by,
                buyer=program.buyer,
                supplier=program.suppliers[code],
                found_on=day,
                percent=percent,
                note=note,
            )

    return Event(day, 5, act)


def _exemption(code: str, indicator: str, day: dt.date, reason: str) -> Event:
    def act(program: Program) -> None:
        with program.acting(accounts.ADMIN, day) as by:
            actions.exempt(
                by=by,
                buyer=program.buyer,
                supplier=program.suppliers[code],
                indicator=indicator,
                from_day=day.replace(day=1),
                reason=reason,
            )

    return Event(day, 5, act)
