"""What every page of the frame needs: who reads it, where they can go, what day it is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from suppliers.tenants.actors import Actor
from suppliers.tenants.roles import Right, TenantKind

from .navigation import navigation, tabs


def frame(request: HttpRequest) -> dict[str, Any]:
    actor: Actor | None = getattr(request, "actor", None)
    entries = navigation(actor, request.path) if actor else []
    return {
        "actor": describe(actor) if actor else None,
        "navigation": entries,
        "tabs": tabs(entries),
        "memberships": getattr(request, "memberships", []),
        "demo_today": settings.GREENLINK_TODAY,
    }


def describe(actor: Actor) -> dict[str, Any]:
    tenant = actor.tenant
    english = (get_language() or "").startswith("en")
    return {
        "user": actor.user,
        "role": actor.role.slug if actor.role else "",
        "role_label": actor.role.label if actor.role else "",
        "tenant": tenant,
        "tenant_name": ((english and getattr(tenant, "name_en", "")) or tenant.name) if tenant else "",
        "membership_id": actor.membership.pk if actor.membership else None,
        "is_supplier": actor.kind == TenantKind.SUPPLIER,
        "is_buyer": actor.kind == TenantKind.BUYER,
        "is_body": actor.kind == TenantKind.BODY,
        "can": {right.value: actor.may(right) for right in Right},
    }
