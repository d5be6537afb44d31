from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from suppliers.tenants import tokens
from suppliers.tenants.models import User


class Command(BaseCommand):
    help = "Issue an API token for a user and print it; it is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--json", action="store_true", help="print {email, token} instead of the token alone"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        user = User.objects.filter(email=email, is_active=True).first()
        if user is None:
            raise CommandError(f"no active user {email}")
        token = tokens.issue(user=user, name="command")
        self.stdout.write(json.dumps({"email": email, "token": token}) if options["json"] else token)
