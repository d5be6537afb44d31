"""The base year beside a year, and when it has to be computed anew."""

from __future__ import annotations

from decimal import Decimal

import pytest

from suppliers.inventory import inventories, restatement
from suppliers.inventory.accounts import Account
from suppliers.inventory.base_year import base_year
from suppliers.inventory.terms import Terms
from tests.suppliers.inventory.years import described, factors_loaded, record


@pytest.fixture
def alice(world):
    return world.actor(world.alice)


@pytest.fixture
def years(world, everyone, alice):
    """2022 frozen under AR5; 2023 open. R410A alone: 10 kg, then 8 kg."""
    factors_loaded()
    record(world.site, "R410A", 10, start="2022-03-01")
    record(world.site, "R410A", 8)
    base = inventories.open_year(by=alice, supplier=world.supplier, year=2022)
    base = inventories.submit(by=alice, inventory=described(base))
    year = inventories.open_year(by=alice, supplier=world.supplier, year=2023)
    return base, inventories.edit(by=alice, inventory=year, fields={"base_year": 2022})


def beside(inventory):
    return base_year(Account(inventory), may_compute=True)


def test_the_year_is_laid_beside_its_base_year(years):
    found = beside(years[1])
    # 8 × 1 923.5 against 10 × 1 923.5: −20 %; computed today the base year is the same
    assert (found.kgco2e, found.now_kgco2e) == (Decimal("19235"), Decimal("15388"))
    assert found.change_percent == -20 and found.off_percent == 0 and not found.is_due


def test_another_assessment_report_makes_the_base_year_due_until_it_is_restated(years, alice):
    base, year = years
    year = inventories.edit(by=alice, inventory=year, fields={"gwp_report": "AR6"})
    found = beside(year)
    # 22 555 against 19 235: +17.26 %, policy 5 %
    assert found.is_due and round(found.off_percent, 2) == Decimal("17.26")
    restatement.restate(by=alice, inventory=base, terms=Terms(gwp_report="AR6"), reason="基准年改用 AR6")
    found = beside(year)
    assert not found.is_due and found.kgco2e == 22555 and found.version.version == 2
    assert found.change_percent == -20  # 8 against 10 under the same report


def test_a_late_bill_below_the_threshold_is_not_due(world, years):
    record(world.site, "R410A", "0.4", start="2022-11-01")
    found = beside(years[1])
    assert found.off_percent == 4 and not found.is_due  # 0.4 of 10 kg


def test_a_base_year_nobody_has_counted_is_said_to_be_missing(years, alice):
    year = inventories.edit(by=alice, inventory=years[1], fields={"base_year": 2019})
    found = beside(year)
    assert found.version is None and found.change_percent is None and not found.is_due


def test_the_page_says_it_and_leads_to_the_restatement(world, years, alice, client):
    inventories.edit(by=alice, inventory=years[1], fields={"gwp_report": "AR6"})
    client.force_login(world.alice.user)
    page = client.get(f"/inventory/{years[1].pk}/", headers={"Accept-Language": "en"}).content.decode()
    assert "Base year to be recalculated" in page and "+17.3 %" in page
    assert f"/inventory/{years[0].pk}/restatement/?gwp_report=AR6" in page
    said = client.get(f"/api/v1/inventories/{years[1].pk}/").json()["base_year_beside"]
    assert said["is_due"] is True and said["inventory"] == years[0].pk
