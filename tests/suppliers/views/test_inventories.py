"""The pages of the yearly inventory: from opening to restating, and from a total to its cell in three clicks."""

from __future__ import annotations

import csv
import datetime as dt
import re
from decimal import Decimal

import pytest

from suppliers.models import ActivityRecord, Inventory, InventoryLine, Upload
from suppliers.tenants.all_tenants import all_tenants
from tests.factories import inventory as make

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")


@pytest.fixture
def version(world) -> Inventory:
    with all_tenants("tests"):
        return make.frozen(world.supplier, year=2024)


@pytest.fixture
def alice(world):
    return world.client(world.alice)


def text(answer) -> str:
    return answer.content.decode()


def of_year(year: int, **wanted) -> Inventory:
    with all_tenants("tests"):
        return Inventory.objects.get(year=year, **wanted)


def test_the_list_says_state_totals_and_what_is_due(alice, version):
    page = text(alice.get("/inventory/"))
    assert "submitted" in page and "Waits for a verifier" in page
    # 20 kg of scope 1 and 500 kg of scope 2
    assert 'title="0.02"' in page
    assert page.count('title="0.5"') == 2


def test_opening_editing_and_what_is_still_missing(world, alice):
    answer = alice.post("/inventory/open/", {"year": "2023"})
    inventory = of_year(2023)
    assert answer["Location"] == f"/inventory/{inventory.pk}/"
    page = text(alice.get(answer["Location"]))
    assert "Describe organisation and boundary" in page and "Nothing is counted for this year yet" in page
    given = {
        "organisation": "Alpha, Ms Li", "boundary": "both sites", "approach": "operational",
        "recalculation_percent": "5", "gwp_report": "AR6", "fuel_set": "CN-NDRC-FUEL-2015",
        "exclusion_0_what": "canteen", "exclusion_0_reason": "below 0.1 %", "exclusion_0_percent": "0.1",
        "exclusion_1_category": "scope3:14", "exclusion_1_reason": "we have none",
    }  # fmt: skip
    assert alice.post(f"/inventory/{inventory.pk}/edit/", given).status_code == 302
    page = text(alice.get(f"/inventory/{inventory.pk}/"))
    assert "Alpha, Ms Li" in page and "canteen" in page and "AR6" in page and "submit-inventory" in page
    assert "Scope 3: 14 Franchises" in page
    assert [one["what"] for one in of_year(2023).exclusions] == ["canteen", "scope3:14"]
    half = alice.post(f"/inventory/{inventory.pk}/edit/", given | {"exclusion_2_what": "yard"})
    assert half.status_code == 422 and "Each exclusion needs" in text(half)


def test_location_and_market_stand_beside_each_other_and_are_never_added(alice, version):
    page = text(alice.get(f"/inventory/{version.pk}/"))
    # location: 20 + 500 = 520 kg; market: 20 + 500 = 520 kg; never 1 020 kg
    assert page.count("520 kg") == 0 and page.count('title="0.52"') >= 2
    assert "1.02" not in page


def test_each_total_leads_to_exactly_its_lines(alice, version):
    page = text(alice.get(f"/inventory/{version.pk}/"))
    links = {
        link.replace("&amp;", "&")
        for link in re.findall(rf'href="(/inventory/{version.pk}/lines/\?[^"]+)"', page)
    }
    sums = {
        "scope=1&total=on": "location-based: 20 kgCO2e",
        "scope=2&basis=location": "location-based: 500 kgCO2e",
        "scope=2&basis=market": "market-based: 500 kgCO2e",
        # the CO2 of the total: 20 + 500, without the market view of the same kilowatt-hours
        "gas=CO2&total=on": "location-based: 520 kgCO2e",
        # both grand totals: 20 + 500 kg each, one without the market lines, one without the location lines
        "total=on": "location-based: 520 kgCO2e",
        "total=market": "market-based: 520 kgCO2e",
    }
    assert {f"/inventory/{version.pk}/lines/?{query}" for query in sums} <= links
    for query, said in sums.items():
        assert said in text(alice.get(f"/inventory/{version.pk}/lines/?{query}"))
    assert "location-based: 20" not in text(alice.get(f"/inventory/{version.pk}/lines/?total=market"))


