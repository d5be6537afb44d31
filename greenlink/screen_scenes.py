"""What stands on the big screen: figures, tiles, arrows, charts and tables as plain data, for page and polling alike.

The number of queries is the same whatever the number of suppliers.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from greenlink import screen_carbon, screen_ranking, screen_spark
from scorecards import queries as scorecards
from suppliers.models import Buyer, Enrolment, Supplier
from suppliers.templatetags.greenlink import named
from suppliers.tenants import clock


def content(buyer: Buyer) -> dict[str, Any]:
    """All three scenes. Open the buyer's scope before."""
    edition = scorecards.latest(buyer, published_only=True)
    today = clock.today()
    quarter = buyer.quarter(edition.label) if edition else buyer.quarter_of(today).previous()
    enrolled = _enrolled(buyer, today)
    carbon = screen_carbon.scene(quarter, enrolled)
    spark = screen_spark.scene(buyer)
    ranking = screen_ranking.scene(edition)
    return {
        "buyer": named(buyer),
        "quarter": quarter.label,
        "period": f"{quarter.previous(3).first_day:%Y-%m} – {quarter.last_day:%Y-%m}",
        "at": clock.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        "data_until": carbon.pop("data_until"),
        "published": f"{edition.published_at:%Y-%m-%d}" if edition and edition.published_at else "",
        "scenes": {"carbon": carbon, "spark": spark, "ranking": ranking},
    }


def _enrolled(buyer: Buyer, today: dt.date) -> dict[int, str]:
    """Province of every supplier enrolled today, by supplier."""
    rows = Supplier.objects.filter(
        pk__in=Enrolment.objects.filter(buyer=buyer).active(today).values("supplier")
    )
    return dict(rows.order_by("pk").values_list("pk", "province"))
