from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from greenlink.database_roles import Roles, script


class Command(BaseCommand):
    help = (
        "Print the SQL that makes the PostgreSQL roles of a production database; it changes nothing itself."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        for name, default in vars(Roles()).items():
            parser.add_argument(f"--{name}", default=default, metavar="NAME", help=f"default: {default}")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            roles = Roles(**{name: options[name] for name in vars(Roles())})
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(script(roles), ending="")
