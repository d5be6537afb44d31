"""The roof's own pages: home, health, choosing a tenant, the component gallery."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from greenlink import gallery
from greenlink import home as home_pages
from suppliers.tenants.access import TenantRequest
from suppliers.tenants.middleware import SESSION_KEY


@require_GET
def home(request: TenantRequest) -> HttpResponse:
    """Each kind of member has its own Today; a person without a membership is told whom to ask."""
    if request.actor is None:
        return render(request, "home/no_membership.html")
    return home_pages.today(request)


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return JsonResponse({"status": "ok"})


@require_POST
def choose_tenant(request: TenantRequest) -> HttpResponse:
    wanted = request.POST.get("membership", "")
    if wanted in {str(membership.pk) for membership in request.memberships}:
        request.session[SESSION_KEY] = int(wanted)
    else:
        messages.error(request, _("You are not a member of this tenant."))
    return HttpResponseRedirect(reverse("home"))


@require_GET
def components(request: HttpRequest) -> HttpResponse:
    return render(request, "components.html", gallery.context())


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "forbidden", "message": _("Your role may not do this.")}, status=403)
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "not_found", "message": _("Not found.")}, status=404)
    return render(request, "404.html", status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse(
            {"code": "bad_request", "message": _("This request cannot be understood.")}, status=400
        )
    return render(request, "400.html", status=400)
