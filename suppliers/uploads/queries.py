"""What a page or the API asks about uploads. Issues live in the report as data; sentences are made here."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from suppliers.calc import issues
from suppliers.calc.columns import MappingOverride
from suppliers.calc.tables import Fix

from .models import CellFix, Upload, UploadReport


def uploads_of(*, supplier_ids: list[int]) -> QuerySet[Upload]:
    """Uploads, newest first, with whoever sent them: one query however many there are."""
    rows: QuerySet[Upload] = Upload.objects.filter(supplier_id__in=supplier_ids).order_by(
        "-created_at", "-id"
    )
    return rows.select_related("supplier", "created_by", "accepted_by", "withdrawn_by")


def report_of(upload: Upload) -> UploadReport | None:
    """The last check's report. Looked up by tenant, as everything is."""
    report: UploadReport | None = UploadReport.objects.filter(
        supplier_id=upload.supplier_id, upload=upload
    ).first()
    return report


def issue_groups(upload: Upload, language: str = "zh") -> list[dict[str, Any]]:
    """Issues by kind: code, column, severity, count, one message as example, the first rows."""
    report = report_of(upload)
    groups = report.groups if report else []
    return [group | {"message": _message(group["example"], language)} for group in groups]


def issues_of(
    upload: Upload, language: str, code: str | None = None, offset: int = 0, limit: int | None = None
) -> list[dict[str, Any]]:
    """Issues as the API shows them: code, severity, row, column, message, data; by row."""
    report = report_of(upload)
    found = report.issues if report else []
    if code:
        found = [row for row in found if row["code"] == code]
    end = None if limit is None else offset + limit
    return [row | {"message": _message(row, language)} for row in found[offset:end]]


def issue_count(upload: Upload) -> int:
    report = report_of(upload)
    return len(report.issues) if report else 0


def bad_rows(upload: Upload, language: str, limit: int = 50) -> list[dict[str, Any]]:
    """The first rows that need fixing: {row, cells: {field: text}, issues: {field: [message]}, other: [message]}."""
    report = report_of(upload)
    if report is None:
        return []
    by_row: dict[int, list[dict[str, Any]]] = {}
    for issue in report.issues:
        if issue["severity"] == issues.ERROR and issue["row"] is not None:
            by_row.setdefault(issue["row"], []).append(issue)
    result = []
    for sample in report.sample[:limit]:
        of_row: dict[str, list[str]] = {}
        for issue in by_row.get(sample["row"], []):
            of_row.setdefault(issue["column"] or "", []).append(_message(issue, language))
        result.append(sample | {"other": of_row.pop("", []), "issues": of_row})
    return result


def fixes_of(upload: Upload) -> list[Fix]:
    """Cell fixes in the order they were made; the later of two wins."""
    rows = CellFix.objects.filter(supplier_id=upload.supplier_id, upload=upload).order_by("id")
    return [(row, name, text) for row, name, text in rows.values_list("row", "field", "new")]


def mapping_of(upload: Upload) -> MappingOverride | None:
    """What the supplier said about the columns of this file, if anything."""
    fields = upload.mapping.get("fields", {})
    decimal_comma = bool(upload.mapping.get("decimal_comma"))
    if not fields and not decimal_comma:
        return None
    return MappingOverride(fields=fields, decimal_comma=decimal_comma)


def content_of(upload: Upload) -> bytes:
    """The file as it came."""
    with upload.file.open("rb") as stream:
        content: bytes = stream.read()
    return content


def _message(issue: dict[str, Any], language: str) -> str:
    return issues.sentence(issue["code"], issue["data"], language=language, column=issue["column"])
