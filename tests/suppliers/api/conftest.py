"""A supplier's data as machines send and read them: through the API, with a token."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from suppliers.factors import actions as factors
from suppliers.models import Membership, User
from suppliers.tenants import tokens
from suppliers.tenants.all_tenants import all_tenants
from tests.conftest import World

HEADER = "site,meter,carrier,start,end,quantity,unit,document\n"
GOOD = HEADER + "HF,,electricity,2023-03-01,2023-03-31,1000,kWh,B-1\n"
BAD = HEADER + "HF,,electricity,2023-03,2023-03,1000,kWh,B-1\nHF,,diesel,2023-03,2023-03,n/a,kg,B-2\n"
ABSENT = 987_654_321


@dataclass
class Api:
    """One member's way in. Answers are (status, body)."""

    key: str
    tenant: str = ""

    def _headers(self) -> dict[str, str]:
        headers = {"authorization": f"Token {self.key}"} if self.key else {}
        return headers | ({"x-greenlink-tenant": self.tenant} if self.tenant else {})

    def answer(self, method: str, path: str, **more: Any) -> HttpResponse:
        headers = self._headers() | more.pop("headers", {})
        return Client().generic(method, f"/api/v1/{path}", headers=headers, **more)

    def get(self, path: str, **more: Any) -> tuple[int, Any]:
        return _read(self.answer("GET", path, **more))

    def post(self, path: str, body: Any = None, method: str = "POST", **more: Any) -> tuple[int, Any]:
        data = b"" if body is None else json.dumps(body).encode()
        return _read(self.answer(method, path, data=data, content_type="application/json", **more))

    def patch(self, path: str, body: Any) -> tuple[int, Any]:
        return self.post(path, body, method="PATCH")

    def multipart(self, data: dict[str, Any], **headers: str) -> tuple[int, Any]:
        return _read(Client().post("/api/v1/uploads/", data, headers=self._headers() | headers))


def _read(response: HttpResponse) -> tuple[int, Any]:
    content = response.content
    return response.status_code, json.loads(content) if content else None


def session(membership: Membership, **options: Any) -> Client:
    """A browser's way in. The person is read anew, so that the session fits the stored password."""
    client = Client(**options)
    client.force_login(User.objects.get(pk=membership.user_id))
    return client


def file(content: str | bytes, name: str = "energy.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


@pytest.fixture
def api(world: World) -> Callable[[Membership | None], Api]:
    def open_for(membership: Membership | None) -> Api:
        return Api(tokens.issue(user=membership.user) if membership else "")

    return open_for


@pytest.fixture
def send(django_capture_on_commit_callbacks: Any) -> Callable[..., Any]:
    """Send a file and let the check run, as it does once the request's transaction has committed."""

    def sent(who: Api, content: str | bytes, name: str = "energy.csv", **headers: str) -> tuple[int, Any]:
        with django_capture_on_commit_callbacks(execute=True):
            return who.multipart({"file": file(content, name)}, **headers)

    return sent


@pytest.fixture
def accepted(world: World, api: Any, send: Any) -> dict[str, Any]:
    """Alice's GOOD file, accepted: 1 000 kWh of March 2023 in Anhui."""
    with all_tenants("tests"):
        factors.load()
    alice = api(world.alice)
    upload = send(alice, GOOD)[1]
    status, body = alice.post(f"uploads/{upload['id']}/accept/")
    assert status == 200, body
    return body


def queries_of(act: Callable[[], Any]) -> int:
    act()  # a token's first use of the minute is written down
    with CaptureQueriesContext(connection) as found:
        act()
    return len(found)
