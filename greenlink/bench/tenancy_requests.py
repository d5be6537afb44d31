"""Requests of many people at once, each answer searched for what its reader may not meet."""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from .tenancy_rows import Tenant, World

_CANARY = re.compile(r"canary-[sb]\d{3}")
_ALL = "page_size=1000"
_PAGES = {
    False: (
        "/",
        "/records/",
        "/sites/",
        "/carbon/",
        "/carbon/lines/",
        "/evidence/",
        "/spark/",
        "/team/",
        "/data/",
    ),
    True: (
        "/",
        "/suppliers/",
        "/records/?supplier={}",
        "/carbon/?supplier={}",
        "/evidence/desk/",
        "/team/",
        "/keys/",
    ),
}
Troubles = Counter[str]


@dataclass(frozen=True)
class Call:
    """`check` says what is wrong with an answer; None where it is right."""

    path: str
    check: Callable[[int, str], str | None]
    session: str = ""
    token: str = ""


@dataclass
class Outcome:
    milliseconds: list[float] = field(default_factory=list)
    troubles: Troubles = field(default_factory=Counter)
    canaries: int = 0
    seconds: float = 0.0


def calls(world: World, count: int, seed: int = 7) -> list[Call]:
    """A mix of pages and API, of sessions, tokens and strangers, the same for the same seed."""
    chance = random.Random(seed)
    return [_one(chance, world) for _ in range(count)]


def _one(chance: random.Random, world: World) -> Call:
    tenant = chance.choice(world.suppliers) if chance.random() < 0.7 else chance.choice(world.buyers)
    kind = chance.random()
    if kind < 0.05:
        return Call("/api/v1/records/", _refused(401), token=f"glk_{chance.random()}")
    if kind < 0.08:
        return Call("/records/", _refused(302))
    if kind < 0.18:
        return _foreign(chance, world, tenant)
    if kind < 0.55:
        code = chance.choice(sorted(_names(tenant))).replace("canary", "bench")
        path = chance.choice(_PAGES[tenant.is_buyer]).format(code)
        return Call(path, _page(tenant), session=tenant.session)
    path, check = chance.choice(
        [
            (f"/api/v1/records/?{_ALL}", _exactly(tenant, "document", tenant.documents)),
            (f"/api/v1/emissions/lines/?{_ALL}", _as_many(tenant, len(tenant.documents))),
            (f"/api/v1/sites/?{_ALL}", _exactly(tenant, "name", _names(tenant))),
            (f"/api/v1/meters/?{_ALL}", _exactly(tenant, "name", _names(tenant))),
        ]
    )
    by_token = chance.random() < 0.6
    return Call(path, check, token=tenant.token) if by_token else Call(path, check, session=tenant.session)


def _names(tenant: Tenant) -> set[str]:
    """Of sites and meters: the supplier's own, or those of the buyer's suppliers."""
    return {name for name in tenant.may_meet if name.startswith("canary-s")}


def _foreign(chance: random.Random, world: World, tenant: Tenant) -> Call:
    """An address that names a row of a stranger."""
    others = [one for one in world.suppliers if one.canary not in tenant.may_meet]
    other = chance.choice(others)
    path = f"/suppliers/bench-{other.key}/" if tenant.is_buyer else f"/records/{other.own_record}/"
    return Call(path, _refused(404), session=tenant.session)


def _refused(status: int) -> Callable[[int, str], str | None]:
    def check(got: int, body: str) -> str | None:
        if got != status:
            return f"{got} instead of {status}"
        return (
            "foreign canary" if _CANARY.search(body.partition("<main")[2] or body) and status != 404 else None
        )

    return check


def _page(tenant: Tenant) -> Callable[[int, str], str | None]:
    def check(status: int, body: str) -> str | None:
        found = set(_CANARY.findall(body))
        if status != 200:
            return f"{status} instead of 200"
        if not found <= tenant.may_meet:
            return "foreign canary"
        return None if tenant.canary in found else "own canary missing"

    return check


def _exactly(tenant: Tenant, name: str, wanted: set[str]) -> Callable[[int, str], str | None]:
    def judge(rows: list[dict[str, Any]]) -> bool:
        return {row[name] for row in rows} == wanted and len(rows) == len(wanted)

    return _listed(tenant, judge)


def _as_many(tenant: Tenant, wanted: int) -> Callable[[int, str], str | None]:
    return _listed(tenant, lambda rows: len(rows) == wanted)


def _listed(
    tenant: Tenant, judge: Callable[[list[dict[str, Any]]], bool]
) -> Callable[[int, str], str | None]:
    def check(status: int, body: str) -> str | None:
        if status != 200:
            return f"{status} instead of 200"
        if not set(_CANARY.findall(body)) <= tenant.may_meet:
            return "foreign canary"
        return None if judge(json.loads(body)["results"]) else "wrong rows"

    return check


def answer(application: WSGIHandler, call: Call) -> tuple[int, str]:
    """One request as a server makes it: whole stack, body read to its end, connection given back."""
    headers = {"Authorization": f"Token {call.token}"} if call.token else {}
    request = RequestFactory(headers=headers).get(call.path, secure=True, SERVER_NAME="localhost")
    if call.session:
        request.environ["HTTP_COOKIE"] = f"sessionid={call.session}; django_language=en"
    status: list[str] = []

    def start(line: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], object]:
        status.append(line)
        return len

    response = application(request.environ, start)
    try:
        body = b"".join(response).decode()
    finally:
        response.close()
    return int(status[0].split()[0]), body


def asked_at_once(wanted: list[Call], threads: int) -> Outcome:
    """Answers to all calls by so many threads, which take them from one list."""
    application, outcome, left, lock = WSGIHandler(), Outcome(), iter(wanted), threading.Lock()

    def work() -> None:
        while True:
            with lock:
                call = next(left, None)
            if call is None:
                return
            began = time.perf_counter()
            try:
                status, body = answer(application, call)
                trouble = call.check(status, body)
            except Exception as error:
                body, trouble = "", f"{type(error).__name__}: {error}"
            with lock:
                outcome.milliseconds.append((time.perf_counter() - began) * 1000)
                outcome.canaries += len(_CANARY.findall(body))
                if trouble:
                    outcome.troubles[f"{call.path.split('?')[0]}: {trouble}"] += 1

    began = time.perf_counter()
    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    outcome.seconds = time.perf_counter() - began
    return outcome
