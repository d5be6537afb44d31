"""The report of a version and its lines as files, in the reader's language or in the one that is asked for."""

from __future__ import annotations

from typing import Any, cast

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from suppliers.inventory.accounts import Account, Lines
from suppliers.inventory.inventory_queries import version_or_404
from suppliers.inventory.models import Inventory
from suppliers.inventory.report import files, kept
from suppliers.tenants.access import TenantRequest, needs
from suppliers.tenants.roles import Right

from .inventory_forms import LineFilter


@require_GET
@needs(Right.RECORD_READ)
def inventory_pdf(request: TenantRequest, pk: int) -> HttpResponse:
    return _file(request, version_or_404(request.actor, pk), "pdf", {})


@require_GET
@needs(Right.RECORD_READ)
def inventory_xlsx(request: TenantRequest, pk: int) -> HttpResponse:
    return _file(request, version_or_404(request.actor, pk), "xlsx", {})


@require_GET
@needs(Right.RECORD_READ)
def inventory_lines_csv(request: TenantRequest, pk: int) -> HttpResponse:
    """Exactly what is filtered."""
    inventory = version_or_404(request.actor, pk)
    wanted = LineFilter(request.GET, lines=Lines(Account(inventory))).wanted() if request.GET else {}
    given = {name: value for name, value in wanted.items() if value not in (None, "", False)}
    return _file(request, inventory, "csv", given)


def _file(request: TenantRequest, inventory: Inventory, ending: str, wanted: dict[str, Any]) -> HttpResponse:
    """The file at once; of a large version a page that waits for the queue, and then fetches it."""
    language = files.chosen_language(request.GET.get("language", ""))
    name = files.name_of(inventory, ending)
    if not kept.is_large(inventory):
        with files.written(inventory, ending, language, wanted) as file:
            answer = HttpResponse(file.read(), content_type=files.KINDS[ending])
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    made = kept.ready(request.actor, inventory, ending, language, wanted)
    here = request.get_full_path()
    if made is None:
        context = {"inventory": inventory, "url": here, "name": name, "is_fragment": bool(request.htmx)}
        template = "_making.html" if request.htmx else "making.html"
        return render(request, f"suppliers/inventories/{template}", context)
    if request.htmx:
        made.close()
        context = {"inventory": inventory, "url": here, "name": name, "is_ready": True}
        return render(request, "suppliers/inventories/_making.html", context)
    sent = FileResponse(made, as_attachment=True, filename=name, content_type=files.KINDS[ending])
    return cast(HttpResponse, sent)


urlpatterns = [
    path("inventory/<int:pk>/report.pdf", inventory_pdf, name="inventory_pdf"),
    path("inventory/<int:pk>/report.xlsx", inventory_xlsx, name="inventory_xlsx"),
    path("inventory/<int:pk>/lines.csv", inventory_lines_csv, name="inventory_lines_csv"),
]
