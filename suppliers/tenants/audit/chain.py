"""Read chains again from their first entry: what was changed, is missing, stands in another order or was cut off.

One statement, so that entries and heads are of one moment; read in a stream, so that its length does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from .seal import SEALED, chain_of, digest

_TABLES = "suppliers_auditentry", "suppliers_auditchain"
_READ = (*SEALED, "id", "origin", "origin_salt", "digest")


@dataclass(frozen=True)
class Finding:
    """Something that does not fit. `code` is stable: changed, missing, reordered, unsealed, origin, head, cut, anchor."""

    code: str
    chain: str
    sequence: int
    what: str

    def __str__(self) -> str:
        return f"{self.chain} #{self.sequence}: {self.what}"


@dataclass
class Head:
    chain: str
    sequence: int = 0
    digest: str = ""


@dataclass
class Verified:
    heads: dict[str, Head] = field(default_factory=dict)
    entries: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.findings


# (chain, sequence) -> digests that were signed and kept outside the database
Anchored = dict[tuple[str, int], str]


def verify(*, chain: str = "", anchored: Anchored | None = None) -> Verified:
    """All chains, or one. Inside a tenant's scope only the own one can be read whole."""
    result = Verified()
    waiting = {key: said for key, said in (anchored or {}).items() if not chain or key[0] == chain}
    walk: _Walk | None = None
    for head, entry in _rows(chain):
        if walk is None or walk.head.chain != head.chain:
            if walk is not None:
                walk.finish()
            walk = _Walk(head, result)
        if entry is not None:
            walk.step(entry)
            _compare(entry, waiting, result)
    if walk is not None:
        walk.finish()
    for (name, sequence), _digest in sorted(waiting.items()):
        result.findings.append(
            Finding("anchor", name, sequence, "was anchored and is not there: the end was cut off")
        )
    return result


def _compare(entry: dict[str, Any], waiting: Anchored, result: Verified) -> None:
    key = (entry["chain"], entry["sequence"])
    said = waiting.pop(key, None)
    if said is not None and said != entry["digest"]:
        result.findings.append(Finding("anchor", *key, "is not the entry that was anchored: written anew"))


class _Walk:
    """Along one chain, entry by entry."""

    def __init__(self, head: Head, result: Verified) -> None:
        self.head = head
        self.result = result
        self.last = Head(head.chain)

    def say(self, code: str, sequence: int, what: str) -> None:
        self.result.findings.append(Finding(code, self.head.chain, sequence, what))

    def step(self, entry: dict[str, Any]) -> None:
        self.result.entries += 1
        sequence = entry["sequence"]
        if not entry["digest"]:
            self.say(
                "unsealed", sequence, f"entry {entry['id']} was written past the triggers and has no seal"
            )
            return
        if digest([entry[name] for name in SEALED]) != entry["digest"] or _wrong_chain(entry):
            self.say("changed", sequence, f"entry {entry['id']} does not fit its own seal")
        self._place(entry)
        is_blanked = not entry["origin"] and not entry["origin_salt"]
        if not is_blanked and digest([entry["origin_salt"], entry["origin"]]) != entry["origin_digest"]:
            self.say("origin", sequence, f"entry {entry['id']}: where it came from was changed")
        self.last = Head(self.head.chain, sequence, entry["digest"])

    def _place(self, entry: dict[str, Any]) -> None:
        sequence, due = entry["sequence"], self.last.sequence + 1
        if sequence > due:
            gap = f"{due}" if sequence == due + 1 else f"{due} to {sequence - 1}"
            self.say("missing", due, f"entry number {gap} is missing")
        elif sequence < due:
            self.say("reordered", sequence, f"entry {entry['id']} has a number that is taken")
        elif entry["previous_digest"] != self.last.digest:
            self.say("reordered", sequence, f"entry {entry['id']} does not follow the entry before it")

    def finish(self) -> None:
        """The head says where the chain ends."""
        if self.head.sequence > self.last.sequence:
            self.say(
                "cut", self.last.sequence + 1, f"the end is missing: the head stands at {self.head.sequence}"
            )
        elif (self.head.sequence, self.head.digest) != (self.last.sequence, self.last.digest):
            self.say(
                "head",
                self.head.sequence,
                f"the head does not fit the last entry, number {self.last.sequence}",
            )
        self.result.heads[self.head.chain] = self.last


def _wrong_chain(entry: dict[str, Any]) -> bool:
    own = {f"{kind}_id": entry[f"{kind}_id"] for kind in ("supplier", "buyer", "body")}
    return bool(entry["chain"] != chain_of(**own))


def _rows(chain: str) -> Iterator[tuple[Head, dict[str, Any] | None]]:
    """Every head with each of its entries, in order; entries without a head have an empty one."""
    entry, head = _TABLES
    at = "to_char(e.at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
    if connection.vendor == "sqlite":
        at = "substr(e.at || '.000000', 1, 26)"
    fields = ", ".join(f"{at} as at" if name == "at" else f"e.{name}" for name in _READ)
    one = ["e.chain = %s", "h.chain = %s"] if chain else ["1 = 1", "1 = 1"]
    sql = f"""
        select coalesce(h.chain, e.chain) as walked, coalesce(h.sequence, 0), coalesce(h.digest, ''), {fields}
        from {entry} e left join {head} h on h.chain = e.chain where {one[0]}
        union all
        select h.chain, h.sequence, h.digest, {", ".join(["null"] * len(_READ))}
        from {head} h where {one[1]} and not exists (select 1 from {entry} e where e.chain = h.chain)
        order by 1, {4 + _READ.index("sequence")}, {4 + _READ.index("id")}
    """
    with closing(connection.chunked_cursor()) as cursor:
        cursor.execute(sql, [chain, chain] if chain else [])
        while rows := cursor.fetchmany(2000):
            for row in rows:
                named = dict(zip(_READ, row[3:], strict=True))
                yield Head(row[0], row[1], row[2]), named if named["id"] is not None else None
