from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from suppliers.tenants import erasure
from suppliers.tenants.asking import coming_from
from suppliers.tenants.models import User
from suppliers.tenants.refusals import Refusal


class Command(BaseCommand):
    help = "Remove a person's data on request: what they did stays under a number. There is no way back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--json", action="store_true", help="print {number} for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        person = User.objects.filter(email=email).first()
        if person is None:
            raise CommandError(f"nobody has the address {email}")
        try:
            with coming_from("command forget_person"):
                erasure.pseudonymise(user=person, by=None)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        number = json.dumps({"number": person.pk}) if options["json"] else f"now removed person {person.pk}"
        self.stdout.write(number)
