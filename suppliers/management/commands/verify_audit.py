from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.audit import anchors, chain, triggers
from suppliers.tenants.audit.chain import Finding, Verified
from suppliers.tenants.models import Buyer, Supplier, VerificationBody

SHOWN = 50


class Command(BaseCommand):
    help = (
        "Read the audit trail again and find every changed, missing, reordered or cut entry; exit 1 with what and "
        "where. What is whole is anchored: its heads are signed and added to VAR_DIR/audit-anchors.jsonl."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="CODE", help="this tenant's chain alone, or 'platform'")
        parser.add_argument(
            "--anchor", metavar="FILE", type=Path, help="check against this copy of the anchors, too"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        files = [anchors.path()]
        if options["anchor"]:
            if not options["anchor"].exists():
                raise CommandError(f"{options['anchor']} does not exist.")
            files.append(options["anchor"])
        try:
            with all_tenants("verify_audit"):
                name = _chain_of(options["tenant"]) if options["tenant"] else ""
                result = _verified(name, files)
            if result.is_whole:
                anchors.write(result.heads.values())
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        self._say(result, as_json=options["json"])
        if not result.is_whole:
            raise SystemExit(1)

    def _say(self, result: Verified, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(_for_machines(result), ensure_ascii=False))
            return
        for finding in result.findings[:SHOWN]:
            self.stdout.write(f"{finding.code:10} {finding}")
        if len(result.findings) > SHOWN:
            self.stdout.write(f"… and {len(result.findings) - SHOWN} more")
        state = "whole" if result.is_whole else f"{len(result.findings)} findings"
        self.stdout.write(f"{result.entries} entries in {len(result.heads)} chains: {state}")


def _verified(name: str, files: list[Path]) -> Verified:
    known = [anchors.read(file) for file in files]
    anchored = {key: digest for one in reversed(known) for key, digest in one.said.items()}
    result = chain.verify(chain=name, anchored=anchored)
    result.findings += [finding for one in known for finding in one.findings]
    result.findings += _contradictions(known)
    result.findings += [
        Finding("trigger", "database", 0, f"{missing} is missing or changed: writing is not followed")
        for missing in triggers.missing()
    ]
    return result


def _contradictions(known: list[anchors.Anchors]) -> list[Finding]:
    """Two files of anchors that say different things of one entry: one of them is not ours any more."""
    first = known[0].said
    return [
        Finding("anchor", *key, "two files of anchors say different things of this entry")
        for other in known[1:]
        for key, digest in other.said.items()
        if first.get(key, digest) != digest
    ]


def _chain_of(code: str) -> str:
    if code == "platform":
        return code
    for kind, model in (("supplier", Supplier), ("buyer", Buyer), ("body", VerificationBody)):
        found = model._default_manager.filter(code=code).first()
        if found is not None:
            return f"{kind}:{found.pk}"
    raise CommandError(f"No tenant has the code {code}.")


def _for_machines(result: Verified) -> dict[str, Any]:
    return {
        "whole": result.is_whole,
        "entries": result.entries,
        "chains": {
            head.chain: {"sequence": head.sequence, "digest": head.digest} for head in result.heads.values()
        },
        "findings": [
            {"code": one.code, "chain": one.chain, "sequence": one.sequence, "what": one.what}
            for one in result.findings
        ],
    }
