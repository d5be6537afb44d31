"""What stands on the big screen: figures, tiles, arrows, charts and tables as plain data, for page and polling alike.

The number of queries is the same whatever the number of suppliers.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from greenlink import screen_map
from scorecards import queries as scorecards
from scorecards.models import Edition, Scorecard
from sparkplan import queries as spark_queries
from suppliers.calc.periods import FiscalQuarter
from suppliers.inventory import queries as inventory
from suppliers.inventory.models import Basis
from suppliers.models import ActivityRecord, Buyer, Enrolment, Supplier
from suppliers.templatetags.greenlink import named
from suppliers.templatetags.greenlink import points as points_text
from suppliers.tenants import clock

GRADES = ("A", "B", "C", "D")
TOP = 10
MOVERS = 5
_LOCATION_VIEW = (Basis.DIRECT, Basis.LOCATION)
_RENEWABLE = ("pv_self", "green_power")
_ALL_ELECTRICITY = ("electricity", *_RENEWABLE)


def content(buyer: Buyer) -> dict[str, Any]:
    """All three scenes. Open the buyer's scope before."""
    edition = scorecards.latest(buyer, published_only=True)
    today = clock.today()
    quarter = buyer.quarter(edition.label) if edition else buyer.quarter_of(today).previous()
    enrolled = _enrolled(buyer, today)
    carbon = _carbon(quarter, enrolled)
    spark = _spark(buyer)
    ranking = _ranking(edition)
    return {
        "buyer": named(buyer),
        "quarter": quarter.label,
        "period": f"{quarter.previous(3).first_day:%Y-%m} – {quarter.last_day:%Y-%m}",
        "at": clock.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        "data_until": carbon.pop("data_until"),
        "published": f"{edition.published_at:%Y-%m-%d}" if edition and edition.published_at else "",
        "scenes": {"carbon": carbon, "spark": spark, "ranking": ranking},
    }


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")


def figure(
    key: str, label: str, value: float | None, unit: str, digits: int = 0, note: str = ""
) -> dict[str, Any]:
    """A key figure: the number for counting up, and its text as it ends."""
    text = "–" if value is None else f"{value:,.{digits}f}"
    return {
        "key": key,
        "label": label,
        "value": value,
        "text": text,
        "unit": unit,
        "digits": digits,
        "note": note,
    }


Scale = tuple[float, str, int]


def scaled(key: str, label: str, value: float | None, zh: Scale, en: Scale) -> dict[str, Any]:
    """A figure in the unit readers of the language expect: (how many base units it holds, its name, decimals)."""
    size, unit, digits = zh if _chinese() else en
    return figure(key, label, None if value is None else value / size, unit, digits)


def _enrolled(buyer: Buyer, today: dt.date) -> dict[int, str]:
    """Province of every supplier enrolled today, by supplier."""
    rows = Supplier.objects.filter(
        pk__in=Enrolment.objects.filter(buyer=buyer).active(today).values("supplier")
    )
    return dict(rows.order_by("pk").values_list("pk", "province"))


# carbon


def _carbon(quarter: FiscalQuarter, enrolled: dict[int, str]) -> dict[str, Any]:
    first, last = quarter.previous(7).first_day, quarter.last_day
    year_from = quarter.previous(3).first_day
    lines = inventory.lines_in_force(supplier_ids=list(enrolled), from_day=first, until_day=last)
    lines = lines.filter(basis__in=_LOCATION_VIEW, scope__in=(1, 2)).order_by()
    by_month = _by_month(lines)
    of_year = lines.filter(Q(year__gt=year_from.year) | Q(year=year_from.year, month__gte=year_from.month))
    by_province: dict[str, float] = {}
    for province, kgco2e in of_year.values_list("record__site__province").annotate(sum=Sum("kgco2e")):
        by_province[province] = float(kgco2e) / 1000
    reporting = of_year.aggregate(suppliers=Count("supplier", distinct=True), kgce=Sum("kgce"))
    months = [month for month in by_month if month >= f"{year_from:%Y-%m}"]
    year_t = sum(sum(by_month[month]) for month in months)
    suppliers = Counter(province for province in enrolled.values() if province)
    return {
        "title": _("Carbon of the supply chain"),
        "data_until": max(by_month, default=""),
        "figures": _carbon_figures(year_t if months else None, reporting, enrolled, year_from, last),
        "tiles": screen_map.tiles(by_province, suppliers),
        "arrows": screen_map.arrows(suppliers),
        "map_sentence": _(
            "Tonnes CO2e by province of the sites; arrows run from suppliers' provinces to the factory."
        ),
        "trend": _trend(by_month),
    }


