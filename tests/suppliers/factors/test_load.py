from __future__ import annotations

import json
import shutil

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from suppliers.factors import actions, tables
from suppliers.factors.models import Factor, FactorSet
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


def test_few_statements_whatever_the_rows(django_assert_max_num_queries):
    # the audit adds one entry for each statement that writes
    with django_assert_max_num_queries(24):
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
