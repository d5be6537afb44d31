"""The demo is built once for this module (about fifteen seconds) and says what the report of 2024 prints."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client, override_settings
from stdnum.cn import uscc

from greenlink.demo import TODAY, accounts, companies, energy, spark
from greenlink.demo.build import build
from scorecards.models import Edition, Scorecard
from sparkplan import queries as spark_queries
from suppliers.jobs.models import Job
from suppliers.models import (
    ActivityRecord,
    Buyer,
    Credential,
    EmissionLine,
    Enrolment,
    Membership,
    Review,
    Supplier,
    Upload,
)
from suppliers.tenants import tokens
from suppliers.tenants.all_tenants import all_tenants
from suppliers.uploads.queries import issues_of

# Says that this module needs the database at all; each test works on a savepoint inside the fixture's transaction.
pytestmark = [pytest.mark.django_db, pytest.mark.alike]


class Interrupted(Exception):
    pass


def _interrupt(line: str) -> None:
    if line.startswith("2023-11"):
        raise Interrupted


@pytest.fixture(scope="module")
def keys(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[accounts.Keys]:
    """The demo, interrupted once and continued; rolled back at the end, as published rows cannot be deleted."""
    folder = tmp_path_factory.mktemp("demo")
    with (
        django_db_blocker.unblock(),
        override_settings(GREENLINK_TODAY=TODAY, MEDIA_ROOT=str(folder), VAR_DIR=folder),
        transaction.atomic(),
    ):
        made = accounts.keys()
        with pytest.raises(Interrupted):
            build(keys=made, say=_interrupt)
        build(keys=made)
        with all_tenants("tests"):
            yield made
        transaction.set_rollback(True)


@pytest.fixture
def buyer(keys: accounts.Keys) -> Buyer:
    return Buyer.objects.get(code="LCFC")


# -- what the report prints -----------------------------------------------------------------------------


def test_34_of_58_suppliers_are_on_the_platform(buyer: Buyer) -> None:
    assert Enrolment.objects.filter(buyer=buyer).active(TODAY).count() == 58
    assert Supplier.objects.exclude(on_platform_since=None).count() == 34
    assert len(set(Upload.objects.filter(status="accepted").values_list("supplier", flat=True))) == 34


def test_58_ecovadis_ratings_with_the_printed_medals(buyer: Buyer) -> None:
    newest: dict[int, Credential] = {}
    for row in Credential.objects.filter(kind="ecovadis").exclude(score=None).order_by("issued_on"):
        newest[row.supplier_id] = row
    assert len(newest) == 58
    assert Counter(row.level for row in newest.values()) == {
        "gold": 4, "silver": 10, "bronze": 13, "committed": 12, "fast_mover": 6, "": 13,
    }  # fmt: skip
    assert all(row.expires_on >= TODAY for row in newest.values())
    accepted = Review.objects.filter(buyer=buyer, subject="credential", verdict="accepted")
    assert {row.pk for row in newest.values()} <= set(accepted.values_list("subject_id", flat=True))
    entered = [row for row in newest.values() if row.entered_by_id == buyer.pk]
    assert len(entered) == 24


def test_spark_totals_as_printed(buyer: Buyer) -> None:
    summary = spark_queries.summary(buyer=buyer)
    assert (summary["partners"], summary["projects"]) == (12, 22)
    assert summary["kwh_per_year"] == pytest.approx(37_970_000, abs=1)
    assert f"{summary['cny_per_year'] / 1e6:.2f}" == "26.58"
    assert f"{summary['tco2_per_year'] / 1e3:.1f}" == "26.7"
    by_measure = {row["measure"]: row for row in summary["by_measure"]}
    assert by_measure["pv"]["projects"] == 10
    assert by_measure["pv"]["capacity_kw"] == pytest.approx(23_700)
    assert f"{by_measure['pv']['kwh_per_year'] / 1e6:.2f}" == "25.99"
    assert f"{by_measure['compressed_air']['kwh_per_year'] / 1e6:.2f}" == "10.50"


def test_six_quarters_are_published_and_one_is_open(buyer: Buyer) -> None:
    editions = Edition.objects.filter(buyer=buyer).order_by("first_day")
    assert [(row.label, str(row.state)) for row in editions] == [
        ("FY23Q2", "published"), ("FY23Q3", "published"), ("FY23Q4", "published"),
        ("FY24Q1", "published"), ("FY24Q2", "published"), ("FY24Q3", "published"), ("FY24Q4", "open"),
    ]  # fmt: skip
    for row in editions[:6]:
        assert row.published_by.email == accounts.ADMIN2
        assert row.published_at.date() <= TODAY
        assert Scorecard.objects.filter(edition=row).count() == 58


def test_the_average_rises_from_quarter_to_quarter(buyer: Buyer) -> None:
    averages = []
    for row in Edition.objects.filter(buyer=buyer, state="published").order_by("first_day"):
        totals = [
            float(card.total) for card in Scorecard.objects.filter(edition=row) if card.total is not None
        ]
        averages.append(sum(totals) / len(totals))
    assert averages == sorted(averages)


def test_grades_states_and_the_gate_all_show(buyer: Buyer) -> None:
    cards = Scorecard.objects.filter(edition__label="FY24Q3").prefetch_related("indicators")
    assert {card.grade for card in cards} == {"A", "B", "C", "D"}
    assert [card.supplier.code for card in cards if card.gated] == ["HUANGLIANG"]
    states = {value.state for card in cards for value in card.indicators.all()}
    assert {"scored", "missing", "pending", "expired_grace", "not_applicable"} <= states


# -- energy ---------------------------------------------------------------------------------------------


def test_every_record_goes_back_to_a_file_handed_in_on_its_day(keys: accounts.Keys) -> None:
    assert Upload.objects.filter(status="accepted").count() == sum(
        len(energy.hand_ins(company)) for company in companies.on_platform()
    )
    assert not ActivityRecord.objects.filter(upload=None).exists()
    first, last = dt.date(2022, 1, 1), dt.date(2024, 12, 31)
    held = ActivityRecord.objects.filter(withdrawn_at=None)
    assert {held.earliest("start").start, held.latest("end").end} == {first, last}
    assert EmissionLine.objects.filter(withdrawn_at=None, record__withdrawn_at__isnull=False).count() == 0
    late = Upload.objects.get(supplier__code="WUYOU", idempotency_key="demo-202410-202412")
    assert late.created_at.date() == energy.hand_ins(companies.by_code("WUYOU"))[-1].day


def test_meters_below_the_main_one_count_nowhere(keys: accounts.Keys) -> None:
    below = ActivityRecord.objects.filter(meter__accounting=False, withdrawn_at=None)
    assert below.filter(supplier__code="SHENGLI").count() == 3 * 12  # three meters, every month of 2024
    assert not EmissionLine.objects.filter(record__in=below).exists()


def test_pv_handed_in_is_the_saving_of_the_project(keys: accounts.Keys) -> None:
    project = next(one for one in spark.projects() if one.code == "SPK-001")
    code = spark.company_of(project).code
    june = ActivityRecord.objects.get(supplier__code=code, carrier="pv_self", start=dt.date(2024, 6, 1))
    assert float(june.quantity) == pytest.approx(project.saved_kwh(dt.date(2024, 6, 1)), rel=1e-3)


def test_shengli_has_a_file_with_two_bad_cells_and_one_withdrawn(keys: accounts.Keys) -> None:
    waiting = Upload.objects.get(supplier__code="SHENGLI", status="needs_fix")
    assert waiting.created_by.email == accounts.CLERK
    assert [(row["code"], row["column"]) for row in issues_of(waiting, "zh")] == [
        ("row.number", "quantity"),
        ("row.unit", "unit"),
    ]
    assert Upload.objects.filter(supplier__code="SHENGLI", status="withdrawn").count() == 1
    mended = Upload.objects.get(supplier__code="NANKE", filename="NANKE-2024Q3.xlsx")
    assert mended.status == "accepted"
    assert mended.fixes.count() == 1


# -- running it again, logging in -----------------------------------------------------------------------


def _row_counts() -> dict[str, int]:
    own = [
        model
        for app in ("suppliers", "sparkplan", "scorecards")
        for model in apps.get_app_config(app).get_models()
    ]
    return {model._meta.label: model._base_manager.count() for model in own}


def test_a_second_build_changes_nothing(keys: accounts.Keys) -> None:
    before = _row_counts()
    assert before["suppliers.EmissionLine"] > 4000
    lines: list[str] = []
    build(keys=keys, say=lines.append)
    assert _row_counts() == before
    assert len(lines) == 1


def test_accounts_have_one_password_their_roles_and_their_tokens(keys: accounts.Keys) -> None:
    assert accounts.keys() == keys  # kept, and printed again
    assert accounts.keys_file().stat().st_mode & 0o777 == 0o600
    for account in accounts.ACCOUNTS:
        membership = Membership.objects.select_related("user").get(user__email=account.email)
        assert membership.role == account.role
        assert membership.user.check_password(keys.password)
        found = tokens.find(keys.tokens[account.email])
        assert found is not None
        assert found.user == membership.user
    assert tokens.buyer_of_screen(keys.screen_key) == Buyer.objects.get(code="LCFC")
    assert Client().login(email=accounts.SUPPLIER, password=keys.password)


def test_no_job_is_left_undone(keys: accounts.Keys) -> None:
    # Inside a transaction the bell never rings: what was checked was checked by the builder itself.
    assert not Job.objects.filter(state="failed").exists()


# -- plain data -----------------------------------------------------------------------------------------


def test_files_are_the_same_bytes_on_every_run() -> None:
    hand_in = energy.hand_ins(companies.by_code("SHENGLI"))[1]
    digests = {hashlib.sha256(energy.file_of(hand_in)[1]).hexdigest() for _ in range(3)}
    assert len(digests) == 1


def test_companies_are_well_formed() -> None:
    assert len({company.code for company in companies.companies()}) == 58
    assert all(uscc.is_valid(company.uscc) for company in companies.companies() if company.uscc)
