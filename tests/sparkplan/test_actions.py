"""Projects are made, moved, measured and verified; what the trade forbids is refused with its code."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from sparkplan import actions
from sparkplan.measures import InputError
from sparkplan.models import Project, Saving
from suppliers.models import AuditEntry
from suppliers.tenants.refusals import Refusal
from tests.factories import sparkplan as make


def refused(code, call, **arguments):
    with pytest.raises(Refusal) as caught:
        call(**arguments)
    assert caught.value.code == code


@pytest.fixture
def alice(world, everyone):
    return world.actor(world.alice)


@pytest.fixture
def new(world, alice):
    return lambda **more: make.project(world.supplier, world.site, by=alice, **more)


def test_the_estimate_is_kept_with_its_inputs(new):
    project = new()
    # 1 000 lamps × 4 000 h × (40 − 15) W
    assert project.expected_saving_kwh == Decimal("100000.00")
    assert project.baseline_kwh == Decimal("160000.00")
    assert project.inputs == make.LIGHTING
    assert project.stage == "lead"


def test_pv_without_design_yield_takes_the_provinces_reference(new):
    project = new(measure_code="pv", inputs={"capacity_kw": 1000, "specific_yield_kwh_per_kwp": None})
    assert project.inputs["specific_yield_kwh_per_kwp"] == 1070  # data/pv_yields.csv, CN-AH
    assert (project.expected_saving_kwh, project.capacity_kw) == (Decimal("1070000.00"), Decimal("1000.00"))


def test_bad_inputs_write_nothing(new):
    with pytest.raises(InputError):
        new(inputs={"lamps": -1})
    assert Project.objects.count() == 0


def test_code_is_unique_in_the_supplier(new):
    new(code="A-1")
    with pytest.raises(Refusal, match=r"project\.code_taken"):
        new(code="A-1")


def test_a_site_of_another_company_does_not_exist(world, alice):
    with pytest.raises(Refusal) as caught:
        make.project(world.neighbour, world.site, by=alice)
    assert caught.value.status == 404


def test_only_a_manager_writes(world, new):
    project = new()
    for membership in (world.bob, world.clara, world.paula, world.vera):
        with pytest.raises(PermissionDenied):
            actions.move(project=project, stage="audit", on=dt.date(2024, 1, 1), by=world.actor(membership))


def test_stages_in_order_with_dates_and_audit(new, alice):
    project = new(stage="commissioned")
    assert project.started_on == dt.date(2023, 5, 2)
    assert project.commissioned_on == dt.date(2023, 6, 2)
    acts = list(
        AuditEntry.objects.filter(kind="deed", subject="project", subject_id=project.pk).values_list(
            "act", flat=True
        )
    )
    assert acts.count("project.moved") == 5
    assert all(entry.user_id == alice.user_id for entry in AuditEntry.objects.filter(act="project.moved"))


def test_refused_moves(new, alice):
    project = new(stage="audit")  # 2023-02-02
    move = {"project": project, "by": alice}
    refused("project.stage_order", actions.move, stage="building", on=dt.date(2024, 1, 1), **move)
    refused("project.future", actions.move, stage="feasible", on=dt.date(2025, 2, 11), **move)
    refused("project.date_order", actions.move, stage="feasible", on=dt.date(2023, 2, 1), **move)
    refused("project.note_missing", actions.move, stage="dropped", on=dt.date(2024, 1, 1), note=" ", **move)


def test_a_step_back_takes_the_date_away_and_a_dropped_project_returns(new, alice):
    project = new(stage="commissioned")
    actions.move(project=project, stage="building", on=dt.date(2023, 6, 3), note="按错了", by=alice)
    project.refresh_from_db()
    assert project.commissioned_on is None
    actions.move(project=project, stage="dropped", on=dt.date(2023, 6, 4), note="停建", by=alice)
    refused(
        "project.stage_order", actions.move, project=project, stage="lead", on=dt.date(2023, 6, 5), by=alice
    )
    actions.move(project=project, stage="building", on=dt.date(2023, 6, 5), by=alice)


def test_a_month_is_the_saving_or_baseline_less_meter(new, alice):
    project = new(stage="operating")
    row = actions.enter_saving(
        project=project,
        month=dt.date(2024, 1, 15),
        baseline_kwh=Decimal(13000),
        metered_kwh=Decimal("4500.5"),
        by=alice,
    )
    assert (row.month, row.saved_kwh) == (dt.date(2024, 1, 1), Decimal("8499.5"))
    actions.enter_saving(project=project, month=dt.date(2024, 1, 1), saved_kwh=Decimal(8000), by=alice)
    assert Saving.objects.get().saved_kwh == Decimal(8000)
    corrected = AuditEntry.objects.get(act="saving.corrected").data
    assert (corrected["was"], corrected["saved_kwh"]) == ("8499.50", "8000")


def test_refused_months(new, alice):
    project = new(stage="operating")  # commissioned 2023-06-02
    enter = {"project": project, "by": alice}
    refused(
        "saving.before_commissioning",
        actions.enter_saving,
        month=dt.date(2023, 5, 1),
        saved_kwh=Decimal(1),
        **enter,
    )
    refused("saving.future", actions.enter_saving, month=dt.date(2025, 2, 1), saved_kwh=Decimal(1), **enter)
    refused(
        "saving.missing", actions.enter_saving, month=dt.date(2024, 5, 1), metered_kwh=Decimal(1), **enter
    )
    refused(
        "saving.differs",
        actions.enter_saving,
        month=dt.date(2024, 5, 1),
        saved_kwh=Decimal(1),
        baseline_kwh=Decimal(9),
        metered_kwh=Decimal(1),
        **enter,
    )
    assert Saving.objects.count() == 0


def test_plan_and_verification_are_facts_in_order(new, alice):
    project = new(stage="operating")
    day = dt.date(2025, 1, 10)
    refused("project.plan_missing", actions.verify_saving, project=project, on=day, by=alice)
    actions.register_plan(project=project, on=dt.date(2024, 1, 1), by=alice)
    refused("project.plan_registered", actions.register_plan, project=project, on=day, by=alice)
    refused("project.nothing_measured", actions.verify_saving, project=project, on=day, by=alice)
    actions.enter_saving(project=project, month=dt.date(2024, 1, 1), saved_kwh=Decimal(8000), by=alice)
    actions.verify_saving(project=project, on=day, by=alice)
    project.refresh_from_db()
    assert project.saving_verified_on == day
    edit = {"project": project, "site": project.site, "name": "新名", "terms": actions.Terms(), "by": alice}
    refused("project.verified", actions.edit, inputs=make.LIGHTING | {"lamps": 9}, **edit)
    actions.edit(inputs=project.inputs, **edit)  # the name may still change


def test_an_edit_computes_again_and_keeps_the_old_figure_in_the_audit(new, alice):
    project = new()
    actions.edit(
        project=project,
        site=project.site,
        name=project.name,
        inputs=make.LIGHTING | {"lamps": 2000},
        terms=actions.Terms(price_cny_per_kwh=Decimal("0.7")),
        by=alice,
    )
    project.refresh_from_db()
    assert project.expected_saving_kwh == Decimal(200000)
    changes = AuditEntry.objects.get(act="project.edited").data
    assert changes["expected_saving_kwh"] == ["100000.00", "200000.00"]


def test_only_an_idea_can_be_removed(new, alice):
    actions.remove(project=new(), by=alice)
    assert Project.objects.count() == 0
    refused("project.has_history", actions.remove, project=new(stage="audit"), by=alice)


@pytest.mark.parametrize("wrong", [{"expected_saving_kwh": -1}, {"stage": "somewhere"}])
def test_the_database_refuses_what_no_project_can_be(new, wrong):
    project = new()
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.filter(pk=project.pk).update(**wrong)


def test_the_database_refuses_a_month_that_is_not_its_first_day(new, alice):
    project = new(stage="operating")
    row = actions.enter_saving(project=project, month=dt.date(2024, 1, 1), saved_kwh=Decimal(1), by=alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Saving.objects.filter(pk=row.pk).update(month=dt.date(2024, 1, 2))
