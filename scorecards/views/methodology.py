"""The method in the open: weights, curves, validity. Readable by buyers and by their suppliers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from scorecards.models import Edition, Methodology
from suppliers.tenants.access import TenantRequest, needs
from suppliers.tenants.roles import TenantKind

from . import charts, rule_words, wording


@require_GET
@needs()
def page(request: TenantRequest) -> HttpResponse:
    """`?version=CODE` for one version; by default the one the newest visible edition uses."""
    if request.actor.kind not in (TenantKind.BUYER, TenantKind.SUPPLIER):
        raise PermissionDenied("methodology")
    versions = list(_versions(request))
    wanted = request.GET.get("version", "")
    chosen = next((version for version in versions if version.code == wanted), None) or _in_use(versions)
    if chosen is None:
        return render(request, "scorecards/methodology/none.html")
    return render(request, "scorecards/methodology/page.html", _context(chosen, versions, request))


def _versions(request: TenantRequest) -> Any:
    """Versions of the own program, or of the programs the supplier is enrolled in; the scope holds both."""
    found = Methodology.objects.select_related("buyer").order_by("-created_at", "-id")
    buyer = request.actor.buyer
    return found.filter(buyer=buyer) if buyer is not None else found


def _in_use(versions: list[Methodology]) -> Methodology | None:
    if not versions:
        return None
    newest = (
        Edition.objects.filter(methodology__in=[version.pk for version in versions])
        .order_by("-first_day", "-number")
        .values_list("methodology_id", flat=True)
        .first()
    )
    return next((version for version in versions if version.pk == newest), versions[0])


def _context(chosen: Methodology, versions: list[Methodology], request: TenantRequest) -> dict[str, Any]:
    parts = [_part(part) for part in chosen.rules.get("indicators", [])]
    used = Edition.objects.filter(methodology=chosen).order_by("first_day").values_list("label", flat=True)
    return {
        "methodology": chosen,
        "chips": [
            {
                "label": version.code,
                "url": f"?version={version.code}",
                "active": version.pk == chosen.pk,
                "icon": "",
            }
            for version in versions
        ],
        "parts": parts,
        "dimensions": _dimensions(parts),
        "grades": chosen.rules["grades"]["limits"],
        "general": list(rule_words.general(chosen.rules)),
        "used_by": list(dict.fromkeys(used)),
        "note": _(chosen.rules.get("note", "")) if chosen.rules.get("note") else "",
        "is_buyer": request.actor.kind == TenantKind.BUYER,
    }


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    curves = [_curve(part, name, dots) for name, dots in _curves(part["rules"])]
    return {
        "code": part["id"],
        "name": part["names"][wording.language()],
        "other_name": part["names"]["en" if wording.language() == "zh" else "zh"],
        "dimension": part["dimension"],
        "dimension_word": wording.DIMENSIONS.get(part["dimension"], part["dimension"]),
        "weight": part["weight"],
        "evidence": part["evidence"][wording.language()],
        "curves": curves,
        "tables": list(rule_words.point_tables(part["rules"])),
        "lines": list(rule_words.lines(part["id"], part["rules"])),
        "note": _(part["note"]) if part.get("note") else "",
    }


def _curves(rules: Mapping[str, Any], name: str = "") -> Iterator[tuple[str, list[list[float]]]]:
    """Every curve of an indicator with the name of the part it stands in; alternates that are off are left out."""
    for key, value in rules.items():
        if key == "curve":
            yield name, value
        elif isinstance(value, dict) and value.get("enabled", True):
            yield from _curves(value, key)


def _curve(part: Mapping[str, Any], name: str, dots: list[list[float]]) -> dict[str, Any]:
    unit = part.get("unit", "")
    what = rule_words.curve_name(part["id"], name)
    return {
        "id": f"curve-{part['id']}-{name or 'main'}",
        "sentence": _("%(what)s: straight lines between the dots.") % {"what": what},
        "options": charts.curve(dots, unit),
        "columns": [{"label": what, "number": True}, {"label": _("points scored"), "number": True}],
        "rows": [[f"{value:g} {unit}".strip(), f"{points:g}"] for value, points in dots],
    }


def _dimensions(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Weight by E, S and G."""
    weights: dict[str, float] = {}
    for part in parts:
        weights[part["dimension"]] = weights.get(part["dimension"], 0) + part["weight"]
    return [
        {"code": code, "word": wording.DIMENSIONS[code], "weight": weights.get(code, 0)} for code in "ESG"
    ]


urlpatterns = [path("methodology/", page, name="methodology")]
