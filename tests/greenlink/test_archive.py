"""A supplier takes its data home: all of its own, nothing of a neighbour's, readable without us."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile

import pytest

from greenlink.archive import actions, building, packing, tables
from scorecards.models import Correction, Exemption
from suppliers.jobs import queue
from suppliers.models import (
    Archive,
    AuditEntry,
    EarlyWarning,
    Incident,
    Instrument,
    InstrumentSerial,
    OwnFactor,
    Review,
    Upload,
)
from suppliers.tenants import audit
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import entered
from tests.factories import disclosure, inventory, scorecards
from tests.factories import suppliers as make

CANARY = "canary-BETA"
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx")


def _fill(world, supplier, manager, mark: str) -> None:
    """A little of every kind, each text with the mark of its owner."""
    site = make.SiteFactory.create(supplier=supplier, code=f"{mark}-site", name=f"{mark} 工厂")
    make.MeterFactory.create(site=site, code=f"{mark}-meter")
    scorecards.example(supplier, world.buyer)
    disclosure.document(
        supplier, filename=f"{mark}-report.pdf", sha256=hashlib.sha256(disclosure.PDF).hexdigest()
    )
    upload = Upload(supplier=supplier, filename=f"{mark}/../一月.csv", sha256="1" * 64, size_bytes=3)
    upload.file.save("january", io.BytesIO(mark.encode()), save=False)
    upload.save()
    of_buyer = {"buyer": world.buyer, "supplier": supplier}
    Review.objects.create(
        **of_buyer, subject="credential", subject_id=1, verdict="returned", note=f"{mark}-note"
    )
    Incident.objects.create(**of_buyer, kind="environment", opened_on="2024-01-01", note=f"{mark}-incident")
    Correction.objects.create(**of_buyer, found_on="2024-01-01", percent=6, note=f"{mark}-correction")
    Exemption.objects.create(**of_buyer, indicator="I3", from_day="2024-01-01", reason=f"{mark}-exemption")
    _fill_inventory(world, supplier, mark)
    with all_tenants("tests"):
        audit.record(by=world.actor(manager), act="site.add", subject=site, data={"code": f"{mark}-deed"})


def _fill_inventory(world, supplier, mark: str) -> None:
    version = inventory.frozen(supplier, boundary=f"{mark}-boundary")
    inventory.entry(supplier, description=f"{mark}-entry")
    inventory.reviewed(version, world.buyer, world.vera.body, mark=mark)
    OwnFactor.objects.create(
        supplier=supplier, code=f"{mark}-F", name="蚀刻", kind="process", value=1, unit="kgCO2e/kg", per_unit="kg",
        source=f"{mark}-source", valid_from="2024-01-01",
    )  # fmt: skip
    certificate = Instrument.objects.create(supplier=supplier, year=2024, kwh=1000)
    InstrumentSerial.objects.create(supplier=supplier, instrument=certificate, serial=f"{mark}-0001")
    EarlyWarning.objects.create(supplier=supplier, kind="missing_month", key=f"{mark}-2024-05")


@pytest.fixture
def filled(world):
    with all_tenants("tests"):
        _fill(world, world.supplier, world.alice, "ALPHA")
        _fill(world, world.neighbour, world.charlie, CANARY)
        scorecards.quarter(world.buyer, until="published")
        for number, text in enumerate(FORMULAS):
            make.SiteFactory.create(supplier=world.supplier, code=f"F{number}", name=text)
    return world


def _made(member) -> Archive:
    """As the page and the queue make one."""
    with entered(member.scope):
        archive = Archive.objects.create(supplier=member.supplier, created_by=member.user)
    building.build_job(archive_id=archive.pk, supplier_id=archive.supplier_id)
    with entered(member.scope):
        return Archive.objects.get(pk=archive.pk, supplier=member.supplier)


def _members(archive: Archive) -> dict[str, bytes]:
    with archive.file.open("rb") as file, zipfile.ZipFile(file) as content:
        return {name: content.read(name) for name in content.namelist()}


def _rows(members: dict[str, bytes], table: str) -> list[dict[str, str]]:
    text = members[f"tables/{table}.csv"]
    assert text.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))


@pytest.fixture
def members(filled) -> dict[str, bytes]:
    return _members(_made(filled.alice))


def test_every_table_has_the_own_rows(members):
    empty = [table.name for table in tables.TABLES if not _rows(members, table.name)]
    assert empty == ["cell_fixes"]


def test_nothing_of_a_neighbour_is_inside(members):
    """The canaries are there to be found: the neighbour's own archive is full of them."""
    assert [name for name, data in members.items() if CANARY.encode() in data or CANARY in name] == []


def test_the_canaries_sing_in_the_neighbours_archive(filled):
    found = {name for name, data in _members(_made(filled.charlie)).items() if CANARY.encode() in data}
    assert {
        f"tables/{name}.csv" for name in ("sites", "meters", "documents", "reviews", "audit_trail")
    } <= found
    assert {f"tables/{name}.csv" for name in ("incidents", "corrections", "exemptions", "uploads")} <= found
    of_inventories = ("inventories", "inventory_entries", "own_factors", "findings", "opinions", "statements")
    assert {f"tables/{name}.csv" for name in of_inventories} <= found


def test_an_emission_line_says_factor_and_source(members):
    line = _rows(members, "emission_lines")[0]
    assert (line["factor_code"], line["factor_value"], line["factor_unit"]) == ("TEST-GRID", "0.5", "kg/kWh")
    assert line["site"] == _rows(members, "records")[0]["site"]


def test_only_published_scorecards_are_inside(filled):
    with all_tenants("tests"):
        scorecards.quarter(filled.buyer, label="FY24Q4", until="computed")
    cards = _rows(_members(_made(filled.alice)), "scorecards")
    assert [card["quarter"] for card in cards] == ["FY24Q3"]


