"""What people enter for the year's inventory beside energy records: scope 3, process emissions, gases by balance."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from suppliers.inventory import entries, entry_files, entry_queries
from suppliers.inventory.entry_forms import EntryForm, FileForm
from suppliers.inventory.models import EntryKind
from suppliers.tenants import clock
from suppliers.tenants.access import TenantRequest, needs, own_supplier
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right, TenantKind

STATES = {
    entry_queries.ENTERED: lambda: (pgettext("inventory", "entered"), "good"),
    entry_queries.EXCLUDED: lambda: (pgettext("inventory", "excluded"), "info"),
    entry_queries.NOTHING: lambda: (pgettext("inventory", "nothing yet"), "warn"),
}
_KEPT = ("year", "kind", "category", "words", "factor")


@require_GET
@needs(Right.RECORD_READ, kind=TenantKind.SUPPLIER)
def entry_list(request: TenantRequest) -> HttpResponse:
    year = _year(request)
    found = entry_queries.of_year(supplier=own_supplier(request.actor), year=year)
    context = {
        "found": found,
        "year": year,
        "categories": [(category, *STATES[category.state]()) for category in found.categories],
        "scope3": [row for category in found.categories for row in category.rows],
        "chips": [{"label": str(one), "url": f"?year={one}", "active": one == year} for one in found.years],
        "may_write": request.actor.may(Right.INVENTORY_WRITE),
        "add": {str(kind): _new_url(year=year, kind=kind) for kind in EntryKind},
    }
    return render(request, "suppliers/entries/list.html", context)


@require_http_methods(["GET", "POST"])
@needs(Right.INVENTORY_WRITE, kind=TenantKind.SUPPLIER)
def entry_new(request: TenantRequest) -> HttpResponse:
    supplier, kind = own_supplier(request.actor), request.GET.get("kind", EntryKind.SCOPE3)
    if kind not in EntryKind.values:
        raise Http404("kind")
    form = EntryForm(
        request.POST or None, request.FILES or None, supplier=supplier, kind=kind, initial=_initial(request)
    )
    if request.method == "POST" and form.is_valid():
        try:
            given = form.given()
            entries.checked(supplier=supplier, given=given)  # before a document is kept for it
            document = form.keep_file(by=request.actor, supplier=supplier)
            entry = entries.add(by=request.actor, supplier=supplier, given=given, evidence=document)
        except Refusal as refusal:
            form.refused(refusal)
        else:
            messages.success(request, _("Entered for %(year)s.") % {"year": entry.year})
            return redirect(f"{reverse('entries')}?year={entry.year}")
    return _form_page(request, form, kind)


def _form_page(request: TenantRequest, form: EntryForm, kind: str) -> HttpResponse:
    words = request.GET.get("words", "").strip()
    asked = {name: request.GET[name] for name in _KEPT if request.GET.get(name)} | {"kind": kind}
    is_searched = kind == EntryKind.SCOPE3 and bool(words or not asked.get("factor"))
    factors = (
        entry_queries.search_factors(kind, words, request.GET.get("category", "")) if is_searched else []
    )
    kept = {name: value for name, value in asked.items() if name != "factor"}
    context = {
        "form": form,
        "kind": kind,
        "words": words,
        "asked": asked,
        "is_searched": is_searched,
        "factors": [(factor, f"?{urlencode({**kept, 'factor': factor.code})}#entry") for factor in factors],
        "chips": [
            {"label": str(one.label), "url": _new_url(year=_year(request), kind=one), "active": one == kind}
            for one in EntryKind
        ],
        "cancel": f"{reverse('entries')}?year={_year(request)}",
        "with_factors": kind == EntryKind.SCOPE3,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "suppliers/entries/form.html", context, status=status)


@require_POST
@needs(Right.INVENTORY_WRITE, kind=TenantKind.SUPPLIER)
def entry_withdraw(request: TenantRequest, pk: int) -> HttpResponse:
    entry = entry_queries.entry_or_404(own_supplier(request.actor), pk)
    entries.withdraw(by=request.actor, entry=entry)
    messages.success(request, _("Withdrawn. It counts no longer; frozen versions keep it."))
    return redirect(f"{reverse('entries')}?year={entry.year}")


@require_http_methods(["GET", "POST"])
@needs(Right.INVENTORY_WRITE, kind=TenantKind.SUPPLIER)
def entry_file(request: TenantRequest) -> HttpResponse:
    """Many entries in one CSV: all of them, or a list of every line that cannot be used."""
    supplier = own_supplier(request.actor)
    form, troubles = FileForm(request.POST or None, request.FILES or None), []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        found = entry_files.read(supplier=supplier, content=file.read(entry_files.LIMIT_BYTES + 1))
        if not found.troubles:
            count = entries.add_many(by=request.actor, supplier=supplier, entries=found.entries)
            words = ngettext("%(count)s entry is in.", "%(count)s entries are in.", count)
            messages.success(request, words % {"count": count})
            return redirect(f"{reverse('entries')}?year={found.entries[0].year}")
        troubles = found.troubles
    context: dict[str, Any] = {"form": form, "troubles": troubles, "columns": entry_files.COLUMNS}
    status = 422 if request.method == "POST" else 200
    return render(request, "suppliers/entries/file.html", context, status=status)


@require_GET
@needs(Right.RECORD_READ, kind=TenantKind.SUPPLIER)
def entry_template(request: TenantRequest) -> HttpResponse:
    answer = HttpResponse("\ufeff" + entry_files.template(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="entries.csv"'
    return answer


def _year(request: TenantRequest) -> int:
    """The year asked for, else the last one that is over."""
    text = request.GET.get("year", "")
    is_year = text.isascii() and text.isdigit() and len(text) == 4
    return int(text) if is_year else clock.today().year - 1


def _initial(request: TenantRequest) -> dict[str, Any]:
    given = {"year": _year(request), "scope3_category": request.GET.get("category", "")}
    return given | {"factor": request.GET.get("factor", "")[:60]}


def _new_url(**asked: Any) -> str:
    return f"{reverse('entry_new')}?{urlencode(asked)}"


urlpatterns = [
    path("inventory/entries/", entry_list, name="entries"),
    path("inventory/entries/new/", entry_new, name="entry_new"),
    path("inventory/entries/file/", entry_file, name="entry_file"),
    path("inventory/entries/template/", entry_template, name="entry_template"),
    path("inventory/entries/<int:pk>/withdraw/", entry_withdraw, name="entry_withdraw"),
]
