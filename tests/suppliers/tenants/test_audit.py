"""Every decision leaves an entry in its own transaction, whichever path the write took."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from scorecards.models import Exemption
from suppliers.factors import actions as factors
from suppliers.models import (
    ActivityRecord,
    ApiToken,
    AuditEntry,
    Commodity,
    EmissionLine,
    Enrolment,
    Factor,
    Invitation,
    Membership,
    Review,
    Supplier,
    Upload,
    User,
)
from suppliers.sites import actions as sites
from suppliers.tenants import audit, bulk, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.asking import coming_from, identified
from suppliers.tenants.audit import checks, triggers
from suppliers.tenants.audit.decisions import DECISIONS
from suppliers.tenants.audit.seal import acting_of
from suppliers.tenants.scope import Scope, entered
from tests.conftest import TODAY, World

pytestmark = pytest.mark.django_db


def rows_of(subject: str, **wanted: Any) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    found = AuditEntry.objects.filter(kind="row", subject=subject, **wanted).order_by("id")
    return [(entry.act, json.loads(entry.before or "{}"), json.loads(entry.after or "{}")) for entry in found]


def forget(subject: str) -> int:
    """How many there are by now: a test looks at what comes after."""
    return len(rows_of(subject))


def test_a_row_added_changed_and_removed_says_what_was_and_what_is(world: World, everyone: Scope) -> None:
    known = forget("commodity")
    row = Commodity.objects.create(buyer=world.buyer, code="pcb", name="电路板", name_en="Boards")
    row.name_en = "Circuit boards"
    row.save()
    row.delete()
    told = rows_of("commodity")[known:]
    full = {"buyer_id": world.buyer.pk, "code": "pcb", "name": "电路板"}
    assert told == [
        ("row.added", {}, full | {"name_en": "Boards"}),
        ("row.changed", {"name_en": "Boards"}, {"name_en": "Circuit boards"}),
        ("row.removed", full | {"name_en": "Circuit boards"}, {}),
    ]


def _bulk_create(buyer_id: int) -> None:
    Commodity.objects.bulk_create(
        Commodity(buyer_id=buyer_id, code=code, name=code, name_en=code) for code in ("a", "b")
    )


def _raw(buyer_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO suppliers_commodity (buyer_id, code, name, name_en) VALUES (%s, 'a', 'a', 'a'), (%s, 'b', 'b', 'b')",
            [buyer_id, buyer_id],
        )


def _columns(buyer_id: int) -> None:
    texts = ["a", "b"]
    bulk.insert_columns(
        Commodity,
        {"buyer_id": [buyer_id] * 2, "code": texts, "name": texts, "name_en": texts},
        tenant_id=buyer_id,
    )


@pytest.mark.parametrize("path", [_bulk_create, _raw, _columns])
def test_many_rows_at_once_are_written_down_one_by_one(path: Any, world: World, everyone: Scope) -> None:
    known = forget("commodity")
    path(world.buyer.pk)
    assert [(act, after["code"]) for act, _before, after in rows_of("commodity")[known:]] == [
        ("row.added", "a"),
        ("row.added", "b"),
    ]


def _update(pks: list[int]) -> None:
    Enrolment.objects.filter(pk__in=pks).update(tier=3)


def _bulk_update(pks: list[int]) -> None:
    rows = list(Enrolment.objects.filter(pk__in=pks))
    for row in rows:
        row.tier = 3
    Enrolment.objects.bulk_update(rows, ["tier"])


def _raw_update(pks: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE suppliers_enrolment SET tier = 3 WHERE id = %s", [(pk,) for pk in pks])


@pytest.mark.parametrize("path", [_update, _bulk_update, _raw_update])
def test_bulk_changes_are_written_down_with_before_and_after(
    path: Any, world: World, everyone: Scope
) -> None:
    pks = list(Enrolment.objects.order_by("id").values_list("pk", flat=True))
    path(pks)
    told = [row for row in rows_of("enrolment") if row[0] == "row.changed"]
    assert told == [("row.changed", {"tier": 1}, {"tier": 3})] * 3


def test_it_is_written_in_the_same_transaction(world: World, everyone: Scope) -> None:
    def count() -> int:
        return AuditEntry.objects.count()

    before = count()
    with transaction.atomic():
        Enrolment.objects.update(tier=3)
        assert count() == before + 3
        transaction.set_rollback(True)
    assert count() == before
    Enrolment.objects.filter(supplier=world.supplier).update(tier=2)
    last = AuditEntry.objects.order_by("id").last()
    assert (
        last is not None
        and last.sequence == 1 + AuditEntry.objects.filter(chain=last.chain).exclude(pk=last.pk).count()
    )


def test_a_change_that_changes_nothing_makes_no_entry(world: World, everyone: Scope) -> None:
    before = AuditEntry.objects.count()
    Enrolment.objects.update(tier=1)
    ApiToken.objects.update(last_used_at=clock.now())
    assert AuditEntry.objects.count() == before


def test_entries_stand_in_the_chain_of_their_tenant(world: World, everyone: Scope) -> None:
    Enrolment.objects.filter(supplier=world.supplier).update(tier=2)
    Supplier.objects.filter(pk=world.supplier.pk).update(employees=70)
    body = world.vera.body_id
    chains = {
        "enrolment": f"buyer:{world.buyer.pk}",
        "supplier": f"supplier:{world.supplier.pk}",
    }
    for subject, chain in chains.items():
        entry = AuditEntry.objects.filter(subject=subject, act="row.changed").get()
        assert entry.chain == chain
    assert AuditEntry.objects.get(subject="membership", subject_id=world.vera.pk).chain == f"body:{body}"
    assert AuditEntry.objects.get(subject="user", subject_id=world.vera.user_id).chain == "platform"


def test_a_row_that_goes_over_to_another_tenant_is_told_to_both(world: World, everyone: Scope) -> None:
    Membership.objects.filter(pk=world.bob.pk).update(supplier=world.neighbour)
    told = AuditEntry.objects.filter(subject="membership", subject_id=world.bob.pk).order_by("id")
    assert [(entry.act, entry.supplier_id) for entry in told] == [
        ("row.added", world.supplier.pk),
        ("row.removed", world.supplier.pk),
        ("row.added", world.neighbour.pk),
    ]


def test_who_and_from_where(world: World) -> None:
    with identified(world.anna.user_id), coming_from("192.0.2.7"), entered(world.anna.scope):
        Review.objects.create(
            buyer=world.buyer, supplier=world.supplier, subject="credential", subject_id=1, verdict="accepted"
        )
        entry = AuditEntry.objects.get(subject="review")
        assert (entry.user_id, entry.origin) == (world.anna.user_id, "192.0.2.7")
        assert entry.acting == acting_of(world.anna.scope) == f"buyer:{world.buyer.pk}"
        assert entry.at.date() == TODAY


def test_without_a_person_it_says_that_the_database_was_asked(world: World, everyone: Scope) -> None:
    Enrolment.objects.filter(supplier=world.supplier).update(tier=2)
    entry = AuditEntry.objects.get(subject="enrolment", act="row.changed")
    assert entry.user_id is None and entry.acting == "platform" and entry.origin.startswith("database")


def test_secrets_and_names_of_persons_stay_out(world: World, everyone: Scope) -> None:
    secret, email, person = "5" * 64, "ming@canary.example", "王明 canary"
    Invitation.objects.create(
        supplier=world.supplier,
        email=email,
        name=person,
        role="supplier_reader",
        digest=secret,
        expires_at=clock.now(),
    )
    ApiToken.objects.create(supplier=world.supplier, digest=secret, prefix="gl_abc", rights=["record_read"])
    User.objects.create_user(email, "a password of canary", name=person)
    for entry in AuditEntry.objects.all():
        written = f"{entry.data} {entry.before} {entry.after}"
        assert "canary" not in written and secret not in written
    assert AuditEntry.objects.filter(subject="apitoken", after__contains="record_read").exists()


def test_an_upload_tells_when_it_counts_and_when_it_is_withdrawn_and_not_its_progress(
    world: World, everyone: Scope
) -> None:
    upload = Upload.objects.create(
        supplier=world.supplier, file="x", filename="x.csv", sha256="1" * 64, size_bytes=1
    )
    uploads = Upload.objects.filter(pk=upload.pk)
    uploads.update(progress=0.5, status="checking")
    uploads.update(status="ready")
    assert rows_of("upload") == []
    uploads.update(status="accepted", accepted_at=clock.now())
    uploads.update(status="withdrawn")
    assert [(act, before.get("status"), after.get("status")) for act, before, after in rows_of("upload")] == [
        ("row.changed", None, "accepted"),
        ("row.changed", "accepted", "withdrawn"),
    ]


def test_factors_make_one_entry_a_statement(world: World, everyone: Scope) -> None:
    factors.load()
    added = AuditEntry.objects.filter(subject="factor", act="row.added")
    assert sum(entry.data["rows"] for entry in added) == Factor.objects.count()
    # One for each statement: the loader writes hundreds of rows at once, SQLite takes fewer a statement.
    assert added.count() * 20 < Factor.objects.count()
    some = list(Factor.objects.exclude(value=1).order_by("id")[:4])
    Factor.objects.filter(pk__in=[one.pk for one in some]).update(value=1)
    entry = AuditEntry.objects.get(subject="factor", act="row.changed")
    assert entry.chain == "platform" and entry.data == {"rows": 4}
    before, after = json.loads(entry.before), json.loads(entry.after)
    assert [row["code"] for row in before] == [row["code"] for row in after] == [one.code for one in some]
    assert [float(row["value"]) for row in before] == [float(one.value) for one in some]
    assert {float(row["value"]) for row in after} == {1.0}


def test_a_statement_on_factors_that_fails_leaves_nothing_for_the_next(world: World, everyone: Scope) -> None:
    factors.load()
    with pytest.raises(IntegrityError), transaction.atomic():
        Factor.objects.filter(code="CN-AH-ELEC-2023").update(value=-1)
    Factor.objects.filter(code="CN-AH-ELEC-2023").update(value=1)
    assert AuditEntry.objects.filter(subject="factor", act="row.changed").count() == 1


def test_a_deed_and_its_row_are_two_entries_of_one_chain(world: World) -> None:
    by = Actor.of(world.alice)
    with identified(world.alice.user_id), coming_from("192.0.2.9 gl_ab…"), entered(by.scope):
        site = sites.add_site(by=by, supplier=world.supplier, code="NEW", name="新", province="CN-AH")
        deed = audit.entries_of(site).get()
    assert (deed.kind, deed.act, deed.user_id) == ("deed", "site.add", world.alice.user_id)
    assert (deed.origin, deed.acting) == ("192.0.2.9 gl_ab…", f"supplier:{world.supplier.pk}")
    with entered(by.scope):
        deed.refresh_from_db()
    assert deed.digest and deed.sequence and deed.chain == f"supplier:{world.supplier.pk}"


def test_a_timeline_shows_deeds_alone(world: World) -> None:
    with entered(world.anna.scope):
        row = Exemption.objects.create(
            buyer=world.buyer, supplier=world.supplier, indicator="i1", from_day=TODAY, reason="x"
        )
        assert rows_of("exemption")
        assert list(audit.entries_of(row)) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: entries.update(act="other"),
        lambda entries: entries.update(sequence=9),
        lambda entries: entries.update(origin=""),
        lambda entries: entries.update(origin="", origin_salt="", act="other"),
        lambda entries: entries._raw_delete("default"),
    ],
)
def test_an_entry_is_neither_changed_nor_removed(change: Any, world: World, everyone: Scope) -> None:
    entries = AuditEntry.objects.filter(chain=f"supplier:{world.supplier.pk}")
    was = list(entries.order_by("id").values())
    with pytest.raises(IntegrityError, match=r"audit\.sealed"), transaction.atomic():
        change(entries)
    assert list(entries.order_by("id").values()) == was


def test_replace_meets_the_same_triggers(world: World, everyone: Scope) -> None:
    entry = AuditEntry.objects.filter(chain=f"supplier:{world.supplier.pk}").order_by("id")[0]
    columns = ", ".join(field.column for field in AuditEntry._meta.concrete_fields)
    into = f"suppliers_auditentry ({columns}) SELECT {columns} FROM suppliers_auditentry WHERE id = %s"
    statement = f"REPLACE INTO {into}"
    if connection.vendor == "postgresql":
        statement = f"INSERT INTO {into} ON CONFLICT (id) DO UPDATE SET act = 'other'"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [entry.pk])


def test_a_head_is_moved_by_entries_alone(world: World, everyone: Scope) -> None:
    for statement in (
        "UPDATE suppliers_auditchain SET sequence = 1, digest = 'x' WHERE chain = %s",
        "DELETE FROM suppliers_auditchain WHERE chain = %s",
    ):
        with (
            pytest.raises(IntegrityError, match=r"audit\.sealed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, [f"buyer:{world.buyer.pk}"])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("table", ["suppliers_auditentry", "suppliers_auditchain", "suppliers_review"])
def test_no_table_of_decisions_is_emptied_at_once(table: str, db: None) -> None:
    with (
        pytest.raises(IntegrityError, match=r"audit\.truncate"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_what_is_given_for_the_seal_is_not_believed(world: World, everyone: Scope) -> None:
    """An entry written by hand gets its place and seal from the database."""
    forged = AuditEntry(supplier=world.supplier, act="x", subject="y", chain="platform", sequence=77)
    forged.save(force_insert=True)
    forged.refresh_from_db()
    assert (
        forged.chain == f"supplier:{world.supplier.pk}" and forged.sequence != 77 and len(forged.digest) == 64
    )


def test_a_missing_trigger_is_noticed(db: None) -> None:
    assert checks.the_database_writes_the_trail(databases=["default"]) == []
    on = " ON suppliers_enrolment" if connection.vendor == "postgresql" else ""
    name = "greenlink_audit_update" if on else "greenlink_audit_enrolment_update"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")
    found = checks.the_database_writes_the_trail(databases=["default"])
    assert [message.id for message in found] == ["greenlink.W005"] and "enrolment" in found[0].msg
    assert triggers.install(connection)
    assert triggers.missing(connection) == []


# Why changes of these rows are not written down one by one.
NOT_WRITTEN = {
    "Site": "deeds tell each change",
    "Meter": "deeds tell each change",
    "EvidenceFile": "a document known by its digest; what names it is written down",
    "UploadReport": "made anew by each check",
    "CellFix": "is itself a list of who changed what; deeds tell each",
    "ActivityRecord": "figures in bulk; the deed of the upload counts them",
    "EmissionLine": "figures in bulk; made from records",
    "InventoryLine": "figures in bulk, frozen by triggers; the digest of their version is written down",
    "InstrumentSerial": "in bulk; the certificate they belong to is written down",
    "LineCheck": "a verifier's own working paper; the opinion is written down",
    "FindingReply": "only ever added; is itself a list of who said what",
    "EarlyWarning": "made by rules; deeds tell who settled what",
    "Job": "the queue",
    "Consent": "never changed but by its end, which it tells itself",
    "AuditEntry": "the trail itself",
    "AuditChain": "the trail itself",
    "Archive": "a copy for its own supplier; deeds tell who asked for it",
    "StageChange": "is itself a list of who moved a project when",
    "Saving": "measured figures; deeds tell each month",
    "Scorecard": "computed; published ones cannot change",
    "IndicatorValue": "computed; published ones cannot change",
}


def test_every_table_is_written_down_or_has_its_reason() -> None:
    from django.apps import apps

    known = {
        model.__name__
        for app in ("suppliers", "sparkplan", "scorecards")
        for model in apps.get_app_config(app).get_models()
    }
    written = {decision.row_model.__name__ for decision in DECISIONS}
    assert written | set(NOT_WRITTEN) == known
    assert not written & set(NOT_WRITTEN)


def test_secret_columns_are_never_among_those_written() -> None:
    for decision in DECISIONS:
        names = set(decision.columns)
        assert not names & {"password", "email", "last_login"}
        if decision.subject in ("invitation", "apitoken", "screenkey"):
            assert "digest" not in names


def test_models_of_figures_have_no_trigger(world: World, everyone: Scope) -> None:
    """Paid for on every upload of fifty thousand rows otherwise."""
    tables = {decision.table for decision in DECISIONS}
    heavy: tuple[type[models.Model], ...] = (ActivityRecord, EmissionLine)
    assert not tables & {model._meta.db_table for model in heavy}


def test_the_day_of_the_clock_is_the_day_of_the_entry(world: World) -> None:
    with all_tenants("tests"), clock.at(dt.date(2024, 3, 5)):
        Enrolment.objects.filter(supplier=world.supplier).update(tier=2)
        entry = AuditEntry.objects.get(subject="enrolment", act="row.changed")
    assert entry.at.date() == dt.date(2024, 3, 5)
