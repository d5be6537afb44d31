"""Data: hand in a file, fix its cells, accept it, take it back."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from suppliers import pipeline
from suppliers.sites.models import Site
from suppliers.tenants import clock
from suppliers.tenants.access import TenantRequest, needs, own_supplier
from suppliers.tenants.language import reads_chinese
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right, TenantKind
from suppliers.uploads import actions, annotated, queries, workbook
from suppliers.uploads.models import Upload, UploadStatus

from . import upload_pages

PAGE_SIZE = 25
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STOP_POLLING = 286  # htmx stops asking when it gets this


def _language() -> str:
    return "zh" if reads_chinese() else "en"


def _own_upload(request: TenantRequest, pk: int) -> Upload:
    uploads = queries.uploads_of(supplier_ids=[own_supplier(request.actor).pk])
    found: Upload = get_object_or_404(uploads, pk=pk)
    return found


@require_http_methods(["GET", "POST"])
@needs(Right.RECORD_READ, kind=TenantKind.SUPPLIER)
def upload_list(request: TenantRequest) -> HttpResponse:
    if request.method == "POST":
        return _receive(request)
    supplier = own_supplier(request.actor)
    rows = queries.uploads_of(supplier_ids=[supplier.pk])
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    rows_of_page = [{"upload": upload, "badge": upload_pages.badge(upload)} for upload in page]
    limit = settings.UPLOAD_LIMIT_BYTES // (1024 * 1024)
    context = {
        "page": page,
        "rows": rows_of_page,
        "limit_mb": limit,
        "has_sites": Site.objects.filter(supplier=supplier).exists(),
    }
    return render(request, "suppliers/uploads/list.html", context)


def _receive(request: TenantRequest) -> HttpResponse:
    request.actor.require(Right.UPLOAD_WRITE)
    file = request.FILES.get("file")
    if file is None:
        raise Refusal("file.missing", _("Choose a file first."), status=400)
    if (file.size or 0) > settings.UPLOAD_LIMIT_BYTES:
        raise actions.refusal("file.size", status=413, limit_mb=settings.UPLOAD_LIMIT_BYTES // (1024 * 1024))
    upload = pipeline.receive(
        by=request.actor, supplier=own_supplier(request.actor), content=file.read(), filename=file.name or ""
    )
    return _to(request, reverse("upload_detail", args=[upload.pk]))


def _to(request: TenantRequest, url: str) -> HttpResponse:
    """Go there: htmx is told in a header, a plain form by a redirect."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url, status=303)


@require_GET
@needs(Right.RECORD_READ, kind=TenantKind.SUPPLIER)
def upload_detail(request: TenantRequest, pk: int) -> HttpResponse:
    """The page; asked by htmx, its body only, and 286 once there is nothing left to wait for."""
    upload = _own_upload(request, pk)
    context = upload_pages.context(upload, actor=request.actor, today=clock.today(), language=_language())
    if not request.htmx:
        return render(request, "suppliers/uploads/detail.html", context)
    waiting = upload.status in (UploadStatus.RECEIVED, UploadStatus.CHECKING)
    return render(request, "suppliers/uploads/_body.html", context, status=200 if waiting else STOP_POLLING)


@require_POST
@needs(Right.UPLOAD_WRITE, kind=TenantKind.SUPPLIER)
def upload_fix(request: TenantRequest, pk: int) -> HttpResponse:
    upload = _own_upload(request, pk)
    row = request.POST.get("row", "")
    if not (row.isascii() and row.isdigit() and len(row) < 8):
        raise actions.refusal("upload.fix", status=422, reason_text=row[:20])
    field = request.POST.get("field", "")
    pipeline.fix_cell(
        by=request.actor, upload=upload, row=int(row), field=field, new=request.POST.get("new", "")
    )
    if not request.htmx:
        return HttpResponseRedirect(reverse("upload_detail", args=[pk]), status=303)
    context = upload_pages.context(
        _own_upload(request, pk),
        actor=request.actor,
        today=clock.today(),
        language=_language(),
        just_fixed=(int(row), field),
    )
    return render(request, "suppliers/uploads/_body.html", context)


@require_POST
@needs(Right.UPLOAD_WRITE, kind=TenantKind.SUPPLIER)
def upload_accept(request: TenantRequest, pk: int) -> HttpResponse:
    upload = _own_upload(request, pk)
    pipeline.accept(by=request.actor, upload=upload, partial=request.POST.get("partial") == "yes")
    return _to(request, reverse("upload_detail", args=[pk]))


@require_POST
@needs(Right.UPLOAD_WITHDRAW, kind=TenantKind.SUPPLIER)
def upload_withdraw(request: TenantRequest, pk: int) -> HttpResponse:
    pipeline.withdraw(by=request.actor, upload=_own_upload(request, pk))
    return _to(request, reverse("upload_detail", args=[pk]))


@require_GET
@needs(Right.RECORD_READ, kind=TenantKind.SUPPLIER)
def upload_template(request: TenantRequest) -> HttpResponse:
    supplier = own_supplier(request.actor)
    return _workbook(workbook.template_workbook(supplier), f"greenlink-{supplier.code}.xlsx")


@require_GET
@needs(Right.RECORD_READ, kind=TenantKind.SUPPLIER)
def upload_annotated(request: TenantRequest, pk: int) -> HttpResponse:
    upload = _own_upload(request, pk)
    name = upload.filename.rsplit(".", 1)[0]
    return _workbook(annotated.annotated_workbook(upload, _language()), f"{name}-checked.xlsx")


@require_GET
@needs(Right.RECORD_READ, kind=TenantKind.SUPPLIER)
def upload_file(request: TenantRequest, pk: int) -> HttpResponse:
    """The file as it came. Always a download, never shown: its content is not ours."""
    upload = _own_upload(request, pk)
    response = HttpResponse(queries.content_of(upload), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = _attachment(upload.filename)
    return response


def _workbook(content: bytes, filename: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response.headers["Content-Disposition"] = _attachment(filename)
    return response


def _attachment(filename: str) -> str:
    return content_disposition_header(True, filename) or "attachment"


urlpatterns: list[Any] = [
    path("data/", upload_list, name="uploads"),
    path("data/template/", upload_template, name="upload_template"),
    path("data/uploads/<int:pk>/", upload_detail, name="upload_detail"),
    path("data/uploads/<int:pk>/fix/", upload_fix, name="upload_fix"),
    path("data/uploads/<int:pk>/accept/", upload_accept, name="upload_accept"),
    path("data/uploads/<int:pk>/withdraw/", upload_withdraw, name="upload_withdraw"),
    path("data/uploads/<int:pk>/annotated/", upload_annotated, name="upload_annotated"),
    path("data/uploads/<int:pk>/file/", upload_file, name="upload_file"),
]
