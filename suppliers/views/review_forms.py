"""What verifier and supplier fill in during a review."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suppliers.disclosure.forms import DocumentField
from suppliers.inventory.models import Conclusion, Finding, FindingKind, Level

_LINE_LIMIT = 2_000


def line_numbers(text: str) -> list[int]:
    """ "1, 4-6 9" -> 1 4 5 6 9; what is no number is left out, and at most two thousand are taken."""
    found: list[int] = []
    for first, last in re.findall(r"(\d{1,9})(?:\s*[-–]\s*(\d{1,9}))?", text[:20_000]):
        start, end = int(first), int(last or first)
        found.extend(range(start, min(end, start + _LINE_LIMIT) + 1))
        if len(found) > _LINE_LIMIT:
            break
    return found[:_LINE_LIMIT]


def _text(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class CheckForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("Is the line right?"),
        choices=[("right", _("right")), ("wrong", _("there is trouble"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=_text(3))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("verdict") == "wrong" and not values.get("note", "").strip():
            self.add_error("note", _("Say what is wrong with the line."))
        return values


class FindingForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=FindingKind.choices)
    number = forms.IntegerField(label=_("Line number"), required=False, min_value=1, max_value=2_000_000_000)
    effect_kgco2e = forms.DecimalField(
        label=_("Effect, kgCO2e"), required=False, max_digits=22, decimal_places=6
    )
    text = forms.CharField(label=_("What was found"), max_length=4000, widget=_text())


class CloseForm(forms.Form):
    note = forms.CharField(label=_("How it was resolved"), required=False, max_length=2000)
    effect_kgco2e = forms.DecimalField(
        label=_("Effect that is left, kgCO2e"),
        required=False,
        max_digits=22,
        decimal_places=6,
        help_text=_("0 if nothing is left of it; empty leaves it as it was raised."),
    )

    def __init__(self, sent: Any = None, *, finding: Finding) -> None:
        super().__init__(sent, auto_id=f"close_{finding.pk}_%s")
        self.finding = finding
        self.fields["note"].required = finding.kind == FindingKind.NONCONFORMITY


class AnswerForm(forms.Form):
    text = forms.CharField(label=_("Answer"), max_length=4000, widget=_text())
    document = DocumentField()


class OpinionForm(forms.Form):
    level = forms.ChoiceField(label=_("Level of assurance"), choices=Level.choices)
    conclusion = forms.ChoiceField(label=_("Conclusion"), choices=Conclusion.choices)
    text = forms.CharField(label=_("Basis of the conclusion"), max_length=8000, widget=_text())
    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Last day on which you stand by the opinion; leave it empty if there is none."),
    )
    file = forms.FileField(
        label=_("Your stamped opinion"),
        help_text=_("PDF, up to 10 MB."),
        widget=forms.FileInput(attrs={"accept": ".pdf"}),
    )
