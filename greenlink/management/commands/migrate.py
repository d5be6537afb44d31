from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from greenlink.databases import as_owner


class Command(Migrate):
    """Django's own, as the owner of the tables where DATABASE_OWNER_URL names one."""

    def handle(self, *args: Any, **options: Any) -> None:
        with as_owner(options["database"]):
            super().handle(*args, **options)
