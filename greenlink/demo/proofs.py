"""The evidence tables carried out: drafted with its paper, handed in, judged by procurement, on their days."""

from __future__ import annotations

import datetime as dt
from typing import Any

from suppliers.activity import outputs
from suppliers.disclosure import actions, documents
from suppliers.models import Output

from . import accounts, evidence, papers, production
from .handing import Handing
from .program import Event, Program

DAY = dt.timedelta(days=1)
_HAND_IN, _JUDGE = 10, 20


def events() -> list[Event]:
    found: list[Event] = []
    for handing in evidence.handings():
        found += _of_handing(handing)
    for output in production.outputs():
        found += _of_output(output)
    for day, company, model, fields in evidence.entered_by_procurement():
        found.append(_entered(day, company.code, model, fields))
    return found


def _of_handing(handing: Handing) -> list[Event]:
    events = [Event(handing.day, _HAND_IN, lambda program: _hand_in(program, handing))]
    if handing.judged_on is None:
        return events
    if not handing.returned:
        return [*events, _judged(handing, handing.judged_on, "accepted", "")]
    events.append(_judged(handing, handing.judged_on, "returned", handing.returned))
    if handing.stays_returned:
        return events
    mended = handing.judged_on + DAY
    events.append(Event(mended, _HAND_IN, lambda program: _hand_in_again(program, handing, mended)))
    return [*events, _judged(handing, mended + 4 * DAY, "accepted", "")]


def _hand_in(program: Program, handing: Handing) -> None:
    supplier = program.suppliers[handing.company.code]
    with program.acting(handing.company.email, handing.day) as by:
        paper = None
        if handing.paper:
            name = f"{handing.paper[1] if len(handing.paper) > 1 else 'document'}.pdf"
            content = papers.one_page(*handing.paper)
            paper = documents.keep(by=by, supplier=supplier, content=content, filename=name)
        item = actions.draft(
            by=by, supplier=supplier, model=handing.model, fields=handing.fields, evidence=paper
        )
        actions.submit(by=by, item=item)


def _hand_in_again(program: Program, handing: Handing, day: dt.date) -> None:
    with program.acting(handing.company.email, day) as by:
        item = actions.edit(by=by, item=_item(program, handing), fields={})
        actions.submit(by=by, item=item)


def _judged(handing: Handing, day: dt.date, verdict: str, note: str) -> Event:
    def act(program: Program) -> None:
        with program.acting(accounts.PROCUREMENT, day) as by:
            actions.review(by=by, item=_item(program, handing), verdict=verdict, note=note)

    return Event(day, _JUDGE, act)


def _item(program: Program, handing: Handing) -> Any:
    supplier = program.suppliers[handing.company.code]
    rows = handing.model.objects.filter(supplier=supplier, **handing.fields)
    return rows.select_related("supplier").latest("pk")


def _of_output(output: production.OutputHanding) -> list[Event]:
    def hand_in(program: Program) -> None:
        with program.acting(output.company.email, output.day) as by:
            item = outputs.draft(
                by=by,
                supplier=program.suppliers[output.company.code],
                site=program.site(output.company.code, output.site),
                start=output.start,
                end=output.end,
                value=output.value,
            )
            actions.submit(by=by, item=item)

    if output.judged_on is None:
        return [Event(output.day, _HAND_IN, hand_in)]
    day = output.judged_on

    def judge(program: Program) -> None:
        with program.acting(accounts.PROCUREMENT, day) as by:
            supplier = program.suppliers[output.company.code]
            rows = Output.objects.select_related("supplier").filter(supplier=supplier, start=output.start)
            actions.review(by=by, item=rows.get(site__code=output.site), verdict="accepted")

    return [Event(output.day, _HAND_IN, hand_in), Event(day, _JUDGE, judge)]


def _entered(day: dt.date, code: str, model: type[Any], fields: dict[str, Any]) -> Event:
    def act(program: Program) -> None:
        with program.acting(accounts.PROCUREMENT, day) as by:
            actions.enter(by=by, supplier=program.suppliers[code], model=model, fields=fields)

    return Event(day, _HAND_IN, act)
