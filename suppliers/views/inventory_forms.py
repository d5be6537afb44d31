"""What a supplier fills in for its inventory, and what filters its lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suppliers.activity.models import Output
from suppliers.factors import queries
from suppliers.inventory.accounts import MARKET_TOTAL, Lines
from suppliers.inventory.models import Approach, Basis, Inventory, Scope3
from suppliers.inventory.report import words
from suppliers.inventory.terms import REPORTS, Terms
from suppliers.sites.models import Site
from suppliers.templatetags.greenlink import carrier_name, named

EXCLUSION_ROWS = 4
_EXCLUSION = ("category", "what", "reason", "percent")


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class YearForm(forms.Form):
    year = forms.IntegerField(label=_("Year"), min_value=1990, max_value=2100)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=_area())


class TermsForm(forms.Form):
    """What a restatement would be computed under: today's factors and records, and these."""

    gwp_report = forms.ChoiceField(
        label=_("Assessment report of the IPCC"), choices=[(one, one) for one in REPORTS]
    )
    fuel_set = forms.ChoiceField(label=_("Fuel parameters"), choices=())

    def __init__(self, data: Any, *, terms: Terms) -> None:
        initial = {"gwp_report": terms.gwp_report, "fuel_set": terms.fuel_set}
        # What is not asked for stays as the version has it.
        super().__init__(None if data is None else initial | data.dict(), initial=initial)
        self.terms = terms
        self.fields["fuel_set"].choices = fuel_choices(terms.fuel_set)  # type: ignore[attr-defined]

    def wanted(self) -> Terms:
        if not self.is_bound or not self.is_valid():
            return Terms(gwp_report=self.terms.gwp_report, fuel_set=self.terms.fuel_set)
        return Terms(gwp_report=self.cleaned_data["gwp_report"], fuel_set=self.cleaned_data["fuel_set"])


def fuel_choices(chosen: str) -> list[tuple[str, str]]:
    """Sets with a factor for at least one fuel in the unit records are kept in, and the one that is in use."""
    known = {one.code: named(one) for one in queries.fuel_sets()}
    return list((known if chosen in known else known | {chosen: chosen}).items())


def _unit_choices(inventory: Inventory) -> list[tuple[str, str]]:
    units = (
        Output.objects.filter(supplier_id=inventory.supplier_id)
        .order_by("unit")
        .values_list("unit", flat=True)
    )
    known = dict.fromkeys([*units.distinct(), inventory.intensity_unit])
    return [("", "—"), *((unit, unit) for unit in known if unit)]


