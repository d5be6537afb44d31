"""The quarter's steps in order, restatement, digest, verification, commands."""

from __future__ import annotations

import datetime as dt
import io
import json
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection

from scorecards import actions, methodology, publication, queries
from scorecards.models import Edition, Methodology
from suppliers.models import AuditEntry, Incident
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import entered
from tests.factories import scorecards as make
from tests.factories.suppliers import BuyerFactory

SYSTEM = make.SYSTEM


@pytest.fixture
def buyer(everyone):
    return BuyerFactory.create(code="CHAIN")


def refused(expected, action, **given):
    with pytest.raises(Refusal) as caught:
        action(by=SYSTEM, **given)
    assert caught.value.code == expected


STEPS = {
    "compute": lambda edition: (actions.compute, {"edition": edition}),
    "preview": lambda edition: (actions.preview, {"edition": edition}),
    "lock": lambda edition: (actions.lock, {"edition": edition}),
    "publish": lambda edition: (actions.publish, {"edition": edition, "confirm": edition.label}),
    "restate": lambda edition: (actions.restate, {"edition": edition, "reason": "because"}),
}
ALLOWED = {
    "open": {"compute"},
    "computed": {"compute", "preview", "lock"},
    "locked": {"publish"},
    "published": {"restate"},
}


@pytest.mark.parametrize("state", ALLOWED)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_has_its_place(buyer, state, step):
    make.enrolled(buyer)
    edition = make.quarter(buyer, until=state)
    action, given = STEPS[step](edition)
    if step in ALLOWED[state]:
        action(by=SYSTEM, **given)
    else:
        refused("edition.state", action, **given)


def test_opening_twice_a_wrong_label_and_a_foreign_methodology_are_refused(buyer):
    make.quarter(buyer, until="open")
    refused("edition.exists", actions.open_edition, buyer=buyer, label="fy24q3")
    refused("edition.label", actions.open_edition, buyer=buyer, label="2024-Q3")
    foreign = methodology.install_version_one(by=SYSTEM, buyer=BuyerFactory.create())
    refused("methodology.unknown", actions.open_edition, buyer=buyer, label="FY24Q4", methodology=foreign)


def test_rights(world):
    for who in (world.paula, world.alice):
        actor = world.actor(who)
        with entered(actor.scope), pytest.raises(PermissionDenied):
            actions.open_edition(by=actor, buyer=world.buyer, label="FY24Q3")
    admin = world.actor(world.anna)
    with entered(admin.scope):
        edition = actions.open_edition(by=admin, buyer=world.buyer, label="FY24Q3")
        edition = actions.compute(by=admin, edition=edition)
        edition = actions.lock(by=admin, edition=edition)
        edition = actions.publish(by=admin, edition=edition, confirm="FY24Q3")
        assert edition.published_by == world.anna.user
        acts = list(
            AuditEntry.objects.filter(kind="deed", subject="edition")
            .order_by("id")
            .values_list("act", flat=True)
        )
    assert acts == ["edition.open", "edition.compute", "edition.lock", "edition.publish"]


def test_opening_freezes_the_methodology_and_a_draft_with_wrong_weights_is_refused(buyer):
    edition = make.quarter(buyer, until="open")
    assert edition.methodology.state == "frozen"
    refused(
        "methodology.frozen",
        methodology.edit,
        methodology=edition.methodology,
        rules=edition.methodology.rules,
    )
    rules = json.loads(json.dumps(methodology.version_one()))
    rules["indicators"][0]["weight"] = 25
    refused("methodology.invalid", methodology.draft, buyer=buyer, code="v2", rules=rules)
    rules["indicators"][1]["weight"] = 10
    assert methodology.draft(by=SYSTEM, buyer=buyer, code="v2", rules=rules).state == "draft"
    assert Methodology.objects.filter(buyer=buyer).count() == 2


