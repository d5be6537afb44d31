"""What a reader finds in the factor database: search, one number, one publication."""

from __future__ import annotations

import pytest
from django.urls import reverse

from suppliers.factors import actions
from suppliers.factors.models import Factor, FactorSet

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tables(settings):
    settings.LANGUAGE_CODE = "en"
    actions.load()


@pytest.fixture
def client(world):
    return world.client(world.bob)


def codes(client, query):
    rows = client.get(f"/api/v1/factors/?page_size=1000&{query}").json()["results"]
    return {row["code"] for row in rows}


def test_all_of_the_five_tables_is_there(client):
    # 42 coal equivalents, 102 fuels with heat and densities, 209 grids, 72 potentials, 135 screening
    assert Factor.objects.count() == 42 + 102 + 209 + 72 + 135
    assert client.get("/api/v1/factors/").json()["count"] == 560
    assert Factor.objects.filter(set__series="combustion_gases").count() == 44
    assert Factor.objects.filter(set__series="screening").count() == 133  # and two footprints beside
    assert FactorSet.objects.exclude(licence_note="").count() == FactorSet.objects.count()


@pytest.mark.parametrize(
    ("query", "found", "not_found"),
    [
        ("words=landfill", "UK25-WASTE-CI-LANDFILL", "UK25-WASTE-CI-EFW"),
        ("words=填埋 纸", "UK25-WASTE-PAPER-LANDFILL", "UK25-WASTE-CI-LANDFILL"),
        ("carrier=natural_gas", "IPCC-NG-CH4", "IPCC-DIESEL-CH4"),
        ("region=GB", "UK25-WATER", "EPA13-334413"),
        ("year=2026", "C-NG", "A-NG"),
        ("series=screening", "EPA13-334413", "CNPCF-ELEC-2023"),
        ("series=life_cycle", "CNPCF-ELEC-2023", "CN-ELEC-AVG-2023"),
        ("set=CN-MEE-FUEL-2022", "B-DIESEL", "A-DIESEL"),
        ("verified=memory", "IPCC-KEROSENE-CH4", "IPCC-NG-CH4"),
    ],
)
def test_search(client, query, found, not_found):
    answer = codes(client, query)
    assert found in answer
    assert not_found not in answer
    page = client.get(f"{reverse('factors')}?{query.replace('set=', 'factor_set=')}").content.decode()
    assert not_found not in page


def test_one_factor_says_all_that_is_known_of_it(client):
    page = client.get(reverse("factor", args=["A-DIESEL"])).content.decode()
    for known in ("3.1451", "43.33", "0.0202", "0.98", "2015-07-06", "Fagaiban Qihou [2015] No. 1722"):
        assert known in page
    for other in ("B-DIESEL", "C-DIESEL", "D-DIESEL", "E-DIESEL"):  # per kg, per L, per TJ: in other editions
        assert other in page
    assert "C-NG" not in page


def test_a_life_cycle_factor_says_so(client):
    page = client.get(reverse("factor", args=["CN-ELEC-CFP-2023"])).content.decode()
    assert "never for scope 2" in page
    assert "CN-ELEC-CFP-2024" in page
    assert "CN-ELEC-AVG-2023" not in page  # of another series


def test_one_publication_with_its_neighbours(client):
    older, this, newer = (
        FactorSet.objects.get(factors__code=f"CN-ELEC-AVG-{year}") for year in (2021, 2022, 2023)
    )
    page = client.get(reverse("factor_set", args=[this.code])).content.decode()
    newer_at, older_at = page.index("<h3>Newer"), page.index("<h3>Older")
    assert newer_at < page.index(newer.code) < older_at < page.index(older.code)
    assert this.licence_note[:20] in page
    attribution = client.get(reverse("factor_set", args=["UK-DESNZ-2025"])).content.decode()
    assert "Open Government Licence v3.0" in attribution


def test_pages_of_fifty(client):
    page = client.get(reverse("factors")).content.decode()
    assert page.count('<th scope="row">') == 50
    second = client.get(f"{reverse('factors')}?page=2").content.decode()
    assert "page=1" in second


def test_absent_ones_and_strangers(world, client):
    assert client.get(reverse("factor", args=["NOTHING"])).status_code == 404
    assert client.get(reverse("factor_set", args=["NOTHING"])).status_code == 404
    assert client.get(f"{reverse('factors')}?words=%00").status_code == 200
    assert client.get("/factors/%00/").status_code == 404
    assert client.get("/factors/sets/%00/").status_code == 404
    assert client.get("/api/v1/factors/%00/").status_code == 404
    for name, code in (("factor", "A-NG"), ("factor_set", "GWP-AR6")):
        assert world.client(None).get(reverse(name, args=[code])).status_code == 302
        assert world.client(world.otto).get(reverse(name, args=[code])).status_code == 200


@pytest.mark.parametrize("name", ["factors", "factor", "factor_set"])
def test_a_fixed_number_of_queries(client, name, django_assert_max_num_queries):
    args = {"factors": [], "factor": ["CN-AH-ELEC-2023"], "factor_set": ["IPCC-2006-COMBUSTION"]}[name]
    client.get(reverse(name, args=args))
    with django_assert_max_num_queries(14):
        client.get(reverse(name, args=args))


def test_sets_by_api(client):
    rows = client.get("/api/v1/factor-sets/?series=gwp").json()["results"]
    assert sorted(row["code"] for row in rows) == ["GWP-AR4", "GWP-AR5", "GWP-AR6"]
    assert sum(row["rows"] for row in rows) == 72  # all of gwp.csv
