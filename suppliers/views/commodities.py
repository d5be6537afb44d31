"""The program names its commodities: before the first supplier can be enrolled, and whenever a group is new."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from suppliers.tenants import commodities as actions
from suppliers.tenants.access import TenantRequest, needs, own_buyer
from suppliers.tenants.models import Commodity
from suppliers.tenants.roles import Right, TenantKind

from .saving import saved


class CommodityForm(forms.Form):
    code = forms.SlugField(
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy(
            "Short, in letters and digits, such as pcb; it stays. One that is there already gets the new names."
        ),
    )
    name = forms.CharField(label=gettext_lazy("Chinese name"), max_length=60)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=60)


@require_http_methods(["GET", "POST"])
@needs(Right.ENROLMENT_WRITE, kind=TenantKind.BUYER)
def commodities(request: TenantRequest) -> HttpResponse:
    rows = list(Commodity.objects.filter(buyer=own_buyer(request.actor)))
    chosen = next((row for row in rows if row.code == request.GET.get("code")), None)
    start = {name: getattr(chosen, name) for name in ("code", "name", "name_en")} if chosen else {}
    form = CommodityForm(request.POST or None, initial=start)
    if form.is_valid() and saved(form, lambda: actions.keep(by=request.actor, **form.cleaned_data)):
        messages.success(request, _("The commodity is kept: %(name)s") % {"name": form.cleaned_data["name"]})
        return HttpResponseRedirect(reverse("commodities"), status=303)
    context = {"form": form, "rows": rows, "chosen": chosen}
    return render(
        request, "suppliers/enrolments/commodities.html", context, status=422 if form.is_bound else 200
    )


urlpatterns = [path("suppliers/commodities/", commodities, name="commodities")]
