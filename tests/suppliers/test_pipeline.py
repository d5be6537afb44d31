"""From a file to tonnes and back: what a supplier notices at every step."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from suppliers import pipeline
from suppliers.activity import queries as activity
from suppliers.factors import actions as factors
from suppliers.inventory import queries as inventory
from suppliers.models import ActivityRecord, EmissionLine, Upload
from suppliers.tenants import audit, clock
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import entered
from suppliers.uploads import queries
from suppliers.warnings.evaluate import held
from tests.factories import suppliers as make
from tests.suppliers.uploads import files
from tests.suppliers.uploads.files import HEADER, csv_bytes, xlsx


@pytest.fixture
def desk(world, django_capture_on_commit_callbacks):
    """Alice at her desk: sends, accepts and withdraws in her own scope."""
    factors.load()
    return Desk(world, django_capture_on_commit_callbacks)


class Desk:
    def __init__(self, world, on_commit):
        self.world = world
        self.alice = world.actor(world.alice)
        self.on_commit = on_commit

    def scope(self):
        return entered(self.alice.scope)

    def send(self, *rows, name="bills.csv", content=None, **options):
        if content is None:
            content = csv_bytes(HEADER, *rows)
        with self.scope():
            with self.on_commit(execute=True):
                upload = pipeline.receive(
                    by=self.alice, supplier=self.world.supplier, content=content, filename=name, **options
                )
            upload.refresh_from_db()
            return upload

    def accept(self, upload, **options):
        with self.scope():
            return pipeline.accept(by=self.alice, upload=upload, **options)

    def withdraw(self, upload):
        with self.scope():
            return pipeline.withdraw(by=self.alice, upload=upload)

    def fix(self, upload, row, field, new):
        with self.scope():
            return pipeline.fix_cell(by=self.alice, upload=upload, row=row, field=field, new=new)

    def codes(self, upload):
        with self.scope():
            return [issue["code"] for issue in queries.issues_of(upload, "en")]

    def in_force(self):
        with self.scope():
            return (
                ActivityRecord.objects.filter(withdrawn_at=None).count(),
                EmissionLine.objects.filter(withdrawn_at=None).count(),
            )

    def lines(self):
        with self.scope():
            return list(EmissionLine.objects.filter(withdrawn_at=None).order_by("year", "month", "id"))


def row(site="HF", meter="", carrier="electricity", start="2023-03", end="2023-03", quantity="1000", unit="kWh",
        document=""):  # fmt: skip
    return (site, meter, carrier, start, end, quantity, unit, document)


# -- tonnes --------------------------------------------------------------------------------------------


def test_a_thousand_kwh_in_anhui_and_the_way_back_to_the_cell(desk):
    upload = desk.send(row(document="DF-7"))
    assert (upload.status, upload.rows_total, upload.rows_valid, upload.progress) == ("ready", 1, 1, 1.0)
    assert desk.in_force() == (0, 0)
    desk.accept(upload)
    with desk.scope():
        trace = inventory.trace(inventory.lines_for_trace().get())
    # 1 000 kWh x 0.6553 kgCO2/kWh, Anhui 2023
    assert trace["line"]["kgco2e"] == Decimal("655.3")
    assert (trace["line"]["scope"], trace["line"]["basis"]) == (2, "location")
    assert trace["line"]["kgce"] == Decimal("122.9")
    assert (trace["factor"]["region"], trace["factor"]["year"]) == ("CN-AH", 2023)
    assert trace["factor"]["source"]
    assert trace["record"]["document"] == "DF-7"
    source = trace["source"]
    assert (source["kind"], source["file"], source["sha256"], source["row"]) == (
        "upload",
        "bills.csv",
        upload.sha256,
        2,
    )


def test_national_electricity_of_2022_and_its_standard_coal(desk):
    with all_tenants("test"):
        make.SiteFactory.create(supplier=desk.world.supplier, code="NATION", province="CN")
    desk.accept(desk.send(row(site="NATION", quantity="275367", start="2022-05", end="2022-05")))
    line = desk.lines()[0]
    # 275 367 kWh x 0.5366 = 147.76 t; x 0.1229 kgce = 33.84 tce
    assert round(line.kgco2e / 1000, 2) == Decimal("147.76")
    assert round(line.kgce / 1000, 2) == Decimal("33.84")
    with desk.scope():
        only = inventory.totals(supplier_ids=[desk.world.supplier.pk], year=2022, by="scope")
    # by the market, no certificate at hand: 275 367 kWh x 0.5856 = 161.25 t
    assert [
        (round(t["kgco2e_location"], 1), round(t["kgco2e_market"], 1), round(t["tce"], 2)) for t in only
    ] == [(Decimal("147761.9"), Decimal("161254.9"), Decimal("33.84"))]


def test_gas_and_its_tonnes(desk):
    desk.accept(desk.send(row(carrier="天然气", quantity="1.86", unit="万m³")))
    line = desk.lines()[0]
    assert round(line.kgco2e / 1000, 3) == Decimal("40.217")  # 18 600 m3 x 2.1622
    assert (line.scope, line.basis, line.category) == (1, "direct", "stationary")


def test_refrigerant_takes_the_fifth_assessment_report(desk):
    desk.accept(desk.send(row(carrier="R410A", quantity="2", unit="kg")))
    assert desk.lines()[0].kgco2e == Decimal("3847")  # 2 kg x 1923.5
    assert desk.lines()[0].kgce is None


def test_a_period_over_two_years_takes_each_year_s_factor_and_loses_nothing(desk):
    desk.accept(desk.send(row(start="2021-12-01", end="2022-01-31", quantity="620")))
    lines = desk.lines()
    assert [(line.year, line.month, line.quantity) for line in lines] == [(2021, 12, 310), (2022, 1, 310)]
    assert len({line.factor_code for line in lines}) == 2


def test_steam_by_mass_names_its_assumption(desk):
    desk.accept(desk.send(row(carrier="steam", quantity="10", unit="t")))
    with desk.scope():
        trace = inventory.trace(inventory.lines_for_trace().get())
    assert trace["record"]["quantity"] == Decimal("26933.6")  # MJ: 10 t x 2693.36
    assert "1.0 MPa" in trace["record"]["assumption"]


def test_own_pv_water_and_silent_meters_are_records_without_lines(desk):
    with all_tenants("test"):
        main = make.MeterFactory.create(site=desk.world.site, code="MAIN")
        make.MeterFactory.create(site=desk.world.site, code="PRESS", parent=main, accounting=False)
    desk.accept(
        desk.send(
            row(carrier="pv_self"), row(carrier="water", unit="t"), row(meter="PRESS"), row(meter="MAIN")
        )
    )
    assert desk.in_force() == (4, 1)


def test_no_factor_is_said_at_the_check_and_gives_a_record_without_a_line(desk):
    upload = desk.send(row(start="2018-03", end="2018-03"))
    assert desk.codes(upload) == ["factor.missing"]
    assert upload.status == "ready"
    desk.accept(upload)
    assert desk.in_force() == (1, 0)


@pytest.mark.parametrize("by", inventory.BY)
def test_totals_add_up_whichever_way_they_are_cut(desk, by):
    desk.accept(
        desk.send(
            row(),
            row(carrier="natural_gas", unit="m3", start="2022-11", end="2023-01"),
            row(carrier="CO2", unit="kg"),
        )
    )
    with desk.scope(), CaptureQueriesContext(connection) as asked:
        totals = inventory.totals(supplier_ids=[desk.world.supplier.pk], by=by)
    assert len(asked) == 1
    assert sum(total["kgco2e_location"] for total in totals) == sum(line.kgco2e for line in desk.lines())


def test_totals_between_days_and_unknown_ways_to_cut(desk):
    desk.accept(desk.send(row(start="2023-01", end="2023-12", quantity="365")))
    with desk.scope():
        totals = inventory.totals(
            supplier_ids=[desk.world.supplier.pk],
            from_day=dt.date(2023, 4, 1),
            until_day=dt.date(2023, 6, 30),
        )
        assert [total["key"] for total in totals] == ["2023-04", "2023-05", "2023-06"]
        assert inventory.totals(supplier_ids=[], by="month") == []
        with pytest.raises(ValueError, match="not one of"):
            inventory.totals(supplier_ids=[], by="colour")


def test_coverage_shows_which_months_are_there(desk):
    desk.accept(desk.send(row(start="2023-01", end="2023-02"), row(start="2023-03-01", end="2023-03-15")))
    with desk.scope():
        (only,) = inventory.coverage(desk.world.supplier, 2023)
    assert (only["site"], only["carrier"]) == ("HF", "electricity")
    assert only["months"] == [1.0, 1.0, round(15 / 31, 4), *[0.0] * 9]


# -- the same bytes again ------------------------------------------------------------------------------


def test_the_same_bytes_are_the_same_upload_checked_again(desk):
    first = desk.send(row(site="NEW"))
    assert first.status == "needs_fix"
    with all_tenants("test"):
        make.SiteFactory.create(supplier=desk.world.supplier, code="NEW")
    again = desk.send(row(site="NEW"), name="other name.csv")
    assert (again.pk, again.status) == (first.pk, "ready")


def test_the_same_bytes_after_accept_withdraw_and_failure(desk):
    first = desk.send(row())
    desk.accept(first)
    again = desk.send(row())
    assert (again.pk, again.status) == (first.pk, "accepted")
    desk.withdraw(again)
    third = desk.send(row())
    assert third.pk != first.pk
    assert third.status == "ready"
    failed = desk.send(content=b"%PDF-1.7 x")
    assert desk.send(content=b"%PDF-1.7 x").pk != failed.pk


def test_the_same_bytes_of_another_supplier_are_another_upload(desk):
    first = desk.send(row())
    charlie = desk.world.actor(desk.world.charlie)
    with entered(charlie.scope):
        other = pipeline.receive(
            by=charlie, supplier=desk.world.neighbour, content=csv_bytes(HEADER, row()), filename="x.csv"
        )
        pipeline.check(upload=other)
        assert [issue["code"] for issue in queries.issues_of(other, "en")] == ["row.site"]
    assert other.pk != first.pk


def test_an_idempotency_key_finds_its_upload_even_after_withdrawal(desk):
    first = desk.send(row(), idempotency_key="k1")
    assert desk.send(row(), idempotency_key="k1").pk == first.pk
    desk.withdraw(first)
    assert desk.send(row(), idempotency_key="k1").pk == first.pk
    with pytest.raises(Refusal) as caught:
        desk.send(row(quantity="7"), idempotency_key="k1")
    assert caught.value.code == "upload.idempotency"


# -- accepting -----------------------------------------------------------------------------------------


def test_accept_with_bad_rows_left_is_refused_and_writes_nothing(desk):
    upload = desk.send(row(), row(quantity="n/a", start="2023-04", end="2023-04"))
    assert upload.status == "needs_fix"
    with pytest.raises(pipeline.UploadNeedsFix) as caught:
        desk.accept(upload)
    assert (caught.value.code, caught.value.status, caught.value.data["bad_rows"]) == (
        "upload.needs_fix",
        409,
        1,
    )
    assert [issue["code"] for issue in caught.value.issues] == ["row.number"]
    assert desk.in_force() == (0, 0)


def test_partial_takes_the_valid_rows_and_the_rest_waits(desk):
    upload = desk.send(row(), row(quantity="n/a", start="2023-04", end="2023-04"))
    upload = desk.accept(upload, partial=True)
    assert (upload.status, upload.rows_accepted, upload.rows_total) == ("accepted", 1, 2)
    assert desk.in_force() == (1, 1)
    upload = desk.accept(upload, partial=True)
    assert upload.rows_accepted == 1
    upload = desk.fix(upload, 3, "quantity", "500")
    assert desk.codes(upload) == []
    upload = desk.accept(upload)
    assert (upload.rows_accepted, desk.in_force()) == (2, (2, 2))


def test_a_fixed_cell_is_a_row_of_its_own_beside_the_file(desk):
    upload = desk.send(row(quantity="n/a"))
    upload = desk.fix(upload, 2, "quantity", "5")
    assert upload.status == "ready"
    desk.accept(upload)
    with desk.scope():
        (fix,) = upload.fixes.all()
        assert (fix.old, fix.new, fix.by_id) == ("n/a", "5", desk.world.alice.user_id)
        assert b"n/a" in queries.content_of(upload)
        assert inventory.trace(inventory.lines_for_trace().get())["source"]["fixes"][0]["old"] == "n/a"


@pytest.mark.parametrize(("number", "field"), [(99, "quantity"), (1, "quantity"), (2, "colour")])
def test_a_fix_of_no_cell_is_refused(desk, number, field):
    upload = desk.send(row(quantity="n/a"))
    with pytest.raises(Refusal) as caught:
        desk.fix(upload, number, field, "5")
    assert caught.value.code == "upload.fix"


def test_an_accepted_row_cannot_be_fixed(desk):
    upload = desk.accept(desk.send(row()))
    with pytest.raises(Refusal) as caught:
        desk.fix(upload, 2, "quantity", "5")
    assert caught.value.code == "upload.state"


def test_accepting_twice_is_once(desk):
    upload = desk.send(row())
    desk.accept(upload)
    desk.accept(upload)
    assert desk.in_force() == (1, 1)


def test_overlap_is_looked_for_again_at_accept(desk):
    first, second = desk.send(row()), desk.send(row(quantity="7"))
    assert (first.status, second.status) == ("ready", "ready")
    desk.accept(first)
    with pytest.raises(pipeline.UploadNeedsFix):
        desk.accept(second)
    with desk.scope():
        second.refresh_from_db()
    assert (second.status, desk.codes(second)) == ("needs_fix", ["record.exists"])


def test_a_column_mapping_is_said_and_checked(desk):
    content = csv_bytes(("Werk", *HEADER[1:]), row(quantity='"1.234,5"'))
    upload = desk.send(content=content)
    assert (upload.status, desk.codes(upload)) == ("failed", ["file.header"])
    with desk.scope():
        upload = pipeline.map_columns(
            by=desk.alice, upload=upload, fields={"Werk": "site"}, decimal_comma=True
        )
    assert upload.status == "ready"
    desk.accept(upload)
    assert desk.lines()[0].quantity == Decimal("1234.5")


# -- withdrawing ---------------------------------------------------------------------------------------


def test_withdraw_takes_records_and_lines_out_and_deletes_nothing(desk):
    upload = desk.send(row())
    desk.accept(upload)
    upload = desk.withdraw(upload)
    desk.withdraw(upload)
    assert upload.status == "withdrawn"
    assert desk.in_force() == (0, 0)
    with desk.scope():
        assert ActivityRecord.objects.count() == EmissionLine.objects.count() == 1
        assert inventory.totals(supplier_ids=[desk.world.supplier.pk]) == []
        acts = [entry.act for entry in audit.entries_of(upload)]
    assert acts == ["upload.withdraw", "upload.accept", "upload.receive"]


def test_what_is_withdrawn_may_be_sent_and_accepted_again(desk):
    desk.withdraw(desk.accept(desk.send(row())))
    desk.accept(desk.send(row()))
    assert desk.in_force() == (1, 1)


def test_a_withdrawn_upload_cannot_be_accepted(desk):
    upload = desk.withdraw(desk.send(row()))
    with pytest.raises(Refusal) as caught:
        desk.accept(upload)
    assert caught.value.code == "upload.state"


# -- who may, and whose --------------------------------------------------------------------------------


def test_a_reader_may_not_send_and_a_contributor_may_not_withdraw(desk):
    bob, clara = desk.world.actor(desk.world.bob), desk.world.actor(desk.world.clara)
    upload = desk.send(row())
    with desk.scope():
        with pytest.raises(PermissionDenied):
            pipeline.receive(by=bob, supplier=desk.world.supplier, content=b"x", filename="x.csv")
        with pytest.raises(PermissionDenied):
            pipeline.accept(by=bob, upload=upload)
        with pytest.raises(PermissionDenied):
            pipeline.withdraw(by=clara, upload=upload)
        pipeline.accept(by=clara, upload=upload)


def test_a_neighbour_can_neither_see_nor_accept(desk):
    upload = desk.send(row())
    charlie = desk.world.actor(desk.world.charlie)
    with entered(charlie.scope):
        assert not Upload.objects.filter(pk=upload.pk)
        with pytest.raises(Upload.DoesNotExist):
            pipeline.accept(by=charlie, upload=upload)
    assert desk.in_force() == (0, 0)


def test_a_buyer_sees_records_once_they_are_accepted(desk):
    upload = desk.send(row())
    paula = desk.world.actor(desk.world.paula)
    ids = [desk.world.supplier.pk]
    with entered(paula.scope):
        assert not activity.records(supplier_ids=ids)
        assert not queries.uploads_of(supplier_ids=ids)
    desk.accept(upload)
    with entered(paula.scope):
        assert len(activity.records(supplier_ids=ids)) == 1
        assert len(queries.uploads_of(supplier_ids=ids)) == 1


def test_another_supplier_s_site_code_reads_as_an_unknown_one(desk):
    with all_tenants("test"):
        make.SiteFactory.create(supplier=desk.world.neighbour, code="THEIRS")
    theirs, nobodys = desk.send(row(site="THEIRS")), desk.send(row(site="NOBODY"))
    with desk.scope():
        messages = [queries.issues_of(upload, "en")[0]["message"] for upload in (theirs, nobodys)]
    assert messages[0].replace("THEIRS", "NOBODY") == messages[1]


# -- wrong input ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", files.HOSTILE)
def test_hostile_files_fail_with_their_code_and_write_nothing(desk, name):
    content, code = files.HOSTILE[name]
    upload = desk.send(content=content, name=f"{name}.csv")
    assert (upload.status, desk.codes(upload), upload.progress) == ("failed", [code], 1.0)
    assert desk.in_force() == (0, 0)
    with pytest.raises(Refusal) as caught:
        desk.accept(upload)
    assert caught.value.code == "upload.state"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"start": "2023-04"}, "period.reversed"),
        ({"quantity": '"1.234,5"'}, "row.number"),
        ({"quantity": "n/a"}, "row.number"),
        ({"unit": "m3"}, "row.unit"),
        ({"document": "a\x00b"}, "row.text"),
    ],
)
def test_wrong_rows_are_issues_and_write_nothing(desk, changes, code):
    upload = desk.send(row(**changes))
    assert (upload.status, desk.codes(upload)) == ("needs_fix", [code])
    assert desk.in_force() == (0, 0)


def test_control_characters_in_headers_and_notes_are_harmless(desk):
    content = csv_bytes((*HEADER, "re\x00mark"), (*row(), "all\x00 well"))
    upload = desk.send(content=content)
    assert upload.status == "ready"
    desk.accept(upload)
    with desk.scope():
        assert ActivityRecord.objects.get().notes == {"remark": "all well"}


def test_over_the_size_limit(desk, settings):
    settings.UPLOAD_LIMIT_BYTES = 100
    with pytest.raises(Refusal) as caught:
        desk.send(content=b"x" * 101)
    assert (caught.value.code, caught.value.status) == ("file.size", 413)


def test_an_accident_in_the_check_is_an_issue_not_a_traceback(desk, monkeypatch):
    def explode(*args, **kwargs):
        raise RuntimeError("boom")

    monkeypatch.setattr(pipeline, "check_table", explode)
    upload = desk.send(row())
    assert (upload.status, desk.codes(upload)) == ("failed", ["upload.unexpected"])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\bills\\a.csv", "a.csv"),
        ("a\x00\u202eb.csv", "ab.csv"),
        ("", "upload"),
        ("x" * 300, "x" * 200),
    ],
)
def test_file_names_are_only_names(desk, given, kept):
    assert desk.send(row(), name=given).filename == kept


def test_a_workbook_goes_the_same_way(desk):
    cells = ["HF", None, "电力", dt.date(2023, 3, 1), dt.date(2023, 3, 31), 1000, "kWh"]
    upload = desk.send(content=xlsx(("用量", [["标题"], HEADER, cells])))
    desk.accept(upload)
    with desk.scope():
        assert ActivityRecord.objects.get().upload_row == 3


# -- for pages -----------------------------------------------------------------------------------------


def test_groups_and_bad_rows_for_the_page(desk):
    upload = desk.send(
        *[row(quantity="n/a", start=f"2023-{m:02d}", end=f"2023-{m:02d}") for m in range(1, 6)]
    )
    with desk.scope():
        (group,) = queries.issue_groups(upload, "zh")
        bad = queries.bad_rows(upload, "zh", limit=2)
        assert queries.issues_of(upload, "en", code="row.number", offset=1, limit=2)[0]["row"] == 3
        assert queries.issues_of(upload, "en", code="row.date") == []
    assert (group["code"], group["count"], group["rows"]) == ("row.number", 5, [2, 3, 4, 5, 6])
    assert "n/a" in group["message"]
    assert [one["row"] for one in bad] == [2, 3]
    assert bad[0]["cells"]["site"] == "HF"
    assert bad[0]["issues"]["quantity"]


def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(desk):
    def cost(months):
        rows = [row(start=f"{y}-{m:02d}", end=f"{y}-{m:02d}", quantity=str(100 + m)) for y, m in months]
        # What is found worth a warning is written down or not: warnings count their own queries (test_evaluate).
        with held(), CaptureQueriesContext(connection) as asked:
            upload = desk.send(*rows)
            desk.accept(upload)
        desk.withdraw(upload)
        return len(asked)

    one = cost([(2023, 1)])
    many = cost([(year, month) for year in (2021, 2022, 2023) for month in range(1, 13)])
    assert one == many


def test_today_is_the_clock_s(desk):
    with clock.at(dt.date(2023, 3, 30)):
        assert desk.codes(desk.send(row())) == ["period.future"]