def _by_month(lines: Any) -> dict[str, tuple[float, float]]:
    """Scope 1 and scope 2 [t] by month that has data."""
    months: dict[str, list[float]] = {}
    for year, month, scope, kgco2e in lines.values_list("year", "month", "scope").annotate(sum=Sum("kgco2e")):
        months.setdefault(f"{year}-{month:02d}", [0.0, 0.0])[scope - 1] += float(kgco2e) / 1000
    return {month: (tonnes[0], tonnes[1]) for month, tonnes in sorted(months.items())}


def _carbon_figures(
    year_t: float | None,
    reporting: dict[str, Any],
    enrolled: dict[int, str],
    first: dt.date,
    last: dt.date,
) -> list[dict[str, Any]]:
    kwh = dict(
        ActivityRecord.objects.filter(
            Q(meter=None) | Q(meter__accounting=True),
            supplier_id__in=list(enrolled),
            withdrawn_at=None,
            carrier__in=_ALL_ELECTRICITY,
            start__gte=first,
            end__lte=last,
        )
        .order_by()
        .values_list("carrier")
        .annotate(sum=Sum("quantity"))
    )
    all_kwh = float(sum(kwh.values()))
    renewable = float(sum(kwh.get(carrier, 0) for carrier in _RENEWABLE))
    tce = float(reporting["kgce"]) / 1000 if reporting["kgce"] is not None else None
    return [
        figure(
            "carbon.total",
            _("Emissions, four quarters"),
            year_t,
            _("t CO2e"),
            0,
            _("scope 1 and 2, location-based"),
        ),
        figure("carbon.energy", _("Energy, standard coal"), tce, _("tce"), 0, _("last four quarters")),
        scaled(
            "carbon.electricity",
            _("Electricity, four quarters"),
            all_kwh if kwh else None,
            (1e4, "万度", 0),
            (1e6, "GWh", 1),
        ),
        figure(
            "carbon.renewable",
            _("Own PV and green power"),
            renewable / all_kwh * 100 if all_kwh else None,
            "%",
            1,
            _("share of electricity"),
        ),
        figure(
            "carbon.suppliers",
            _("Suppliers with data"),
            float(reporting["suppliers"]),
            _("suppliers"),
            0,
            _("of %(count)s enrolled") % {"count": len(enrolled)},
        ),
    ]


def _trend(by_month: dict[str, tuple[float, float]]) -> dict[str, Any]:
    names = [_("Scope 1"), _("Scope 2, location-based")]
    series = [
        {
            "name": name,
            "type": "bar",
            "stack": "t",
            "itemStyle": {"color": colour},
            "data": [round(tonnes[place], 1) for tonnes in by_month.values()],
            "barMaxWidth": 26,
        }
        for place, (name, colour) in enumerate(zip(names, ("$amber", "$green"), strict=True))
    ]
    return {
        "sentence": _("Monthly emissions in tonnes CO2e over up to 24 months."),
        "options": {
            "legend": {"data": names},
            "grid": {"top": 64, "right": 48},
            "xAxis": {"type": "category", "data": list(by_month)},
            "yAxis": {"type": "value"},
            "series": series,
        }
        if by_month
        else None,
        "columns": [_("Month"), *names],
        "rows": [[month, f"{one:,.0f}", f"{two:,.0f}"] for month, (one, two) in by_month.items()],
    }


