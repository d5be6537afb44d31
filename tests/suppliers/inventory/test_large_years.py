"""A year too large for a page: figures by period, and the queue freezes it, computes it again and writes its files."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from suppliers.inventory import background, gathering, inventories, market_view, restatement
from suppliers.inventory.accounts import Account
from suppliers.inventory.compute import computed
from suppliers.inventory.report import files, kept, workbook
from suppliers.inventory.terms import Terms
from suppliers.jobs import queue
from suppliers.jobs.models import Job
from suppliers.models import Inventory
from suppliers.tenants import clock
from suppliers.tenants.refusals import Refusal
from tests.factories import disclosure
from tests.suppliers.inventory.years import described, factors_loaded, lines, record


@pytest.fixture
def alice(world):
    return world.actor(world.alice)


@pytest.fixture
def large(world, everyone, monkeypatch):
    """Nine records where two are already many; six of them share site, carrier and period."""
    monkeypatch.setattr(gathering, "LARGE_RECORDS", 2)
    monkeypatch.setattr(restatement, "LARGE_LINES", 2)
    monkeypatch.setattr(kept, "LARGE_LINES", 2)
    factors_loaded()
    for quantity in ("100.000001", "200.5", "0.333333"):
        record(world.site, "electricity", quantity, start="2023-01-15", end="2023-03-14")
        record(world.site, "diesel", quantity, start="2023-06-01", end="2023-06-30")
    record(world.site, "electricity", 50, start="2023-04-01", end="2023-04-30", document="")
    record(world.site, "R410A", 10)
    record(world.site, "pv_self", 900)
    disclosure.instrument(world.supplier, kwh="120", year=2023, **disclosure.submitted(dt.date(2024, 3, 1)))


@pytest.fixture
def opened(world, large, alice):
    return described(inventories.open_year(by=alice, supplier=world.supplier, year=2023))


def test_figures_by_period_are_those_of_the_lines(world, large):
    of = {"supplier_id": world.supplier.pk, "year": 2023, "terms": Terms()}
    whole, summed = computed(**of), computed(**of, by_period=True)
    # electricity of January to March, and of April without a document, diesel × 3 gases, R410A, PV beside
    assert summed.totals["lines"] < whole.totals["lines"]
    for name in ("scope1", "scope2_location", "scope2_market", "tce"):
        apart = abs(Decimal(whole.totals[name]) - Decimal(summed.totals[name]))
        assert apart <= Decimal("0.000001") * whole.totals["lines"], name
    assert whole.totals["uncertainty_percent"] == summed.totals["uncertainty_percent"]
    assert whole.totals["by_gas"]["R410A"] == summed.totals["by_gas"]["R410A"] == "19235.000000"


def test_a_small_year_is_computed_line_by_line(world, everyone, alice):
    factors_loaded()
    record(world.site, "diesel", 5)
    account = Account(inventories.open_year(by=alice, supplier=world.supplier, year=2023))
    assert not account.is_by_period


def test_the_page_of_a_large_open_year_leads_to_the_records(world, opened, client):
    client.force_login(world.alice.user)
    page = client.get(f"/inventory/{opened.pk}/lines/?carrier=diesel&gas=CO2")
    # 100.000001 + 200.5 + 0.333333 kg in one line
    assert "300.8333" in page.content.decode() or "300.833" in page.content.decode()
    assert (
        "/records/?site=HF&amp;carrier=diesel&amp;from_day=2023-06-01&amp;until_day=2023-06-30"
        in page.content.decode()
    )
    records = client.get(
        "/records/?site=HF&carrier=diesel&from_day=2023-06-01&until_day=2023-06-30"
    ).content.decode()
    assert records.count("BILL-1") == 3
    number = next(iter(page.context["page"].object_list)).number
    trace = client.get(f"/inventory/{opened.pk}/lines/{number}/").context["trace"]
    assert trace["record"] is None and trace["period"]["records"] == 3


def test_the_market_view_of_a_large_year_is_the_same(world, large):
    with_lines = computed(supplier_id=world.supplier.pk, year=2023, terms=Terms()).totals["scope2_market"]
    seen = market_view.sums(supplier_ids=[world.supplier.pk], year=2023, by="year")
    assert seen is not None and abs(seen[2023] - Decimal(with_lines)) < Decimal("0.00001")


def test_a_large_year_is_frozen_by_the_queue_as_who_asked(world, opened, alice):
    assert background.submit(by=alice, inventory=opened) is False
    assert background.under_way(opened) and Job.objects.get().kind == "inventory.submit"
    with pytest.raises(Refusal) as refused:
        background.submit(by=alice, inventory=opened)
    assert refused.value.code == "inventory.busy"
    queue.run_waiting()
    opened.refresh_from_db()
    assert opened.state == "submitted" and opened.submitted_by == world.alice.user
    assert len(lines(opened)) == opened.totals["lines"] and not background.under_way(opened)


def test_who_left_meanwhile_freezes_nothing(world, opened, alice):
    background.submit(by=alice, inventory=opened)
    world.alice.revoked_at = clock.now()
    world.alice.save()
    for _attempt in range(queue.MAX_ATTEMPTS):
        queue.run_waiting()
    opened.refresh_from_db()
    assert opened.state == "open" and background.failed(opened)


@pytest.fixture
def frozen(opened, alice):
    return inventories.submit(by=alice, inventory=opened)


def test_a_restatement_of_a_large_version_is_shown_by_groups_and_adopted_by_the_queue(world, frozen, alice):
    assert restatement.preview(inventory=frozen).is_none
    terms = Terms(gwp_report="AR6")
    effect = restatement.preview(inventory=frozen, terms=terms)
    # R410A 10 kg × (2 255.5 − 1 923.5); CH4 and N2O of diesel beside it, each one group for three records
    assert effect.is_grouped and (effect.changes[0].what["gas"], effect.changes[0].by) == ("R410A", 3320)
    assert len(effect.changes) == 3
    following = background.restate(by=alice, inventory=frozen, terms=terms, reason="采用 AR6")
    assert following.state == "open" and following.reason == "采用 AR6"
    queue.run_waiting()
    following.refresh_from_db()
    assert following.state == "submitted" and following.totals["by_gas"]["R410A"] == "22555.000000"


def test_computing_again_says_what_came_out_to_who_asked(world, frozen, alice):
    assert background.last_replay(frozen) is None
    background.ask_replay(by=alice, inventory=frozen)
    queue.run_waiting()
    said = background.last_replay(frozen)
    assert said.is_equal and said.lines == frozen.totals["lines"] and said.differing == 0


def test_long_files_come_from_the_queue_and_go_after_a_day(world, frozen, alice):
    assert kept.ready(alice, frozen, "csv", "en") is None and kept.ready(alice, frozen, "csv", "en") is None
    assert Job.objects.filter(kind="inventory.report").count() == 1
    queue.run_waiting()
    with kept.ready(alice, frozen, "csv", "en") as made:
        rows = list(csv.DictReader(io.TextIOWrapper(made, encoding="utf-8-sig")))
    assert [int(row["number"]) for row in rows] == list(range(1, frozen.totals["lines"] + 1))
    assert sum(Decimal(row["kgco2e"]) for row in rows if row["scope"] == "1") == Decimal(
        frozen.totals["scope1"]
    )
    assert kept.remove_old(dt.datetime.now(dt.UTC)) == 0
    assert kept.remove_old(dt.datetime.now(dt.UTC) + dt.timedelta(days=2)) == 1
    assert kept.ready(alice, frozen, "csv", "en") is None


def test_the_page_waits_for_a_long_file_and_then_hands_it_over(world, frozen, client):
    client.force_login(world.alice.user)
    url = f"/inventory/{frozen.pk}/report.xlsx"
    waiting = client.get(url)
    assert 'hx-trigger="every 2s"' in waiting.content.decode()
    queue.run_waiting()
    ready = client.get(url, headers={"HX-Request": "true"})
    assert "hx-trigger" not in ready.content.decode() and url in ready.content.decode()
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(client.get(url).streaming_content)))
    assert len(book.sheet_names) == 4


def test_a_workbook_says_where_it_was_cut_short(world, frozen, monkeypatch):
    monkeypatch.setattr(workbook, "LINES_LIMIT", 3)
    with files.written(frozen, "xlsx", "en") as file:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(file.read())).get_sheet_by_name("Lines").to_python()
    # a header, three lines, and the sentence
    assert len(rows) == 5
    assert rows[4][0].startswith(f"A workbook holds the first 3 lines of {frozen.totals['lines']};")


def test_a_neighbour_cannot_ask_for_anything(world, frozen, client):
    client.force_login(world.charlie.user)
    assert client.get(f"/inventory/{frozen.pk}/report.xlsx").status_code == 404
    assert client.post(f"/inventory/{frozen.pk}/replay/").status_code == 404
    assert Job.objects.count() == 0 and Inventory.objects.count() == 1
