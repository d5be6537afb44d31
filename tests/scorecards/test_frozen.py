"""What was published cannot be changed, whoever asks: the database refuses, on the one the tests run on."""

from __future__ import annotations

import contextlib

import pytest
from django.db import DatabaseError, connection, transaction

from scorecards.models import Edition, IndicatorValue, Methodology, Scorecard
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.scope import Scope, entered
from tests.factories import scorecards as make
from tests.factories.suppliers import BuyerFactory

SQLITE = connection.vendor == "sqlite"
# By the triggers; by row-level security, under which nothing is copied; by the audit trail, which is never emptied.
REFUSED = r"published|frozen|COPY FROM not supported with row-level security|cannot be emptied"
CARD, VALUE, EDITION = "scorecards_scorecard", "scorecards_indicatorvalue", "scorecards_edition"


@pytest.fixture
def published(everyone):
    buyer = BuyerFactory.create()
    make.enrolled(buyer)
    return make.quarter(buyer, until="published")


@pytest.fixture
def refused(published):
    def check(attempt):
        before = _content()
        # COPY goes past the framework, so its error is the driver's own
        with (
            pytest.raises((DatabaseError, connection.Database.Error), match=REFUSED),
            transaction.atomic(),
        ):
            attempt()
        assert _content() == before

    return check


def _content():
    return [list(model.objects.order_by("pk").values()) for model in (Edition, Scorecard, IndicatorValue)]


