from __future__ import annotations

import json
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from suppliers.tenants.accounts import encryption

# What is encrypted in which kind of second factor; a passkey keeps nothing secret here.
_SECRETS = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


class Command(BaseCommand):
    help = "Encrypt all second factors anew with the first of GREENLINK_ENCRYPTION_KEYS; then drop the older keys."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print {rotated} only")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        rows = list(Authenticator.objects.select_for_update().filter(type__in=_SECRETS))
        for row in rows:
            name = _SECRETS[row.type]
            row.data[name] = encryption.rotate(row.data[name])
            row.save(update_fields=["data"])
        words = f"{len(rows)} second factors are encrypted with the first key; the others can go."
        self.stdout.write(json.dumps({"rotated": len(rows)}) if options["json"] else words)
