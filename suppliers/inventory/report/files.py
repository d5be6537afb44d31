"""The report of a version as a file in a language: its bytes and its name."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation

from suppliers.inventory.inventory_queries import Account
from suppliers.inventory.models import Inventory

from .content import report
from .pdf import pdf
from .workbook import workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def pdf_file(inventory: Inventory, language: str = "") -> tuple[bytes, str]:
    with translation.override(_language(language)):
        return pdf(report(Account(inventory))), _name(inventory, "pdf")


def xlsx_file(inventory: Inventory, language: str = "") -> tuple[bytes, str]:
    with translation.override(_language(language)):
        account = Account(inventory)
        return workbook(account, report(account)), _name(inventory, "xlsx")


def _language(asked: str) -> str:
    """`zh`, `en`, or that of the reader."""
    chosen = {"zh": "zh-hans"}.get(asked, asked)
    return (
        chosen if chosen in dict(settings.LANGUAGES) else translation.get_language() or settings.LANGUAGE_CODE
    )


def _name(inventory: Inventory, ending: str) -> str:
    return f"inventory-{inventory.supplier.code}-{inventory.year}-v{inventory.version}.{ending}"