def test_publishing_needs_the_label_and_stores_the_digest_of_what_stands_there(buyer):
    make.example(make.enrolled(buyer), buyer)
    edition = make.quarter(buyer, until="locked")
    refused("edition.confirm", actions.publish, edition=edition, confirm="yes")
    edition = actions.publish(by=SYSTEM, edition=edition, confirm=" fy24q3 ")
    assert edition.digest == publication.digest(Edition.objects.get(pk=edition.pk))
    assert publication.verify(edition).holds


def test_a_restatement_is_a_new_number_with_its_reason_and_both_ranks(buyer):
    first, second = make.enrolled(buyer), make.enrolled(buyer)
    make.example(first, buyer)
    edition = make.quarter(buyer, until="published")
    refused("edition.reason", actions.restate, edition=edition, reason=" ")
    Incident.objects.create(buyer=buyer, supplier=first, kind="forced_labour", opened_on=dt.date(2024, 12, 1))
    newer = actions.restate(by=SYSTEM, edition=edition, reason="finding made after publication")
    assert (newer.number, newer.restates, newer.state) == (2, edition, "open")
    refused("edition.exists", actions.restate, edition=edition, reason="again")
    newer = actions.compute(by=SYSTEM, edition=newer)
    rows = {row["supplier"]: row for row in queries.differences(newer)}
    assert (rows[first.code]["rank_before"], rows[first.code]["rank"]) == (1, None)
    assert (rows[first.code]["grade_before"], rows[first.code]["grade"]) == ("C", "D")
    assert (rows[second.code]["rank_before"], rows[second.code]["rank"]) == (2, 1)
    assert queries.latest(buyer) == newer
    assert queries.latest(buyer, published_only=True) == edition
    assert publication.verify(edition).holds


def test_what_changed_comes_with_the_most_surprising_first(buyer):
    suppliers = [make.enrolled(buyer) for _ in range(3)]
    make.quarter(buyer, label="FY24Q2", until="published")
    make.example(suppliers[1], buyer)
    newcomer = make.enrolled(buyer, since=dt.date(2024, 11, 1))
    edition = make.quarter(buyer)
    rows = queries.changes(edition)
    assert rows[0]["supplier"] == suppliers[1].code
    assert rows[0]["change"] == pytest.approx(67.0)
    assert sum(part["part"] for part in rows[0]["indicators"]) == pytest.approx(67.0, abs=0.05)
    assert rows[0]["indicators"][0]["indicator"] == "I1"  # 13.9 of the 67
    assert len(rows) == 3
    assert queries.came_and_went(edition) == {"came": [newcomer.code], "went": []}


def test_group_ranks_are_shown_from_five_on(buyer):
    for _ in range(5):
        make.enrolled(buyer, commodity="pcb")
    lone = make.enrolled(buyer, commodity="metal")
    edition = make.quarter(buyer)
    cards = {card.supplier_id: card for card in queries.ranking(edition)}
    assert {card.group_rank for card in cards.values() if card.commodity == "pcb"} == {1}
    assert cards[lone.pk].group_rank is None


def test_corrections_cost_points_and_exemptions_end(buyer):
    supplier = make.enrolled(buyer)
    make.example(supplier, buyer)
    for percent in ("5.00", "5.01"):
        actions.record_correction(
            by=SYSTEM, buyer=buyer, supplier=supplier, found_on=dt.date(2024, 11, 3), percent=Decimal(percent)
        )
    edition = make.quarter(buyer)
    [card] = queries.ranking(edition)
    assert queries.row(card)["indicators"]["I5"] == 90.0
    given = {"buyer": buyer, "supplier": supplier, "indicator": "I5", "from_day": dt.date(2024, 1, 1)}
    exemption = actions.exempt(by=SYSTEM, **given, reason="no platform duty")
    refused("exemption.exists", actions.exempt, **given, reason="again")
    refused("exemption.invalid", actions.exempt, **given | {"indicator": "I9"}, reason="x")
    [card] = queries.ranking(actions.compute(by=SYSTEM, edition=edition))
    assert queries.row(card)["indicators"]["I5"] is None
    actions.end_exemption(by=SYSTEM, exemption=exemption, until_day=dt.date(2024, 12, 30))
    [card] = queries.ranking(actions.compute(by=SYSTEM, edition=edition))
    assert queries.row(card)["indicators"]["I5"] == 90.0


