"""Forms of own factors: the values with their document, and the verdict."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from suppliers.calc.carriers import CARRIERS
from suppliers.disclosure.documents import Attachment
from suppliers.disclosure.forms import DateInput, DocumentField

from . import regions
from .life_cycle import SCOPE_2_CARRIERS
from .models import Factor, OwnFactor, OwnKind, Series
from .own import FIELDS

GASES = ("CO2e", "CO2", "CH4", "N2O")
APPROVE, RETURN = "approve", "return"


class OwnFactorForm(forms.ModelForm):  # type: ignore[type-arg]
    document = DocumentField()
    gas = forms.ChoiceField(label=_("Gas"), choices=[(gas, gas) for gas in GASES])
    per_unit = forms.CharField(
        label=_("Per"), max_length=10, help_text=_("For a carrier its base unit: kWh, MJ, m3, kg.")
    )
    carrier = forms.ChoiceField(label=_("Carrier"), required=False)
    region = forms.ChoiceField(label=_("Region"), required=False)

    class Meta:
        model = OwnFactor
        fields = FIELDS
        labels = {"code": _("Code")}
        widgets = {"valid_from": DateInput(), "valid_to": DateInput()}
        help_texts = {
            "code": _("Short and yours alone; it stands on every line that takes the factor."),
            "value": _("Kilograms of the gas for one unit."),
            "source": _("Document, page, who issued it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or ""
        names = [(code, carrier.name(language)) for code, carrier in CARRIERS.items()]
        self._offer("carrier", _("none: for processes and the value chain"), names)
        self._offer("region", _("everywhere"), _places(self.instance.region, language))
        self._offer("kind", "–", OwnKind.choices)
        self._offer("series", "–", Series.choices)

    def _offer(self, name: str, blank: Any, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = [("", blank), *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        carrier = CARRIERS.get(values.get("carrier") or "")
        if carrier is not None and values.get("per_unit") not in (None, carrier.base_unit):
            words = _("The value of a carrier is per its base unit: %(unit)s.") % {"unit": carrier.base_unit}
            self.add_error("per_unit", words)
        first, last = values.get("valid_from"), values.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("The end is before the start."))
        if values.get("carrier") in SCOPE_2_CARRIERS and values.get("series") == Series.LIFE_CYCLE:
            sentence = _("%(code)s is a life-cycle factor: it counts product footprints, never scope 2.")
            self.add_error("series", str(sentence) % {"code": values.get("code", "")})
        return values

    def row_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}

    def attachment(self) -> Attachment | None:
        file = self.cleaned_data.get("document")
        return Attachment(file.read(), file.name) if file else None


def _places(kept: str, language: str) -> list[tuple[str, str]]:
    """China, its grids and provinces, then whatever else a published factor is for, or this one was."""
    at_home = [regions.NATION, *regions.GRID_REGIONS, *regions.PROVINCES]
    abroad = {*Factor.objects.values_list("region", flat=True), kept} - {*at_home, ""}
    return [(code, regions.name(code, language)) for code in (*at_home, *sorted(abroad))]


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("Verdict"),
        choices=[(APPROVE, _("Approve: inventories may take it")), (RETURN, _("Return it"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Reason"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("verdict") == RETURN and not (values.get("note") or "").strip():
            self.add_error("note", _("Say why it is returned, so that it can be put right."))
        return values
