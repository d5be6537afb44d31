"""The report of a version, and its lines, as a file in a language: its bytes and its name."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, cast

from django.conf import settings
from django.utils import translation

from suppliers.inventory.accounts import Account, Lines
from suppliers.inventory.models import Inventory

from .content import report
from .lines_csv import csv_rows
from .pdf import pdf
from .workbook import write_workbook

KINDS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@contextmanager
def written(
    inventory: Inventory, ending: str, language: str = "", wanted: Mapping[str, Any] | None = None
) -> Iterator[IO[bytes]]:
    """The report (`pdf`, `xlsx`) or the filtered lines (`csv`), written to a file that is gone afterwards."""
    with translation.override(chosen_language(language)), tempfile.TemporaryFile() as file:
        account = Account(inventory)
        if ending == "pdf":
            file.write(pdf(report(account)))
        elif ending == "xlsx":
            write_workbook(cast(IO[bytes], file), account, report(account))
        else:
            _write_csv(cast(IO[bytes], file), Lines(account, wanted or {}))
        file.seek(0)
        yield cast(IO[bytes], file)


def chosen_language(asked: str) -> str:
    """`zh`, `en`, or that of the reader."""
    chosen = {"zh": "zh-hans"}.get(asked, asked)
    return (
        chosen if chosen in dict(settings.LANGUAGES) else translation.get_language() or settings.LANGUAGE_CODE
    )


def name_of(inventory: Inventory, ending: str) -> str:
    lines = "-lines" if ending == "csv" else ""
    return f"inventory-{inventory.supplier.code}-{inventory.year}-v{inventory.version}{lines}.{ending}"


def _write_csv(file: IO[bytes], lines: Lines) -> None:
    """With a byte-order mark, so that spreadsheets read the Chinese."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    csv.writer(text).writerows(csv_rows(lines))
    text.detach()
