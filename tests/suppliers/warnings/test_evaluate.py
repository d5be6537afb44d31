"""What stands after an evaluation: raised once, settled by itself, kept quiet, moved on, mailed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from suppliers import tasks
from suppliers.factors import actions as factors
from suppliers.models import (
    ActivityRecord,
    Credential,
    EarlyWarning,
    EmissionLine,
    Enrolment,
    Factor,
    FactorSet,
    Upload,
)
from suppliers.notices import actions
from suppliers.tenants import clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import Scope, entered
from suppliers.warnings import reasons
from suppliers.warnings.evaluate import evaluate
from tests.conftest import TODAY, World
from tests.factories import disclosure
from tests.factories import suppliers as make

DAY = dt.timedelta(days=1)


@pytest.fixture
def alpha(world: World) -> Any:
    """Inside the supplier's own scope, as the job runs."""
    with entered(Scope(supplier_id=world.supplier.pk)):
        yield world.supplier


def _credential(world: World, days: int, **more: Any) -> Credential:
    fields = (
        disclosure.submitted() | {"issued_on": TODAY - 400 * DAY, "expires_on": TODAY + days * DAY} | more
    )
    return disclosure.credential(world.supplier, **fields)


def _month(world: World, year: int, month: int, quantity: int = 3000) -> ActivityRecord:
    first = dt.date(year, month, 1)
    last = dt.date(year + month // 12, month % 12 + 1, 1) - DAY
    return ActivityRecord.objects.create(
        supplier=world.supplier, site=world.site, carrier="electricity", start=first, end=last,
        quantity=quantity, quantity_given=quantity, unit_given="kWh",
    )  # fmt: skip


def _standing(supplier: Any) -> list[tuple[str, str]]:
    rows = EarlyWarning.objects.filter(supplier=supplier).exclude(state="done")
    return sorted(rows.values_list("kind", "key"))


def test_one_warning_moves_through_the_steps_and_settles_itself(world: World, alpha: Any) -> None:
    credential = _credential(world, 80)
    for days_later, step in ((0, 90), (0, 90), (25, 60), (55, 30), (75, 7), (85, 0)):
        with clock.at(TODAY + days_later * DAY):
            (row,) = evaluate(supplier=alpha)
            assert row.data["step"] == step
    assert EarlyWarning.objects.count() == 1
    credential.expires_on = TODAY + 900 * DAY
    credential.save()
    assert evaluate(supplier=alpha) == []
    row = EarlyWarning.objects.get()
    assert (row.state, row.settled_by, row.settled_at is not None) == ("done", None, True)
    credential.expires_on = TODAY + 5 * DAY
    credential.save()
    assert len(evaluate(supplier=alpha)) == 1  # the same trouble anew: a new warning, the old one is kept
    assert EarlyWarning.objects.count() == 2


def test_done_stays_done_while_the_reason_stands(world: World, alpha: Any) -> None:
    credential = _credential(world, 20)
    (row,) = evaluate(supplier=alpha)
    actions.settle(by=world.actor(world.clara), warning=row, note="asked for the new one")
    assert evaluate(supplier=alpha) == []
    Credential.objects.filter(pk=credential.pk).update(expires_on=TODAY + 900 * DAY)
    assert evaluate(supplier=alpha) == []
    with pytest.raises(Refusal, match=r"warning\.over"):
        actions.reopen(by=world.actor(world.clara), warning=row)
    Credential.objects.filter(pk=credential.pk).update(expires_on=TODAY + 20 * DAY)
    assert len(evaluate(supplier=alpha)) == 1


def test_snoozed_until_its_day(world: World, alpha: Any) -> None:
    _credential(world, 50)
    (row,) = evaluate(supplier=alpha)
    by = world.actor(world.alice)
    with pytest.raises(Refusal, match=r"warning\.until"):
        actions.snooze(by=by, warning=row, until=TODAY)
    actions.snooze(by=by, warning=row, until=TODAY + 5 * DAY)
    evaluate(supplier=alpha)
    row.refresh_from_db()
    assert row.state == "snoozed"
    with clock.at(TODAY + 5 * DAY):
        evaluate(supplier=alpha)
    row.refresh_from_db()
    assert (row.state, row.snoozed_until) == ("open", None)


def test_the_owner_is_a_member_of_the_company(world: World, alpha: Any) -> None:
    _credential(world, 50)
    (row,) = evaluate(supplier=alpha)
    by = world.actor(world.clara)
    assert actions.assign(by=by, warning=row, owner_id=world.bob.user_id).owner == world.bob.user
    with pytest.raises(Refusal, match=r"warning\.owner"):
        actions.assign(by=by, warning=row, owner_id=world.charlie.user_id)


def test_a_missing_month_and_a_bill_far_off(world: World, alpha: Any) -> None:
    for month in range(1, 10):
        _month(world, 2024, month)
    # July 2024 three times as high; December ended more than 15 days before 10 February, October to December are missing
    ActivityRecord.objects.filter(start=dt.date(2024, 7, 1)).update(quantity=9300)
    evaluate(supplier=alpha)
    assert [key for _kind, key in _standing(alpha)] == [
        "bill_outlier:HF::electricity:2024-07-01",
        "missing_month:HF:electricity:2024-10",
    ]
    with translation.override("en"):
        said = {row.kind: reasons.reason(row) for row in EarlyWarning.objects.all()}
    assert said["missing_month"] == "HF has no data of Grid electricity for 3 months: 2024-10 – 2024-12."
    # 9 300 kWh / 31 d = 300 a day; usual: 3 000 kWh / 30.5 d
    assert "300 kWh a day, far above the usual" in said["bill_outlier"]
    with translation.override("zh-hans"):
        assert "缺少" in reasons.reason(EarlyWarning.objects.get(kind="missing_month"))


def test_a_newer_edition_of_a_factor_and_what_it_would_change(world: World, alpha: Any) -> None:
    factors.load()
    record = _month(world, 2024, 1, 1000)
    old = (
        Factor.objects.filter(carrier="electricity", region="CN-AH", is_default=True)
        .order_by("-year")
        .first()
    )
    assert old is not None
    EmissionLine.objects.create(
        supplier=world.supplier, record=record, year=2024, month=1, record_start=record.start, carrier="electricity",
        scope=2, category="purchased_electricity", basis="location", factor=old, factor_code=old.code, quantity=1000,
        kgco2e=1000 * old.value,
    )  # fmt: skip
    evaluate(supplier=alpha)
    assert not EarlyWarning.objects.filter(kind="factor_outdated").exists()
    newer = FactorSet.objects.create(
        code="NEW", name="新", name_en="New", series=old.set.series, source="test", edition="2024", year=2024
    )
    Factor.objects.create(
        set=newer, code="NEW-2024", carrier="electricity", name="新", name_en="New", region="CN-AH", year=2024,
        value=Decimal("0.6"), unit=old.unit, per_unit="kWh", is_default=True, verified="yes",
    )  # fmt: skip
    evaluate(supplier=alpha)
    row = EarlyWarning.objects.get(kind="factor_outdated")
    # 1 000 kWh x 0.6
    assert (row.data["code"], row.data["new_code"], Decimal(row.data["after"])) == (old.code, "NEW-2024", 600)


def test_the_strictest_of_several_programs_counts(world: World) -> None:
    with all_tenants("tests"):
        Enrolment.objects.create(
            buyer=world.other_buyer, supplier=world.supplier, commodity="pcb", started_on=dt.date(2022, 1, 1)
        )
        _credential(world, 80)

    def standing(own: Any, other: Any) -> int:
        for member, (is_on, threshold) in ((world.anna, own), (world.otto, other)):
            with entered(Scope(buyer_id=member.buyer_id)):
                actions.set_rule(by=Actor.of(member), kind="expiry", is_on=is_on, threshold=threshold)
        with entered(Scope(supplier_id=world.supplier.pk)):
            return len(evaluate(supplier=world.supplier))

    assert standing((True, Decimal(30)), (True, Decimal(60))) == 0  # 80 days left
    assert standing((True, Decimal(30)), (True, None)) == 1  # the default is 90
    assert standing((False, None), (True, Decimal(60))) == 0
    assert standing((False, None), (False, None)) == 0


def test_queries_do_not_grow_with_records_uploads_or_warnings(world: World, alpha: Any) -> None:
    """Each quarter of the data brings a site with two years of bills in 24 uploads, and one far off."""
    factors.load()

    def a_quarter(number: int) -> None:
        site = make.SiteFactory.create(supplier=alpha, code=f"Q{number}", province="CN-AH")
        factor = Factor.objects.filter(carrier="electricity", region="CN-AH", is_default=True).earliest(
            "year"
        )
        months = [
            (year, month) for year in (2023, 2024) for month in range(1, 13) if (year, month) != (2024, 9)
        ]
        for year, month in months:
            first = dt.date(year, month, 1)
            upload = Upload.objects.create(
                supplier=alpha, filename=f"{number}-{first}.csv", sha256=f"{number}{first}".ljust(64, "0"),
                size_bytes=1, status="accepted",
            )  # fmt: skip
            record = ActivityRecord.objects.create(
                supplier=alpha, site=site, carrier="electricity", start=first, end=first + 27 * DAY, upload=upload,
                upload_row=2, quantity=9000 if first == dt.date(2024, 8, 1) else 2800, quantity_given=2800, unit_given="kWh",
            )  # fmt: skip
            EmissionLine.objects.create(
                supplier=alpha, record=record, year=year, month=month, record_start=first, carrier="electricity", scope=2,
                category="purchased_electricity", basis="location", factor=factor, factor_code=factor.code,
                quantity=2800, kgco2e=year,
            )  # fmt: skip
            disclosure.output(site, start=first, end=first + 27 * DAY, value=100, **disclosure.submitted())
        kind = ("ecovadis", "iso_14001", "iso_45001", "rba_vap")[number]
        _credential(world, 20, kind=kind, level="silver" if kind == "ecovadis" else "")
        disclosure.target(alpha, base_year=2023, reduction_percent=20 + number, **disclosure.submitted())

    def asked() -> int:
        """With as much to write as there can be: all rows new, then all moved."""
        EarlyWarning.objects.all().delete()
        with CaptureQueriesContext(connection) as raised:
            count = len(evaluate(supplier=alpha))
        EarlyWarning.objects.update(data={})
        with CaptureQueriesContext(connection) as moved:
            assert len(evaluate(supplier=alpha)) == count
        return len(raised) + len(moved)

    a_quarter(0)
    once, few = asked(), EarlyWarning.objects.count()
    for number in (1, 2, 3):
        a_quarter(number)
    # a missing month, a bill and an end each quarter; one factor outdated for all
    assert (few, asked(), EarlyWarning.objects.count()) == (4, once, 13)


def test_what_no_mail_server_took_is_told_the_next_night(world: World, monkeypatch: Any) -> None:
    with all_tenants("tests"):
        _credential(world, 20)

    def fail(*_args: Any) -> None:
        raise OSError("no mail server")

    with monkeypatch.context() as broken:
        broken.setattr("suppliers.warnings.digest.send_mail", fail)
        call_command("warnings", stdout=StringIO())
    assert mail.outbox == []
    call_command("warnings", stdout=StringIO())
    assert len(mail.outbox) == 2  # alice and clara


def test_the_digest_tells_news_once_and_only_those_who_deal_with_it(world: World, settings: Any) -> None:
    settings.PUBLIC_URL = "https://greenlink.example"
    with all_tenants("tests"):
        _credential(world, 20)
    assert settings.CELERY_BEAT_SCHEDULE["warnings"]["task"] == tasks.evaluate_warnings.name
    tasks.evaluate_warnings()
    # alice and clara may deal with warnings, bob only reads
    assert sorted(one.to[0] for one in mail.outbox) == sorted(
        [world.alice.user.email, world.clara.user.email]
    )
    text = mail.outbox[0].body
    # once below the Chinese and once below the English part: no request says where the site is
    assert "查看并处理：\nhttps://greenlink.example/warnings/\n" in text
    assert "See and deal with them:\nhttps://greenlink.example/warnings/\n" in text
    assert "阿尔法" in text and "Alpha" in text
    assert "有效期至 2025-03-02" in text and "is valid until 2025-03-02" in text
    mail.outbox.clear()
    call_command("warnings", stdout=StringIO())
    assert mail.outbox == []
    with clock.at(TODAY + 15 * DAY):  # 5 days left: the next step is news
        call_command("warnings", stdout=StringIO())
    assert len(mail.outbox) == 2