class InventoryForm(forms.Form):
    """Organisation, boundary, base year, exclusions, terms: chapters of the report that no record knows."""

    organisation = forms.CharField(
        label=_("Organisation and responsible person"), max_length=4000, required=False, widget=_area(),
        help_text=_("Name, address, and who answers for the inventory."),
    )  # fmt: skip
    boundary = forms.CharField(
        label=_("Organisational boundary"), max_length=4000, required=False, widget=_area(),
        help_text=_("Which sites and activities are in, and why."),
    )  # fmt: skip
    approach = forms.ChoiceField(label=_("Consolidation approach"), choices=Approach.choices)
    base_year = forms.IntegerField(label=_("Base year"), required=False, min_value=1990, max_value=2100)
    recalculation_policy = forms.CharField(
        label=_("Base-year recalculation policy"), max_length=4000, required=False, widget=_area(),
        help_text=_("When the base year is computed anew: bought or sold sites, new methods, errors."),
    )  # fmt: skip
    recalculation_percent = forms.DecimalField(
        label=_("Recalculate above, %"), min_value=0, max_value=100, max_digits=4, decimal_places=1
    )
    intensity_unit = forms.ChoiceField(
        label=_("Unit of output"), required=False, choices=(),
        help_text=_("Intensity is given per this unit; without a choice, per each unit of the outputs handed in."),
    )  # fmt: skip
    gwp_report = forms.ChoiceField(
        label=_("Assessment report of the IPCC"), choices=[(one, one) for one in REPORTS]
    )
    fuel_set = forms.ChoiceField(label=_("Fuel parameters"), choices=())

    def __init__(self, data: Any, *, inventory: Inventory) -> None:
        terms = Terms.from_json(inventory.terms)
        given = {name: getattr(inventory, name) for name in self.base_fields if hasattr(inventory, name)}
        given |= {"gwp_report": terms.gwp_report, "fuel_set": terms.fuel_set}
        super().__init__(data, initial=given)
        self.fields["fuel_set"].choices = fuel_choices(terms.fuel_set)  # type: ignore[attr-defined]
        self.fields["intensity_unit"].choices = _unit_choices(inventory)  # type: ignore[attr-defined]
        self.exclusion_names: list[tuple[str, str, str, str]] = []
        for place in range(max(EXCLUSION_ROWS, len(inventory.exclusions) + 1)):
            self._exclusion(place, inventory.exclusions[place] if place < len(inventory.exclusions) else {})

    def _exclusion(self, place: int, said: dict[str, Any]) -> None:
        category, what, reason, percent = (f"exclusion_{place}_{name}" for name in _EXCLUSION)
        self.exclusion_names.append((category, what, reason, percent))
        said_what = said.get("what") or ""
        categories = [(f"scope3:{one.value}", f"{one.value} {one.label}") for one in Scope3]
        is_category = said_what in dict(categories)
        self.fields[category] = forms.ChoiceField(
            label=_("Scope 3 category"), required=False, choices=[("", _("another source")), *categories],
            initial=said_what if is_category else "",
        )  # fmt: skip
        self.fields[what] = forms.CharField(
            label=_("Another source that is left out"), required=False, max_length=200,
            initial="" if is_category else said_what,
        )  # fmt: skip
        self.fields[reason] = forms.CharField(
            label=_("Why it is left out"), required=False, max_length=400, initial=said.get("reason")
        )
        self.fields[percent] = forms.DecimalField(
            label=_("Share of the total, %"),
            required=False,
            min_value=0,
            max_value=100,
            initial=said.get("percent"),
        )

    def main_fields(self) -> list[forms.BoundField]:
        return [field for field in self if not field.name.startswith("exclusion_")]

    def exclusion_rows(self) -> list[list[forms.BoundField]]:
        return [[self[name] for name in names] for names in self.exclusion_names]

    def given(self) -> dict[str, Any]:
        kept = {name: value for name, value in self.cleaned_data.items() if not name.startswith("exclusion_")}
        rows = [[self.cleaned_data.get(name) for name in names] for names in self.exclusion_names]
        kept["exclusions"] = [
            {"what": category or what, "reason": reason, "percent": None if percent is None else str(percent)}
            for category, what, reason, percent in rows
            if category or what or reason or percent is not None
        ]
        return kept


class LineFilter(forms.Form):
    """Read leniently from the address: a filter that makes no sense filters nothing."""

    use_required_attribute = False

    scope = forms.TypedChoiceField(label=_("Scope"), coerce=int, empty_value=None, required=False)
    iso = forms.TypedChoiceField(
        label=_("ISO 14064-1 category"), coerce=int, empty_value=None, required=False
    )
    scope3 = forms.TypedChoiceField(label=_("Scope 3 category"), coerce=int, empty_value=None, required=False)
    category = forms.ChoiceField(label=_("Kind of source"), required=False)
    carrier = forms.ChoiceField(label=_("Energy carrier"), required=False)
    gas = forms.ChoiceField(label=_("Gas"), required=False)
    site = forms.TypedChoiceField(label=_("Site"), coerce=int, empty_value=None, required=False)
    month = forms.TypedChoiceField(label=_("Month"), coerce=int, empty_value=None, required=False)
    basis = forms.ChoiceField(label=_("Basis"), required=False)
    # What counts in a total: of the location view ("on"), or of the market view; never what stands beside.
    total = forms.ChoiceField(
        required=False, widget=forms.HiddenInput, choices=[(one, one) for one in ("on", MARKET_TOTAL)]
    )

    def __init__(self, data: Any, *, lines: Lines) -> None:
        super().__init__(data, auto_id="filter-%s")
        version = lines.account.inventory
        sites = {
            site.pk: f"{site.code} {named(site)}"
            for site in Site.objects.filter(supplier_id=version.supplier_id)
        }
        says: dict[str, Callable[[Any], str]] = {
            "scope": str, "iso": lambda one: str(words.ISO[str(one)]), "scope3": lambda one: f"{one} {Scope3(one).label}",
            "category": words.category, "carrier": carrier_name, "gas": str, "site": lambda one: sites.get(one, str(one)),
            "month": str, "basis": lambda one: str(Basis(one).label),
        }  # fmt: skip
        for name, say in says.items():
            choices = [("", "—"), *((value, say(value)) for value in lines.values(name))]
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        self.is_valid()
        return dict(getattr(self, "cleaned_data", {}))
