from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from suppliers import pipeline
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.models import Supplier
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import Scope, entered
from suppliers.uploads import queries
from suppliers.uploads.models import Upload, UploadStatus

MOST_SHOWN = 20


class Command(BaseCommand):
    help = "Hand in a workbook or CSV for a supplier: checked, and with --accept turned into records."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--supplier", required=True, metavar="CODE")
        parser.add_argument("--accept", action="store_true", help="accept it if every row is right")
        parser.add_argument(
            "--partial", action="store_true", help="with --accept: take the rows that are right"
        )
        parser.add_argument("--json", action="store_true", help="print for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        with all_tenants("command upload"):
            supplier = Supplier.objects.filter(code=options["supplier"]).first()
        if supplier is None:
            raise CommandError(f"no supplier {options['supplier']}")
        with entered(Scope(supplier_id=supplier.pk)):
            refused = self._hand_in(supplier, content, options)
        if refused:
            raise CommandError(refused, returncode=1)

    def _hand_in(self, supplier: Supplier, content: bytes, options: dict[str, Any]) -> str:
        by = Actor.system("command upload")
        refused = ""
        try:
            upload = pipeline.receive(
                by=by, supplier=supplier, content=content, filename=options["file"].name
            )
            if upload.status in (UploadStatus.RECEIVED, UploadStatus.CHECKING):
                upload = pipeline.check(upload=upload)
            if options["accept"] and upload.status != UploadStatus.FAILED:
                upload = pipeline.accept(by=by, upload=upload, partial=options["partial"])
        except pipeline.UploadNeedsFix as needs_fix:
            refused = str(needs_fix)
            upload = Upload.objects.get(pk=upload.pk, supplier=supplier)
        except Refusal as refusal:
            return str(refusal)
        self._say(upload, as_json=options["json"])
        if upload.status == UploadStatus.FAILED:
            return "the file could not be read"
        return refused

    def _say(self, upload: Upload, *, as_json: bool) -> None:
        found = queries.issues_of(upload, "en" if as_json else "zh")
        if as_json:
            summary = {
                "id": upload.pk,
                "status": upload.status,
                "rows_total": upload.rows_total,
                "rows_valid": upload.rows_valid,
                "rows_accepted": upload.rows_accepted,
                "issues": found,
            }
            self.stdout.write(json.dumps(summary, ensure_ascii=False, default=str))
            return
        self.stdout.write(
            f"{upload.filename}: {upload.status}, {upload.rows_valid}/{upload.rows_total} rows right, "
            f"{upload.rows_accepted} accepted, {len(found)} issues"
        )
        for issue in found[:MOST_SHOWN]:
            place = issue["data"].get("cell") or (f"row {issue['row']}" if issue["row"] else "file")
            self.stdout.write(f"  {place}  {issue['code']}  {issue['message']}")
        if len(found) > MOST_SHOWN:
            self.stdout.write(f"  … {len(found) - MOST_SHOWN} more")