def test_files_are_as_they_came_and_their_sums_agree(members):
    upload = next(data for name, data in members.items() if name.startswith("files/uploads/"))
    assert upload == b"ALPHA"
    lines = [line.split("  ", 1) for line in members["SHA256SUMS"].decode().splitlines()]
    assert {name for _digest, name in lines} == {name for name in members if name.startswith("files/")}
    assert all(hashlib.sha256(members[name]).hexdigest() == digest for digest, name in lines)


def test_a_name_from_outside_is_no_path(members):
    assert [name for name in members if ".." in name.split("/") or name.startswith("/")] == []
    assert any(name.endswith("ALPHA_.._一月.csv") for name in members)


def test_a_file_that_is_gone_is_said(filled):
    with all_tenants("tests"):
        upload = Upload.objects.get(supplier=filled.supplier)
        upload.file.storage.delete(upload.file.name)
    assert "一月.csv" in _members(_made(filled.alice))["MISSING"].decode()


@pytest.mark.parametrize("text", FORMULAS)
def test_text_stays_text(members, text):
    assert f"'{text}" in [row["name"] for row in _rows(members, "sites")]


def test_numbers_are_not_dressed_as_text():
    assert packing.as_cell(-1.5) == "-1.5"
    assert packing.as_cell(None) == ""
    assert packing.as_cell(True) == "true"


def test_the_readme_speaks_both_languages(members):
    words = members["README.txt"].decode()
    assert "贵公司" in words
    assert "your company" in words


def test_the_audit_trail_is_the_whole_own_chain_without_addresses(filled, members):
    trail = _rows(members, "audit_trail")
    assert [int(row["sequence"]) for row in trail] == list(range(1, len(trail) + 1))
    assert "origin" not in trail[0]


def test_the_row_knows_the_file(filled):
    archive = _made(filled.alice)
    content = archive.file.read()
    assert (archive.state, archive.sha256) == ("ready", hashlib.sha256(content).hexdigest())
    assert archive.size_bytes == len(content)
    assert building.progress_of(archive) == 1.0


def test_what_goes_wrong_is_said_and_leaves_no_file(filled, monkeypatch, tmp_path):
    monkeypatch.setattr(building, "_add_files", lambda *args: 1 / 0)
    archive = _made(filled.alice)
    assert (archive.state, archive.file.name) == ("failed", "")
    assert not (tmp_path / "archives").exists()


# The page.


@pytest.fixture
def bells(django_capture_on_commit_callbacks):
    """What waits for the commit happens: the job runs, files go."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def _only(world) -> Archive:
    with all_tenants("tests"):
        return Archive.objects.get()


def test_asked_for_on_the_page_fetched_and_removed(filled, bells):
    client = filled.client(filled.alice)
    with bells():
        assert client.post("/archive/create/").status_code == 303
    archive = _only(filled)
    assert archive.state == "ready"
    assert f"/archive/{archive.pk}/file/" in client.get("/archive/").content.decode()
    answer = client.get(f"/archive/{archive.pk}/file/")
    assert zipfile.is_zipfile(io.BytesIO(b"".join(answer.streaming_content)))
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith('attachment; filename="greenlink-ALPHA-')
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "private, no-store")
    with bells():
        assert client.post(f"/archive/{archive.pk}/remove/").status_code == 303
    assert not archive.file.storage.exists(archive.file.name)
    assert client.get(f"/archive/{archive.pk}/file/").status_code == 404
    with all_tenants("tests"):
        acts = (
            AuditEntry.objects.filter(subject="archive", kind="deed")
            .order_by("pk")
            .values_list("act", flat=True)
        )
        assert list(acts) == ["archive.create", "archive.download", "archive.remove"]


def test_while_one_is_being_made_progress_is_shown_and_no_second_one_begins(world):
    client = world.client(world.alice)
    client.post("/archive/create/")  # nothing commits here, so no job runs
    answer = client.get("/archive/", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<progress" in answer.content.decode()
    with entered(world.alice.scope), pytest.raises(Refusal) as refused:
        actions.create(by=world.actor(world.alice), supplier=world.supplier)
    assert refused.value.code == "archive.waiting"
    queue.run_waiting()
    assert client.get("/archive/", headers={"HX-Request": "true"}).status_code == 286


def test_no_more_than_a_few_are_kept(world):
    with entered(world.alice.scope):
        for _number in range(actions.MOST_KEPT):
            Archive.objects.create(supplier=world.supplier, state="ready")
        with pytest.raises(Refusal) as refused:
            actions.create(by=world.actor(world.alice), supplier=world.supplier)
    assert refused.value.code == "archive.many"


@pytest.mark.parametrize(
    ("who", "status"), [("bob", 403), ("clara", 403), ("paula", 403), ("vera", 403), ("charlie", 404)]
)
def test_only_the_own_managers_reach_it(world, who, status):
    archive = _made(world.alice)
    client = world.client(getattr(world, who))
    assert client.get(f"/archive/{archive.pk}/file/").status_code == status
    assert client.post(f"/archive/{archive.pk}/remove/").status_code == status
    if status == 403:
        assert client.get("/archive/").status_code == 403
        assert client.post("/archive/create/").status_code == 403
    assert _only(world).pk == archive.pk


def test_a_stranger_is_asked_to_log_in(world, client):
    assert client.get("/archive/")["Location"].startswith("/accounts/login/")


def test_an_archive_that_is_not_ready_cannot_be_fetched(world):
    with entered(world.alice.scope):
        archive = Archive.objects.create(supplier=world.supplier)
    assert world.client(world.alice).get(f"/archive/{archive.pk}/file/").status_code == 404
