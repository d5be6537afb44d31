"""Every address of the site, with values in it that belong to nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLResolver, get_resolver

_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
ABSENT = {
    "int": "987654321",
    "slug": "nobody",
    "str": "FY99Q4",
    "uuid": "0" * 8 + "-0000-4000-8000-" + "0" * 12,
}
WILD = {"int": "9" * 40, "slug": "-" * 300, "str": "%00%FF'\"<x>" + "A" * 300, "uuid": ABSENT["uuid"]}


@dataclass(frozen=True)
class Address:
    name: str
    pattern: str

    def filled(self, values: dict[str, str] = ABSENT) -> str:
        return "/" + _PARAMETER.sub(lambda match: values[match.group(1) or "str"], self.pattern)

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("api/")

    @property
    def parameters(self) -> list[str]:
        return [match.group(2) for match in _PARAMETER.finditer(self.pattern)]

    @property
    def has_parameters(self) -> bool:
        return "<" in self.pattern


def addresses() -> list[Address]:
    """All but Django's admin, whose addresses are its own affair and which lets nobody in but staff."""
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[Any], prefix: str) -> Iterator[Address]:
    for entry in patterns:
        path = prefix + str(entry.pattern)
        if not isinstance(entry, URLResolver):
            yield Address(entry.name or "", path)
        elif entry.namespace != "admin":
            yield from _walk(entry.url_patterns, path)
