"""Early warnings of a supplier: each with its reason, its figures, the way to where it ends, and what to do with it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from suppliers.notices import actions, queries
from suppliers.notices.models import EarlyWarning, WarningKind, WarningState
from suppliers.tenants import clock
from suppliers.tenants.access import TenantRequest, needs, own_supplier
from suppliers.tenants.models import Supplier
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right, TenantKind
from suppliers.warnings import reasons, settings

PAGE_SIZE = 25
SNOOZE_DAYS = 14
_TONES = {
    WarningKind.INTENSITY_UP: "warn",
    WarningKind.OFF_TARGET: "bad",
    WarningKind.MISSING_MONTH: "bad",
    WarningKind.BILL_OUTLIER: "warn",
    WarningKind.FACTOR_OUTDATED: "info",
    WarningKind.EXPIRY: "warn",
}
_STATE_TONES = {WarningState.OPEN: "warn", WarningState.SNOOZED: "info", WarningState.DONE: "good"}
_STATE_WORDS = {
    WarningState.OPEN: pgettext_lazy("warnings", "Open"),
    WarningState.SNOOZED: pgettext_lazy("warnings", "Snoozed"),
    WarningState.DONE: pgettext_lazy("warnings", "Done"),
}


class ActForm(forms.Form):
    """One of five deeds with what it needs."""

    DEEDS = ("done", "snooze", "reopen", "assign", "note")

    act = forms.ChoiceField(choices=[(deed, deed) for deed in DEEDS])
    until = forms.DateField(required=False, label=gettext_lazy("Until"))
    owner = forms.IntegerField(required=False, min_value=1)
    note = forms.CharField(required=False, max_length=actions.LONGEST_NOTE)


@require_GET
@needs(Right.RECORD_READ, kind=TenantKind.SUPPLIER)
def warnings(request: TenantRequest) -> HttpResponse:
    supplier = own_supplier(request.actor)
    state = request.GET.get("state", WarningState.OPEN)
    state = state if state in WarningState.values else WarningState.OPEN
    kind = request.GET.get("kind", "")
    kind = kind if kind in WarningKind.values else ""
    page = Paginator(queries.of_supplier(supplier, state=state, kind=kind), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    may_write = request.actor.may(Right.WARNING_WRITE)
    context = {
        "page": page,
        "query": f"state={state}&kind={kind}&",
        "rows": [row_of(warning) for warning in page.object_list],
        "state": state,
        "kind": kind,
        "kinds": WarningKind.choices,
        "chips": _chips(supplier, state, kind),
        "rules": _rules(supplier),
        "may_write": may_write,
        "owners": queries.possible_owners(supplier) if may_write else [],
        "snooze_until": (clock.today() + dt.timedelta(days=SNOOZE_DAYS)).isoformat(),
        "tomorrow": (clock.today() + dt.timedelta(days=1)).isoformat(),
    }
    return render(request, "suppliers/warnings/list.html", context)


def _chips(supplier: Supplier, state: str, kind: str) -> list[dict[str, Any]]:
    counts = queries.counts(supplier)
    return [
        {
            "label": f"{word} {counts[one]}",
            "url": f"{reverse('warnings')}?state={one}&kind={kind}",
            "active": one == state,
        }
        for one, word in _STATE_WORDS.items()
    ]


def _rules(supplier: Supplier) -> list[dict[str, Any]]:
    """Which rules hold for this company, and from where on they warn."""
    return [
        {
            "label": WarningKind(kind).label,
            "at": f"{reasons.number(threshold)} {reasons.THRESHOLD_WORDS[kind]}"
            if kind in reasons.THRESHOLD_WORDS
            else "",
        }
        for kind, threshold in settings.in_force(supplier).thresholds.items()
    ]


def row_of(warning: EarlyWarning) -> dict[str, Any]:
    url, where = place_of(warning)
    state = warning.state_on(clock.today())
    return {
        "warning": warning,
        "state": state,
        "tone": _TONES[WarningKind(warning.kind)],
        "state_word": _STATE_WORDS[state],
        "state_tone": _STATE_TONES[state],
        "reason": reasons.reason(warning),
        "figures": reasons.figures(warning),
        "url": url,
        "where": where,
        "is_over": warning.state == WarningState.DONE
        and (warning.settled_by_id is None or "over" in warning.data),
    }


def place_of(warning: EarlyWarning) -> tuple[str, str]:
    """Where the warning ends, and how that place is called."""
    data = warning.data
    if warning.kind == WarningKind.MISSING_MONTH:
        return reverse("uploads"), _("Hand in data")
    if warning.kind == WarningKind.BILL_OUTLIER and "record" in data:
        return reverse("record_detail", args=[data["record"]]), _("See the record")
    if warning.kind == WarningKind.OFF_TARGET and "target" in data:
        return reverse("target_detail", args=[data["target"]]), _("See the target")
    if warning.kind == WarningKind.EXPIRY and "credential" in data:
        return reverse("credential_detail", args=[data["credential"]]), _("See the credential")
    if warning.kind == WarningKind.EXPIRY and "number" in data:
        return f"{reverse('statements')}#{data['number']}", _("See the statement")
    if warning.kind == WarningKind.FACTOR_OUTDATED:
        return f"{reverse('factors')}?words={data.get('new_code', '')}", _("See the factor")
    return reverse("emissions"), _("Open the carbon page")


@require_POST
@needs(Right.WARNING_WRITE, kind=TenantKind.SUPPLIER)
def act(request: TenantRequest, pk: int) -> HttpResponse:
    warning = queries.warning_or_404(own_supplier(request.actor), pk)
    form = ActForm(request.POST)
    if not form.is_valid():
        raise Refusal("warning.act", _("This cannot be read: check the day and the note."), status=422)
    said = form.cleaned_data
    if said["act"] == "done":
        actions.settle(by=request.actor, warning=warning, note=said["note"])
        messages.success(request, _("Done. It stays done while its reason stands."))
    elif said["act"] == "snooze":
        until = said["until"] or clock.today() + dt.timedelta(days=SNOOZE_DAYS)
        actions.snooze(by=request.actor, warning=warning, until=until, note=said["note"])
        messages.success(request, _("Snoozed until %(day)s.") % {"day": until})
    elif said["act"] == "reopen":
        actions.reopen(by=request.actor, warning=warning)
        messages.success(request, _("Open again."))
    elif said["act"] == "assign":
        actions.assign(by=request.actor, warning=warning, owner_id=said["owner"])
        messages.success(request, _("The owner is kept."))
    else:
        actions.write_note(by=request.actor, warning=warning, note=said["note"])
        messages.success(request, _("The note is kept."))
    return redirect("warnings")


urlpatterns = [
    path("warnings/", warnings, name="warnings"),
    path("warnings/<int:pk>/act/", act, name="warning_act"),
]
