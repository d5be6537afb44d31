"""Take all data home: ask for an archive, see how far it is, fetch it, remove it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from suppliers.models import Archive
from suppliers.tenants.access import TenantRequest, needs, own_supplier
from suppliers.tenants.models import ArchiveState
from suppliers.tenants.roles import Right, TenantKind

from . import actions, building

STOP_POLLING = 286  # htmx stops asking when it gets this
_TONES = {ArchiveState.READY: "good", ArchiveState.FAILED: "bad", ArchiveState.WAITING: "info"}


def _own_archive(request: TenantRequest, pk: int) -> Archive:
    found: Archive = get_object_or_404(Archive.objects.filter(supplier=own_supplier(request.actor)), pk=pk)
    return found


@require_GET
@needs(Right.ARCHIVE_WRITE, kind=TenantKind.SUPPLIER)
def archives(request: TenantRequest) -> HttpResponse:
    """The page; asked by htmx, the list only, and 286 once nothing is being made any more."""
    rows = [
        {
            "archive": archive,
            "tone": _TONES[ArchiveState(archive.state)],
            "percent": round(100 * building.progress_of(archive)),
            "megabytes": f"{max(archive.size_bytes / 1e6, 0.01):,.2f}",
            "dialog": f"remove-{archive.pk}",
        }
        for archive in Archive.objects.filter(supplier=own_supplier(request.actor)).select_related(
            "created_by"
        )
    ]
    waiting = any(row["archive"].state == ArchiveState.WAITING for row in rows)
    context = {"rows": rows, "waiting": waiting, "most": actions.MOST_KEPT}
    if request.htmx:
        return render(request, "archive/_list.html", context, status=200 if waiting else STOP_POLLING)
    return render(request, "archive/page.html", context)


@require_POST
@needs(Right.ARCHIVE_WRITE, kind=TenantKind.SUPPLIER)
def archive_create(request: TenantRequest) -> HttpResponse:
    actions.create(by=request.actor, supplier=own_supplier(request.actor))
    return HttpResponseRedirect(reverse("archives"), status=303)


@require_GET
@needs(Right.ARCHIVE_WRITE, kind=TenantKind.SUPPLIER)
def archive_file(request: TenantRequest, pk: int) -> HttpResponse:
    archive = get_object_or_404(
        Archive.objects.filter(supplier=own_supplier(request.actor), state=ArchiveState.READY), pk=pk
    )
    actions.note_download(by=request.actor, archive=archive)
    name = f"greenlink-{own_supplier(request.actor).code}-{archive.created_at:%Y%m%d}-{archive.pk}.zip"
    response = FileResponse(
        archive.file.open("rb"), as_attachment=True, filename=name, content_type="application/zip"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return cast(HttpResponse, response)  # a stream is not one for the types


@require_POST
@needs(Right.ARCHIVE_WRITE, kind=TenantKind.SUPPLIER)
def archive_remove(request: TenantRequest, pk: int) -> HttpResponse:
    actions.remove(by=request.actor, archive=_own_archive(request, pk))
    messages.success(request, _("The archive is removed."))
    return HttpResponseRedirect(reverse("archives"), status=303)


urlpatterns: list[Any] = [
    path("", archives, name="archives"),
    path("create/", archive_create, name="archive_create"),
    path("<int:pk>/file/", archive_file, name="archive_file"),
    path("<int:pk>/remove/", archive_remove, name="archive_remove"),
]
