"""Turn the hand-written catalogues into what gettext reads; no gettext tools needed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compile every django.po of the project to django.mo."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        catalogues = [
            path
            for locale in settings.LOCALE_PATHS
            for path in sorted(Path(locale).glob("*/LC_MESSAGES/django.po"))
        ]
        for path in catalogues:
            # Put there whole: another process may be reading the one that stands.
            made = path.with_suffix(f".{os.getpid()}")
            polib.pofile(str(path)).save_as_mofile(str(made))
            made.replace(path.with_suffix(".mo"))
        self.stdout.write(f"{len(catalogues)} catalogues compiled")
