"""Which edition a page is about, and the picker that leads to the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse

from scorecards import queries
from scorecards.models import Edition
from suppliers.tenants.models import Buyer


def editions_of(buyer: Buyer) -> list[Edition]:
    """All editions of the buyer, newest quarter and newest number first."""
    return list(queries.editions(buyer))


def newest_numbers(editions: Iterable[Edition]) -> list[Edition]:
    """One edition per quarter: the newest number of its label, in the order given (newest first)."""
    seen: dict[str, Edition] = {}
    for edition in editions:
        seen.setdefault(edition.label, edition)
    return list(seen.values())


def of_label(editions: Iterable[Edition], label: str, request: HttpRequest) -> Edition:
    """The edition of that label: `?edition=N`, by default the newest number. Unknown is 404."""
    wanted = request.GET.get("edition", "")
    for edition in editions:
        if edition.label == label and (not wanted or str(edition.number) == wanted):
            return edition
    raise Http404(label)


def picker(editions: Iterable[Edition], current: Edition, url_name: str, *args: str) -> list[dict[str, Any]]:
    """Entries of the quarter picker: the page `url_name` for every quarter."""
    return [
        {
            "label": edition.label,
            "url": reverse(url_name, args=[edition.label, *args]),
            "active": edition.label == current.label,
        }
        for edition in newest_numbers(editions)
    ]
