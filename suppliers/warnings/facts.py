"""What the rules look at, of one supplier: a fixed number of queries, whatever the rows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Max, Min, Q, Sum
from django.db.models.functions import ExtractMonth, ExtractYear

from suppliers.activity.models import ActivityRecord, Output
from suppliers.calc.carriers import CARRIERS
from suppliers.calc.warnings import Ending, MonthUse, OutputPeriod, SiteMonth, TargetLine, UsedFactor
from suppliers.disclosure import queries as disclosure
from suppliers.disclosure.models import Credential, CredentialKind, Handing, Target
from suppliers.factors.queries import Lookup
from suppliers.inventory.models import (
    Basis,
    EmissionLine,
    Inventory,
    InventoryState,
    Statement,
    StatementState,
)
from suppliers.tenants import clock
from suppliers.tenants.models import Supplier

# Bills older than this are no history any more.
HISTORY_YEARS = 3
_FROZEN = (InventoryState.SUBMITTED, InventoryState.UNDER_REVIEW, InventoryState.VERIFIED)


@dataclass(frozen=True)
class Facts:
    today: dt.date
    emissions: dict[SiteMonth, Decimal]  # scope 1 and 2, location-based [kgCO2e]
    full_years: dict[int, Decimal]  # the same, of years with data in all twelve months
    outputs: list[OutputPeriod]
    uses: list[MonthUse]
    targets: list[TargetLine]
    used_factors: list[UsedFactor]
    endings: list[Ending]  # of credentials and of statements


@dataclass(frozen=True)
class _Lines:
    year: int
    month: int
    site: str
    province: str
    carrier: str
    factor_id: int
    factor_code: str
    scope: int
    quantity: Decimal
    kgco2e: Decimal


def of_supplier(supplier: Supplier) -> Facts:
    today = clock.today()
    lines = _lines(supplier)
    emissions = _by_site_month(lines)
    return Facts(
        today=today,
        emissions=emissions,
        full_years=_full_years(emissions),
        outputs=_outputs(supplier),
        uses=_uses(supplier, today),
        targets=_targets(supplier),
        used_factors=_used_factors(supplier, lines, today),
        endings=_endings(supplier),
    )


def _lines(supplier: Supplier) -> list[_Lines]:
    """Sums by month, site, carrier and factor: some hundred rows, however many records there are."""
    names = ("year", "month", "site", "province", "carrier", "factor_id", "factor_code", "scope")
    rows = (
        EmissionLine.objects.filter(
            supplier=supplier, withdrawn_at=None, basis__in=(Basis.DIRECT, Basis.LOCATION)
        )
        .annotate(site=F("record__site__code"), province=F("record__site__province"))
        .order_by()
        .values_list(*names)
        .annotate(quantity_sum=Sum("quantity"), kgco2e_sum=Sum("kgco2e"))
    )
    return [_Lines(*row) for row in rows]


def _by_site_month(lines: list[_Lines]) -> dict[SiteMonth, Decimal]:
    sums: dict[SiteMonth, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.scope in (1, 2):
            sums[line.site, (line.year, line.month)] += line.kgco2e
    return dict(sums)


def _full_years(emissions: dict[SiteMonth, Decimal]) -> dict[int, Decimal]:
    months: dict[int, set[int]] = defaultdict(set)
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for (_site, (year, month)), kilograms in emissions.items():
        months[year].add(month)
        sums[year] += kilograms
    return {year: sums[year] for year, found in months.items() if len(found) == 12}


def _outputs(supplier: Supplier) -> list[OutputPeriod]:
    rows = Output.objects.filter(supplier=supplier, state=Handing.SUBMITTED)
    columns = ("site__code", "start", "end", "unit", "value")
    return [OutputPeriod(*row) for row in rows.order_by("start", "id").values_list(*columns)]


def _uses(supplier: Supplier, today: dt.date) -> list[MonthUse]:
    """Bills that begin in the same month are one: daily rows of a meter become a month of it."""
    rows = (
        ActivityRecord.objects.filter(
            supplier=supplier, withdrawn_at=None, start__gte=dt.date(today.year - HISTORY_YEARS, 1, 1)
        )
        .filter(Q(meter=None) | Q(meter__accounting=True))
        .order_by()
        .values("site__code", "site__closed_on", "meter__code", "carrier")
        .annotate(in_year=ExtractYear("start"), in_month=ExtractMonth("start"))
        .annotate(record=Min("id"), first=Min("start"), last=Max("end"), used=Sum("quantity"))
    )
    return [
        MonthUse(
            record=row["record"],
            site=row["site__code"],
            meter=row["meter__code"] or "",
            carrier=row["carrier"],
            start=row["first"],
            end=row["last"],
            quantity=row["used"],
            closed_on=row["site__closed_on"],
        )
        for row in rows
    ]


def _targets(supplier: Supplier) -> list[TargetLine]:
    rows = Target.objects.filter(
        supplier=supplier,
        state=Handing.SUBMITTED,
        covers__startswith="scope1+2",
        base_year__isnull=False,
        target_year__isnull=False,
        reduction_percent__isnull=False,
    )
    columns = ("id", "base_year", "target_year", "reduction_percent")
    return [TargetLine(*row) for row in rows.order_by("id").values_list(*columns)]


def _used_factors(supplier: Supplier, lines: list[_Lines], today: dt.date) -> list[UsedFactor]:
    """Lines of this year and the last for which the look-up of today takes another factor than they did.

    A year whose inventory is handed in stands as it is: a newer edition is adopted there by restating.
    """
    frozen = set(
        Inventory.objects.filter(supplier=supplier, state__in=_FROZEN).values_list("year", flat=True)
    )
    lookup = Lookup()
    found = []
    for line in lines:
        if line.year < today.year - 1 or line.year in frozen or line.carrier not in CARRIERS:
            continue
        newer = lookup.factor_for(line.carrier, line.province, line.year)
        if newer is not None and newer.id != line.factor_id:
            used = (line.year, line.carrier, line.province, line.factor_code, newer.code)
            found.append(UsedFactor(*used, line.quantity, line.kgco2e, newer.value))
    return found


def _endings(supplier: Supplier) -> list[Ending]:
    """The newest credential of each kind that has an end, drafts and returned ones left out; and statements with one.

    A statement that was handed in as a credential is one paper: it goes on as the statement it was before.
    """
    statements, numbers = _statements(supplier)
    standings = disclosure.expiring(supplier, within_days=10_000)
    items = [standing.item for standing in standings if isinstance(standing.item, Credential)]
    credentials = [
        Ending(item.pk, item.kind, item.expires_on)
        for item in items
        if item.expires_on and not (item.kind == CredentialKind.ISO_14064 and item.number in numbers)
    ]
    return credentials + statements


def _statements(supplier: Supplier) -> tuple[list[Ending], set[str]]:
    """Valid statements that have an end and are not outlasted by one of a later year; and the numbers of all with an end."""
    valid = Statement.objects.filter(supplier=supplier, state=StatementState.VALID)
    rows = valid.order_by("-inventory__year", "-id").values_list("pk", "number", "valid_until")
    endings, numbers, covered_until = [], set(), dt.date.min
    for pk, number, until in rows:
        if until is not None:
            numbers.add(number)
            if until > covered_until:
                endings.append(Ending(pk, CredentialKind.ISO_14064, until, "statement", number))
        covered_until = max(covered_until, until or dt.date.max)
    return endings, numbers
