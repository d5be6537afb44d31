"""Carbon targets and their public progress, training, green certificates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from suppliers.models import Instrument, Target, Training

from . import spark
from .companies import Company
from .handing import DAY, Handing, handed_in, returned

_SBTI = {
    "YAOCHI": ("active", dt.date(2023, 4, 6)),
    "PENGHU": ("active", dt.date(2024, 1, 18)),
    "NANKE": ("committed", dt.date(2023, 11, 9)),
}


def public_target(company: Company, day: dt.date) -> dict[str, Any]:
    return {
        "is_public": True,
        "covers": "scope1+2",
        "base_year": 2021,
        "target_year": 2030,
        "reduction_percent": Decimal(30),
        "public_url": f"https://www.{company.code.lower()}.example/climate",
        "checked_on": day,
    }


def targets(company: Company) -> Iterator[Handing]:
    dice = company.dice("target")
    if company.care == 1:
        return
    is_public = company.care >= 3
    first = dt.date(2023, 6, 5) + dice.randint(0, 200 if company.care == 3 else 60) * DAY
    base = public_target(company, first) | {"reduction_percent": Decimal(dice.choice([30, 35, 42, 50]))}
    if not is_public:
        base |= {"is_public": False, "public_url": ""}
    yield handed_in(company, Target, base, first, "Carbon target")
    tells = company.care == 5 or (company.care == 4 and dice.random() < 0.7)
    for year in (2022, 2023) if tells else ():
        day = max(dt.date(year + 1, 6, 20), first) + dice.randint(5, 40) * DAY
        sbti, since = _SBTI.get(company.code, ("", None))
        progress = {
            "progress_year": year,
            "progress_percent": Decimal(dice.randint(3, 6) * (year - 2021)),
            "checked_on": day,
            "sbti_status": sbti if since and since <= day else "",
            "sbti_since": since if since and since <= day else None,
        }
        yield handed_in(company, Target, base | progress, day, "Public progress report", f"Year {year}")


def trainings(company: Company) -> Iterator[Handing]:
    for year in (2023, 2024):
        dice = company.dice("training", year)
        if company.care == 1 and year == 2023:
            continue
        held = dt.date(year, 4, 10) + dice.randint(0, 130) * DAY
        required = max(company.employees // 3, 40)
        completed = round(required * min(0.62 + 0.07 * company.care + dice.uniform(-0.05, 0.05), 1.0))
        fields = {
            "title": f"{year} 年供应链 ESG 培训 (星火讲堂)",
            "held_on": held,
            "required_people": required,
            "completed_people": completed,
            "passed_people": round(completed * dice.uniform(0.86, 0.99)),
            "reached_tier2": company.care >= 4 and dice.random() < 0.6,
        }
        handing = handed_in(company, Training, fields, held + 9 * DAY, "Training record", f"Held on {held}")
        if company.code == "XIAOXIANG" and year == 2024:
            handing = returned(handing, "缺少签到表，请补充后重新提交。")
        yield handing


# Certificates bought, by year of generation [MWh].
_BOUGHT = {
    "SHENGLI": {2024: 2000},
    "KUAFU": {2024: 3000},
    "XUANPU": {2023: 1500, 2024: 2500},
    "MOYE": {2024: 1800},
    "TIANJI": {2023: 1000, 2024: 2200},
    "XIAOXIANG": {2024: 900},
    "DIANMU": {2024: 1000},
    "QUEQIAO": {2023: 500, 2024: 1400},
    "ZHULONG": {2024: 1500},
}


def instruments(company: Company) -> Iterator[Handing]:
    for year in (2023, 2024):
        day = dt.date(year + 1, 1, 14) + company.dice("gec", year).randint(0, 12) * DAY
        months = [dt.date(year, month, 1) for month in range(1, 13)]
        own = sum(spark.pv_kwh(company, site.code, month) for site in company.sites for month in months)
        bought = _BOUGHT.get(company.code, {}).get(year, 0) * 1000
        # A certificate is 1 MWh: what is left of the year's last one has none.
        for for_pv, kwh, series in ((True, own // 1000 * 1000, "P"), (False, bought, "B")):
            if kwh:
                fields = {
                    "kind": "gec",
                    "for_pv": for_pv,
                    "year": year,
                    "kwh": Decimal(kwh),
                    "serial_from": f"DEMO-{company.number:03d}-{year}-{series}-000001",
                    "serial_to": f"DEMO-{company.number:03d}-{year}-{series}-{int(kwh) // 1000:06d}",
                }
                yield handed_in(
                    company, Instrument, fields, day, "Green electricity certificates", f"Year {year}"
                )
