"""System check of the audit trail: its triggers stand in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections

from . import triggers


@register(Tags.database)
def the_database_writes_the_trail(
    databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    return [
        Warning(
            f"The audit's trigger or function {name} is missing or not what the code says.",
            hint="Run `./run migrate`; it puts them in place.",
            id="greenlink.W005",
        )
        for alias in databases or []
        for name in triggers.missing(connections[alias])
    ]
