"""The review: who may be assigned, which step comes when, and what an opinion out of order is told."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from greenlink.demo import accounts, reviews
from greenlink.demo.program import Program
from suppliers.inventory.models import (
    Assignment,
    Finding,
    Inventory,
    InventoryState,
    LineCheck,
    Opinion,
    Statement,
)
from suppliers.inventory.review import actions, findings, opinions, queries
from suppliers.models import AuditEntry, VerificationBody
from suppliers.tenants import clock
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import entered
from tests.factories import suppliers as make
from tests.factories.inventory import frozen
from tests.suppliers.inventory.review import (
    PDF,
    acting,
    another_verifier,
    assigned,
    begun,
    checked,
    confirmed,
    given,
    issued,
    raised,
    submitted,
)


def refused(code, deed, **how):
    with pytest.raises(Refusal) as refusal:
        deed(**how)
    assert refusal.value.code == code


# -- assigning -----------------------------------------------------------------------------------------


def test_an_assigned_inventory_is_read_by_the_body_and_no_other(world):
    inventory = submitted(world)
    with entered(world.vera.scope):
        assert not Inventory.objects.filter(pk=inventory.pk).exists()
    assignment = assigned(world, inventory)
    assert assignment.materiality_percent == 5
    with entered(world.vera.scope):
        assert Inventory.objects.get(pk=inventory.pk).lines.count() == 3
    other = another_verifier()
    with entered(other.scope):
        assert not Inventory.objects.filter(pk=inventory.pk).exists()


def test_assigned_once_and_only_what_is_submitted(world):
    inventory = submitted(world)
    assigned(world, inventory)
    refused("review.assigned", assigned, world=world, inventory=inventory)
    refused("review.state", assigned, world=world, inventory=submitted(world, year=2023, state="returned"))


def test_only_a_program_admin_of_a_buyer_with_that_supplier_assigns(world):
    inventory = submitted(world)
    with acting(world.paula) as paula, pytest.raises(PermissionDenied):
        actions.assign(by=paula, inventory=inventory, body=world.vera.body)
    with acting(world.otto) as otto:
        refused("enrolment.unknown", actions.assign, by=otto, inventory=inventory, body=world.vera.body)


def test_a_company_is_not_verified_by_itself(world):
    same = make.BodyFactory.create(name="阿尔法（ ）", name_en="Someone")
    inventory = submitted(world)
    with acting(world.anna) as anna:
        refused("review.independence", actions.assign, by=anna, inventory=inventory, body=same)


def test_nobody_verifies_a_company_they_belong_or_belonged_to(world):
    with entered(world.alice.scope):
        make.MembershipFactory.create(
            user=world.vera.user, supplier=world.supplier, role="supplier_reader",
            revoked_at=clock.now() - dt.timedelta(days=900),
        )  # fmt: skip
    inventory = submitted(world)
    refused("review.independence", assigned, world=world, inventory=inventory, verifier=world.vera.user)
    # a body as a whole may be assigned; the person is turned away when it begins
    assignment = assigned(world, inventory)
    with acting(world.vera) as vera:
        refused("review.independence", actions.begin, by=vera, assignment=assignment)


def test_the_named_verifier_must_be_of_the_body(world):
    refused("review.verifier", assigned, world=world, verifier=world.paula.user)


def test_an_expired_accreditation_neither_assigns_nor_signs(world):
    assignment, other = checked(world), submitted(world, year=2023)
    VerificationBody.objects.filter(pk=world.vera.body_id).update(
        accreditation_expires_on=dt.date(2025, 2, 9)
    )
    with acting(world.anna) as anna:
        body = VerificationBody.objects.get(pk=world.vera.body_id)
        refused("review.accreditation", actions.assign, by=anna, inventory=other, body=body)
    refused("review.accreditation", given, world=world, assignment=assignment)


def test_an_assignment_is_taken_back_until_the_review_begins(world):
    assignment = assigned(world)
    with acting(world.anna) as anna:
        actions.withdraw(by=anna, assignment=assignment)
    with entered(world.vera.scope):
        assert not Inventory.objects.exists()
    again = assigned(world, assignment.inventory)
    with acting(world.vera) as vera:
        actions.begin(by=vera, assignment=again)
    with acting(world.anna) as anna:
        refused("review.begun", actions.withdraw, by=anna, assignment=again)


# -- the sample and its lines --------------------------------------------------------------------------


def test_beginning_puts_the_inventory_under_review_and_names_the_verifier(world):
    assignment = begun(world)
    assert assignment.verifier_id == world.vera.user_id
    with entered(world.alice.scope):
        assert Inventory.objects.get(pk=assignment.inventory_id).state == InventoryState.UNDER_REVIEW


def test_the_suggestion_leaves_out_the_market_twin_of_a_line(world):
    # lines: 500 kg located, the same 500 kg by market, 20 kg burnt
    assignment = begun(world)
    with acting(world.vera):
        assert queries.suggestion(assignment) == [1, 3]
        # 5 % of 20 + 500 + 0 kg
        assert queries.threshold(assignment) == Decimal(26)


def test_lines_are_checked_inside_the_confirmed_sample_only(world):
    assignment = begun(world)
    with acting(world.vera) as vera:
        refused("sample.line", actions.confirm_sample, by=vera, assignment=assignment, numbers=[1, 99])
        refused("sample.empty", actions.confirm_sample, by=vera, assignment=assignment, numbers=[])
        assignment = actions.confirm_sample(by=vera, assignment=assignment, numbers=[1])
        refused("sample.outside", actions.check_line, by=vera, assignment=assignment, number=2, is_right=True)
        refused("check.note", actions.check_line, by=vera, assignment=assignment, number=1, is_right=False)
        actions.check_line(by=vera, assignment=assignment, number=1, is_right=False, note="kWh of February")
        actions.check_line(by=vera, assignment=assignment, number=1, is_right=True, note="cleared")
        assert [(one.is_right, one.note) for one in LineCheck.objects.all()] == [(True, "cleared")]


def test_a_colleague_does_not_meddle_with_a_review_that_was_taken_on(world):
    assignment = begun(world)
    colleague = another_verifier(world.vera.body)
    with acting(colleague) as other:
        refused("review.verifier", actions.confirm_sample, by=other, assignment=assignment, numbers=[1])


def test_a_colleague_takes_over_from_somebody_who_left(world):
    assignment = begun(world)
    colleague = another_verifier(world.vera.body)
    with all_tenants("tests"):
        world.vera.revoked_at = clock.now()
        world.vera.save()
    with acting(colleague) as other:
        actions.confirm_sample(by=other, assignment=assignment, numbers=[1])
        assert Assignment.objects.get().verifier == colleague.user
    with entered(colleague.scope):
        assert AuditEntry.objects.filter(act="assignment.take_over", user=colleague.user).exists()


def test_another_body_or_the_supplier_cannot_act_at_all(world):
    assignment = begun(world)
    stranger = another_verifier()
    with acting(stranger) as other, pytest.raises(PermissionDenied):
        actions.confirm_sample(by=other, assignment=assignment, numbers=[1])
    with acting(world.alice) as alice, pytest.raises(PermissionDenied):
        actions.confirm_sample(by=alice, assignment=assignment, numbers=[1])


# -- findings ------------------------------------------------------------------------------------------


def test_a_finding_goes_to_and_fro_until_it_is_closed(world):
    assignment = checked(world)
    finding = raised(world, assignment, number=1, effect_kgco2e=Decimal(3))
    with acting(world.alice) as alice:
        findings.answer(by=alice, finding=finding, text="the bill is attached")
        assert Finding.objects.get().state == "answered"
    with acting(world.vera) as vera:
        findings.ask_again(by=vera, finding=finding, text="which month?")
        assert Finding.objects.get().state == "open"
        refused("finding.note", findings.close, by=vera, finding=finding)
        findings.close(by=vera, finding=finding, note="bill seen")
        refused("finding.closed", findings.close, by=vera, finding=finding, note="again")
    with acting(world.alice) as alice:
        refused("finding.closed", findings.answer, by=alice, finding=finding, text="late")
    with acting(world.vera):
        talk = queries.findings_of(assignment)[0].replies
        assert [reply.text for reply in talk] == ["the bill is attached", "which month?"]


def test_readers_do_not_answer_and_neighbours_do_not_read(world):
    finding = raised(world, checked(world))
    with acting(world.bob) as bob, pytest.raises(PermissionDenied):
        findings.answer(by=bob, finding=finding, text="me too")
    with acting(world.charlie) as charlie, pytest.raises(PermissionDenied):
        findings.answer(by=charlie, finding=finding, text="me too")
    for member in (world.charlie, world.paula, world.anna):
        with entered(member.scope):
            assert not Finding.objects.exists()


# -- opinions out of order -----------------------------------------------------------------------------


def test_no_opinion_before_the_review_begins(world):
    refused("review.not_begun", given, world=world, assignment=assigned(world))


def test_no_opinion_before_the_sample_is_checked(world):
    assignment = begun(world)
    refused("opinion.sample", given, world=world, assignment=assignment)
    with acting(world.vera) as vera:
        assignment = actions.confirm_sample(by=vera, assignment=assignment, numbers=[1, 3])
        actions.check_line(by=vera, assignment=assignment, number=1, is_right=True)
    refused("opinion.sample", given, world=world, assignment=assignment)


def test_no_opinion_while_a_line_is_wrong_and_nothing_is_raised_about_it(world):
    assignment = checked(world)
    with acting(world.vera) as vera:
        actions.check_line(by=vera, assignment=assignment, number=3, is_right=False, note="off by 1000")
    refused("opinion.wrong_lines", given, world=world, assignment=assignment)
    raised(world, assignment, kind="recommendation", number=3)
    assert given(world, assignment).confirmed_at is None


def test_no_opinion_while_a_non_conformity_is_open_but_a_recommendation_may_stay(world):
    assignment = checked(world)
    raised(world, assignment, kind="recommendation")
    finding = raised(world, assignment)
    refused("opinion.open_findings", given, world=world, assignment=assignment)
    with acting(world.vera) as vera:
        findings.close(by=vera, finding=finding, note="resolved")
    assert given(world, assignment).confirmed_at is None


def test_known_errors_above_materiality_forbid_an_unmodified_opinion(world):
    # materiality 5 % of 520 kg is 26 kg; +14 and −13 are 27 kg of errors, not 1 kg
    assignment = checked(world)
    for effect in (14, -13):
        raised(world, assignment, kind="clarification", effect_kgco2e=Decimal(effect))
    refused("opinion.materiality", given, world=world, assignment=assignment)
    assert given(world, assignment, conclusion="modified").conclusion == "modified"


def test_an_effect_that_is_put_right_when_closing_counts_no_more(world):
    # 14 and 13 kg are 27 kg, above 26; the second is cleared away, 14 kg are left
    assignment = checked(world)
    first, second = (
        raised(world, assignment, kind="clarification", effect_kgco2e=Decimal(effect)) for effect in (14, -13)
    )
    with acting(world.vera) as vera:
        findings.close(by=vera, finding=first, note="seen")
        findings.close(by=vera, finding=second, note="the bill was found", effect_kgco2e=Decimal(0))
        assert opinions.known_error(list(Finding.objects.all())) == 14
        deeds = AuditEntry.objects.filter(act="finding.close").order_by("id").values_list("data", flat=True)
        assert list(deeds) == [
            {"note": "seen"},
            {"note": "the bill was found", "was": "-13 kgCO2e", "is": "0 kgCO2e"},
        ]
    assert given(world, assignment).conclusion == "unmodified"


def test_errors_up_to_materiality_are_none_that_matter(world):
    assignment = checked(world)
    raised(world, assignment, kind="clarification", effect_kgco2e=Decimal(26))
    assert given(world, assignment).conclusion == "unmodified"


@pytest.mark.parametrize(
    ("says", "code"),
    [
        ({"conclusion": "splendid"}, "opinion.invalid"),
        ({"level": "none"}, "opinion.invalid"),
        ({"text": "  "}, "opinion.invalid"),
        ({"valid_until": dt.date(2025, 2, 10)}, "opinion.valid_until"),  # today
        ({"valid_until": dt.date(2024, 12, 31)}, "opinion.valid_until"),  # the end of the year reviewed
        ({"content": b"\x89PNG\r\n\x1a\n...."}, "file.type"),
        ({"content": b"<html>"}, "file.type"),
        ({"content": b""}, "file.empty"),
        ({"content": b"%PDF-" + b"x" * (10 * 1024 * 1024)}, "file.size"),
    ],
    ids=["conclusion", "level", "text", "today", "the year", "png", "html", "empty", "large"],
)
def test_a_paper_that_is_none_is_refused_with_its_code(world, says, code):
    refused(code, given, world=world, assignment=checked(world), **says)


def test_confirming_needs_an_opinion_and_the_year_typed(world):
    assignment = checked(world)
    refused("opinion.missing", confirmed, world=world, assignment=assignment)
    given(world, assignment)
    with acting(world.vera) as vera:
        refused("opinion.word", opinions.confirm, by=vera, assignment=assignment, word="2023")
        assert not Statement.objects.exists()


def test_an_end_that_has_gone_by_before_confirming_holds_the_signature_up(world):
    assignment = checked(world)
    given(world, assignment, valid_until=dt.date(2025, 2, 11))
    with clock.at(dt.date(2025, 2, 11)):
        refused("opinion.valid_until", confirmed, world=world, assignment=assignment)


def test_an_opinion_is_given_once(world):
    assignment = checked(world)
    given(world, assignment, conclusion="modified")
    given(world, assignment)  # changed before it was confirmed
    assert confirmed(world, assignment) is not None
    refused("opinion.given", given, world=world, assignment=assignment)
    refused("opinion.given", confirmed, world=world, assignment=assignment)
    refused("opinion.given", raised, world=world, assignment=assignment)


def test_a_finding_between_giving_and_confirming_holds_the_signature_up(world):
    assignment = checked(world)
    given(world, assignment)
    raised(world, assignment)
    refused("opinion.open_findings", confirmed, world=world, assignment=assignment)


@pytest.mark.parametrize("conclusion", ["adverse", "disclaimed"])
def test_an_adverse_opinion_returns_the_inventory_and_issues_no_statement(world, conclusion):
    assignment = checked(world)
    given(world, assignment, conclusion=conclusion)
    assert confirmed(world, assignment) is None
    with entered(world.alice.scope):
        assert Inventory.objects.get(pk=assignment.inventory_id).state == InventoryState.RETURNED
        assert Opinion.objects.get().confirmed_at is not None
        assert not Statement.objects.exists()
    refused("review.returned", given, world=world, assignment=assignment)


def test_no_opinion_on_what_was_returned(world):
    assignment = checked(world)
    with acting(world.vera) as vera:
        refused("review.reason", actions.give_back, by=vera, assignment=assignment, reason=" ")
        actions.give_back(by=vera, assignment=assignment, reason="scope 1 is missing")
    refused("review.returned", given, world=world, assignment=assignment)


# -- what stands still ---------------------------------------------------------------------------------


def test_a_confirmed_opinion_cannot_be_changed_on_any_path(world):
    issued(world)
    with all_tenants("tests"):
        for change in (
            lambda: Opinion.objects.update(text="other"),
            lambda: Opinion.objects.update(confirmed_at=None),
            lambda: Opinion.objects.all()._raw_delete("default"),
        ):
            with pytest.raises(DatabaseError, match=r"opinion\.confirmed"), transaction.atomic():
                change()


def test_every_step_is_in_the_trail(world):
    issued(world)
    with entered(world.vera.scope):
        acts = AuditEntry.objects.filter(kind="deed").order_by("id").values_list("act", flat=True)
        expected = [
            "assignment.make", "assignment.begin", "assignment.sample", "line.check", "line.check", "opinion.give",
            "opinion.confirm", "statement.issue",
        ]  # fmt: skip
        assert [act for act in acts if act in expected] == expected


def test_the_stamped_paper_is_kept_by_its_digest(world):
    opinion = given(world, checked(world))
    assert opinion.file_sha256 == hashlib.sha256(PDF).hexdigest()
    assert opinion.file.read() == PDF
    assert opinion.filename == "意见.pdf"


def test_the_demo_has_one_of_each_and_a_second_run_changes_nothing(world):
    program = Program(
        buyer=world.buyer,
        suppliers={world.supplier.code: world.supplier, world.neighbour.code: world.neighbour},
        people={accounts.ADMIN: world.actor(world.anna), accounts.VERIFIER: world.actor(world.vera)},
    )
    for year in (2021, 2022):
        submitted(world, year=year)
    with entered(world.charlie.scope):
        frozen(world.neighbour, year=2022)
    for _time in range(2):
        reviews.stand(program)
        with entered(world.vera.scope):
            states = Assignment.objects.order_by("id").values_list("inventory__state", flat=True)
            assert list(states) == ["verified", "under_review", "submitted"]
            assert Statement.objects.count() == 1
