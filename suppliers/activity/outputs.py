"""What sites produced: drafted, handed in and reviewed like any evidence; periods of a site never overlap."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from suppliers.disclosure import actions as disclosure
from suppliers.disclosure import rules
from suppliers.disclosure.forms import ItemForm
from suppliers.disclosure.models import EvidenceFile
from suppliers.sites.models import Site
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Supplier
from suppliers.tenants.refusals import Refusal

from .models import Output


@transaction.atomic
def draft(
    *,
    by: Actor,
    supplier: Supplier,
    site: Site,
    start: dt.date,
    end: dt.date,
    value: Decimal,
    unit: str = "万元",
    evidence: EvidenceFile | None = None,
) -> Output:
    """Output of a site over a month or quarter; refuses one that overlaps another (`output.overlap`)."""
    _refuse_foreign_site(supplier, site)
    _refuse_overlap(site, start, end, unit)
    fields = {"site": site, "start": start, "end": end, "value": value, "unit": unit}
    return disclosure.draft(by=by, supplier=supplier, model=Output, fields=fields, evidence=evidence)


@transaction.atomic
def edit(*, by: Actor, item: Output, fields: dict[str, Any], evidence: EvidenceFile | None = None) -> Output:
    """Change a draft or a returned output; the same rules as for a new one."""
    after = {name: getattr(item, name) for name in ("site", "start", "end", "unit")} | fields
    _refuse_foreign_site(item.supplier, after["site"])
    _refuse_overlap(after["site"], after["start"], after["end"], after["unit"], but_not=item.pk)
    return disclosure.edit(by=by, item=item, fields=fields, evidence=evidence)


def overlapping(
    site: Site, start: dt.date, end: dt.date, unit: str, *, but_not: int | None = None
) -> Output | None:
    """Another output of the site in the same unit that shares a day with the period."""
    rows = Output.objects.filter(
        site=site, supplier=site.supplier_id, unit=unit, start__lte=end, end__gte=start
    )
    found: Output | None = rows.exclude(pk=but_not).order_by("start").first()
    return found


def _refuse_foreign_site(supplier: Supplier, site: Site) -> None:
    if site.supplier_id != supplier.pk:
        raise Refusal("output.site", _("This site belongs to another supplier."), status=422)


def _refuse_overlap(
    site: Site, start: dt.date, end: dt.date, unit: str, *, but_not: int | None = None
) -> None:
    other = overlapping(site, start, end, unit, but_not=but_not)
    if other is not None:
        raise Refusal(
            "output.overlap",
            _("There is output from %(start)s to %(end)s for this site already.")
            % {"start": other.start, "end": other.end},
        )


class OutputForm(ItemForm):
    rule = staticmethod(rules.output)
    # Declared, not derived: deriving it would ask for sites before any scope is open.
    site: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label=_("Site"), queryset=None)
    field_order = ("site", "start", "end", "value", "unit", "document")

    class Meta:
        model = Output
        fields = ("start", "end", "value", "unit")
        help_texts = {
            "start": _("First day of the month or quarter."),
            "end": _("Last day of the month or quarter."),
            "unit": _("万元 for output value, or pieces, tonnes, m²; keep to one unit."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = self.fields["site"]
        assert isinstance(sites, forms.ModelChoiceField)
        sites.queryset = Site.objects.filter(supplier=self.supplier)
        sites.label_from_instance = _site_name  # type: ignore
        if self.instance.pk:
            self.initial["site"] = self.instance.site_id

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        wanted = [values.get(name) for name in ("site", "start", "end", "unit")]
        if all(wanted) and not self.errors:
            other = overlapping(*wanted, but_not=self.instance.pk)  # type: ignore[arg-type]
            if other is not None:
                self.add_error("start", _("Another entry of this site covers some of these days."))
        return values


def _site_name(site: Any) -> str:
    return f"{site.code} {site.name}"
