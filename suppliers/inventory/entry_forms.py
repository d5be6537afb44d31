"""The form of one entry: what it asks depends on the kind, and a refusal is said beside the field it is about."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from suppliers.calc import mass_balance
from suppliers.calc.carriers import CARRIERS
from suppliers.disclosure import documents
from suppliers.disclosure.forms import DocumentField
from suppliers.disclosure.models import EvidenceFile
from suppliers.factors.models import Factor
from suppliers.sites.models import Site
from suppliers.tenants import clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.language import reads_chinese
from suppliers.tenants.models import Supplier
from suppliers.tenants.refusals import Refusal

from . import entry_queries
from .entries import Given
from .models import DataQuality, EntryKind, Scope3

_ACTIVITY = ("factor", "own_factor", "quantity", "unit")
_SPEND = ("rate", "rate_source")
FIELDS: dict[str, tuple[str, ...]] = {
    EntryKind.SCOPE3: ("scope3_category", *_ACTIVITY, *_SPEND),
    EntryKind.PROCESS: ("own_factor", "quantity", "unit"),
    EntryKind.MASS_BALANCE: ("gas", *mass_balance.PARTS),
}
_COMMON = ("year", "description", "site", "data_quality", "document", "file")
# Where a refusal is said, if the form asks for it.
_BESIDE = {
    "entry.factor": "factor",
    "entry.category": "scope3_category",
    "entry.rate": "rate",
    "entry.balance": "opening",
}


def _kg(label: Any, hint: Any = "", *, negative: bool = False) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        help_text=hint,
        max_digits=20,
        decimal_places=6,
        min_value=None if negative else Decimal(0),
    )


def _gases() -> list[tuple[str, str]]:
    chinese = reads_chinese()
    gases = [carrier for carrier in CARRIERS.values() if carrier.category == "fugitive"]
    return [("", "—"), *((gas.code, gas.zh if chinese else gas.en) for gas in gases)]


def _categories() -> list[tuple[str, str]]:
    return [("", "—"), *((str(int(number)), f"{int(number)} {number.label}") for number in Scope3)]


class EntryForm(forms.Form):
    year = forms.IntegerField(label=_("Year"))
    scope3_category = forms.TypedChoiceField(
        label=pgettext_lazy("inventory", "Scope 3 category"), choices=_categories, coerce=int
    )
    description = forms.CharField(label=_("What"), max_length=200)
    factor = forms.CharField(
        label=pgettext_lazy("inventory", "Code of the factor"),
        required=False,
        max_length=60,
        help_text=_("Chosen from the list above, or typed."),
    )
    own_factor: Any = forms.ModelChoiceField(
        queryset=None,
        required=False,
        empty_label="—",
        label=_("Own factor"),
        help_text=_("Only those that are approved."),
    )
    quantity = forms.DecimalField(
        label=pgettext_lazy("inventory", "Quantity or amount spent"),
        max_digits=20,
        decimal_places=6,
        min_value=Decimal(0),
    )
    unit = forms.CharField(
        label=_("Unit"),
        required=False,
        max_length=20,
        help_text=_("Empty: the unit of the factor. Of spend the currency: CNY, USD, EUR …"),
    )
    rate = forms.DecimalField(
        label=_("Exchange rate"),
        required=False,
        max_digits=16,
        decimal_places=8,
        min_value=Decimal(0),
        help_text=_(
            "Of spend in another currency: units of it per unit of the factor's, such as CNY 7.1 per USD."
        ),
    )
    rate_source = forms.CharField(label=_("Source of the rate"), required=False, max_length=200)
    gas = forms.ChoiceField(label=_("Gas"), choices=_gases)
    opening = _kg(_("In stock on the first day, kg"), _("In cylinders and stores, not in the equipment."))
    bought = _kg(_("Bought in the year, kg"))
    returned = _kg(_("Returned, recovered or destroyed, kg"))
    closing = _kg(_("In stock on the last day, kg"))
    capacity_increase = _kg(
        _("Growth of what the equipment holds, kg"),
        _("New equipment adds, scrapped equipment takes away."),
        negative=True,
    )
    site: Any = forms.ModelChoiceField(queryset=None, required=False, empty_label="—", label=_("Site"))
    data_quality = forms.ChoiceField(
        label=_("Data quality"),
        required=False,
        choices=[("", "—"), *DataQuality.choices],
        help_text=_("Empty: D for a factor of the database, B for an own factor or a balance."),
    )
    document = forms.CharField(label=_("Document number"), required=False, max_length=120)
    file = DocumentField()

    def __init__(self, *args: Any, supplier: Supplier, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        asked = FIELDS[kind]
        for name in [name for name in self.fields if name not in (*asked, *_COMMON)]:
            del self.fields[name]
        ordered = [name for name in ("year", *asked) if name != "year"]
        self.order_fields(["year", "description", *ordered])
        if "own_factor" in self.fields:
            field: Any = self.fields["own_factor"]
            field.queryset = entry_queries.own_factors_for(supplier)
            field.label_from_instance = lambda own: f"{own.code} · {own.name} · {own.unit}"
            field.required = kind == EntryKind.PROCESS
        site: Any = self.fields["site"]
        site.queryset = Site.objects.filter(supplier=supplier).order_by("code")
        site.label_from_instance = lambda row: f"{row.code} {row.name}"
        self.fields["year"].widget.attrs |= {"min": 1990, "max": clock.today().year}

    def clean_factor(self) -> Factor | None:
        code = self.cleaned_data["factor"].strip()
        if not code:
            return None
        found = entry_queries.factors_for(self.kind).filter(code=code).first()
        if found is None:
            raise forms.ValidationError(
                _("There is no such factor for the value chain."), code="entry.factor"
            )
        return found

    def given(self) -> Given:
        values = self.cleaned_data
        return Given(
            year=values["year"],
            kind=self.kind,
            description=values["description"],
            quantity=values.get("quantity"),
            unit=values.get("unit", ""),
            site=values["site"],
            scope3_category=values.get("scope3_category"),
            gas=values.get("gas", ""),
            parts={name: values.get(name) for name in mass_balance.PARTS},
            factor=values.get("factor"),
            own_factor=values.get("own_factor"),
            rate=values.get("rate"),
            rate_source=values.get("rate_source", ""),
            data_quality=values["data_quality"],
            document=values["document"],
        )

    def keep_file(self, *, by: Actor, supplier: Supplier) -> EvidenceFile | None:
        file = self.cleaned_data.get("file")
        if not file:
            return None
        return documents.keep(by=by, supplier=supplier, content=file.read(), filename=file.name)

    def refused(self, refusal: Refusal) -> None:
        """Said beside its field, or over the form."""
        name = _BESIDE.get(refusal.code, refusal.code.removeprefix("entry."))
        field = name if name in self.fields else None
        self.add_error(field, forms.ValidationError(str(refusal.message), code=refusal.code))


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("One entry a line; the first line names the columns. Up to 2,000 lines."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