# spark


def _spark(buyer: Buyer) -> dict[str, Any]:
    found = spark_queries.summary(buyer=buyer)
    kwh, cny, long = found["kwh_per_year"], found["cny_per_year"], found["twenty_years"]
    million = _("million CNY")
    return {
        "title": _("Spark Action"),
        "figures": [
            figure("spark.projects", _("Projects landed"), float(found["projects"]), _("projects")),
            figure("spark.partners", _("Partners"), float(found["partners"]), _("companies")),
            scaled("spark.kwh", _("Electricity saved a year"), kwh, (1e4, "万度", 0), (1e6, "GWh", 2)),
            scaled("spark.cny", _("Money saved a year"), cny, (1e4, "万元", 0), (1e6, million, 2)),
            figure(
                "spark.tonnes",
                _("CO2 avoided a year"),
                found["tco2_per_year"],
                _("t CO2"),
                0,
                _factor_note(found),
            ),
        ],
        "factor_note": _("factor %(code)s") % {"code": long["factor_code"]} if long["factor_code"] else "",
        "measures": _measures(found["by_measure"]),
        "long_title": _("Over %(years)s years") % {"years": long["years"]},
        "long": [
            scaled("spark.long_kwh", _("Power saved"), long["kwh"], (1e8, "亿度", 2), (1e6, "GWh", 0)),
            scaled("spark.long_cny", _("Money saved"), long["cny"], (1e8, "亿元", 2), (1e6, million, 0)),
            scaled("spark.long_tonnes", _("CO2 avoided"), long["tco2"], (1e4, "万吨", 1), (1e3, "kt", 0)),
        ],
    }


def _factor_note(found: dict[str, Any]) -> str:
    """Both reckonings are named: the program's declared factor, and today's."""
    declared = _("factor %(code)s") % {"code": found["factor_code"]} if found["factor_code"] else ""
    if found["tco2_per_year_current"] is None:
        return declared
    tonnes = f"{found['tco2_per_year_current']:,.0f}"
    current = _("%(tonnes)s t with %(code)s") % {"tonnes": tonnes, "code": found["factor_code_current"]}
    return f"{declared} · {current}" if declared else current


