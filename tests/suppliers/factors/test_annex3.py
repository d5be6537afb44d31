"""Annex 3 of the action plan, row by row: tce and tCO2 equal at the printed precision, or the row is refuted."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from suppliers.calc.reductions import printed, reduction
from suppliers.factors import actions
from suppliers.factors.reductions import saved
from suppliers.tenants.refusals import Refusal

pytestmark = pytest.mark.django_db

# number, saving a year [kWh, m3], carrier, tce as printed, t as printed
ROWS = [
    (1, "275367", "electricity", "33.84", "147.76"),
    (2, "2365000", "electricity", "290.66", "1269.06"),
    (3, "176629", "electricity", "21.71", "95"),
    (4, "3257869", "electricity", "400.39", "1748.17"),
    (5, "2144880", "electricity", "263.61", "1150.94"),
    (6, "8365320", "electricity", "1028.10", "4488.83"),
    (7, "114486", "electricity", "14.07", "61.43"),
    (8, "1940420", "electricity", "238.48", "1041.23"),
    (9, "18600", "natural_gas", "22.59", "40.2"),
]
NAMED = {
    "electricity": ("CN-ELEC-AVG-2022", "TCE-ELEC"),  # 0.5366 kgCO2/kWh, 0.1229 kgce/kWh
    "natural_gas": ("A-NG", "TCE-NG-12143"),  # 2.1622 kgCO2/m3, 1.2143 kgce/m3
}
# What is printed does not follow from the quantity: 176 629 kWh x 0.5366 = 94.78 t, printed is 95.
REFUTED = {3: "94.78"}


@pytest.fixture(autouse=True)
def tables():
    actions.load()


@pytest.mark.parametrize(("number", "quantity", "carrier", "tce", "tonnes"), ROWS)
def test_row(number, quantity, carrier, tce, tonnes):
    found = saved(Decimal(quantity), carrier)
    assert (found.factor, found.coal) == NAMED[carrier]
    assert printed(found.tce, tce) == Decimal(tce)
    if number in REFUTED:
        follows = REFUTED[number]
        assert printed(found.tco2, follows) == Decimal(follows) != Decimal(tonnes)
    else:
        assert printed(found.tco2, tonnes) == Decimal(tonnes)


def test_all_nine_rows_and_one_refuted():
    assert [row[0] for row in ROWS] == list(range(1, 10))
    assert set(REFUTED) == {3}


def test_nothing_saved_is_nothing():
    assert reduction(Decimal(0), factor=Decimal("0.5366"), coefficient=Decimal("0.1229")) == (0, 0)


def test_another_year_and_other_factors_by_choice():
    assert saved(Decimal(1000), "electricity", year=2023).tco2 == Decimal("0.5306")  # 1000 x 0.5306 / 1000
    assert saved(Decimal(1000), "electricity", factor="CN-AH-ELEC-2023").tco2 == Decimal("0.6553")
    # 18600 x 1.33 / 1000
    assert saved(Decimal(18600), "natural_gas", coal="TCE-NG-HI").tce == Decimal("24.738")
    assert saved(Decimal(1000), "diesel").factor == "A-DIESEL"


@pytest.mark.parametrize(
    ("carrier", "options", "code"),
    [
        ("phlogiston", {}, "factor.missing"),
        ("electricity", {"year": 2020}, "factor.missing"),
        ("electricity", {"factor": "A-NG"}, "factor.missing"),  # per m3
        ("electricity", {"factor": "TCE-ELEC"}, "factor.missing"),  # coal is no emission
        ("electricity", {"coal": "CN-ELEC-AVG-2022"}, "factor.missing"),
        ("electricity", {"factor": "CN-ELEC-CFP-2023"}, "factor.life_cycle"),
        ("R410A", {}, "factor.missing"),  # no coal in it
    ],
)
def test_what_does_not_fit_is_refused(carrier, options, code):
    with pytest.raises(Refusal) as caught:
        saved(Decimal(1), carrier, **options)
    assert caught.value.code == code


def test_command(capsys):
    call_command("reduction", "275367", "electricity")
    said = capsys.readouterr().out
    assert "33.84 tce  (TCE-ELEC)" in said
    assert "147.76 tCO2  (CN-ELEC-AVG-2022)" in said
    call_command("reduction", "18600", "天然气", "--json")
    assert json.loads(capsys.readouterr().out) == {
        "tce": 22.58598,  # 18600 x 1.2143 / 1000
        "tco2": 40.21692,  # 18600 x 2.1622 / 1000
        "factor": "A-NG",
        "coal": "TCE-NG-12143",
    }
    # 1.8600 x 10^4 m3: the same gas as a bill writes it
    call_command("reduction", "1.86", "natural_gas", "--unit", "万m3")
    assert "22.59 tce" in capsys.readouterr().out
    with pytest.raises(CommandError, match=r"reduction\.unit"):
        call_command("reduction", "1", "diesel", "--unit", "kWh")
    with pytest.raises(CommandError, match="not a number"):
        call_command("reduction", "many", "electricity")
    with pytest.raises(CommandError, match=r"reduction\.quantity"):
        call_command("reduction", "NaN", "electricity")
