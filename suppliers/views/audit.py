"""The audit trail, read by those who answer for a tenant: filter, verify, export exactly what is filtered."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from suppliers.templatetags.greenlink import named
from suppliers.tenants import audit as trail
from suppliers.tenants.access import TenantRequest, needs
from suppliers.tenants.actors import Actor
from suppliers.tenants.audit import chain
from suppliers.tenants.audit.seal import acting_of
from suppliers.tenants.models import AuditChain, AuditEntry, Supplier, User
from suppliers.tenants.models.trail import EntryKind
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

from .audit_lines import Line, Reader, line
from .audit_words import act_words, subject_words
from .records import as_text

PAGE_SIZE = 50
EXPORT_LIMIT = 50_000
# A chain this long is verified by the way; a longer one when asked for.
VERIFIED_UNASKED = 2_000
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class TrailFilter(forms.Form):
    """What stands in the address, read leniently: a filter that makes no sense filters nothing."""

    use_required_attribute = False

    person = forms.ChoiceField(label=pgettext_lazy("audit", "Person"), required=False)
    act = forms.ChoiceField(label=pgettext_lazy("audit", "What was done"), required=False)
    subject = forms.ChoiceField(label=pgettext_lazy("audit", "Of what"), required=False)
    kind = forms.ChoiceField(
        label=pgettext_lazy("audit", "Kind of entry"), required=False, choices=[("", "—"), *EntryKind.choices]
    )
    from_day = forms.DateField(label=pgettext_lazy("audit", "From day"), required=False, widget=_DAY)
    until_day = forms.DateField(label=pgettext_lazy("audit", "Until day"), required=False, widget=_DAY)
    words = forms.CharField(label=pgettext_lazy("audit", "Words"), required=False, max_length=80)

    def __init__(self, data: Any, *, entries: QuerySet[AuditEntry], people: dict[int, str]) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.entries = entries
        acts, subjects = (
            entries.order_by(name).values_list(name, flat=True).distinct() for name in ("act", "subject")
        )
        self._offer("person", people.items())
        self._offer("act", ((act, act_words(act)) for act in acts))
        self._offer("subject", ((subject, subject_words(subject)) for subject in subjects))

    def _offer(self, name: str, choices: Any) -> None:
        in_words = sorted(choices, key=lambda choice: str(choice[1]))
        self.fields[name].choices = [("", "—"), *in_words]  # type: ignore[attr-defined]

    def rows(self, own: str) -> QuerySet[AuditEntry]:
        self.is_valid()
        wanted: dict[str, Any] = getattr(self, "cleaned_data", {})
        rows = self.entries
        for name in ("act", "subject", "kind"):
            if wanted.get(name):
                rows = rows.filter(**{name: wanted[name]})
        if wanted.get("person"):
            rows = rows.filter(user_id=int(wanted["person"]))
        if wanted.get("from_day"):
            rows = rows.filter(at__gte=_start_of(wanted["from_day"]))
        if wanted.get("until_day"):
            rows = rows.filter(at__lt=_start_of(wanted["until_day"] + dt.timedelta(days=1)))
        return _with_words(rows, wanted.get("words") or "", own).order_by("-id")


def _start_of(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def _with_words(rows: QuerySet[AuditEntry], words: str, own: str) -> QuerySet[AuditEntry]:
    """Each word must stand somewhere in what the reader is shown of the entry."""
    rows = rows.annotate(data_text=Cast(F("data"), TextField()))
    for word in words.split():
        in_text = Q()
        for name in ("data_text", "before", "after", "act"):
            in_text |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(in_text | Q(acting=own, origin__icontains=word))
    return rows


@require_GET
@needs(Right.AUDIT_READ)
def audit(request: TenantRequest) -> HttpResponse:
    own, entries, people = _own(request.actor)
    wanted = TrailFilter(request.GET, entries=entries, people=people)
    page = Paginator(wanted.rows(own).select_related("buyer", "body"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    named_on_page = Supplier.objects.filter(pk__in={entry.supplier_id for entry in page})
    reader = _reader(own, people, named_on_page)
    kept = request.GET.copy()
    for key in ("page", "verify"):
        kept.pop(key, None)
    query = kept.urlencode()
    context = {
        "filter": wanted,
        "is_filtered": any(value for key, value in kept.items() if key in wanted.fields),
        "page": page,
        "lines": [line(entry, reader) for entry in page],
        "query": f"{query}&" if query else "",
        "chain": _chain(own, asked="verify" in request.GET),
    }
    return render(request, "suppliers/audit/page.html", context)


def _own(actor: Actor) -> tuple[str, QuerySet[AuditEntry], dict[int, str]]:
    """The tenant as entries name it, the entries that name it, and the people it has and had."""
    kind, pk = next(
        (name, value)
        for name, value in (
            ("supplier", actor.scope.supplier_id),
            ("buyer", actor.scope.buyer_id),
            ("body", actor.scope.body_id),
        )
        if value is not None
    )
    entries: QuerySet[AuditEntry] = AuditEntry.objects.filter(**{kind: pk})
    people = User.objects.filter(**{f"memberships__{kind}": pk}).distinct().order_by("name", "email")
    return acting_of(actor.scope), entries, {person.pk: str(person) for person in people}


def _reader(own: str, people: dict[int, str], suppliers: QuerySet[Supplier]) -> Reader:
    return Reader(own=own, people=people, suppliers={one.pk: named(one) for one in suppliers})


def _chain(own: str, *, asked: bool) -> dict[str, Any]:
    """Where the own chain stands, verified where that takes a moment or was asked for."""
    head = AuditChain.objects.filter(chain=own).first()
    if head is None:
        return {"count": 0}
    said: dict[str, Any] = {"count": head.sequence, "digest": head.digest[:16]}
    if asked or head.sequence <= VERIFIED_UNASKED:
        findings = chain.verify(chain=own).findings
        said |= {"verified": True, "findings": len(findings), "first": findings[0] if findings else None}
    return said


@require_GET
@needs(Right.AUDIT_READ)
def audit_export(request: TenantRequest) -> HttpResponse:
    """CSV with a byte-order mark, so that spreadsheets read the Chinese; that it was taken is written down, too."""
    own, entries, people = _own(request.actor)
    rows = TrailFilter(request.GET, entries=entries, people=people).rows(own)
    count = rows.count()
    if count > EXPORT_LIMIT:
        words = _("%(count)s entries are more than one file takes (%(limit)s). Choose fewer days.")
        raise Refusal("audit.too_many", words % {"count": count, "limit": EXPORT_LIMIT})
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="audit-trail.csv"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.write("\ufeff")
    reader = _reader(own, people, Supplier.objects.all())
    written = csv.writer(response)
    written.writerow(_COLUMNS)
    for entry in rows.select_related("buyer", "body").iterator(chunk_size=2000):
        written.writerow([as_text(text) for text in _cells(line(entry, reader))])
    assert request.actor.tenant is not None
    trail.record(by=request.actor, act="audit.exported", subject=request.actor.tenant, data={"rows": count})
    return response


_COLUMNS = (
    *("time", "kind", "act", "done", "subject", "subject_id", "who", "where_from", "data", "before", "after"),
    *("chain", "sequence", "digest"),
)


def _cells(one: Line) -> Iterator[str]:
    entry = one.entry
    data = entry.data_text if entry.data else ""  # type: ignore[attr-defined]
    yield from (
        entry.at.isoformat(),
        entry.kind,
        entry.act,
        one.what,
        entry.subject,
        str(entry.subject_id or ""),
    )
    yield from (one.who, one.origin, data, entry.before, entry.after)
    yield from (entry.chain, str(entry.sequence), entry.digest)


urlpatterns = [
    path("audit/", audit, name="audit"),
    path("audit/export/", audit_export, name="audit_export"),
]
