"""An entry of the audit trail as a line to read: who, what, of what, before and after."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from suppliers.templatetags.greenlink import named
from suppliers.tenants.audit.decisions import DECISIONS
from suppliers.tenants.models import AuditEntry, Buyer, Supplier, User
from suppliers.tenants.models.trail import EntryKind

from .audit_words import COLUMNS, act_words, subject_words

SHOWN = 8
LONGEST = 80
_TO_THE_SECOND = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Reader:
    """Who reads: the own tenant, the names of its people, and of suppliers as far as it may see them."""

    own: str
    people: dict[int, str]
    suppliers: dict[int, str]


@dataclass(frozen=True)
class Difference:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    entry: AuditEntry
    when: str
    who: str
    what: str
    subject: str
    origin: str
    differences: list[Difference]
    more: int


def line(entry: AuditEntry, reader: Reader) -> Line:
    found = list(differences(entry, reader))
    return Line(
        entry=entry,
        when=timezone.localtime(entry.at).strftime(_TO_THE_SECOND),
        who=who(entry, reader),
        what=act_words(entry.act),
        subject=subject_words(entry.subject),
        origin=origin(entry, reader),
        differences=found[:SHOWN],
        more=max(0, len(found) - SHOWN),
    )


def who(entry: AuditEntry, reader: Reader) -> str:
    """Persons of the own tenant by name; of another, the tenant: who works there is not ours to tell."""
    if entry.user_id in reader.people:
        return reader.people[entry.user_id]
    if entry.acting == reader.own:
        return f"#{entry.user_id}" if entry.user_id else pgettext("audit", "a key")
    kind, _colon, pk = entry.acting.partition(":")
    if kind == "supplier":
        return reader.suppliers.get(int(pk), pgettext("audit", "another company"))
    tenant = getattr(entry, kind, None) if kind in ("buyer", "body") else None
    if tenant is not None and str(tenant.pk) == pk:
        return named(tenant)
    return pgettext("audit", "another company") if pk else pgettext("audit", "the platform")


def origin(entry: AuditEntry, reader: Reader) -> str:
    return entry.origin if entry.acting == reader.own else ""


def differences(entry: AuditEntry, reader: Reader) -> Iterable[Difference]:
    if entry.kind == EntryKind.DEED:
        for key, value in entry.data.items():
            yield Difference(label(entry.subject, key), "", shown(entry, key, value, reader))
        return
    before, after = _states(entry.before), _states(entry.after)
    if isinstance(before, list) or isinstance(after, list):
        yield from _of_rows(entry, before or [], after or [], reader)
        return
    for key in dict.fromkeys([*before, *after]):
        was, now = (shown(entry, key, state.get(key), reader) for state in (before, after))
        yield Difference(label(entry.subject, key), was, now)


def _states(text: str) -> Any:
    return json.loads(text) if text else {}


def _of_rows(entry: AuditEntry, before: Any, after: Any, reader: Reader) -> Iterable[Difference]:
    """Each row of a statement by its code, with what changed in it."""
    was, now = ({row["id"]: row for row in rows} for rows in (before, after))
    for pk in dict.fromkeys([*was, *now]):
        code = (was.get(pk) or now[pk]).get("code", f"#{pk}")
        old, new = (_row_words(entry, rows.get(pk, {}), reader) for rows in (was, now))
        yield Difference(str(code), old, new)


def _row_words(entry: AuditEntry, row: dict[str, Any], reader: Reader) -> str:
    said = ((key, value) for key, value in row.items() if key not in ("id", "code") and value != "")
    return _short(
        ", ".join(f"{label(entry.subject, key)} {shown(entry, key, value, reader)}" for key, value in said)
    )


def label(subject: str, key: str) -> str:
    """A column's words: our own, else those of the model's field, else its name."""
    if key in COLUMNS:
        return str(COLUMNS[key])
    field = _field(subject, key)
    return str(getattr(field, "verbose_name", "") or key).replace("_", " ")


def shown(entry: AuditEntry, key: str, value: Any, reader: Reader) -> str:
    """A value as a reader knows it; empty where there is none."""
    field = _field(entry.subject, key)
    if value is None or value == "":
        return ""
    if isinstance(value, bool) or isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    choices = dict(field.flatchoices) if field is not None else {}
    if isinstance(value, str | int) and value in choices:
        return str(choices[value])
    if isinstance(value, int) and field is not None and field.is_relation:
        return _related(entry, field, value, reader)
    if isinstance(field, models.DateTimeField):
        return _moment(str(value))
    return _short(json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value))


def _moment(text: str) -> str:
    """Both databases keep UTC, one of them without saying so."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return _short(text)
    return timezone.localtime(moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).strftime(
        _TO_THE_SECOND
    )


def _related(entry: AuditEntry, field: Any, pk: int, reader: Reader) -> str:
    if field.related_model is User:
        return reader.people.get(pk, f"#{pk}")
    if field.related_model is Supplier:
        return reader.suppliers.get(pk, f"#{pk}")
    if field.related_model is Buyer and entry.buyer is not None and entry.buyer_id == pk:
        return named(entry.buyer)
    return f"#{pk}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


@cache
def _field(subject: str, key: str) -> Any:
    models_by_name = {decision.subject: decision.row_model for decision in DECISIONS}
    if subject not in models_by_name:
        return None
    fields = models_by_name[subject]._meta.concrete_fields
    return next((field for field in fields if key in (field.column, field.name)), None)
