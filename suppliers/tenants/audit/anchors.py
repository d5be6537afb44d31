"""Signed heads outside the database: an end that is cut off together with its head shows nowhere inside.

One line a time in VAR_DIR/audit-anchors.jsonl: the heads that moved since the line before, and that line's digest.
Copies of the file belong on another machine; whoever holds database and file could cut both.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from suppliers.tenants import clock, keys

from .chain import Anchored, Finding, Head


@dataclass
class Anchors:
    """What a file of anchors says, and what is wrong with the file itself."""

    said: Anchored = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    newest: dict[str, tuple[int, str]] = field(default_factory=dict)
    last_digest: str = ""


def path() -> Path:
    return Path(settings.VAR_DIR) / "audit-anchors.jsonl"


def read(file: Path) -> Anchors:
    found = Anchors()
    if not file.exists():
        return found
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            _take(line.strip(), number, found)
    return found


def _take(line: str, number: int, found: Anchors) -> None:
    try:
        signed = json.loads(line)
        body, signature = str(signed["body"]), str(signed["signature"])
        said = json.loads(body)
        heads = {
            str(chain): (int(sequence), str(digest)) for chain, (sequence, digest) in said["heads"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        found.findings.append(Finding("anchor", "anchors", number, "this line of the anchors cannot be read"))
        return
    if not keys.is_signed(body.encode(), signature):
        found.findings.append(
            Finding("anchor", "anchors", number, "this line is not signed by this platform")
        )
        return
    if said["previous"] != found.last_digest:
        found.findings.append(Finding("anchor", "anchors", number, "a line before this one is missing"))
    found.last_digest = _digest(body)
    found.newest |= heads
    found.said |= {(chain, sequence): digest for chain, (sequence, digest) in heads.items()}


def write(heads: Iterable[Head], file: Path | None = None) -> int:
    """Add one line with the heads that moved; returns how many. Verify before: an anchor vouches for what it names."""
    file = file or path()
    with file.open("a+", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        before = read(file)
        moved = {
            head.chain: [head.sequence, head.digest]
            for head in heads
            if head.sequence and head.sequence > before.newest.get(head.chain, (0, ""))[0]
        }
        if moved:
            said = {"at": clock.now().isoformat(), "heads": moved, "previous": before.last_digest}
            body = json.dumps(said, sort_keys=True, separators=(",", ":"))
            stream.write(json.dumps({"body": body, "signature": keys.sign(body.encode())}) + "\n")
    return len(moved)


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