def _measures(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    zh = _chinese()
    ordered = sorted(rows, key=lambda row: -row["kwh_per_year"])
    unit, size = ("万度", 1e4) if zh else ("MWh", 1e3)
    names = [row["name"] if zh else row["name_en"] for row in ordered]
    bars = [round(row["kwh_per_year"] / size, 1) for row in ordered]
    return {
        "sentence": _("Electricity saved a year by kind of retrofit, %(unit)s.") % {"unit": unit},
        "options": {
            "grid": {"right": 90},
            "xAxis": {"type": "value"},
            "yAxis": {"type": "category", "data": names[::-1]},
            "series": [
                {
                    "name": unit,
                    "type": "bar",
                    "data": [{"value": bar, "label": {"formatter": f"{bar:,.0f}"}} for bar in bars[::-1]],
                    "barMaxWidth": 34,
                    "label": {"show": True, "position": "right", "color": "$ink"},
                }
            ],
        }
        if ordered
        else None,
        "columns": [
            _("Measure"),
            _("Projects"),
            unit,
            "万元" if zh else _("thousand CNY"),
            _("t CO2"),
        ],
        "rows": [
            [
                name,
                str(row["projects"]),
                f"{row['kwh_per_year'] / size:,.0f}",
                f"{row['cny_per_year'] / (1e4 if zh else 1e3):,.0f}",
                "–" if row["tco2_per_year"] is None else f"{row['tco2_per_year']:,.0f}",
            ]
            for name, row in zip(names, ordered, strict=True)
        ],
    }


# ranking


def _ranking(edition: Edition | None) -> dict[str, Any]:
    if edition is None:
        return {"title": _("Ranking"), "figures": [], "top": None, "movers": None, "grades": None}
    cards = Scorecard.objects.filter(edition=edition, buyer=edition.buyer_id)
    whole = cards.aggregate(
        suppliers=Count("pk"),
        ranked=Count("rank"),
        sum=Sum("total"),
        totals=Count("total"),
        before=Sum("previous_total", filter=Q(total__isnull=False)),
        both=Sum("total", filter=Q(previous_total__isnull=False)),
        coverage=Sum("coverage_percent"),
        verified=Sum("verified_percent"),
        **{grade: Count("pk", filter=Q(grade=grade)) for grade in GRADES},
    )
    top = list(
        cards.filter(rank__isnull=False).select_related("supplier").order_by("rank", "supplier__code")[:TOP]
    )
    moved = cards.filter(rank__isnull=False, previous_total__isnull=False, total__isnull=False)
    gained = (F("total") - F("previous_total")).desc()
    risen = list(moved.select_related("supplier").order_by(gained, "rank", "supplier__code")[:MOVERS])
    return {
        "title": _("Ranking %(label)s") % {"label": edition.label},
        "figures": _ranking_figures(whole),
        "top": {
            "sentence": _("The first %(count)s") % {"count": TOP},
            "columns": [_("Rank"), _("Change"), _("Supplier"), _("Total"), _("Grade")],
            "rows": [[str(card.rank), _moved(card), named(card.supplier), points_text(card.total), card.grade] for card in top],
        },
        "movers": {
            "sentence": _("Most points gained"),
            "columns": [_("Supplier"), _("Total"), _("Gain")],
            "rows": [
                [named(card.supplier), points_text(card.total), f"+{card.total - card.previous_total}"]
                for card in risen
                if card.total > card.previous_total
            ],
        },
        "grades": _grades(whole),
    }  # fmt: skip


def _moved(card: Scorecard) -> str:
    change = card.rank_change
    if change is None:
        return _("new")
    return "=" if change == 0 else f"▲ {change}" if change > 0 else f"▼ {-change}"


def _ranking_figures(whole: dict[str, Any]) -> list[dict[str, Any]]:
    count = whole["suppliers"]
    average = float(whole["sum"]) / whole["totals"] if whole["totals"] else None
    note = ""
    if whole["before"] and whole["both"]:
        note = _("%(change)s %% against the quarter before") % {
            "change": f"{(float(whole['both']) / float(whole['before']) - 1) * 100:+.1f}"
        }
    return [
        figure("ranking.suppliers", _("Suppliers scored"), float(count), _("suppliers")),
        figure("ranking.average", _("Average total"), average, _("pts"), 1, note),
        figure("ranking.best", _("Grade A and B"), float(whole["A"] + whole["B"]), _("suppliers")),
        figure(
            "ranking.coverage", _("Coverage"), float(whole["coverage"]) / count if count else None, "%", 1
        ),
        figure(
            "ranking.verified", _("Verified"), float(whole["verified"]) / count if count else None, "%", 1
        ),
    ]


def _grades(whole: dict[str, Any]) -> dict[str, Any]:
    counts = [whole[grade] for grade in GRADES]
    colours = ["$green", "$blue", "$amber", "$vermilion"]
    return {
        "sentence": _("Suppliers by grade"),
        "options": {
            "xAxis": {"type": "category", "data": list(GRADES)},
            "yAxis": {"type": "value", "minInterval": 1},
            "series": [
                {
                    "name": _("suppliers"),
                    "type": "bar",
                    "barMaxWidth": 90,
                    "label": {"show": True, "position": "top", "color": "$ink"},
                    "data": [
                        {"value": count, "itemStyle": {"color": colour}}
                        for count, colour in zip(counts, colours, strict=True)
                    ],
                }
            ],
        },
        "columns": [_("Grade"), _("Suppliers")],
        "rows": [[grade, str(count)] for grade, count in zip(GRADES, counts, strict=True)],
    }
