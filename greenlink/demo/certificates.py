"""RBA audits and self-assessments, ISO certificates with their surveillance, ISO 14064-1 statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from suppliers.models import Credential

from . import TODAY
from .companies import Company
from .handing import DAY, Handing, handed_in, years_later

_VAP = {
    "NANKE": ("platinum", 200),
    "YAOCHI": ("platinum", 200),
    "NUWA": ("gold", 188),
    "PENGHU": ("gold", 184),
    "GUANGHAN": ("gold", 181),
    "SHENGLI": ("silver", 171),
    "HUAXU": ("silver", 165),
    "LEIGONG": ("silver", 163),
    "GANJIANG": ("silver", 162),
    "XUANPU": ("other", 152),
    "MOYE": ("other", 150),
    "QUEQIAO": ("other", 148),
    "KUAFU": ("other", 146),
    "DAGUAN": ("other", 145),
}
_ISSUER = "示例认证 (演示)"


def audits(company: Company) -> Iterator[Handing]:
    dice = company.dice("rba")
    if company.code in _VAP:
        level, score = _VAP[company.code]
        issued = dt.date(2023, 3, 20) + dice.randint(0, 420) * DAY
        fields = {
            "kind": "rba_vap",
            "level": level,
            "score": Decimal(score),
            "issued_on": issued,
            "expires_on": years_later(issued, 2),
            "issuer": _ISSUER,
            "scope_entity": company.name,
            "number": f"VAP-DEMO-{company.number:03d}",
        }
        yield handed_in(
            company, Credential, fields, issued + 20 * DAY, "RBA VAP audit report", f"{score} of 200"
        )
    elif company.care >= 2:
        issued = dt.date(2023, 5, 2) + dice.randint(0, 300) * DAY
        fields = {
            "kind": "rba_saq",
            "issued_on": issued,
            "expires_on": years_later(issued, 2),
            "issuer": "RBA-Online",
            "number": f"SAQ-DEMO-{company.number:03d}",
        }
        yield handed_in(company, Credential, fields, issued + 5 * DAY, "RBA self-assessment")


# Certificates that end soon: (standard, last day).
_ENDS_ON = {
    ("SHENGLI", "iso_14001"): dt.date(2025, 2, 16),
    ("HUAGUO", "iso_45001"): dt.date(2025, 3, 8),
    ("NANKE", "iso_50001"): dt.date(2025, 4, 10),
    ("PENGHU", "iso_45001"): dt.date(2025, 5, 5),
    ("SHENGLI", "iso_50001"): dt.date(2025, 4, 2),
}
_HOLDS = {
    5: ("iso_14001", "iso_45001", "iso_50001"),
    4: ("iso_14001", "iso_45001"),
    3: ("iso_14001", "iso_45001"),
    2: ("iso_14001",),
    1: (),
}
_CHANCE = {5: 1.0, 4: 1.0, 3: 0.8, 2: 0.8, 1: 0.0}


def certificates(company: Company) -> Iterator[Handing]:
    for standard in _HOLDS[company.care]:
        dice = company.dice(standard)
        if dice.random() >= _CHANCE[company.care]:
            continue
        issued = dt.date(2022, 4, 1) + dice.randint(0, 560) * DAY
        if (company.code, standard) in _ENDS_ON:
            issued = years_later(_ENDS_ON[company.code, standard] + DAY, -3)
        first = max(issued + 12 * DAY, dt.date(2023, 5, 10) + dice.randint(0, 30) * DAY)
        # A surveillance a year; the careless forget the letter of the second one.
        surveys = [years_later(issued, turn) + dice.randint(-10, 25) * DAY for turn in (1, 2)]
        before = [day for day in surveys if day <= first]
        fields = iso_certificate(company, standard, issued)
        at_first = fields | ({"last_surveillance_on": before[-1]} if before else {})
        yield handed_in(company, Credential, at_first, first, standard, "Certificate")
        for turn, day in enumerate(surveys, start=1):
            if first < day <= TODAY - 30 * DAY and (company.care >= 3 or turn == 1):
                letter = fields | {"last_surveillance_on": day}
                yield handed_in(company, Credential, letter, day + 14 * DAY, standard, "Surveillance letter")


def iso_certificate(company: Company, standard: str, issued: dt.date) -> dict[str, Any]:
    return {
        "kind": standard,
        "issued_on": issued,
        "expires_on": years_later(issued, 3) - DAY,
        "issuer": _ISSUER,
        "scope_entity": company.name,
        "number": f"{standard[4:]}-DEMO-{company.number:03d}",
    }


_VERIFIES = {5: 1.0, 4: 0.8, 3: 0.4}


def statements(company: Company) -> Iterator[Handing]:
    dice = company.dice("iso 14064")
    if dice.random() >= _VERIFIES.get(company.care, 0.0):
        return
    for year in (2022, 2023) if company.care == 5 else (2023,):
        issued = dt.date(year + 1, 5, 20) + dice.randint(0, 60) * DAY
        fields = {
            "kind": "iso_14064",
            "level": "reasonable" if company.care == 5 and year == 2023 else "limited",
            "issued_on": issued,
            "period_end": dt.date(year, 12, 31),
            "scope3_inside": company.code in ("YAOCHI", "PENGHU", "NUWA"),
            "issuer": "清源核查 (演示)",
            "number": f"GHG-DEMO-{company.number:03d}-{year}",
        }
        yield handed_in(
            company, Credential, fields, issued + 9 * DAY, "ISO 14064-1 statement", f"Year {year}"
        )