def test_a_document_whose_total_is_not_its_points_is_found_out(buyer):
    make.example(make.enrolled(buyer), buyer)
    content = publication.document(make.quarter(buyer))
    assert publication.reckoned_again(content) == []
    card = content["scorecards"][0]
    card["total"], card["rank"] = "68.0", 2
    assert [(row["field"], row["recomputed"]) for row in publication.reckoned_again(content)] == [
        ("total", "67.0"), ("rank", 1),
    ]  # fmt: skip
    del card["indicators"]["I3"]
    assert publication.reckoned_again(content)[0]["field"] == "indicators"


# the commands open the door themselves, so no scope may be open here


@pytest.fixture
def outside(world):
    with all_tenants("tests"):
        make.example(world.supplier, world.buyer)
    return world


def run(capsys, *words):
    try:
        call_command(*words)
        code = 0
    except SystemExit as stop:
        code = stop.code
    return code, capsys.readouterr().out


def test_rank_and_verify_from_the_command_line(outside, capsys):
    code, out = run(capsys, "rank", "FY24Q3", "--buyer", "LCFC", "--json")
    body = json.loads(out)
    assert (code, body["state"], body["count"]) == (0, "computed", 2)
    assert body["results"][0]["supplier"] == "ALPHA"
    assert body["results"][0]["total"] == 67.0
    code, out = run(capsys, "rank", "FY24Q3", "--buyer", "LCFC", "--publish")
    assert code == 0
    assert "SHA-256" in out
    code, out = run(capsys, "verify_ranking", "FY24Q3", "--buyer", "LCFC", "--json")
    body = json.loads(out)
    assert (code, body["holds"], body["suppliers"]) == (0, True, 2)
    code, out = run(capsys, "verify_ranking", "FY24Q3", "--buyer", "LCFC")
    assert code == 0
    with pytest.raises(CommandError, match=r"edition\.state"):
        call_command("rank", "FY24Q3", "--buyer", "LCFC")
    with pytest.raises(CommandError):
        call_command("verify_ranking", "FY24Q2", "--buyer", "LCFC")
    with pytest.raises(CommandError):
        call_command("rank", "FY24Q3", "--buyer", "NOBODY")


def test_verification_finds_a_row_changed_behind_the_database(outside, capsys):
    run(capsys, "rank", "FY24Q3", "--buyer", "LCFC", "--publish")
    _without_triggers("UPDATE scorecards_scorecard SET total = total + 1 WHERE rank = 1")
    code, out = run(capsys, "verify_ranking", "FY24Q3", "--buyer", "LCFC", "--json")
    assert code == 1
    found = {(row["supplier"], row["field"]) for row in json.loads(out)["differences"]}
    assert found == {("", "digest"), ("ALPHA", "total")}


def _without_triggers(statement):
    """What someone could do who owns the tables."""
    with all_tenants("tests"), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER scorecards_scorecard_update_frozen")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE scorecards_scorecard DISABLE TRIGGER USER")
        cursor.execute(statement)


def test_a_quarter_that_has_not_begun_is_not_opened(buyer):
    """The tests' day is 2025-02-10: FY24Q4 began in January, FY25Q1 begins in April."""
    actions.open_edition(by=SYSTEM, buyer=buyer, label="FY24Q4")
    refused("edition.future", actions.open_edition, buyer=buyer, label="FY25Q1")
    with pytest.raises(CommandError, match=r"edition\.future"):
        call_command("rank", "FY99Q4", buyer="CHAIN", stdout=io.StringIO())
    assert Edition.objects.filter(buyer=buyer).count() == 1
