"""Forms of Spark Action: a project with the inputs of its measure, a stage move, a measured month, a day."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sparkplan import actions
from sparkplan.measures import Estimate, InputError, InputField, Measure
from sparkplan.models import Funding, Project, Stage
from suppliers.sites.models import Site
from suppliers.tenants import clock
from suppliers.tenants.language import reads_chinese
from suppliers.tenants.models import Supplier

PREFIX = "input_"
DEFAULT_PRICE = Decimal("0.70")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")


def plain_number(value: Any) -> Any:
    """Full-width digits and thousands separators as people type them: `１，２３４．５` is 1234.5."""
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFKC", value).strip()
    return text.replace(",", "") if _THOUSANDS.fullmatch(text) else text


class NumberField(forms.FloatField):
    def to_python(self, value: Any) -> Any:
        return super().to_python(plain_number(value))


class AmountField(forms.DecimalField):
    def to_python(self, value: Any) -> Any:
        return super().to_python(plain_number(value))


def number_input() -> forms.TextInput:
    """Text with a numeric keyboard: number inputs swallow `1,234` before we can read it."""
    return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})


def date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class SiteChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        other = "" if reads_chinese() else obj.name_en
        return f"{other or obj.name} · {obj.code}"


class ProjectForm(forms.Form):
    """A new or standing project. The measure is fixed; its input fields are added by name."""

    site = SiteChoice(queryset=None, label=_("Site"), empty_label=None)  # the supplier's, set in __init__
    code = forms.RegexField(
        r"^[\w.\-/]+$",
        label=_("Project code"),
        max_length=40,
        help_text=_("Your own number for this project, for example SPK-2025-01."),
        error_messages={"invalid": _("Use letters, digits, dot, dash or slash only.")},
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    price_cny_per_kwh = AmountField(
        label=_("Electricity price, CNY/kWh"),
        max_digits=8,
        decimal_places=4,
        min_value=Decimal("0.0001"),
        max_value=Decimal(10),
        widget=number_input(),
        initial=DEFAULT_PRICE,
    )
    investment_cny = AmountField(
        label=_("Investment, CNY"),
        max_digits=14,
        decimal_places=2,
        min_value=Decimal(0),
        required=False,
        widget=number_input(),
    )
    funding = forms.ChoiceField(label=_("Funding"), choices=Funding.choices)
    energy_service_company = forms.CharField(
        label=_("Energy service company"),
        max_length=120,
        required=False,
        help_text=_("Only under an energy management contract (EMC)."),
    )
    emc_share_percent = AmountField(
        label=_("Our share of the saving, %"),
        max_digits=5,
        decimal_places=2,
        min_value=Decimal(0),
        max_value=Decimal(100),
        required=False,
        widget=number_input(),
        help_text=_("Under the contract; afterwards the whole saving is ours."),
    )
    emc_years = forms.IntegerField(
        label=_("Contract years"), min_value=1, max_value=40, required=False, widget=number_input()
    )

    PLACE = ("site", "code", "name", "name_en")
    MONEY = (
        "price_cny_per_kwh",
        "investment_cny",
        "funding",
        "energy_service_company",
        "emc_share_percent",
        "emc_years",
    )

    def __init__(
        self, *args: Any, supplier: Supplier, measure: Measure, project: Project | None = None, **kwargs: Any
    ) -> None:
        if project is not None:
            kwargs.setdefault("initial", _initial(project))
        super().__init__(*args, **kwargs)
        self.supplier, self.measure, self.project = supplier, measure, project
        self.result: Estimate | None = None
        # A closed site keeps its own projects; new ones go to open sites.
        sites = Site.objects.filter(supplier=supplier).order_by("code")
        self.fields["site"].queryset = sites if project else sites.filter(closed_on=None)  # type: ignore[attr-defined]
        if project is not None:
            del self.fields["code"]
        for field in measure.fields:
            self.fields[PREFIX + field.name] = _input_field(field)

    @property
    def place_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.PLACE if name in self.fields]

    @property
    def input_fields(self) -> list[forms.BoundField]:
        return [self[PREFIX + field.name] for field in self.measure.fields]

    @property
    def money_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MONEY]

    @property
    def inputs(self) -> dict[str, float | None]:
        return {field.name: self.cleaned_data.get(PREFIX + field.name) for field in self.measure.fields}

    @property
    def terms(self) -> actions.Terms:
        return actions.Terms(**{name: self.cleaned_data[name] for name in self.MONEY})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("funding") == Funding.EMC:
            for name in ("emc_share_percent", "emc_years"):
                if cleaned.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Fill this in for an energy management contract."))
        code = cleaned.get("code")
        if code and Project.objects.filter(supplier=self.supplier, code=code).exists():
            self.add_error("code", _("A project with this code exists already."))
        site = cleaned.get("site")
        if site is not None and not any(name.startswith(PREFIX) for name in self.errors):
            self._estimate(site)
        return cleaned

    def _estimate(self, site: Site) -> None:
        try:
            self.result = actions.estimate(code=self.measure.code, inputs=self.inputs, region=site.province)
        except InputError as error:
            for problem in error.problems:
                self.add_error(PREFIX + problem.field, problem.message.in_language(get_language() or "zh"))


def _initial(project: Project) -> dict[str, Any]:
    names = ("site", "name", "name_en", *ProjectForm.MONEY)
    initial = {name: getattr(project, name) for name in names}
    return initial | {PREFIX + name: f"{value:.12g}" for name, value in project.inputs.items()}


def _input_field(field: InputField) -> NumberField:
    """The range the measure itself says: one rule, one sentence. A PV plant may leave its design yield empty."""
    language = get_language() or "zh"
    label = field.label.in_language(language)
    return NumberField(
        label=f"{label} ({field.unit})" if field.unit else label,
        required=field.required and field.default is None and field.name != actions.YIELD_FIELD,
        initial=field.default,
        help_text=field.hint.in_language(language),
        widget=number_input(),
    )


class MoveForm(forms.Form):
    """To which stage, since when, and why if it is not the next one."""

    stage = forms.ChoiceField(label=_("To stage"))
    on = forms.DateField(label=_("Since"), widget=date_input())
    note = forms.CharField(
        label=_("Remark"),
        max_length=500,
        required=False,
        help_text=_("Needed when a project goes back or is dropped."),
    )

    def __init__(self, *args: Any, moves: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].choices = [(move, Stage(move).label) for move in moves]  # type: ignore[attr-defined]
        self.fields["on"].initial = clock.today


class MonthField(forms.CharField):
    """`2025-01` or `2025年1月` as the first day of the month."""

    def to_python(self, value: Any) -> Any:
        text = unicodedata.normalize("NFKC", super().to_python(value) or "")
        if not text:
            return None
        match = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?(-\d{1,2})?", text)
        if match is None or not (1 <= int(match[2]) <= 12 and 2000 <= int(match[1]) <= 2100):
            raise forms.ValidationError(_("Enter a month such as 2025-01."), code="invalid")
        return dt.date(int(match[1]), int(match[2]), 1)


def _energy(label: Any, **more: Any) -> AmountField:
    return AmountField(
        label=label, max_digits=14, decimal_places=2, required=False, widget=number_input(), **more
    )


class SavingForm(forms.Form):
    """One measured month: the saving, or baseline and meter."""

    month = MonthField(label=_("Month"), widget=forms.TextInput(attrs={"type": "month"}))
    baseline_kwh = _energy(_("Baseline, kWh"), min_value=Decimal(0))
    metered_kwh = _energy(_("Metered, kWh"), min_value=Decimal(0))
    saved_kwh = _energy(_("Saved, kWh"), help_text=_("Leave empty when baseline and meter are given."))

    FIELD_OF = {
        "saving.before_commissioning": "month",
        "saving.future": "month",
        "saving.differs": "saved_kwh",
        "saving.missing": "saved_kwh",
    }


class DayForm(forms.Form):
    """The day a fact became true."""

    on = forms.DateField(label=_("Date"), widget=date_input())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = clock.today


class FilterForm(forms.Form):
    """Narrow the portfolio; what cannot be read narrows nothing."""

    measure = forms.ChoiceField(label=_("Measure"), required=False)
    stage = forms.ChoiceField(label=_("Stage"), required=False)
    funding = forms.ChoiceField(label=_("Funding"), required=False)
    partner = forms.ChoiceField(label=_("Partner"), required=False)
    words = forms.CharField(
        label=_("Search"), required=False, max_length=60, widget=forms.TextInput(attrs={"type": "search"})
    )

    def __init__(
        self,
        *args: Any,
        measures: Mapping[str, Measure],
        partners: list[tuple[str, str]] | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "zh"
        every = [("", _("all"))]
        kinds = [(code, kind.name.in_language(language)) for code, kind in measures.items()]
        self.fields["measure"].choices = every + kinds  # type: ignore[attr-defined]
        self.fields["stage"].choices = every + list(Stage.choices)  # type: ignore[attr-defined]
        self.fields["funding"].choices = every + list(Funding.choices)  # type: ignore[attr-defined]
        if partners is None:
            del self.fields["partner"]
        else:
            self.fields["partner"].choices = every + partners  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, str]:
        return self.cleaned_data if self.is_valid() else dict(getattr(self, "cleaned_data", {}))
