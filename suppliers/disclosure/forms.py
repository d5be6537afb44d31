"""Forms of what is proven. Dates are ISO; every form takes one document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suppliers.tenants import clock
from suppliers.tenants.models import Supplier
from suppliers.tenants.refusals import Refusal

from . import documents, rules
from .models import (
    Credential,
    CredentialKind,
    EvidenceFile,
    Incident,
    Instrument,
    InstrumentKind,
    Target,
    Training,
    Verdict,
)


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%d", **options)


def _field(model_field: models.Field[Any, Any], **options: Any) -> forms.Field | None:
    """Addresses without a scheme are https."""
    if isinstance(model_field, models.URLField):
        options["assume_scheme"] = "https"
    return model_field.formfield(**options)


class DocumentField(forms.FileField):
    """One evidence document; what it is, is told by its first bytes."""

    def __init__(self) -> None:
        super().__init__(
            label=pgettext_lazy("evidence", "Document"),
            required=False,
            help_text=_("PDF, PNG or JPEG, up to 10 MB."),
            widget=forms.FileInput(attrs={"accept": documents.ACCEPTED}),
        )

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file:
            try:
                documents.refuse_too_large(file.size)
                head = file.read(16)
                file.seek(0)
                documents.content_type_of(head)
            except Refusal as refusal:
                raise forms.ValidationError(str(refusal.message), code=refusal.code) from refusal
        return file


class ItemForm(forms.ModelForm):  # type: ignore[type-arg]
    """Base: dates as date inputs, the rules between the values, the document beside."""

    rule: ClassVar[staticmethod[[Mapping[str, Any], dt.date], list[rules.Trouble]]]
    document = DocumentField()

    def __init__(self, *args: Any, supplier: Supplier | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.supplier = supplier
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.widget = DateInput()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for field, sentence in type(self).rule(values, clock.today()):
            if field in self.fields and field not in self.errors:
                self.add_error(field, str(sentence))
        return values

    def item_fields(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "document"}

    def keep_document(self, *, by: Any, supplier: Supplier) -> EvidenceFile | None:
        file = self.cleaned_data.get("document")
        if not file:
            return None
        return documents.keep(by=by, supplier=supplier, content=file.read(), filename=file.name)


class CredentialForm(ItemForm):
    rule = staticmethod(rules.credential)

    class Meta:
        model = Credential
        formfield_callback = _field
        fields = (
            *("kind", "level", "score", "lowest_theme", "number", "issuer", "scope_entity", "issued_on"),
            *("expires_on", "handed_in_on", "last_surveillance_on", "period_end", "scope3_inside", "url"),
        )
        help_texts = {
            "score": _("EcoVadis 0–100, RBA VAP 0–200."),
            "lowest_theme": _("EcoVadis: the lowest of the four theme scores."),
            "expires_on": _("EcoVadis 12 months, RBA VAP 2 years, ISO 3 years after issue."),
            "handed_in_on": _("For an EcoVadis assessment that has no result yet."),
            "last_surveillance_on": _("ISO: date of the last yearly surveillance letter."),
            "period_end": _("ISO 14064-1: last day of the verified period."),
        }


COVERS = {
    "scope1+2": _("Scope 1 + 2"),
    "scope1": _("Scope 1"),
    "scope2": _("Scope 2"),
    "scope1+2+3": _("Scope 1 + 2 + 3"),
}


class TargetForm(ItemForm):
    rule = staticmethod(rules.target)
    covers = forms.ChoiceField(label=_("Covers"), choices=list(COVERS.items()))

    class Meta:
        model = Target
        formfield_callback = _field
        fields = (
            *("is_public", "public_url", "covers", "base_year", "target_year", "reduction_percent"),
            *("progress_year", "progress_percent", "sbti_status", "sbti_since"),
        )


class TrainingForm(ItemForm):
    rule = staticmethod(rules.training)

    class Meta:
        model = Training
        fields = (
            *("title", "held_on", "required_people", "completed_people", "passed_people"),
            "reached_tier2",
        )


class InstrumentForm(ItemForm):
    rule = staticmethod(rules.instrument)

    class Meta:
        model = Instrument
        fields = ("kind", "year", "kwh", "serial_from", "serial_to", "for_pv")
        help_texts = {
            "kind": _(
                "Each kilowatt-hour is handed in once: as a certificate, as a trade or as an agreement."
            ),
            "kwh": _("One green electricity certificate is 1 MWh = 1,000 kWh."),
            "serial_from": _(
                "Certificates need their serial numbers; of an agreement, the number of the contract."
            ),
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for field, sentence in rules.instrument_serials(values):
            if not self.errors.get(field):
                self.add_error(field, str(sentence))
        hands_in = self.data.get("act") == "submit"
        if hands_in and values.get("kind") == InstrumentKind.GEC and not values.get("serial_from"):
            self.add_error("serial_from", _("Certificates are handed in with their serial numbers."))
        return values


_VERDICTS = [
    (Verdict.ACCEPTED, _("Accept: it counts in the scorecard")),
    (Verdict.RETURNED, _("Return to the supplier")),
]


class ReviewForm(forms.Form):
    verdict = forms.ChoiceField(label=_("Verdict"), choices=_VERDICTS, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when you return it. The supplier reads it."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("verdict") == Verdict.RETURNED and not (values.get("note") or "").strip():
            self.add_error("note", _("Say why it is returned, so that it can be put right."))
        return values


class EnterForm(CredentialForm):
    """Procurement enters a rating it knows of: the company first, then the credential."""

    company: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label=_("Supplier"), queryset=None)
    field_order = ("company", "kind", "level", "score", "lowest_theme")

    def __init__(self, *args: Any, companies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["company"].queryset = companies  # type: ignore[attr-defined]
        self.fields["kind"].initial = CredentialKind.ECOVADIS

    def item_fields(self) -> dict[str, Any]:
        return {name: value for name, value in super().item_fields().items() if name != "company"}


class IncidentForm(forms.ModelForm):  # type: ignore[type-arg]
    company: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label=_("Supplier"), queryset=None)
    document = DocumentField()
    field_order = ("company", "kind", "opened_on", "note", "document")

    class Meta:
        model = Incident
        fields = ("kind", "opened_on", "note")
        widgets = {"opened_on": DateInput(), "note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, companies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["company"].queryset = companies  # type: ignore[attr-defined]

    def clean_opened_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["opened_on"]
        if day > clock.today():
            raise forms.ValidationError(_("This day has not come yet."))
        return day


class CloseForm(forms.Form):
    closed_on = forms.DateField(label=pgettext_lazy("evidence", "Closed on"), widget=DateInput())
    note = forms.CharField(label=_("Note"), required=False, max_length=2000)
