"""Spark Action rows. `project` goes through the product's own actions; call inside an all-tenant or own scope."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from sparkplan import actions, stages
from sparkplan.models import Project
from suppliers.models import Site, Supplier
from suppliers.tenants.actors import Actor

_numbers = count(1)
LIGHTING = {"lamps": 1000, "hours_per_year": 4000, "watts_before": 40, "watts_after": 15}  # 100 000 kWh/a


def project(
    supplier: Supplier,
    site: Site,
    *,
    by: Actor | None = None,
    stage: str = "lead",
    first_day: str = "2023-01-02",
    **more: Any,
) -> Project:
    """A lighting project of 100 000 kWh a year at 0.70 CNY, one month between stages until `stage`."""
    actor = by or Actor.system("tests")
    day = dt.date.fromisoformat(first_day)
    number = next(_numbers)
    values: dict[str, Any] = {
        "code": f"P-{number:04d}",
        "name": f"照明改造{number}",
        "name_en": f"Lighting {number}",
        "measure_code": "lighting",
        "inputs": LIGHTING,
        "terms": actions.Terms(price_cny_per_kwh="0.70", investment_cny="210000"),
    } | more
    made = actions.create(supplier=supplier, site=site, by=actor, on=day, **values)
    if stage != "lead":
        for step in stages.ORDER[1 : stages.ORDER.index(stage) + 1]:
            day = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=2)
            actions.move(project=made, stage=step, on=day, by=actor)
    made.refresh_from_db()
    return made