def test_three_clicks_lead_from_a_total_to_the_cell(world, alice):
    with all_tenants("tests"):
        upload = Upload.objects.create(
            supplier=world.supplier, filename="power.csv", sha256="a" * 64, size_bytes=10, status="accepted",
        )  # fmt: skip
        record = ActivityRecord.objects.create(
            supplier=world.supplier, site=world.site, carrier="electricity", start=dt.date(2024, 1, 1),
            end=dt.date(2024, 1, 31), quantity=Decimal(1000), quantity_given=Decimal(1), unit_given="MWh",
            upload=upload, upload_row=7, source_kind="upload", document="INV-9",
        )  # fmt: skip
        lines = ({**make.LINES[0], "record_id": record.pk, "upload_id": upload.pk, "upload_row": 7},)
        version = make.frozen(world.supplier, year=2024, lines=lines)
    total = text(alice.get(f"/inventory/{version.pk}/"))
    (first,) = set(re.findall(rf'href="(/inventory/{version.pk}/lines/\?scope=2&amp;basis=location)"', total))
    listed = text(alice.get(first.replace("&amp;", "&")))
    second = re.search(rf'hx-get="(/inventory/{version.pk}/lines/1/)"', listed)[1]
    drawer = text(alice.get(second, HTTP_HX_REQUEST="true"))
    # 1 000 kWh × 0.5 = 500 kg, given as 1 MWh in row 7 of power.csv
    for said in ("500", "1,000", "0.5", "power.csv", "INV-9", "MWh", "<dd>7</dd>", "a" * 64):
        assert said in drawer
    third = re.search(r'href="(/uploads/\d+/)"', drawer) or re.search(r'href="([^"]*uploads?/\d+/)"', drawer)
    assert third and alice.get(third[1]).status_code == 200


def test_the_csv_holds_exactly_what_is_filtered_and_runs_no_formula(world, alice):
    with all_tenants("tests"):
        lines = ({**make.LINES[2], "description": "=HYPERLINK(1)", "document": "@x"}, make.LINES[0])
        version = make.frozen(world.supplier, year=2024, lines=lines)
    content = alice.get(f"/inventory/{version.pk}/lines.csv?scope=1").content.decode("utf-8-sig")
    header, *rows = csv.reader(content.splitlines())
    (row,) = rows
    said = dict(zip(header, row, strict=True))
    assert (said["kgco2e"], said["description"], said["document"]) == ("20", "'=HYPERLINK(1)", "'@x")


def test_reopening_needs_a_reason_and_keeps_both_versions(alice, version):
    assert alice.post(f"/inventory/{version.pk}/reopen/", {"reason": ""}).status_code == 422
    answer = alice.post(f"/inventory/{version.pk}/reopen/", {"reason": "a bill came late"})
    page = text(alice.get(answer["Location"]))
    assert "Version 2, open" in page and "Version 1, submitted" in page and "a bill came late" in page
    with all_tenants("tests"):
        assert InventoryLine.objects.filter(inventory=version).count() == 3


def test_the_effect_of_a_restatement_is_shown_before_anything_changes(alice, version):
    page = text(alice.get(f"/inventory/{version.pk}/restatement/?gwp_report=AR6&fuel_set=CN-NDRC-FUEL-2015"))
    # The factory's lines have no record behind them: computed anew they are gone, 520 kg less.
    assert "3 lines change" in page and "Restate openly" in page
    with all_tenants("tests"):
        assert Inventory.objects.count() == 1


def test_who_sees_what(world, version):
    with all_tenants("tests"):
        opened = make.Inventory.objects.create(supplier=world.supplier, year=2025)
    bob, paula, charlie, otto, vera = (
        world.client(one) for one in (world.bob, world.paula, world.charlie, world.otto, world.vera)
    )
    assert bob.get(f"/inventory/{opened.pk}/").status_code == 200
    assert bob.post(f"/inventory/{opened.pk}/submit/").status_code == 403
    assert paula.get(f"/inventory/{version.pk}/").status_code == 200
    assert "0.52" in text(paula.get(f"/inventory/{version.pk}/"))
    assert paula.get(f"/inventory/{opened.pk}/").status_code == 404
    for stranger in (charlie, otto):
        for path in ("", "lines/", "lines/1/", "lines.csv", "report.pdf"):
            assert stranger.get(f"/inventory/{version.pk}/{path}").status_code == 404
    assert vera.get(f"/inventory/{version.pk}/").status_code == 403
    assert paula.get("/inventory/").status_code == 404
    assert paula.get("/inventory/?supplier=ALPHA").status_code == 200


def test_terms_that_are_none_compute_nothing_and_are_named(alice, version):
    page = text(alice.get(f"/inventory/{version.pk}/restatement/?gwp_report=AR99"))
    assert "AR99" in page
    assert "Nothing would change" not in page and "Totals before and after" not in page


def test_what_is_not_asked_for_stays_as_the_version_has_it(alice, version):
    page = text(alice.get(f"/inventory/{version.pk}/restatement/?gwp_report=AR6"))
    assert "This field is required" not in page