def _sql(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def _copied(table, **changed):
    """INSERT … SELECT of the newest row with some columns changed."""
    with connection.cursor() as cursor:
        names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    picked = ", ".join(changed.get(name, f'"{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    return f"{table} ({columns}) SELECT {picked} FROM {table} ORDER BY id DESC LIMIT 1"


ATTEMPTS = {
    "orm save": lambda: Scorecard.objects.get().save(),
    "orm update": lambda: Scorecard.objects.update(rank=7),
    "orm bulk_update": lambda: IndicatorValue.objects.bulk_update(
        list(IndicatorValue.objects.all()), ["points"]
    ),
    "orm delete": lambda: Scorecard.objects.get().delete(),
    "orm delete all": lambda: IndicatorValue.objects.all().delete(),
    "sql update card": lambda: _sql(f"UPDATE {CARD} SET total = 99"),
    "sql update value": lambda: _sql(f"UPDATE {VALUE} SET points = 99"),
    "sql update edition": lambda: _sql(f"UPDATE {EDITION} SET state = 'locked'"),
    "sql update digest": lambda: _sql(f"UPDATE {EDITION} SET digest = 'other'"),
    "sql delete card": lambda: _sql(f"DELETE FROM {CARD}"),
    "sql delete value": lambda: _sql(f"DELETE FROM {VALUE}"),
    "sql delete edition": lambda: _sql(f"DELETE FROM {EDITION}"),
    "insert value": lambda: _sql("INSERT INTO " + _copied(VALUE, id="987654")),
    "insert published edition": lambda: _sql("INSERT INTO " + _copied(EDITION, id="987654", number="9")),
    "update methodology": lambda: Methodology.objects.update(name="other"),
    "delete methodology": lambda: _sql("DELETE FROM scorecards_methodology"),
}


@pytest.mark.parametrize("way", ATTEMPTS)
def test_every_way_is_refused(way, refused):
    refused(ATTEMPTS[way])


# The buyer's own scope, as the product writes; that of others, who do not even see the rows; and none at all.
SCOPES = {
    "its buyer": lambda edition: Scope(buyer_id=edition.buyer_id),
    "another buyer": lambda edition: Scope(buyer_id=BuyerFactory.create().pk),
    "a supplier in it": lambda edition: Scope(supplier_id=Scorecard.objects.get(edition=edition).supplier_id),
}
RAW = [way for way in ATTEMPTS if way.startswith(("sql", "insert", "delete"))]


@pytest.fixture
def published_for(db):
    """A published edition, made behind the door, which is shut again."""

    def made(scope):
        with all_tenants("tests"):
            buyer = BuyerFactory.create()
            make.enrolled(buyer)
            edition = make.quarter(buyer, until="published")
            return edition, SCOPES[scope](edition)

    return made


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("way", RAW)
def test_no_scope_changes_what_was_published(way, scope, published_for):
    _edition, opened = published_for(scope)
    with all_tenants("tests"):
        before = _content()
    with entered(opened), contextlib.suppress(DatabaseError), transaction.atomic():
        ATTEMPTS[way]()
    with all_tenants("tests"):
        assert _content() == before


@pytest.mark.skipif(SQLITE, reason="row-level security is PostgreSQL's")
def test_its_own_buyer_meets_the_trigger_and_not_only_the_policy(published_for):
    _edition, opened = published_for("its buyer")
    with entered(opened), pytest.raises(DatabaseError, match=r"edition\.published"), transaction.atomic():
        _sql(f"UPDATE {CARD} SET total = 99")


def test_another_buyer_adds_nothing_to_a_published_edition_it_does_not_see(published_for):
    """The row would be the other buyer's own, so no policy stands in its way: the trigger must see the edition."""
    edition, opened = published_for("another buyer")
    with all_tenants("tests"):
        row = Scorecard.objects.filter(edition=edition).values().get()
        stranger = make.enrolled(BuyerFactory.create())
    row |= {"id": 987654, "buyer_id": opened.buyer_id, "supplier_id": stranger.pk}
    card = Scorecard(**row)
    with (
        entered(opened),
        pytest.raises(DatabaseError, match=r"edition\.published"),
        transaction.atomic(),
    ):
        card.save(force_insert=True)


@pytest.mark.skipif(not SQLITE, reason="REPLACE is SQLite's")
@pytest.mark.parametrize(
    ("table", "changed"),
    [
        (CARD, {"total": "99"}),
        (VALUE, {"points": "99"}),
        (EDITION, {"digest": "'other'"}),
        (EDITION, {"state": "'locked'"}),
        (EDITION, {"id": "987654", "state": "'open'"}),  # pushed aside by its label and number
    ],
)
def test_replace_is_refused(table, changed, refused):
    refused(lambda: _sql("REPLACE INTO " + _copied(table, **changed)))


@pytest.mark.parametrize(
    ("table", "target", "column"),
    [
        (CARD, "edition_id, supplier_id", "total"),
        (VALUE, "id", "points"),
        (EDITION, "buyer_id, label, number", "digest"),
    ],
)
def test_insert_on_conflict_is_refused(table, target, column, refused):
    pushed = f" ON CONFLICT ({target}) DO UPDATE SET {column} = excluded.{column}"
    # SQLite reads ON as a join's unless a WHERE stands before it.
    into = _copied(table).replace(" ORDER BY", " WHERE true ORDER BY")
    refused(lambda: _sql("INSERT INTO " + into + pushed))


@pytest.mark.skipif(SQLITE, reason="COPY and TRUNCATE are PostgreSQL's")
def test_copy_is_refused(published, refused):
    def copy():
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE taken ON COMMIT DROP AS SELECT * FROM {VALUE}")
            cursor.execute("UPDATE taken SET id = id + 900000")
            with cursor.copy("COPY taken TO STDOUT") as source:
                content = b"".join(bytes(part) for part in source)
            with cursor.copy(f"COPY {VALUE} FROM STDIN") as target:
                target.write(content)

    refused(copy)


@pytest.mark.skipif(SQLITE, reason="COPY and TRUNCATE are PostgreSQL's")
@pytest.mark.parametrize("table", [VALUE, f"{CARD}, {VALUE}", f"{EDITION} CASCADE"])
def test_truncate_is_refused(table, refused):
    refused(lambda: _sql("SET CONSTRAINTS ALL IMMEDIATE") or _sql(f"TRUNCATE {table}"))


def test_rows_cannot_be_moved_into_a_published_edition(published, refused):
    buyer = BuyerFactory.create()
    make.enrolled(buyer)
    make.quarter(buyer)
    other = Edition.objects.get(buyer=buyer)
    refused(lambda: Scorecard.objects.filter(edition=other).update(edition=published))


def test_an_edition_that_is_not_published_may_be_computed_again_and_removed(published):
    buyer = BuyerFactory.create()
    make.enrolled(buyer)
    edition = make.quarter(buyer)
    assert Scorecard.objects.filter(edition=edition).update(rank=3) == 1
    IndicatorValue.objects.filter(edition=edition).delete()
    Scorecard.objects.filter(edition=edition).delete()
    edition.delete()


def test_every_trigger_is_in_place(db):
    with connection.cursor() as cursor:
        if SQLITE:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'scorecards%'"
            )
        else:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'scorecards%' AND tgenabled = 'O'"
            )
        found = {row[0] for row in cursor.fetchall()}
    assert len(found) == 11
