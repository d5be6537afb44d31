"""What the page of one upload shows: where it stands, what is wrong with which cell, what it brought."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suppliers.activity import coverage
from suppliers.calc import columns
from suppliers.calc.issues import ERROR, FIELD_NAMES
from suppliers.calc.issues import sentence as issue_sentence
from suppliers.calc.tables import row_texts
from suppliers.inventory import breakdown
from suppliers.inventory.models import EmissionLine
from suppliers.tenants import audit
from suppliers.tenants.actors import Actor
from suppliers.tenants.roles import Right
from suppliers.uploads import queries, readers
from suppliers.uploads.models import CellFix, Upload, UploadStatus
from suppliers.uploads.preflight import FileTrouble

CELLS_SHOWN = 8  # of each kind; the annotated workbook has them all
CHECKING = (UploadStatus.RECEIVED, UploadStatus.CHECKING)
SMALL_FILE_BYTES = 300_000
OVER = (UploadStatus.WITHDRAWN, UploadStatus.FAILED, *CHECKING)
OPEN = (UploadStatus.NEEDS_FIX, UploadStatus.READY)

BADGES = {
    UploadStatus.RECEIVED: ("info", "clock"),
    UploadStatus.CHECKING: ("info", "clock"),
    UploadStatus.NEEDS_FIX: ("bad", "bad"),
    UploadStatus.READY: ("accent", "check"),
    UploadStatus.ACCEPTED: ("good", "good"),
    UploadStatus.WITHDRAWN: ("", "withdraw"),
    UploadStatus.FAILED: ("bad", "bad"),
}

TITLES = {
    "row.missing": gettext_lazy("Cells left empty"),
    "row.number": gettext_lazy("Not a number"),
    "row.date": gettext_lazy("Not a date"),
    "row.unit": gettext_lazy("Unit does not fit"),
    "row.carrier": gettext_lazy("Unknown energy carrier"),
    "row.site": gettext_lazy("Unknown site"),
    "row.meter": gettext_lazy("Meter does not fit"),
    "row.negative": gettext_lazy("Negative quantity"),
    "row.text": gettext_lazy("Text that cannot be kept"),
    "row.duplicate": gettext_lazy("The same row twice"),
    "period.reversed": gettext_lazy("Ends before it starts"),
    "period.future": gettext_lazy("Period in the future"),
    "period.overlap": gettext_lazy("Periods that overlap"),
    "record.exists": gettext_lazy("Already accepted earlier"),
    "factor.missing": gettext_lazy("No emission factor yet"),
    "value.implausible": gettext_lazy("Unusually high"),
}

ACTS = {
    "upload.receive": gettext_lazy("Received"),
    "upload.fix": gettext_lazy("Cell corrected"),
    "upload.mapping": gettext_lazy("Columns named"),
    "upload.accept": gettext_lazy("Accepted"),
    "upload.withdraw": gettext_lazy("Withdrawn"),
}


def badge(upload: Upload) -> dict[str, str]:
    tone, icon = BADGES[UploadStatus(upload.status)]
    return {"word": str(UploadStatus(upload.status).label), "tone": tone, "icon": icon}


def field_label(field: str | None, language: str) -> str:
    names = FIELD_NAMES.get(field or "")
    return "" if names is None else names[0 if language == "zh" else 1]


def context(
    upload: Upload, *, actor: Actor, today: dt.date, language: str, just_fixed: tuple[int, str] | None = None
) -> dict[str, Any]:
    """`just_fixed` is the cell corrected by this very request: the page says what became of it."""
    is_part_accepted = upload.status == UploadStatus.ACCEPTED and upload.rows_accepted < upload.rows_total
    open_to_accept = upload.status in OPEN or is_part_accepted
    groups = issue_groups(upload, language) if upload.status not in CHECKING else []
    may_write = actor.may(Right.UPLOAD_WRITE)
    bad_rows = max(upload.rows_total - upload.rows_valid, 0)
    acceptable = max(upload.rows_valid - upload.rows_accepted, 0)
    may_accept = may_write and open_to_accept and acceptable > 0
    sample = first_row(upload) if open_to_accept else {}
    return {
        "upload": upload,
        "badge": badge(upload),
        "steps": _steps(upload),
        "is_checking": upload.status in CHECKING,
        "is_failed": upload.status == UploadStatus.FAILED,
        "is_accepted": upload.status == UploadStatus.ACCEPTED,
        "is_withdrawn": upload.status == UploadStatus.WITHDRAWN,
        "percent": round(upload.progress * 100) if upload.progress else None,
        "bad_rows": bad_rows,
        "acceptable": acceptable,
        "groups": groups,
        "mapped": _mapped(upload, language, sample),
        "has_samples": bool(sample),
        "fixes": list(_fixes(upload)),
        "acts": _acts(upload, language),
        "just_fixed": _what_became(just_fixed, groups, language),
        "may_fix": may_write and open_to_accept,
        "may_accept_all": may_accept and not bad_rows,
        "may_accept_part": may_accept and bad_rows > 0,
        "may_withdraw": actor.may(Right.UPLOAD_WITHDRAW) and upload.status not in OVER,
        "gained": gained(upload, today) if upload.status == UploadStatus.ACCEPTED else None,
        "partial_field": {"name": "partial", "value": "yes"},
    }


def _steps(upload: Upload) -> list[dict[str, Any]]:
    place = {
        UploadStatus.RECEIVED: 1,
        UploadStatus.CHECKING: 1,
        UploadStatus.FAILED: 1,
        UploadStatus.NEEDS_FIX: 2,
        UploadStatus.READY: 3,
        UploadStatus.ACCEPTED: 4,
        UploadStatus.WITHDRAWN: 4,
    }[UploadStatus(upload.status)]
    if upload.status == UploadStatus.ACCEPTED and upload.rows_accepted < upload.rows_total:
        place = 2 if upload.rows_valid < upload.rows_total else 3
    labels = [_("Choose file"), _("Check"), _("Fix cells"), _("Accept")]
    states = ["done" if at < place else "now" if at == place else "next" for at in range(len(labels))]
    return [{"label": label, "state": state} for label, state in zip(labels, states, strict=True)]


def issue_groups(upload: Upload, language: str) -> list[dict[str, Any]]:
    """Issues by kind with their first cells, each cell with the text it holds now; errors before warnings."""
    report = queries.report_of(upload)
    if report is None:
        return []
    texts = {sample["row"]: sample["cells"] for sample in report.sample}
    groups: dict[str, dict[str, Any]] = {}
    for issue in report.issues:
        code = issue["code"]
        group = groups.setdefault(
            code,
            {
                "code": code,
                "title": TITLES.get(code, ""),
                "severity": issue["severity"],
                "count": 0,
                "cells": [],
            },
        )
        group["count"] += 1
        if len(group["cells"]) < CELLS_SHOWN:
            group["cells"].append(_cell(issue, texts, language))
    for group in groups.values():
        group["title"] = group["title"] or group["cells"][0]["message"]
        group["more"] = group["count"] - len(group["cells"])
    return sorted(groups.values(), key=lambda group: (group["severity"] != ERROR, -group["count"]))


def _cell(issue: dict[str, Any], texts: dict[int, dict[str, str]], language: str) -> dict[str, Any]:
    row, field = issue["row"], issue["column"]
    held = texts.get(row, {})
    return {
        "row": row,
        "field": field,
        "column": field_label(field, language),
        "value": held.get(field, "") if field else "",
        "message": issue_sentence(issue["code"], issue["data"], language=language, column=field),
        "can_fix": bool(field) and row is not None and bool(held) and issue["severity"] == ERROR,
    }


def _what_became(
    just_fixed: tuple[int, str] | None, groups: list[dict[str, Any]], language: str
) -> dict[str, Any] | None:
    if just_fixed is None:
        return None
    row, field = just_fixed
    still = any(cell["row"] == row and cell["field"] == field for group in groups for cell in group["cells"])
    return {"row": row, "column": field_label(field, language), "still_wrong": still}


def _mapped(upload: Upload, language: str, sample: dict[str, str]) -> list[dict[str, str]]:
    found = upload.mapping.get("found", {})
    return [
        {"field": field_label(field, language) or field, "header": header, "sample": sample.get(field, "")}
        for field, header in found.items()
    ]


def first_row(upload: Upload) -> dict[str, str]:
    """The first data row by field, to show that columns were understood; a large file is not read for it."""
    return row_cells(upload, None)


def row_cells(upload: Upload, row: int | None) -> dict[str, str]:
    """The cells of one row (or of the first) as they stand in the file; empty where reading it would take long."""
    if upload.size_bytes > SMALL_FILE_BYTES:
        return {}
    override = queries.mapping_of(upload)
    try:
        table = readers.read_table(
            queries.content_of(upload),
            limit_bytes=settings.UPLOAD_LIMIT_BYTES,
            mapping=override,
            examined=True,
        )
        mapping = columns.map_columns(table.header, override)
        return row_texts(table, mapping, table.first_row if row is None else row)
    except (FileTrouble, columns.HeaderTrouble, ValueError, OSError):
        return {}


def _fixes(upload: Upload) -> Any:
    rows = CellFix.objects.filter(supplier_id=upload.supplier_id, upload=upload)
    return rows.select_related("by").order_by("-id")[:50]


def _acts(upload: Upload, language: str) -> list[dict[str, Any]]:
    return [
        {
            "when": timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M"),
            "who": str(entry.user) if entry.user else "",
            "what": ACTS.get(entry.act, entry.act),
            "detail": _act_detail(entry.act, entry.data, language),
        }
        for entry in audit.entries_of(upload)[:30]
    ]


def _act_detail(act: str, data: dict[str, Any], language: str) -> str:
    if act == "upload.fix":
        where = _("row %(row)s, %(column)s") % {
            "row": data["row"],
            "column": field_label(data["field"], language),
        }
        return f"{where}: {data['old'] or '–'} → {data['new'] or '–'}"
    if act == "upload.accept":
        return _("%(count)s rows") % {"count": data["rows"]}
    if act == "upload.withdraw":
        return _("%(count)s records") % {"count": data["records"]}
    return ""


def gained(upload: Upload, today: dt.date) -> dict[str, Any]:
    """What the accepted rows brought: kilograms of CO2e, lines, and months with data before and after."""
    lines = EmissionLine.objects.filter(
        supplier_id=upload.supplier_id, record__upload=upload, withdrawn_at=None, basis__in=breakdown.ADDABLE
    )
    sums = lines.aggregate(kgco2e=Sum("kgco2e"), kgce=Sum("kgce"), count=Count("id"))
    months = coverage.months_of_upload(supplier_id=upload.supplier_id, upload_id=upload.pk, until=today)
    before, after = (0.0, 0.0)
    if months:
        before, after = coverage.share_before_and_after(
            supplier_id=upload.supplier_id, upload_id=upload.pk, months=months
        )
    years = sorted({year for year, _month in months})
    return {
        "kgco2e": sums["kgco2e"] or Decimal(0),
        "kgce": sums["kgce"],
        "lines": sums["count"],
        "before": before,
        "after": after,
        "years": "–".join(str(year) for year in dict.fromkeys([years[0], years[-1]])) if years else "",
    }
