"""The report of a version as files, in the reader's language or in the one that is asked for."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from suppliers.inventory.inventory_queries import version_or_404
from suppliers.inventory.report import files
from suppliers.tenants.access import TenantRequest, needs
from suppliers.tenants.roles import Right


@require_GET
@needs(Right.RECORD_READ)
def inventory_pdf(request: TenantRequest, pk: int) -> HttpResponse:
    content, name = files.pdf_file(version_or_404(request.actor, pk), request.GET.get("language", ""))
    return _file(content, name, "application/pdf")


@require_GET
@needs(Right.RECORD_READ)
def inventory_xlsx(request: TenantRequest, pk: int) -> HttpResponse:
    content, name = files.xlsx_file(version_or_404(request.actor, pk), request.GET.get("language", ""))
    return _file(content, name, files.XLSX)


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


urlpatterns = [
    path("inventory/<int:pk>/report.pdf", inventory_pdf, name="inventory_pdf"),
    path("inventory/<int:pk>/report.xlsx", inventory_xlsx, name="inventory_xlsx"),
]
