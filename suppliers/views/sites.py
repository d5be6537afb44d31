"""Sites and meters of the own company."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from suppliers.calc.carriers import CARRIERS
from suppliers.factors import regions
from suppliers.sites import actions, queries
from suppliers.sites.models import Meter, Site
from suppliers.tenants.access import TenantRequest, needs, own_supplier
from suppliers.tenants.language import reads_chinese
from suppliers.tenants.models import Supplier
from suppliers.tenants.roles import Right, TenantKind
from suppliers.views.saving import saved

CODE = forms.RegexField(
    r"^[\w.-]+$",
    label=gettext_lazy("Code"),
    max_length=40,
    help_text=gettext_lazy(
        "Letters, digits, - and _; it stands in every workbook and cannot be changed later."
    ),
)


def region_choices() -> list[tuple[str, str]]:
    language = get_language() or ""
    codes = [*regions.PROVINCES, *regions.COUNTRIES]
    return [("", "—"), *((code, regions.name(code, language)) for code in codes)]


def carrier_choices() -> list[tuple[str, str]]:
    chinese = reads_chinese()
    return [
        ("", "—"),
        *((carrier.code, carrier.zh if chinese else carrier.en) for carrier in CARRIERS.values()),
    ]


class SiteForm(forms.ModelForm):  # type: ignore[type-arg]
    code = CODE
    province = forms.ChoiceField(
        label=gettext_lazy("Province"),
        choices=region_choices,
        help_text=gettext_lazy("Decides which grid factor counts for data accepted from now on."),
    )

    class Meta:
        model = Site
        fields = ["code", "name", "name_en", "province", "address", "closed_on"]
        widgets = {"closed_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]


class MeterForm(forms.ModelForm):  # type: ignore[type-arg]
    code = CODE
    carrier = forms.ChoiceField(label=gettext_lazy("Energy carrier"), choices=carrier_choices)
    # Declared, not drawn from the model: that would ask for meters while no scope is open.
    parent: Any = forms.ModelChoiceField(
        queryset=None,
        required=False,
        empty_label="—",
        label=gettext_lazy("Upper meter"),
        help_text=gettext_lazy("Empty: it measures the whole site."),
    )

    class Meta:
        model = Meter
        fields = ["code", "name", "name_en", "carrier", "accounting"]
        help_texts = {
            "accounting": gettext_lazy(
                "Tick the meters whose sum is the company's consumption. A meter under one that counts must not count too."
            ),
        }

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parents = Meter.objects.filter(supplier_id=site.supplier_id, site=site).order_by("code")
        if self.instance.pk:
            del self.fields["code"], self.fields["carrier"]
            parents = parents.exclude(pk=self.instance.pk)
        field = self.fields["parent"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = parents
        field.initial = self.instance.parent_id
        field.label_from_instance = lambda meter: f"{meter.code} {meter.name}"  # type: ignore[method-assign, assignment]


def _own_site(supplier: Supplier, pk: int) -> Site:
    return get_object_or_404(Site.objects.filter(supplier=supplier), pk=pk)


@require_GET
@needs(Right.RECORD_READ, kind=TenantKind.SUPPLIER)
def site_list(request: TenantRequest) -> HttpResponse:
    trees = queries.site_trees(supplier_id=own_supplier(request.actor).pk)
    return render(request, "suppliers/sites/list.html", {"trees": trees})


@require_http_methods(["GET", "POST"])
@needs(Right.SITE_WRITE, kind=TenantKind.SUPPLIER)
def site_new(request: TenantRequest) -> HttpResponse:
    form = SiteForm(request.POST or None)
    if form.is_valid() and saved(
        form,
        lambda: actions.add_site(by=request.actor, supplier=own_supplier(request.actor), **form.cleaned_data),
    ):
        messages.success(request, _("Site %(code)s is added.") % {"code": form.cleaned_data["code"]})
        return HttpResponseRedirect(reverse("sites"))
    return _form_page(request, form, title=_("Add a site"))


@require_http_methods(["GET", "POST"])
@needs(Right.SITE_WRITE, kind=TenantKind.SUPPLIER)
def site_edit(request: TenantRequest, pk: int) -> HttpResponse:
    site = _own_site(own_supplier(request.actor), pk)
    form = SiteForm(request.POST or None, instance=site)
    if form.is_valid():
        fresh = _own_site(own_supplier(request.actor), pk)
        actions.change_site(by=request.actor, site=fresh, **form.cleaned_data)
        messages.success(request, _("Site %(code)s is saved.") % {"code": site.code})
        return HttpResponseRedirect(reverse("sites"))
    return _form_page(request, form, title=_("Change site %(code)s") % {"code": site.code})


@require_http_methods(["GET", "POST"])
@needs(Right.SITE_WRITE, kind=TenantKind.SUPPLIER)
def meter_new(request: TenantRequest, site_pk: int) -> HttpResponse:
    site = _own_site(own_supplier(request.actor), site_pk)
    form = MeterForm(request.POST or None, site=site)
    if form.is_valid() and saved(
        form, lambda: actions.add_meter(by=request.actor, site=site, **form.cleaned_data)
    ):
        messages.success(request, _("Meter %(code)s is added.") % {"code": form.cleaned_data["code"]})
        return HttpResponseRedirect(reverse("sites"))
    return _form_page(request, form, title=_("Add a meter at %(site)s") % {"site": site.code})


@require_http_methods(["GET", "POST"])
@needs(Right.SITE_WRITE, kind=TenantKind.SUPPLIER)
def meter_edit(request: TenantRequest, pk: int) -> HttpResponse:
    own = Meter.objects.filter(supplier=own_supplier(request.actor)).select_related("site")
    meter = get_object_or_404(own, pk=pk)
    form = MeterForm(request.POST or None, instance=meter, site=meter.site)
    if form.is_valid() and saved(
        form, lambda: actions.change_meter(by=request.actor, meter=own.get(pk=pk), **form.cleaned_data)
    ):
        messages.success(request, _("Meter %(code)s is saved.") % {"code": meter.code})
        return HttpResponseRedirect(reverse("sites"))
    return _form_page(request, form, title=_("Change meter %(code)s") % {"code": meter.code})


def _form_page(request: TenantRequest, form: forms.BaseForm, *, title: str) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "suppliers/sites/form.html", {"form": form, "form_title": title}, status=status)


urlpatterns = [
    path("sites/", site_list, name="sites"),
    path("sites/new/", site_new, name="site_new"),
    path("sites/<int:pk>/", site_edit, name="site_edit"),
    path("sites/<int:site_pk>/meters/new/", meter_new, name="meter_new"),
    path("sites/meters/<int:pk>/", meter_edit, name="meter_edit"),
]
