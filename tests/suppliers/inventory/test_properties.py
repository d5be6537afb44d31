"""What must hold of any inventory."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suppliers.calc import emissions, market, scaled
from suppliers.calc.carriers import CARRIERS
from suppliers.calc.periods import share_by_days, split_by_month
from suppliers.calc.units import conversion, expected
from suppliers.inventory.compute import computed
from suppliers.inventory.terms import Terms
from suppliers.models import ActivityRecord, Factor, Instrument
from tests.factories import disclosure
from tests.suppliers.inventory.years import factors_loaded, record

STEP = Decimal("0.000001")
MODEST = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
quantities = st.decimals(min_value=0, max_value=10**9, places=6)
factors = st.decimals(min_value=0, max_value=30_000, places=8)
days = st.dates(dt.date(2023, 1, 1), dt.date(2023, 12, 31))


@given(st.sampled_from(sorted(CARRIERS)), st.data(), st.integers(0, 10**9))
@settings(max_examples=100, deadline=None)
def test_unit_conversions_round_trip(code, data, number):
    carrier = CARRIERS[code]
    way = conversion(data.draw(st.sampled_from(expected(carrier))), carrier)
    assert way is not None
    amount = Decimal(number) / 1000
    assert abs(amount * way.factor / way.factor - amount) <= STEP


@given(st.lists(quantities, min_size=1, max_size=5), factors)
@settings(max_examples=100, deadline=None)
def test_whole_numbers_give_what_decimals_give(amounts, factor):
    whole = scaled.from_decimals(amounts, 6)
    ours = scaled.to_decimals(scaled.times(whole, 6, [factor], 6), 6)
    theirs = emissions.kgco2e(
        np.array(amounts, dtype=object), np.array([factor] * len(amounts), dtype=object)
    )
    assert ours == list(theirs)


@given(st.lists(st.tuples(days, days, quantities), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_splitting_in_proportion_to_days_never_changes_the_sum(rows):
    starts = np.array([min(a, b) for a, b, _ in rows], dtype="datetime64[D]")
    ends = np.array([max(a, b) for a, b, _ in rows], dtype="datetime64[D]")
    amounts = np.array([quantity for *_, quantity in rows], dtype=object)
    pieces = split_by_month(starts, ends)
    shares = scaled.share_by_days(scaled.from_decimals(amounts, 6), pieces)
    assert scaled.to_decimals(shares, 6) == list(share_by_days(amounts, pieces))
    for place, whole in enumerate(amounts):
        of_row = [share for share, row in zip(shares.tolist(), pieces.row_index, strict=True) if row == place]
        assert Decimal(sum(of_row)).scaleb(-6) == whole and min(of_row) >= 0


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=8), st.integers(0, 10**16))
@settings(max_examples=100, deadline=None)
def test_what_covers_is_shared_out_to_the_last_digit(amounts, claim):
    (cover,) = market.granted([claim], sum(amounts))
    shares = market.spread(cover, np.array(amounts, dtype=np.int64)).tolist()
    assert sum(shares) == cover == min(claim, sum(amounts))
    assert all(0 <= share <= amount for share, amount in zip(shares, amounts, strict=True))


@pytest.fixture
def site(world, everyone):
    factors_loaded()
    return world.site


def totals_of(site, rows, **terms):
    ActivityRecord.objects.all().delete()
    for carrier, start, end, quantity in rows:
        record(site, carrier, quantity, start=str(min(start, end)), end=str(max(start, end)))
    return computed(supplier_id=site.supplier_id, year=2023, terms=Terms(**terms))


some_rows = st.lists(
    st.tuples(st.sampled_from(["electricity", "green_power", "diesel", "heat", "R410A"]), days, days, quantities),
    min_size=1, max_size=5,
)  # fmt: skip


@given(rows=some_rows, random=st.randoms(use_true_random=False))
@MODEST
def test_the_order_of_records_never_matters(site, rows, random):
    Instrument.objects.all().delete()
    disclosure.instrument(site.supplier, kwh=12345, year=2023, **disclosure.submitted(dt.date(2024, 3, 1)))
    first = totals_of(site, rows).totals
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert totals_of(site, shuffled).totals == first


@given(quantity=quantities, start=days, end=days, cut=st.floats(0, 1))
@MODEST
def test_a_record_cut_in_two_by_days_says_the_same(site, quantity, start, end, cut):
    start, end = min(start, end), max(start, end)
    length = (end - start).days + 1
    first = max(1, min(length - 1, int(length * cut)))
    if length == 1:
        return
    head = (quantity * first / length).quantize(STEP)
    middle = start + dt.timedelta(days=first)
    whole = totals_of(site, [("electricity", start, end, quantity)])
    parts = totals_of(
        site,
        [
            ("electricity", start, middle - dt.timedelta(days=1), head),
            ("electricity", middle, end, quantity - head),
        ],
    )
    located = [sum(q for q, b in zip(f.columns["quantity"], f.columns["basis"], strict=True) if b == "location")
               for f in (whole, parts)]  # fmt: skip
    assert located == [quantity, quantity]
    # each piece is cut once, by at most half a step; both years together have at most 25 pieces
    apart = Decimal(whole.totals["scope2_location"]) - Decimal(parts.totals["scope2_location"])
    assert abs(apart) <= 25 * STEP / 2


@given(rows=some_rows, kwh=st.integers(0, 10**9))
@MODEST
def test_market_is_below_location_only_where_instruments_or_contracts_say_so(site, rows, kwh):
    Instrument.objects.all().delete()
    grid_only = [row for row in rows if row[0] != "green_power"]
    plain = totals_of(site, grid_only)
    residual = Factor.objects.get(set__code="CN-MEE-NBS-2023-RESIDUAL").value
    kwh_of_grid = sum(
        q for q, b, c in zip(*(plain.columns[n] for n in ("quantity", "basis", "carrier")), strict=True)
        if b == "market" and c == "electricity"
    )  # fmt: skip
    heat = sum(
        k for k, b, c in zip(*(plain.columns[n] for n in ("kgco2e", "basis", "carrier")), strict=True)
        if b == "market" and c == "heat"
    )  # fmt: skip
    expected_market = kwh_of_grid * residual + heat
    # without instrument or contract the market view is the named residual mix over every kilowatt-hour
    assert abs(_kg(plain) - expected_market) <= STEP * plain.totals["lines"]
    if kwh:
        disclosure.instrument(site.supplier, kwh=kwh, year=2023, **disclosure.submitted(dt.date(2024, 3, 1)))
    covered = totals_of(site, grid_only)
    less = min(Decimal(kwh), kwh_of_grid) * residual
    apart = _kg(plain) - _kg(covered)
    assert abs(apart - less) <= STEP * plain.totals["lines"]
    assert covered.totals["scope2_location"] == plain.totals["scope2_location"]


def _kg(found):
    """The market view [kgCO2e]; without a line there is none."""
    assert (found.totals["scope2_market"] is None) == ("market" not in found.columns["basis"])
    return Decimal(found.totals["scope2_market"] or 0)


@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["diesel", "natural_gas"]), days, days, quantities), min_size=1, max_size=3
    )
)
@MODEST
def test_missing_is_never_zero(site, rows):
    found = totals_of(site, rows, fuel_set="NO-SUCH-SET")
    assert found.columns["number"] == []
    assert {issue.data["carrier"] for issue in found.issues} == {carrier for carrier, *_ in rows}
