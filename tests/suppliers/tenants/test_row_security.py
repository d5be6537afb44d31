"""Lock three, in the database itself: SQL that names no tenant still sees and writes only the open scope's rows."""

from __future__ import annotations

import datetime as dt

import psycopg
import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.db import IntegrityError, ProgrammingError, connection, models, transaction
from django.test import override_settings

from scorecards.models import Edition, Methodology
from suppliers.models import Enrolment, Membership, Site
from suppliers.tenants import tokens
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.asking import identified, presenting
from suppliers.tenants.row_rules import RowRule
from suppliers.tenants.row_security import checks, install, policies
from suppliers.tenants.scope import Scope, ScopedModel, entered
from tests.conftest import World
from tests.factories import suppliers as make
from tests.house.matrix_world import built

on_postgresql = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="row-level security is PostgreSQL's"
)
SITES = "select code from suppliers_site order by code"


def column(sql: str, *params: object) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def sites(world: World) -> World:
    with all_tenants("tests"):
        make.SiteFactory.create(supplier=world.neighbour, code="BETA-SITE")
        make.SiteFactory.create(supplier=world.stranger, code="GAMMA-SITE")
    return world


def test_every_tenant_table_has_a_rule():
    assert policies.models_without_rule() == []
    assert {model.__name__ for model in policies.tenant_models()} >= {
        model.__name__ for model in apps.get_models() if issubclass(model, ScopedModel)
    } | {"Membership", "ApiToken", "ScreenKey", "Invitation", "Commodity", "AuditChain"}


def test_a_tenant_model_without_a_rule_is_an_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(Membership, "row_rule")
    found = checks.every_tenant_table_has_a_rule()
    assert [(message.id, message.obj) for message in found] == [("greenlink.E001", Membership)]


@on_postgresql
def test_the_database_stands_as_the_code_says(db):
    assert install.unprotected(connection) == []
    assert [message for message in run_checks(databases=["default"]) if message.id == "greenlink.W002"] == []


@on_postgresql
@pytest.mark.parametrize(
    "damage",
    [
        "alter table suppliers_site no force row level security",
        "alter table suppliers_site disable row level security",
        "drop policy greenlink_read on suppliers_site",
        "comment on policy greenlink_add on suppliers_site is 'other'",
        "create policy wide_open on suppliers_site using (true)",
    ],
)
def test_a_damaged_table_is_found_and_the_next_migration_mends_it(db, damage: str):
    with connection.cursor() as cursor:
        cursor.execute(damage)
    found = [message for message in run_checks(databases=["default"]) if message.id == "greenlink.W002"]
    assert len(found) == 1
    assert "suppliers_site" in found[0].msg
    assert install.install(connection) == ["suppliers_site"]
    assert install.unprotected(connection) == []


@on_postgresql
def test_a_changed_rule_is_put_in_place(db, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Site, "row_rule", classmethod(lambda cls: RowRule(read="false", add="false")))
    assert install.unprotected(connection) == ["suppliers_site"]
    install.install(connection)
    assert install.unprotected(connection) == []


@on_postgresql
def test_the_role_of_these_tests_is_bound_by_policies(db):
    """Otherwise nothing here would prove anything."""
    assert column("select rolsuper or rolbypassrls from pg_roles where rolname = current_user") == [False]


@on_postgresql
def test_a_role_that_passes_by_is_an_error_in_production(db, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checks, "_ROLE_PASSES", "select true")
    with override_settings(PRODUCTION=True):
        assert "greenlink.E003" in {message.id for message in run_checks(databases=["default"])}


@on_postgresql
def test_raw_sql_sees_the_open_scope_only(sites: World):
    assert column(SITES) == []
    with entered(sites.alice.scope):
        assert column(SITES) == ["HF"]
    with entered(sites.paula.scope):
        assert column(SITES) == ["BETA-SITE", "HF"]
    with entered(sites.otto.scope):
        assert column(SITES) == ["GAMMA-SITE"]
    with entered(sites.vera.scope):
        assert column(SITES) == []
    with all_tenants("tests"):
        assert column(SITES) == ["BETA-SITE", "GAMMA-SITE", "HF"]
    assert column(SITES) == []


@on_postgresql
def test_a_scope_holds_after_a_savepoint_is_rolled_back(sites: World):
    """A rolled back savepoint takes its settings along: those of the open scope must be written anew."""
    with entered(sites.alice.scope):
        _rolled_back_look()
        assert column(SITES) == ["HF"]
    assert column(SITES) == []
    with transaction.atomic():
        with entered(sites.alice.scope):
            _rolled_back_look()
        assert column(SITES) == []


def _rolled_back_look() -> None:
    with transaction.atomic():
        assert column(SITES) == ["HF"]
        transaction.set_rollback(True)


@on_postgresql
def test_a_narrower_scope_ends_where_it_ends(sites: World):
    with all_tenants("tests"):
        with entered(sites.charlie.scope):
            assert column(SITES) == ["BETA-SITE"]
        assert len(column(SITES)) == 3


