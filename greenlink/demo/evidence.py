"""What the suppliers prove, in the order of its days; what procurement enters for those not on the platform."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from suppliers.models import Credential, Target, Training

from . import TODAY
from .certificates import audits, certificates, iso_certificate, statements
from .companies import Company, companies, on_platform
from .handing import DAY, Handing
from .pledges import instruments, public_target, targets, trainings
from .ratings import rating_fields, ratings


def handings() -> list[Handing]:
    """Everything handed in by those on the platform until the demo's today, by day."""
    found: list[Handing] = []
    for company in on_platform():
        found += ratings(company)
        found += audits(company)
        found += certificates(company)
        found += statements(company)
        found += targets(company)
        found += trainings(company)
        found += instruments(company)
    found += list(_waiting())
    return sorted((one for one in found if one.day <= TODAY), key=lambda one: (one.day, one.company.number))


def entered_by_procurement() -> list[tuple[dt.date, Company, type[Any], dict[str, Any]]]:
    """What procurement knows of those not on the platform: both ratings, ISO 14001 of some, targets of the large."""
    found: list[tuple[dt.date, Company, type[Any], dict[str, Any]]] = []
    for company in companies():
        if company.is_on_platform:
            continue
        for now in (False, True):
            fields = rating_fields(company, now=now)
            found.append((fields["issued_on"] + 15 * DAY, company, Credential, fields))
        if company.number % 3:
            issued = dt.date(2022, 6, 1) + company.dice("iso 14001").randint(0, 500) * DAY
            day = max(issued, dt.date(2023, 6, 1)) + 20 * DAY
            found.append((day, company, Credential, iso_certificate(company, "iso_14001", issued)))
        if company.spend_cny >= 200_000_000:
            day = dt.date(2023, 8, 14) + company.dice("target").randint(0, 300) * DAY
            found.append((day, company, Target, public_target(company, day)))
    until_today = [(min(day, TODAY), company, model, fields) for day, company, model, fields in found]
    return sorted(until_today, key=lambda one: (one[0], one[1].number))


def _waiting() -> Iterator[Handing]:
    """What lies on the evidence desk today, and one thing that went back to its sender."""
    by_code = {company.code: company for company in on_platform()}
    for code, standard, day in (
        ("CHUNJUN", "iso_45001", dt.date(2025, 1, 27)),
        ("QIUSHUANG", "iso_14001", dt.date(2025, 1, 28)),
        ("YUCHANG", "iso_14001", dt.date(2025, 2, 5)),
        ("LANGYUAN", "iso_45001", dt.date(2025, 2, 8)),
    ):
        # Issued before the end of the quarter where it is handed in only now: the indicator says "pending".
        issued = min(day - 12 * DAY, dt.date(2024, 12, 20))
        fields = iso_certificate(by_code[code], standard, issued) | {
            "number": f"{standard[4:]}-DEMO-{code}-R"
        }
        yield Handing(by_code[code], Credential, fields, day, None, (code, standard, "Certificate"))
    for code, day in (("QUEQIAO", dt.date(2025, 2, 3)), ("DIANMU", dt.date(2025, 2, 7))):
        fields = {
            "title": "2025 年第一季度 ESG 培训",
            "held_on": day - 6 * DAY,
            "required_people": 120,
            "completed_people": 104,
            "passed_people": 97,
            "reached_tier2": False,
        }
        yield Handing(by_code[code], Training, fields, day, None, (code, "Training record"))
    day = dt.date(2025, 2, 6)
    fields = public_target(by_code["KUAFU"], day) | {"progress_year": 2024, "progress_percent": Decimal(9)}
    yield Handing(by_code["KUAFU"], Target, fields, day, None, ("KUAFU", "Public progress report"))
    shengli = by_code["SHENGLI"]
    fields = iso_certificate(shengli, "iso_14001", dt.date(2025, 1, 20)) | {"number": "14001-DEMO-001-R"}
    why = "证书扫描件只有第一页，请上传完整文件。"
    yield Handing(
        shengli, Credential, fields, dt.date(2025, 2, 3), dt.date(2025, 2, 6), ("SHENGLI", "iso_14001", "Page 1 of 3"),
        why, stays_returned=True,
    )  # fmt: skip
