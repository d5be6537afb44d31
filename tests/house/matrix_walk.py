"""The walk: every row of the matrix asked by one actor, with every method and with own, another's and absent ids."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection, transaction
from django.http.cookie import SimpleCookie
from django.urls import reverse

from suppliers.tenants.roles import FOR_PEOPLE_ONLY, ROLES, TenantKind
from tests.house import matrix, matrix_rows
from tests.house.canaries import readable
from tests.house.matrix import Act, Row
from tests.house.matrix_asking import (
    Caller,
    Case,
    Who,
    absent_of,
    content_of,
    file_of,
    filled_in,
    says,
    style_of,
)
from tests.house.matrix_world import MatrixWorld, Thing, suppliers_of

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_TOKEN = re.compile(
    r'(?<=csrfmiddlewaretoken" value=")[^"]+|(?<=X-CSRFToken": ")[^"]+|(?<=X-CSRFToken&quot;: &quot;)\w+'
)
_WRITTEN = re.compile(r'(?:INTO|UPDATE|FROM)\s+"?(\w+)', re.IGNORECASE)
_READING = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")
_OTHERS_WORDS = (
    "Content-Type",
    "Location",
    "Content-Disposition",
    "WWW-Authenticate",
    "Cache-Control",
    "Allow",
)


@dataclass
class Walk:
    world: MatrixWorld
    who: Who
    troubles: list[str] = field(default_factory=list)
    asked: int = 0

    def __post_init__(self) -> None:
        self.client = Caller(raise_request_exception=False, headers=self._headers())
        if self.who.user and not self.who.key:
            self.client.force_login(self.world.users[self.who.user])
        self.cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}
        self.hidden_texts = self.world.canaries.hidden_texts(self.who.tenant, self.who.user)
        self.hidden_numbers = self.world.canaries.hidden_numbers(self.who.tenant)
        roles = [slug for slug, role in ROLES.items() if role.kind == self.who.kind] or [""]
        user = self.world.users.get(self.who.user)
        key_rights = sorted(self.who.rights - FOR_PEOPLE_ONLY) or [""]
        self.filled = {"role": roles[0], "manager": roles[-1], "email": user.email if user else ""}
        self.filled["key_right"] = key_rights[0]
        self.touched: set[str] = set()
        self.before = matrix_rows.foreign(self.world, self.who)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Token {self.world.keys[self.who.key]}"} if self.who.key else {}

    # -- the way -------------------------------------------------------------------------------------------

    def whole(self, rows: list[Row]) -> None:
        for place, row in enumerate(rows):
            for method in self._methods(row, place):
                self._method(row, method)
        self._nothing_written("after the walk")

    def _methods(self, row: Row, place: int) -> list[str]:
        """All seven. What is the same whatever the tenant is asked in full by some and by turns by the others."""
        if self._stands_for_all():
            return list(METHODS)
        if row.library:
            return []
        answered = [method for method in METHODS if method in row.acts and not (row.dear and method == "GET")]
        others = [
            method for method in METHODS if method not in row.acts and not (row.dear and method == "HEAD")
        ]
        return answered + (others[place % len(others) :][:1] if self.who.is_brief else others)

    def _stands_for_all(self) -> bool:
        return self.who.is_anonymous or self.who.name in ("nobody", "supplier_manager of ALPHA")

    def _method(self, row: Row, method: str) -> None:
        act = row.acts.get("GET" if method in ("HEAD", "OPTIONS") else method)
        wanted = self.expected(row, method)
        if row.library and wanted != "login":
            wanted = "any"
        absent: dict[str, Any] = {}
        for case in self._chosen(self.cases(row, act, method), wanted):
            if (
                case.is_own
                and wanted in ("done", "any")
                and act is not None
                and method not in ("GET", "HEAD", "OPTIONS")
            ):
                self._done(case, method, act)
                continue
            response = self.ask(case, method, self.body(act, case), undone=row.echoes or row.library)
            self._judge(case, method, response, wanted, act)
            if case.note == "absent":
                absent[case.varied] = self.masked(response, case.sent)
            elif case.varied in absent and not row.echoes:
                self._alike(case, method, self.masked(response, case.sent), absent[case.varied])

    def _chosen(self, cases: Iterator[Case], wanted: str) -> Iterator[Case]:
        """Where an answer comes before anything is looked up, a single id will do; where a right lacks, one of each."""
        if wanted in ("done", "any"):
            yield from cases
        elif wanted == "refused":
            kept: dict[tuple[str, bool], Case] = {}
            for case in cases:
                kept.setdefault((case.varied, case.note == "absent"), case)
            yield from kept.values()
        else:
            yield list(cases)[-1]

    def cases(self, row: Row, act: Act | None, method: str) -> Iterator[Case]:
        """Own, then for every parameter what is absent and what is another's, the others staying own."""
        params, query = dict(row.fixed), dict(row.query)
        places = [(name, kind, params) for name, kind in row.names.items()]
        if method in ("GET", "HEAD"):
            places += [
                (name, kind, query) for name, (kind, kinds) in row.asks.items() if self.who.kind in kinds
            ]
        is_own = True
        for name, kind, filled in places:
            own = self.own(kind, act.own if act else "")
            is_own = is_own and own is not None
            filled[name] = own.id if own else absent_of(kind)
        if is_own:
            yield Case(row, dict(params), dict(query), True)
        for name, kind, filled in places:
            kept = filled[name]
            others = [
                ("absent", absent_of(kind)),
                *((f"{one.owner}'s {one.tag}", one.id) for one in self.foreign(kind)),
            ]
            for note, value in others:
                filled[name] = value
                yield Case(row, dict(params), dict(query), False, name, note)
            filled[name] = kept

    def own(self, kind: str, tag: str = "") -> Thing | None:
        """Something the actor may see: of its own tenant if there is one, and with this tag if any has it."""
        seen = [one for one in self.world.things[kind] if self.who.tenant in one.readers]
        tagged = [one for one in seen if one.tag == tag] or seen
        return next((one for one in tagged if one.owner == self.who.tenant), tagged[0] if tagged else None)

    def foreign(self, kind: str) -> list[Thing]:
        """What the actor may not see: of a rival and of a stranger; for a buyer of each condition of its suppliers'."""
        chosen: dict[Any, Thing] = {}
        for one in self.world.things[kind]:
            if self.who.tenant not in one.readers:
                is_member = one.owner in suppliers_of(self.who.tenant)
                chosen.setdefault(("member", one.tag) if is_member else one.owner, one)
        return list(chosen.values())[: None if self.who.kind == TenantKind.BUYER else 2]

    # -- what must come ------------------------------------------------------------------------------------

    def expected(self, row: Row, method: str) -> str:
        """login, token, refused, not_allowed, or done: then it depends on the id."""
        style, act = style_of(row), row.acts.get("GET" if method == "HEAD" else method)
        has_method = act is not None and (method != "HEAD" or style != "function")
        if method == "OPTIONS" and style != "function":
            # What an address takes is told to whoever has the right to read it, of whichever kind of tenant.
            has_method, act = True, replace(row.acts.get("GET", Act()), kinds=matrix.ANY)
        if row.name.startswith("api_") and self.who.is_refused:
            return "token"
        if self.who.is_anonymous and not row.open:
            return "not_allowed" if row.guard and not has_method else "login"
        if style == "api" and not self._may(row, act or Act()):
            return "refused"
        if not has_method:
            return "not_allowed"
        return "done" if self._may(row, act or Act()) else "refused"

    def _may(self, row: Row, act: Act) -> bool:
        if row.open or row.person:
            return True
        return self.who.kind is not None and act.is_for(self.who.kind, self.who.rights)

    def _judge(self, case: Case, method: str, response: Any, wanted: str, act: Act | None) -> None:
        status = response.status_code
        if status >= 500:
            self._trouble(case, method, f"{status}")
            return
        if wanted == "done" and not case.is_own and not (method == "OPTIONS" or case.row.echoes):
            wanted = "absent"
        right = {
            "any": lambda: True,
            "login": lambda: self._is_door(case.row, response),
            "token": lambda: status == 401 and says(response, "auth.token"),
            "refused": lambda: status == 403,
            # An API view may say what right another method of its family takes before it says there is none here.
            "not_allowed": lambda: status == 405 or (status == 403 and style_of(case.row) == "api"),
            "absent": lambda: status == 404,
            "done": lambda: status == 200 if method == "OPTIONS" else status in (act or Act()).done,
        }[wanted]
        if not right():
            self._trouble(case, method, f"{status} where {wanted} must come")

    def _is_door(self, row: Row, response: Any) -> bool:
        if row.name.startswith("api_") or (row.guard and response.status_code == 401):
            return response.status_code == 401 and says(response, "auth.required")
        return response.status_code == 302 and response["Location"].startswith(reverse("account_login"))

    # -- doing ---------------------------------------------------------------------------------------------

    def _done(self, case: Case, method: str, act: Act) -> None:
        """What a member may do is done; and done again naming another's things in the body, and absent ones."""
        body = self.body(act, case)
        wanted = "any" if case.row.library else "done"
        response = self.ask(case, method, body, undone=True)
        if not act.may_refuse:
            self._judge(case, method, response, wanted, act)
            if not case.row.library:
                self._not_refused(case, method, response)
        for name, kind in act.named(self.who.kind).items():
            answers = {}
            for note, value in [
                ("absent", absent_of(kind)),
                *((one.owner, one.id) for one in self.foreign(kind)),
            ]:
                response = self.ask(case, method, body | {name: value}, undone=True)
                answers[note] = self.masked(response, [value, *case.sent])
                if response.status_code >= 500:
                    self._trouble(case, method, f"{response.status_code} with {name} of {note}")
                self._alike(case, method, answers[note], answers["absent"], f"{name} of {note}")
        response = self.ask(case, method, self._stray() | body, undone=True)
        if response.status_code >= 500:
            self._trouble(case, method, f"{response.status_code} with stray fields")

    def _not_refused(self, case: Case, method: str, response: Any) -> None:
        """A page says no by a message on the page before."""
        said = getattr(response.wsgi_request, "_messages", None)
        errors = [str(one) for one in getattr(said, "_queued_messages", ()) if one.level_tag == "error"]
        if errors:
            self._trouble(case, method, f"refused: {errors}")

    def _stray(self) -> dict[str, Any]:
        """Fields nobody asked for that name another's rows, for a form that takes more than it shows."""
        stray: dict[str, Any] = {}
        kinds = {
            "supplier": "supplier",
            "supplier_id": "supplier_row",
            "buyer": "buyer",
            "buyer_id": "buyer_row",
        }
        kinds |= {"site_id": "site", "evidence": "document", "evidence_id": "document", "upload": "upload"}
        kinds |= {
            "entered_by": "buyer_row",
            "membership": "membership",
            "id": "credential",
            "pk": "credential",
        }
        for name, kind in kinds.items():
            for one in self.foreign(kind)[:1]:
                stray[name] = one.id
        return stray

    def body(self, act: Act | None, case: Case) -> dict[str, Any]:
        if act is None:
            return {}
        body = {name: filled_in(value, case.params | self.filled) for name, value in act.body.items()}
        for name, kind in act.named(self.who.kind).items():
            own = self.own(kind, {"membership": self.who.role}.get(kind, "main"))
            if own is not None:
                body[name] = own.id
        return body

    def ask(self, case: Case, method: str, body: dict[str, Any], *, undone: bool = False) -> Any:
        """One request. What it did is looked at, and taken back if it was meant to be done."""
        self.asked += 1
        self.client.cookies = SimpleCookie(self.cookies)
        self.touched.clear()
        with transaction.atomic(), connection.execute_wrapper(self._notice):
            response = self._request(case, method, body)
            self._no_canary(case, method, response, body)
            if undone and self.touched:
                self._nothing_written(f"{method} {case.url}", self.touched)
            if undone or response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    def _notice(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if not str(sql).startswith(_READING):
            self.touched |= set(_WRITTEN.findall(str(sql)))
        return execute(sql, params, many, context)

    def _request(self, case: Case, method: str, body: dict[str, Any]) -> Any:
        if method in ("GET", "HEAD", "OPTIONS"):
            return getattr(self.client, method.lower())(case.url)
        files = {name: file_of(value) for name, value in body.items() if value in (matrix.CSV, matrix.PDF)}
        if case.row.name.startswith("api_") and not files:
            return self.client.generic(method, case.url, json.dumps(body), content_type="application/json")
        if method == "POST":
            return self.client.post(case.url, body | files)
        return self.client.generic(method, case.url, b"", content_type="application/octet-stream")

    # -- looking -------------------------------------------------------------------------------------------

    def _no_canary(self, case: Case, method: str, response: Any, body: dict[str, Any]) -> None:
        text = (
            readable(content_of(response))
            + "\n"
            + "\n".join(f"{k}: {v}" for k, v in response.headers.items())
        )
        said = getattr(response.wsgi_request, "_messages", None)
        text += "\n".join(str(message) for message in getattr(said, "_queued_messages", ()))
        for value in (*case.sent, *body.values()):
            if isinstance(value, str) and len(value) > 3:
                text = text.replace(value, "")
        leaks = {match.group() for match in self.hidden_texts.finditer(text)}
        leaks |= {
            found
            for found in re.findall(r"(?<![\dA-Za-z])\d{7}(?![\dA-Za-z])", text)
            if found in self.hidden_numbers
        }
        if leaks:
            self._trouble(case, method, f"{response.status_code} LEAK of {sorted(leaks)[:4]}")

    def masked(self, response: Any, sent: list[str]) -> tuple[Any, ...]:
        """An answer without what differs from one asking to the next: tokens, and the id that was sent."""
        text = _TOKEN.sub("", content_of(response).decode("utf-8", "replace"))
        headers = "\n".join(response.get(name, "") for name in _OTHERS_WORDS)
        for value in sorted(set(sent), key=len, reverse=True):
            mask = re.compile(rf"(?<!\w){re.escape(str(value))}(?!\w)")
            text, headers = mask.sub("ID", text), mask.sub("ID", headers)
        return response.status_code, headers, text

    def _alike(self, case: Case, method: str, found: Any, absent: Any, note: str = "") -> None:
        if found[0] < 400 and absent[0] < 400:
            return  # both were done: what came of it has a number and a moment of its own
        if found != absent:
            self._trouble(case, method, f"{found[0]} {note} can be told from absent ({absent[0]})")

    def _nothing_written(self, when: str, tables: set[str] | None = None) -> None:
        changed = matrix_rows.changes(self.before, matrix_rows.foreign(self.world, self.who, tables))
        if changed:
            self.troubles.append(f"{when}: FOREIGN WRITE {changed[:4]}")

    def _trouble(self, case: Case, method: str, what: str) -> None:
        self.troubles.append(f"{case.row.name} {method} {case.url} ({case.varied} {case.note}): {what}")
