"""Who asks, what is asked, and how an answer is read: the parts of a walk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import resolve, reverse

from suppliers.tenants.roles import ROLES, Right, TenantKind
from tests.factories.disclosure import PDF as PDF_BYTES
from tests.house.addresses import ABSENT
from tests.house.matrix import PDF, Row

# What is named nowhere. A label that could be a quarter's, so that it is refused for its absence and not for its look.
ABSENT_OF = {
    "edition": "FY22Q1",
    "supplier": "NOBODY",
    "scored": "NOBODY",
    "buyer": "NOBODY",
    "factor": "NOTHING",
    "factor_set": "NOTHING",
}
ABSENT_OF["secret"] = "nothing"
ABSENT_OF |= dict.fromkeys(("site_code", "meter_code", "project_code"), "NOTHING")


@dataclass(frozen=True)
class Who:
    """An actor. Without a role it belongs to nobody; `key` sends a token instead of a session."""

    name: str
    tenant: str = ""
    kind: TenantKind | None = None
    rights: frozenset[Right] = frozenset()
    user: str = ""
    role: str = ""
    key: str = ""
    is_refused: bool = False
    is_brief: bool = False

    @property
    def is_member(self) -> bool:
        return self.kind is not None

    @property
    def is_anonymous(self) -> bool:
        return not self.user and not self.key


def of_role(role: str, tenants: dict[TenantKind, str], **more: Any) -> Who:
    kind, rights = ROLES[role].kind, ROLES[role].rights
    return Who(
        f"{role} of {tenants[kind]}",
        tenants[kind],
        kind,
        rights,
        user=f"{tenants[kind]} {role}",
        role=role,
        **more,
    )


class Caller(Client):
    """A client that keeps no templates and contexts of what was rendered: nobody looks at them here."""

    def request(self, **request: Any) -> Any:
        return self.handler(self._base_environ(**request))


@dataclass(frozen=True)
class Case:
    """One address with its parameters filled; `beside` names the case it must not be told from."""

    row: Row
    params: dict[str, str]
    query: dict[str, str]
    is_own: bool
    varied: str = ""
    note: str = "own"

    @property
    def url(self) -> str:
        path = reverse(self.row.name, kwargs=self.params)
        return f"{path}?{urlencode(self.query)}" if self.query else path

    @property
    def sent(self) -> list[str]:
        return [*self.params.values(), *self.query.values()]


def absent_of(kind: str) -> str:
    return ABSENT_OF.get(kind, ABSENT["int"])


def style_of(row: Row) -> str:
    """An API view looks at rights before methods, a function the other way round, a class knows HEAD and OPTIONS."""
    return _style(row.name, tuple(row.names), tuple(row.fixed.items()))


@cache
def _style(name: str, parameters: tuple[str, ...], fixed: tuple[tuple[str, str], ...]) -> str:
    view = resolve(reverse(name, kwargs=dict.fromkeys(parameters, "1") | dict(fixed))).func
    if hasattr(view, "cls"):
        return "api"
    return "class" if hasattr(view, "view_class") else "function"


def filled_in(value: Any, params: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [filled_in(one, params) for one in value]
    return value.format(**params) if isinstance(value, str) else value


def file_of(value: str) -> SimpleUploadedFile:
    if value == PDF:
        return SimpleUploadedFile("new.pdf", PDF_BYTES)
    return SimpleUploadedFile(
        "new.csv", b"site,carrier,start,end,quantity,unit\nX,electricity,2024-01,2024-01,1,kWh\n"
    )


def says(response: Any, *codes: str) -> bool:
    """An answer to HEAD has no body to say it in."""
    return not response.content or any(code.encode() in response.content for code in codes)


def content_of(response: Any) -> bytes:
    """Also of a stream, which can be read once: what came is kept with the answer."""
    if not response.streaming:
        return bytes(response.content)
    if not hasattr(response, "read_here"):
        response.read_here = b"".join(response.streaming_content)
    return bytes(response.read_here)
