from __future__ import annotations

import datetime as dt
import json
import shutil

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from suppliers.factors import actions, tables
from suppliers.factors.models import Factor, FactorSet
from suppliers.factors.queries import Lookup
from suppliers.tenants import clock
from suppliers.tenants.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    target = tmp_path / "data"
    shutil.copytree(tables.OWN_TABLES, target)
    return target


def change(folder, name, old, new):
    file = folder / name
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")


def test_loading_twice_changes_nothing():
    first = actions.load()
    assert first["factors_added"] == first["factors"] == Factor.objects.count() > 300
    assert first["sets_added"] == FactorSet.objects.count()
    second = actions.load()
    assert (second["factors_added"], second["sets_added"], second["factors_reworded"]) == (0, 0, 0)


def test_an_edited_value_is_refused_and_nothing_is_written(folder):
    actions.load()
    change(folder, "electricity_china.csv", "0.6553", "0.6554")
    with pytest.raises(Refusal) as caught:
        actions.load(folder=folder)
    assert caught.value.code == "factor.edited"
    assert caught.value.data["code"] == "CN-AH-ELEC-2023"
    assert str(Factor.objects.get(code="CN-AH-ELEC-2023").value) == "0.65530000"


def test_better_wording_is_taken(folder):
    actions.load()
    change(folder, "fuels.csv", ",Diesel,", ",Diesel fuel,")
    assert actions.load(folder=folder)["factors_reworded"] == 1
    assert Factor.objects.get(code="A-DIESEL").name_en == "Diesel fuel"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("GJ/t,0.0202,0.98,2015-07-06,", "GJ/t,0.0202,0.99,2015-07-06,"),
        ("43.33,GJ/t", "43.30,GJ/t"),
        ("A-DIESEL,diesel,柴油,Diesel,CN,2015,,3.1451,kgCO2/kg,kg,CO2,stationary,yes", None),
    ],
)
def test_parameters_and_the_choice_of_the_look_up_stand_too(folder, old, new):
    """A calorific value is reckoned with like a factor; a default taken away would undo what was computed."""
    actions.load()
    change(folder, "fuels.csv", old, new or f"{old[:-3]}no")
    with pytest.raises(Refusal) as caught:
        actions.load(folder=folder)
    assert caught.value.code == "factor.edited"


def test_a_set_on_file_takes_no_further_rows(folder):
    actions.load()
    change(folder, "fuels.csv", "\nCN-NDRC-FUEL-2015,A-DIESEL,", "\nCN-NDRC-FUEL-2015,A-DIESEL-2,")
    with pytest.raises(Refusal) as caught:
        actions.load(folder=folder)
    assert (caught.value.code, caught.value.data["code"]) == ("factor.edited", "CN-NDRC-FUEL-2015")
    assert not Factor.objects.filter(code="A-DIESEL-2").exists()


def test_few_statements_whatever_the_rows(django_assert_max_num_queries):
    # SQLite takes some 45 rows a statement, and the audit adds one entry for each that writes
    with django_assert_max_num_queries(40):
        actions.load()
    with django_assert_max_num_queries(16):
        actions.load()


def test_database_refuses_a_negative_value():
    actions.load()
    factor = Factor.objects.get(code="CN-AH-ELEC-2023")
    with pytest.raises(IntegrityError):
        Factor.objects.filter(pk=factor.pk).update(value=-1)


def test_database_refuses_a_second_default():
    actions.load()
    factor = Factor.objects.get(code="CN-AH-ELEC-2023")
    factor.pk, factor.code = None, "CN-AH-ELEC-2023-TWIN"
    with pytest.raises(IntegrityError):
        factor.save()


def test_command_prints_for_people_and_machines(capsys, folder):
    call_command("load_factors", "--json")
    counts = json.loads(capsys.readouterr().out)
    assert counts["factors_added"] == counts["factors"]
    call_command("load_factors")
    assert str(counts["factors"]) in capsys.readouterr().out
    change(folder, "electricity_china.csv", "0.6553", "x")
    with pytest.raises(CommandError, match=r"factor\.file"):
        call_command("load_factors", "--folder", str(folder))


def test_a_new_edition_comes_in_a_folder_of_its_own(tmp_path):
    """Only the new set, with its rows; from then on the look-up takes it, and as of before it still does not."""
    actions.load()
    earlier = FactorSet.objects.latest("loaded_at").loaded_at
    columns, numbers = ",".join(tables.SET_COLUMNS), ",".join(tables.FACTOR_COLUMNS)
    (tmp_path / "sets.csv").write_text(
        f"{columns}\nCN-MEE-NBS-2024,2024年电力因子,Electricity 2024,mee_nbs_average,Announcement,,2024,2024,,\n",
        "utf-8",
    )
    row = "CN-MEE-NBS-2024,CN-AH-ELEC-2024,electricity,安徽,Anhui,CN-AH,2024,,0.64,kgCO2/kWh,kWh,CO2,location,yes,yes"
    (tmp_path / "electricity.csv").write_text(f"{numbers}\n{row},,,,,,,\n", "utf-8")
    with clock.at(dt.date(2026, 1, 5)):
        counts = actions.load(folder=tmp_path)
    assert (counts["sets_added"], counts["factors_added"]) == (1, 1)
    assert Lookup().electricity("CN-AH", 2024).code == "CN-AH-ELEC-2024"
    assert Lookup(as_of=earlier).electricity("CN-AH", 2024).code == "CN-AH-ELEC-2023"