@on_postgresql
@pytest.mark.parametrize(
    "sql",
    [
        "insert into suppliers_site (supplier_id, code, name, name_en, province, address) "
        "select {foreign}, 'X', 'X', 'X', 'CN-AH', ''",
        "update suppliers_site set supplier_id = {foreign}",
    ],
    ids=["insert", "give away"],
)
def test_a_row_of_another_tenant_cannot_be_written(sites: World, sql: str):
    with (
        entered(sites.alice.scope),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        column(sql.format(foreign=sites.neighbour.pk))


@on_postgresql
@pytest.mark.parametrize("name", ["otto", "alice"])
def test_nobody_enrols_a_company_that_has_people_but_itself_when_asked(world: World, name: str):
    """Otto's program is told nothing of BETA unless BETA joins; ALPHA joins no program that has not asked it."""
    supplier = world.neighbour if name == "otto" else world.supplier
    insert = (
        f"insert into suppliers_enrolment (buyer_id, supplier_id, commodity, tier, erp_code, started_on) "
        f"values ({world.other_buyer.pk}, {supplier.pk}, 'pcb', 1, '', '2025-01-01')"
    )
    with (
        entered(getattr(world, name).scope),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        column(insert)
    with all_tenants("tests"):
        assert not Enrolment.objects.filter(supplier=supplier, buyer=world.other_buyer).exists()


@on_postgresql
@pytest.mark.parametrize(
    "sql", ["update suppliers_site set name = 'taken'", "delete from suppliers_site where code = 'BETA-SITE'"]
)
@pytest.mark.parametrize("name", ["alice", "paula", "otto", "vera"])
def test_rows_of_others_are_not_there_to_be_changed(sites: World, sql: str, name: str):
    with entered(getattr(sites, name).scope), connection.cursor() as cursor:
        cursor.execute(sql)
    with all_tenants("tests"):
        assert column("select name from suppliers_site where code = 'BETA-SITE'") != ["taken"]


@on_postgresql
def test_copy_into_a_tenant_table_is_refused(sites: World):
    with entered(sites.alice.scope), transaction.atomic():
        with pytest.raises(psycopg.errors.FeatureNotSupported, match="COPY FROM not supported"):
            _copy_a_site()
        transaction.set_rollback(True)


def _copy_a_site() -> None:
    with connection.cursor() as cursor, cursor.copy("copy suppliers_site (code) from stdin") as copy:
        copy.write("X\n")


@on_postgresql
def test_a_person_finds_own_memberships_before_any_tenant_is_known(world: World):
    memberships = "select user_id from suppliers_membership"
    assert column(memberships) == []
    with identified(world.alice.user_id):
        assert column(memberships) == [world.alice.user_id]
        assert column("select code from suppliers_supplier") == ["ALPHA"]
    with entered(world.alice.scope):
        assert set(column(memberships)) == {world.alice.user_id, world.bob.user_id, world.clara.user_id}


@on_postgresql
def test_a_secret_shows_its_own_row_and_no_other(world: World):
    with all_tenants("tests"):
        first = tokens.issue(user=world.alice.user)
        tokens.issue(user=world.charlie.user)
    assert column("select id from suppliers_apitoken") == []
    with presenting(tokens.digest(first)):
        assert column("select user_id from suppliers_apitoken") == [world.alice.user_id]
    found = tokens.find(first)
    assert found is not None
    assert found.user_id == world.alice.user_id


@on_postgresql
def test_a_buyer_sees_nothing_of_a_supplier_that_left(sites: World):
    with all_tenants("tests"):
        Enrolment.objects.filter(supplier=sites.neighbour).update(ended_on=dt.date(2025, 2, 10))
    with entered(sites.paula.scope):
        assert column(SITES) == ["HF"]


@on_postgresql
def test_a_published_quarter_refuses_every_way_of_writing(world: World):
    """COPY is refused by the lock, everything else by the triggers; see also tests/scorecards."""
    with all_tenants("tests"):
        edition = _published(world)
    with (
        entered(world.anna.scope),
        pytest.raises(IntegrityError, match=r"edition\.published"),
        transaction.atomic(),
    ):
        Edition.objects.filter(pk=edition.pk).update(reason="rewritten")


def _published(world: World) -> Edition:
    methodology = Methodology(buyer=world.buyer, code="V1", name="V1", name_en="V1", rules={})
    methodology.save()
    edition = Edition(
        buyer=world.buyer,
        label="FY24Q3",
        first_day=dt.date(2024, 10, 1),
        last_day=dt.date(2024, 12, 31),
        methodology=methodology,
    )
    edition.save()
    edition.state, edition.digest = "published", "0" * 64
    edition.published_at = dt.datetime(2025, 2, 1, tzinfo=dt.UTC)
    edition.save()
    return edition


def visible_by_manager(model: type[models.Model]) -> set[int]:
    return set(model.objects.values_list("pk", flat=True))  # type: ignore[attr-defined]


def visible_by_database(model: type[models.Model]) -> set[object]:
    return set(column(f"select id from {model._meta.db_table}"))


@on_postgresql
def test_the_second_and_the_third_lock_say_the_same(db):
    """Row by row over every tenant model, for every tenant there is: `visible_in` against the policies."""
    scoped = [model for model in apps.get_models() if issubclass(model, ScopedModel)]
    with built() as planted:
        with all_tenants("tests"):
            assert [model.__name__ for model in scoped if not visible_by_manager(model)] == []
        differing = []
        for code in planted.tenants:
            ((kind, tenant),) = planted.column(code).items()
            with entered(Scope(**{f"{kind}_id": tenant.pk})):
                differing += [
                    f"{code}: {model.__name__}"
                    for model in scoped
                    if visible_by_manager(model) != visible_by_database(model)
                ]
        assert differing == []
