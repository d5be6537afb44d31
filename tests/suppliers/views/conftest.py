"""A desk in the browser's place: uploads go through the pages, jobs run on commit as they do without a broker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from suppliers.factors import actions as factors
from suppliers.models import Upload
from suppliers.tenants.scope import Scope, entered
from tests.conftest import World

HEADER = "site,meter,carrier,start,end,quantity,unit,document"
# 1 000 kWh in Anhui in March 2023 and one cell that is no number
ONE_BAD = [
    "HF,,electricity,2023-03,2023-03,1000,kWh,B-1",
    "HF,,electricity,2023-04,2023-04,n/a,kWh,B-2",
]


@pytest.fixture(autouse=True)
def _english(settings: Any) -> Any:
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def loaded_factors(db: None) -> None:
    factors.load()


@pytest.fixture
def send(
    world: World, loaded_factors: None, django_capture_on_commit_callbacks: Any
) -> Callable[..., Upload]:
    """`send(rows)` hands a CSV in through the page as alice (or another member) and gives the checked upload."""

    def send_rows(rows: list[str], *, by: Any = None, filename: str = "energy.csv") -> Upload:
        member = by or world.alice
        content = "\n".join([HEADER, *rows]).encode()
        with django_capture_on_commit_callbacks(execute=True):
            answer = world.client(member).post("/data/", {"file": SimpleUploadedFile(filename, content)})
        assert answer.status_code == 303, answer.content[:300]
        pk = int(answer["Location"].rstrip("/").rsplit("/", 1)[-1])
        with entered(Scope(supplier_id=member.supplier_id)):
            return Upload.objects.get(pk=pk)

    return send_rows


@pytest.fixture
def accepted(world: World, send: Callable[..., Upload]) -> Upload:
    """One accepted row: 1 000 kWh, March 2023, Anhui."""
    upload = send(ONE_BAD[:1])
    answer = world.client(world.alice).post(f"/data/uploads/{upload.pk}/accept/")
    assert answer.status_code == 303
    return upload


def assert_doors(
    world: World, method: str, url: str, data: dict[str, str] | None = None, *, reader: int, right: int
) -> None:
    """Nobody: to the login. A stranger: as if it did not exist. Bob, who reads: `reader`. Alice: `right`."""
    ask = {"get": Client.get, "post": Client.post}[method]
    anonymous = ask(world.client(None), url, data or {})
    assert anonymous.status_code == 302
    assert "/accounts/login/" in anonymous["Location"]
    assert ask(world.client(world.charlie), url, data or {}).status_code == 404
    assert ask(world.client(world.bob), url, data or {}).status_code == reader
    assert ask(world.client(world.alice), url, data or {}).status_code == right
