"""Who sees what: the table of rights as the product itself reads it, and what stands around it in plain words."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from suppliers.tenants.access import TenantRequest, needs
from suppliers.tenants.roles import RIGHT_LABELS, ROLES, TenantKind, rights_of, roles_of

HEADINGS: dict[TenantKind, str | Promise] = {
    TenantKind.SUPPLIER: _("In a supplier's company"),
    TenantKind.BUYER: _("At a customer who runs a program"),
    TenantKind.BODY: _("In a verification body"),
}


@require_GET
@needs()
def who_sees_what(request: TenantRequest) -> HttpResponse:
    """One's own kind of company first; the others are there to be looked up."""
    own = request.actor.kind
    kinds = sorted(TenantKind, key=lambda kind: kind != own)
    context = {"tables": [_table(kind) | {"is_own": kind == own} for kind in kinds]}
    return render(request, "suppliers/tenants/who_sees_what.html", context)


def _table(kind: TenantKind) -> dict[str, Any]:
    roles = [ROLES[slug] for slug in roles_of(kind)]
    rows = [
        {
            "label": RIGHT_LABELS[right],
            "cells": [{"role": role.label, "may": right in role.rights} for role in roles],
        }
        for right in rights_of(kind)
    ]
    return {"kind": kind.value, "heading": HEADINGS[kind], "roles": roles, "rows": rows}


urlpatterns = [path("who-sees-what/", who_sees_what, name="who_sees_what")]
