import json

import pytest
from django.core.management import CommandError, call_command

from suppliers.factors import actions as factors
from suppliers.models import ActivityRecord
from suppliers.tenants.all_tenants import all_tenants
from tests.suppliers.uploads.files import HEADER, csv_bytes

GOOD = ("HF", "", "electricity", "2023-03", "2023-03", "1000", "kWh", "B1")
BAD = ("HF", "", "electricity", "2023-04", "2023-04", "n/a", "kWh", "B2")


@pytest.fixture
def bills(tmp_path, world):
    factors.load()

    def write(*rows):
        path = tmp_path / "bills.csv"
        path.write_bytes(csv_bytes(HEADER, *rows))
        return path

    return write


def records():
    with all_tenants("test"):
        return ActivityRecord.objects.count()


def test_a_good_file_is_accepted(bills, capsys):
    call_command("upload", bills(GOOD), "--supplier", "ALPHA", "--accept", "--json")
    said = json.loads(capsys.readouterr().out)
    assert (said["status"], said["rows_accepted"], said["issues"]) == ("accepted", 1, [])
    assert records() == 1


def test_without_accept_nothing_is_written(bills, capsys):
    call_command("upload", bills(GOOD), "--supplier", "ALPHA")
    assert "ready" in capsys.readouterr().out
    assert records() == 0


def test_bad_rows_are_named_and_refuse_the_whole_unless_partial(bills, capsys):
    with pytest.raises(CommandError, match="needs_fix"):
        call_command("upload", bills(GOOD, BAD), "--supplier", "ALPHA", "--accept")
    assert "F3  row.number" in capsys.readouterr().out
    assert records() == 0
    call_command("upload", bills(GOOD, BAD), "--supplier", "ALPHA", "--accept", "--partial")
    assert records() == 1


@pytest.mark.parametrize(("file", "supplier"), [("nowhere.csv", "ALPHA"), (None, "NOBODY")])
def test_no_such_file_or_supplier(bills, file, supplier):
    with pytest.raises(CommandError):
        call_command("upload", file or bills(GOOD), "--supplier", supplier)
