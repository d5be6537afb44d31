"""A program's rules of early warnings: which are on, and from where on they warn."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from suppliers.notices import actions
from suppliers.notices.models import WarningKind
from suppliers.tenants.access import TenantRequest, needs, own_buyer
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right, TenantKind
from suppliers.warnings import reasons, settings

MEANINGS = {
    WarningKind.INTENSITY_UP: gettext_lazy(
        "Scope 1 and 2 per output, summed over the site-months that have both in both years."
    ),
    WarningKind.OFF_TARGET: gettext_lazy(
        "The latest full year against the straight line from the base year to the target."
    ),
    WarningKind.MISSING_MONTH: gettext_lazy("A carrier that a site reported before has no data of a month."),
    WarningKind.BILL_OUTLIER: gettext_lazy(
        "Use per day against the same month of former years and their growth, else against the median of the last months; "
        "a modified z-score over 3.5 is far."
    ),
    WarningKind.FACTOR_OUTDATED: gettext_lazy(
        "Lines of a year still open took a factor of which a newer edition is on file."
    ),
    WarningKind.EXPIRY: gettext_lazy(
        "A credential or a statement ends: one warning that moves through 90, 60, 30 and 7 days."
    ),
}


class RuleForm(forms.Form):
    kind = forms.ChoiceField(choices=WarningKind.choices)
    is_on = forms.BooleanField(required=False)
    threshold = forms.DecimalField(required=False, max_digits=8, decimal_places=2)


@require_http_methods(["GET", "POST"])
@needs(Right.WARNING_RULES, kind=TenantKind.BUYER)
def warning_rules(request: TenantRequest) -> HttpResponse:
    trouble = _kept(request) if request.method == "POST" else ""
    if request.method == "POST" and not trouble:
        messages.success(request, _("The rule is kept. It holds from the next evaluation on."))
        return redirect("warning_rules")
    context = {"rows": _rows(request), "trouble": trouble}
    return render(request, "suppliers/warnings/rules.html", context, status=422 if trouble else 200)


def _kept(request: TenantRequest) -> str:
    """What is wrong with what was said; empty if it is kept."""
    form = RuleForm(request.POST)
    if not form.is_valid():
        return " ".join(str(error) for errors in form.errors.values() for error in errors)
    said = form.cleaned_data
    try:
        actions.set_rule(
            by=request.actor, kind=said["kind"], is_on=said["is_on"], threshold=said["threshold"]
        )
    except Refusal as refusal:
        label = WarningKind(said["kind"]).label
        return f"{label}: {refusal.message}"
    return ""


def _rows(request: TenantRequest) -> list[dict[str, Any]]:
    return [
        {
            "kind": rule.KIND.value,
            "label": rule.KIND.label,
            "meaning": MEANINGS[rule.KIND],
            "is_on": is_on,
            "threshold": "" if value is None else f"{value.normalize():f}",
            "has_threshold": rule.DEFAULT is not None,
            "lowest": actions.BOUNDS.get(rule.KIND, (0, 0))[0],
            "highest": actions.BOUNDS.get(rule.KIND, (0, 0))[1],
            "step": "1" if rule.KIND in actions.WHOLE_DAYS else "0.01",
            "unit": reasons.THRESHOLD_WORDS.get(rule.KIND, ""),
            "default": "" if rule.DEFAULT is None else f"{rule.DEFAULT.normalize():f}",
        }
        for rule, is_on, value in settings.of_program(own_buyer(request.actor))
    ]


urlpatterns = [path("program/warnings/", warning_rules, name="warning_rules")]
