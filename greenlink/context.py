"""What every page of the frame needs: who reads it, where they can go, what day it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from suppliers.tenants.actors import Actor
from suppliers.tenants.roles import Right, TenantKind


@dataclass(frozen=True)
class Place:
    """An entry of the navigation: shown to those who have the right and belong to the kind of tenant."""

    label: str | Promise
    url_name: str
    icon: str
    kinds: tuple[TenantKind, ...]
    right: Right | None = None


_SUPPLIER = (TenantKind.SUPPLIER,)
_BUYER = (TenantKind.BUYER,)
_ALL = tuple(TenantKind)

PLACES = [
    Place(_("Today"), "home", "today", _ALL),
    Place(_("Data"), "uploads", "data", _SUPPLIER, Right.RECORD_READ),
    Place(_("Records"), "records", "records", _SUPPLIER, Right.RECORD_READ),
    Place(_("Sites and meters"), "sites", "sites", _SUPPLIER, Right.RECORD_READ),
    Place(_("Carbon"), "emissions", "carbon", _SUPPLIER, Right.RECORD_READ),
    Place(_("Yearly inventory"), "inventories", "calendar", _SUPPLIER, Right.RECORD_READ),
    Place(_("Scope 3, process, gases"), "entries", "edit", _SUPPLIER, Right.RECORD_READ),
    Place(_("Ranking"), "ranking", "ranking", _BUYER, Right.RANKING_READ),
    Place(_("Quarter"), "editions", "quarter", _BUYER, Right.EDITION_READ),
    Place(_("Suppliers"), "suppliers", "suppliers", _BUYER, Right.SUPPLIER_LIST),
    Place(_("Evidence desk"), "evidence_desk", "evidence", _BUYER, Right.EVIDENCE_REVIEW),
    Place(_("Spark Action"), "spark", "spark", _SUPPLIER + _BUYER, Right.PROJECT_READ),
    Place(_("Scorecard"), "scorecard", "scorecard", _SUPPLIER, Right.SCORECARD_READ),
    Place(_("Evidence"), "evidence", "evidence", _SUPPLIER, Right.EVIDENCE_READ),
    Place(_("Programs"), "programs", "program", _SUPPLIER, Right.RECORD_READ),
    Place(_("Inventory reviews"), "assignments", "audit", _BUYER, Right.INVENTORY_ASSIGN),
    Place(_("Verifier's findings"), "findings", "eye", _SUPPLIER, Right.RECORD_READ),
    Place(_("Verification statements"), "statements", "file", _ALL),
    Place(_("Warnings"), "warnings", "warn", _SUPPLIER, Right.RECORD_READ),
    Place(_("Warning rules"), "warning_rules", "warn", _BUYER, Right.WARNING_RULES),
    Place(_("Industry database"), "industry", "scorecard", _SUPPLIER + _BUYER, Right.RECORD_READ),
    Place(_("Emission factors"), "factors", "factors", _SUPPLIER + _BUYER),
    Place(_("Methodology"), "methodology", "methodology", _SUPPLIER + _BUYER),
    Place(_("Team"), "team", "team", _ALL, Right.MEMBER_READ),
    Place(_("Keys"), "keys", "lock", _ALL, Right.KEY_WRITE),
    Place(_("Audit trail"), "audit", "audit", _ALL, Right.AUDIT_READ),
    Place(_("Big screen"), "screen", "screen", _BUYER, Right.SCREEN_READ),
]


def frame(request: HttpRequest) -> dict[str, Any]:
    actor: Actor | None = getattr(request, "actor", None)
    return {
        "actor": describe(actor) if actor else None,
        "navigation": navigation(actor, request.path) if actor else [],
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


def navigation(actor: Actor, path: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for place in PLACES:
        if actor.kind not in place.kinds or (place.right and not actor.may(place.right)):
            continue
        url = reverse(place.url_name)
        here = path == url if url == "/" else path.startswith(url)
        entries.append({"label": place.label, "url": url, "icon": place.icon, "active": here})
    # Of places inside one another the inner one is where one is.
    inmost = max((len(entry["url"]) for entry in entries if entry["active"]), default=0)
    return [entry | {"active": entry["active"] and len(entry["url"]) == inmost} for entry in entries]
