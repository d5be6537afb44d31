"""ALPHA answers once for two customers: LCFC since 2022, OTHER since June 2024.

Each sees the days of its own enrolment, no drafts, and nothing of what the other thinks.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal

import pytest
from django.db.models import F
from django.urls import reverse

from scorecards import gather_energy
from scorecards.field import enrolled_in
from scorecards.models import Correction, Exemption
from sparkplan.models import Saving
from suppliers.disclosure import actions as disclosure
from suppliers.models import (
    ActivityRecord,
    CellFix,
    EmissionLine,
    Enrolment,
    EvidenceFile,
    Incident,
    Output,
    Review,
    Upload,
    UploadReport,
)
from suppliers.tenants import enrolments
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.scope import Scope, entered
from tests.conftest import TODAY
from tests.factories import disclosure as evidence
from tests.factories import scorecards as scores
from tests.factories import sparkplan as spark
from tests.factories import suppliers as make

OTHER_SINCE = dt.date(2024, 6, 1)
JULY = dt.date(2024, 7, 1)
PERIODS = {
    "DOC-OLD": (dt.date(2021, 12, 1), dt.date(2021, 12, 31)),
    "DOC-MAY": (dt.date(2024, 5, 1), dt.date(2024, 5, 31)),
    "DOC-SPAN": (dt.date(2024, 5, 16), dt.date(2024, 6, 15)),
    "DOC-JUNE": (dt.date(2024, 6, 1), dt.date(2024, 6, 30)),
}
NOTE = "a remark of LCFC alone"

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def both(world):
    """The world with ALPHA in both programs, records of several days, each with a file of its own."""
    with all_tenants("tests"):
        Enrolment.objects.create(
            buyer=world.other_buyer, supplier=world.supplier, commodity="pcb", started_on=OTHER_SINCE
        )
        for document, (start, end) in PERIODS.items():
            record(world, document, start, end, upload(world, f"{document}.csv", start))
        # a file that speaks of May as well, and a record of it that does not
        record(world, "DOC-JULY", JULY, dt.date(2024, 7, 31), upload(world, "mixed.csv", dt.date(2024, 5, 1)))
        upload(world, "draft.csv", None, status="needs_fix", accepted_at=None)
    return world


def upload(world, filename, data_from, **fields):
    default = {"status": "accepted", "accepted_at": dt.datetime(2025, 1, 5, tzinfo=dt.UTC)}
    row = Upload.objects.create(
        supplier=world.supplier, filename=filename, size_bytes=1, data_from=data_from,
        sha256=hashlib.sha256(filename.encode()).hexdigest(),
        **default | fields,
    )  # fmt: skip
    UploadReport.objects.create(supplier=world.supplier, upload=row)
    CellFix.objects.create(supplier=world.supplier, upload=row, row=2, field="quantity", old="1", new="2")
    return row


def record(world, document, start, end, file=None):
    grid = scores.factor()
    row = ActivityRecord.objects.create(
        supplier=world.supplier, site=world.site, carrier="electricity", start=start, end=end,
        quantity=Decimal(100), quantity_given=Decimal(100), unit_given="kWh", document=document,
        upload=file, upload_row=2, source_kind="upload",
    )  # fmt: skip
    for year, month in {(start.year, start.month), (end.year, end.month)}:
        EmissionLine.objects.create(
            supplier=world.supplier, record=row, record_start=start, year=year, month=month, scope=2,
            carrier="electricity", category="purchased_electricity", basis="location", factor=grid,
            factor_code=grid.code, quantity=Decimal(100), kgco2e=Decimal(50), kgce=Decimal(12),
        )  # fmt: skip
    return row


def documents(world, who):
    """Bill numbers of the records a member sees: by lock two, on the page, in the file and by the API."""
    member = getattr(world, who)
    with entered(member.scope):
        held = set(ActivityRecord.objects.values_list("document", flat=True))
        of_lines = set(EmissionLine.objects.values_list("record__document", flat=True))
    client = world.client(member)
    about = "" if member.supplier_id else "?supplier=ALPHA"
    page = client.get(f"/records/{about}").content.decode()
    export = client.get(f"/records/export/{about}").content.decode()
    api = {row["document"] for row in client.get(f"/api/v1/records/{about}").json()["results"]}
    known = {*PERIODS, "DOC-JULY"}
    shown = {name for name in known if name in export}
    # the list of records does not print bill numbers: it is compared by its files
    files = {name for name in known if f"{name}.csv" in page}
    assert held == of_lines == api == shown
    assert files == held - {"DOC-JULY"}
    return held


def test_each_buyer_sees_the_days_of_its_own_enrolment(both):
    assert documents(both, "alice") == {*PERIODS, "DOC-JULY"}
    assert documents(both, "paula") == {"DOC-MAY", "DOC-SPAN", "DOC-JUNE", "DOC-JULY"}
    assert documents(both, "otto") == {"DOC-JUNE", "DOC-JULY"}


def share(world, day, who="alice"):
    with all_tenants("tests"):
        row = Enrolment.objects.get(buyer=world.other_buyer, supplier=world.supplier)
    with entered(world.alice.scope):
        enrolments.share_history(by=world.actor(world.alice), enrolment=row, shared_from=day)


def test_history_shared_is_seen_and_history_taken_back_is_not(both):
    share(both, dt.date(2024, 5, 10))
    assert documents(both, "otto") == {"DOC-SPAN", "DOC-JUNE", "DOC-JULY"}
    share(both, dt.date(2000, 1, 1))
    assert documents(both, "otto") == {*PERIODS, "DOC-JULY"}
    assert "DOC-OLD" not in documents(both, "paula")
    share(both, None)
    assert documents(both, "otto") == {"DOC-JUNE", "DOC-JULY"}


def test_who_left_shows_nothing_and_keeps_it(both):
    with all_tenants("tests"):
        row = Enrolment.objects.get(buyer=both.other_buyer, supplier=both.supplier)
    with entered(both.alice.scope):
        enrolments.leave(by=both.actor(both.alice), enrolment=row)
    for url in ("/records/", "/carbon/", "/carbon/lines/", "/api/v1/records/", "/api/v1/emissions/"):
        assert both.client(both.otto).get(f"{url}?supplier=ALPHA").status_code == 404, url
    assert documents(both, "alice") == {*PERIODS, "DOC-JULY"}
    assert "DOC-MAY" in documents(both, "paula")


def test_sums_are_of_the_days_seen(both):
    def by_month(who):
        answer = both.client(getattr(both, who)).get("/api/v1/emissions/?supplier=ALPHA&year=2024&by=month")
        return {row["key"]: row["kgco2e_location"] for row in answer.json()}

    assert by_month("paula") == {"2024-05": 100, "2024-06": 100, "2024-07": 50}
    assert by_month("otto") == {"2024-06": 50, "2024-07": 50}
    # the same lines, whatever they are summed by: a line is seen if and only if its record is
    for by in ("site", "scope", "carrier", "category"):
        answer = both.client(both.otto).get(f"/api/v1/emissions/?supplier=ALPHA&year=2024&by={by}").json()
        assert [row["kgco2e_location"] for row in answer] == [100], by


def test_a_line_can_be_followed_as_far_as_it_is_seen(both):
    with all_tenants("tests"):
        lines = dict(EmissionLine.objects.filter(month__in=(6, 7)).values_list("record__document", "pk"))
        records = dict(ActivityRecord.objects.values_list("document", "pk"))
    expected = {"paula": {"DOC-SPAN": 200, "DOC-JUNE": 200}, "otto": {"DOC-SPAN": 404, "DOC-JUNE": 200}}
    for who, wanted in expected.items():
        client = both.client(getattr(both, who))
        for document, status in wanted.items():
            assert client.get(f"/carbon/lines/{lines[document]}/trace/").status_code == status
            assert client.get(f"/api/v1/emissions/lines/{lines[document]}/trace/").status_code == status
            assert client.get(f"/records/{records[document]}/").status_code == status


def test_a_file_that_speaks_of_earlier_days_is_not_named(both):
    with all_tenants("tests"):
        line = EmissionLine.objects.get(month=7)
    urls = [
        "/records/?supplier=ALPHA",
        "/records/export/?supplier=ALPHA",
        f"/records/{line.record_id}/",
        f"/carbon/lines/{line.pk}/trace/",
        f"/api/v1/emissions/lines/{line.pk}/trace/",
        "/suppliers/ALPHA/",
    ]
    for who, named in (("paula", True), ("otto", False)):
        client = both.client(getattr(both, who))
        for url in urls:
            answer = client.get(url)
            assert answer.status_code == 200, url
            assert ("mixed.csv" in answer.content.decode()) is named, (who, url)


def test_uploads_with_their_reports_follow_the_first_day_and_drafts_never_show(both):
    for who, count in (("alice", 6), ("paula", 4), ("otto", 1)):
        with entered(getattr(both, who).scope):
            assert Upload.objects.count() == count
            assert UploadReport.objects.count() == count
            assert CellFix.objects.count() == count
    for who in ("paula", "otto"):
        page = both.client(getattr(both, who)).get("/suppliers/ALPHA/").content.decode()
        assert "DOC-JUNE.csv" in page
        assert "draft.csv" not in page


def test_output_and_savings_follow_the_first_day(both):
    with all_tenants("tests"):
        for day in (dt.date(2024, 4, 1), JULY):
            evidence.output(both.site, start=day, end=day, **evidence.submitted())
        evidence.output(both.site, start=dt.date(2024, 9, 1), end=dt.date(2024, 9, 30))
        project = spark.project(both.supplier, both.site, stage="operating")
        for month in (dt.date(2024, 5, 1), JULY):
            Saving.objects.create(
                supplier=both.supplier, project=project, month=month, saved_kwh=Decimal(1000)
            )
    for who, outputs, savings in (("alice", 3, 2), ("paula", 2, 2), ("otto", 1, 1)):
        with entered(getattr(both, who).scope):
            assert Output.objects.count() == outputs
            assert Saving.objects.count() == savings


def test_documents_of_drafts_are_not_there_for_a_buyer(both):
    with all_tenants("tests"):
        document = evidence.document(both.supplier)
        draft = evidence.credential(both.supplier, evidence=document)
    url = reverse("evidence_file", args=[document.pk])
    for who in ("paula", "otto"):
        assert both.client(getattr(both, who)).get(url).status_code == 404
        with entered(getattr(both, who).scope):
            assert not EvidenceFile.objects.exists()
    with entered(both.alice.scope):
        disclosure.submit(by=both.actor(both.alice), item=draft)
    for who in ("paula", "otto"):
        assert both.client(getattr(both, who)).get(url).status_code == 200


def test_a_document_brought_by_one_buyer_is_not_the_others(both):
    with all_tenants("tests"):
        document = evidence.document(both.supplier, entered_by=both.buyer)
        evidence.credential(
            both.supplier,
            evidence=document,
            entered_by=both.buyer,
            number="ONLY-LCFC",
            **evidence.submitted(),
        )
    url = reverse("evidence_file", args=[document.pk])
    assert both.client(both.paula).get(url).status_code == 200
    assert both.client(both.otto).get(url).status_code == 404
    assert (
        "ONLY-LCFC" not in both.client(both.otto).get("/api/v1/credentials/?supplier=ALPHA").content.decode()
    )


@pytest.fixture
def judged(both):
    """LCFC has judged ALPHA in every way there is, and published a quarter; OTHER has published one as well."""
    with all_tenants("tests"):
        credential = evidence.credential(both.supplier, **evidence.submitted())
        about = {"buyer": both.buyer, "supplier": both.supplier}
        Review.objects.create(
            **about, subject="credential", subject_id=credential.pk, verdict="returned", note=NOTE,
            at=dt.datetime(2025, 2, 1, tzinfo=dt.UTC),
        )  # fmt: skip
        Incident.objects.create(**about, kind="pollution", opened_on=dt.date(2024, 3, 1), note=NOTE)
        Correction.objects.create(**about, found_on=dt.date(2024, 11, 1), percent=9, note=NOTE)
        Exemption.objects.create(**about, indicator="I7", from_day=dt.date(2024, 1, 1), reason=NOTE)
        for buyer in (both.buyer, both.other_buyer):
            scores.quarter(buyer, until="published")
    both.credential = credential
    return both


def test_nothing_one_buyer_thinks_reaches_the_other(judged):
    with entered(judged.otto.scope):
        for model in (Review, Incident, Correction, Exemption):
            assert not model.objects.exists(), model
    client = judged.client(judged.otto)
    pages = [
        "/", "/suppliers/", "/suppliers/ALPHA/", "/evidence/desk/", "/evidence/desk/incidents/",
        f"/evidence/credentials/{judged.credential.pk}/", "/ranking/FY24Q3/", "/scorecards/FY24Q3/ALPHA/",
        "/editions/FY24Q3/", "/api/v1/credentials/?supplier=ALPHA", f"/api/v1/credentials/{judged.credential.pk}/",
        "/api/v1/rankings/FY24Q3/", "/api/v1/scorecards/FY24Q3/ALPHA/", "/api/v1/spe/FY24Q3/",
    ]  # fmt: skip
    for url in pages:
        answer = client.get(url)
        assert answer.status_code == 200, url
        text = answer.content.decode()
        assert NOTE not in text, url
        assert "LCFC" not in text, url
    state = client.get(f"/api/v1/credentials/{judged.credential.pk}/").json()
    assert (state["state"], state["reviews"]) == ("waiting", [])
    assert judged.client(judged.paula).get(pages[5]).content.decode().count(NOTE) == 1


def test_each_buyers_ranking_holds_its_own_companies(judged):
    codes = {}
    for who in ("paula", "otto"):
        rows = judged.client(getattr(judged, who)).get("/api/v1/rankings/FY24Q3/").json()
        codes[who] = {row["supplier"] for row in rows["results"]}
    assert codes == {"paula": {"ALPHA", "BETA"}, "otto": {"ALPHA", "GAMMA"}}


def test_the_supplier_says_whose_scorecard_it_means(judged):
    client = judged.client(judged.alice)
    assert client.get("/api/v1/scorecards/FY24Q3/ALPHA/").json()["code"] == "buyer.required"
    for code in ("LCFC", "OTHER"):
        assert client.get(f"/api/v1/scorecards/FY24Q3/ALPHA/?buyer={code}").status_code == 200
        assert client.get(f"/scorecards/FY24Q3/ALPHA/?buyer={code}").status_code == 200
        assert client.get(f"/scorecard/?buyer={code}").status_code == 200
    for url in ("/api/v1/scorecards/FY24Q3/ALPHA/", "/scorecards/FY24Q3/ALPHA/", "/scorecard/"):
        assert client.get(f"{url}?buyer=NOBODY").status_code == 404
    assert judged.client(judged.charlie).get("/api/v1/rankings/?buyer=OTHER").status_code == 404


def test_a_published_scorecard_stays_the_buyers_after_the_supplier_left(judged):
    with all_tenants("tests"):
        row = Enrolment.objects.get(buyer=judged.buyer, supplier=judged.supplier)
    with entered(judged.alice.scope):
        enrolments.leave(by=judged.actor(judged.alice), enrolment=row)
    client = judged.client(judged.paula)
    assert client.get("/scorecards/FY24Q3/ALPHA/").status_code == 200
    rows = client.get("/api/v1/rankings/FY24Q3/").json()["results"]
    assert {one["supplier"] for one in rows} == {"ALPHA", "BETA"}
    assert client.get("/ranking/FY24Q3/").status_code == 200
    assert client.get("/suppliers/ALPHA/").status_code == 404
    # the supplier itself is asked for no buyer any more: one program is left
    assert judged.client(judged.alice).get("/api/v1/scorecards/FY24Q3/ALPHA/").status_code == 200
    assert judged.client(judged.alice).get("/api/v1/scorecards/FY24Q3/ALPHA/?buyer=LCFC").status_code == 404


def year_complete(buyer):
    with entered(Scope(buyer_id=buyer.pk)):
        field = enrolled_in(buyer, buyer.quarter("FY24Q3"))
        energy = gather_energy.energy(field)
        place = field.codes.tolist().index("ALPHA")
        return bool(energy.year_complete[place]), energy.grid_kwh[:, place].tolist()


def test_only_shared_days_count_in_a_quarter(world):
    with all_tenants("tests"):
        Enrolment.objects.create(
            buyer=world.other_buyer, supplier=world.supplier, commodity="pcb", started_on=OTHER_SINCE
        )
        scores.energy(world.supplier)
    month = float(scores.KWH_A_MONTH)
    assert year_complete(world.buyer) == (True, [3 * month] * 4)
    complete, kwh = year_complete(world.other_buyer)
    assert not complete
    assert kwh[1:] == [month, 3 * month, 3 * month]
    share(world, dt.date(2024, 1, 1))
    assert year_complete(world.other_buyer) == (True, [3 * month] * 4)


def test_a_quarter_computed_by_the_product_itself_counts_no_more(world):
    """Commands and jobs act for no tenant; what counts is what the buyer may see all the same."""
    points = {}
    with all_tenants("tests"):
        Enrolment.objects.create(
            buyer=world.other_buyer, supplier=world.supplier, commodity="pcb", started_on=OTHER_SINCE
        )
        scores.energy(world.supplier)
        for name, buyer in (("LCFC", world.buyer), ("OTHER", world.other_buyer)):
            edition = scores.quarter(buyer)
            card = edition.scorecards.get(supplier=world.supplier)
            points[name] = dict(card.indicators.values_list("indicator", "reason"))
    assert points["LCFC"]["I6"] != points["OTHER"]["I6"]


def test_days_do_not_move_with_another_companys_enrolment(both):
    """The first day is looked up for each supplier: GAMMA's earlier one opens nothing of ALPHA."""
    with all_tenants("tests"):
        Enrolment.objects.filter(buyer=both.other_buyer).exclude(supplier=both.supplier).update(
            shared_from=F("started_on") - dt.timedelta(days=4000)
        )
        site = make.SiteFactory.create(supplier=both.stranger, code="GX")
        ActivityRecord.objects.create(
            supplier=both.stranger, site=site, carrier="electricity", start=dt.date(2013, 1, 1),
            end=dt.date(2013, 1, 31), quantity=1, quantity_given=1, unit_given="kWh", document="DOC-GAMMA",
        )  # fmt: skip
    with entered(both.otto.scope):
        assert set(ActivityRecord.objects.values_list("document", flat=True)) == {
            "DOC-JUNE",
            "DOC-JULY",
            "DOC-GAMMA",
        }
    assert TODAY > OTHER_SINCE
