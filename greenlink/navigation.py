"""Where a tenant's people can go, ordered by how often they need it: one list for each kind of tenant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from suppliers.tenants.actors import Actor
from suppliers.tenants.roles import Right, TenantKind


@dataclass(frozen=True)
class Place:
    """A page, shown to those who have the right."""

    label: str | Promise
    url_name: str
    icon: str
    right: Right | None = None


@dataclass(frozen=True)
class Group:
    """One entry for pages that belong together. It leads to the first of them; they show one another as tabs."""

    label: str | Promise
    icon: str
    places: tuple[Place, ...]


_TODAY = Place(_("Today"), "home", "today")
_SPARK = Place(_("Spark Action"), "spark", "spark", Right.PROJECT_READ)
_INDUSTRY = Place(_("Industry database"), "industry", "scorecard", Right.RECORD_READ)
_METHODOLOGY = Place(_("Methodology"), "methodology", "methodology")
_STATEMENTS = Place(_("Verification statements"), "statements", "file")
_AUDIT = Place(_("Audit trail"), "audit", "audit", Right.AUDIT_READ)
_FACTORS = Group(
    _("Emission factors"),
    "factors",
    (
        Place(_("Published factors"), "factors", "factors"),
        Place(_("Own factors"), "own_factors", "factors", Right.RECORD_READ),
    ),
)
_TEAM = Group(
    _("Team"),
    "team",
    (Place(_("Team"), "team", "team", Right.MEMBER_READ), Place(_("Keys"), "keys", "lock", Right.KEY_WRITE)),
)

PLACES: dict[TenantKind, tuple[Place | Group, ...]] = {
    TenantKind.SUPPLIER: (
        _TODAY,
        Group(
            _("Data"),
            "data",
            (
                Place(_("Uploads"), "uploads", "data", Right.RECORD_READ),
                Place(_("Records"), "records", "records", Right.RECORD_READ),
                Place(_("Sites and meters"), "sites", "sites", Right.RECORD_READ),
            ),
        ),
        Group(
            _("Yearly inventory"),
            "calendar",
            (
                Place(_("Years and versions"), "inventories", "calendar", Right.RECORD_READ),
                Place(_("Scope 3, process, gases"), "entries", "edit", Right.RECORD_READ),
                Place(_("Verifier's findings"), "findings", "eye", Right.RECORD_READ),
                _STATEMENTS,
            ),
        ),
        Place(_("Carbon"), "emissions", "carbon", Right.RECORD_READ),
        Place(_("Evidence"), "evidence", "evidence", Right.EVIDENCE_READ),
        Place(_("Warnings"), "warnings", "warn", Right.RECORD_READ),
        Group(
            _("Scorecard"),
            "scorecard",
            (Place(_("Scorecard"), "scorecard", "scorecard", Right.SCORECARD_READ), _METHODOLOGY),
        ),
        _SPARK,
        _FACTORS,
        _INDUSTRY,
        Place(_("Programs"), "programs", "program", Right.RECORD_READ),
        _TEAM,
        _AUDIT,
    ),
    TenantKind.BUYER: (
        _TODAY,
        Place(_("Ranking"), "ranking", "ranking", Right.RANKING_READ),
        Group(
            _("Quarter"),
            "quarter",
            (Place(_("Quarters"), "editions", "quarter", Right.EDITION_READ), _METHODOLOGY),
        ),
        Place(_("Suppliers"), "suppliers", "suppliers", Right.SUPPLIER_LIST),
        Place(_("Evidence desk"), "evidence_desk", "evidence", Right.EVIDENCE_REVIEW),
        Group(
            _("Inventory reviews"),
            "calendar",
            (
                Place(_("Assignments"), "assignments", "audit", Right.INVENTORY_ASSIGN),
                _STATEMENTS,
            ),
        ),
        _SPARK,
        Place(_("Warning rules"), "warning_rules", "warn", Right.WARNING_RULES),
        _INDUSTRY,
        _FACTORS,
        _TEAM,
        _AUDIT,
        Place(_("Big screen"), "screen", "screen", Right.SCREEN_READ),
    ),
    TenantKind.BODY: (_TODAY, _STATEMENTS, _TEAM, _AUDIT),
}


def navigation(actor: Actor, path: str) -> list[dict[str, Any]]:
    """Entries with the tabs of each; `active` is where the reader is, `exact` where the entry is that very page."""
    entries = [_entry(place, actor) for place in PLACES[actor.kind]] if actor.kind else []
    shown = [entry for entry in entries if entry["tabs"]]
    # Of places inside one another the inner one is where one is.
    inmost = max(
        (len(tab["url"]) for entry in shown for tab in entry["tabs"] if _holds(tab["url"], path)), default=0
    )
    for entry in shown:
        for tab in entry["tabs"]:
            tab["active"] = _holds(tab["url"], path) and len(tab["url"]) == inmost
        entry["active"] = any(tab["active"] for tab in entry["tabs"])
    return shown


def tabs(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pages beside the one that is read."""
    here: list[dict[str, Any]] = next((entry["tabs"] for entry in entries if entry["active"]), [])
    return here if len(here) > 1 else []


def _entry(place: Place | Group, actor: Actor) -> dict[str, Any]:
    places = place.places if isinstance(place, Group) else (place,)
    open_to = [one for one in places if one.right is None or actor.may(one.right)]
    # A group of one is that one.
    head = place if len(open_to) != 1 else open_to[0]
    found = [{"label": one.label, "url": reverse(one.url_name)} for one in open_to]
    return {"label": head.label, "icon": head.icon, "url": found[0]["url"] if found else "", "tabs": found}


def _holds(url: str, path: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
