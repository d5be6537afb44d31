"""Lock two: no scope, no rows; another's scope, no rows; another's row, no writing."""

from __future__ import annotations

import pytest

from suppliers.models import Enrolment, Site, Supplier
from suppliers.tenants.scope import OutsideScope, Scope, entered
from tests.conftest import World


def test_a_query_outside_any_scope_is_an_error(world: World) -> None:
    for use in (
        lambda: Site.objects.exists(),
        lambda: Site.objects.count(),
        lambda: Site.objects.bulk_create([]),
        lambda: Supplier.objects.all(),
        lambda: world.site.meters.all(),
    ):
        with pytest.raises(OutsideScope):
            use()


def test_a_supplier_sees_itself_and_nobody_else(world: World) -> None:
    with entered(world.alice.scope):
        assert set(Supplier.objects.values_list("code", flat=True)) == {"ALPHA"}
        assert set(Site.objects.values_list("code", flat=True)) == {"HF"}
    with entered(world.charlie.scope):
        assert not Site.objects.exists()


def test_a_buyer_sees_its_enrolled_suppliers_only(world: World) -> None:
    with entered(world.paula.scope):
        assert set(Supplier.objects.values_list("code", flat=True)) == {"ALPHA", "BETA"}
        assert Enrolment.objects.count() == 2
    with entered(world.otto.scope):
        assert set(Supplier.objects.values_list("code", flat=True)) == {"GAMMA"}
        assert not Site.objects.exists()


def test_a_verifier_sees_no_supplier_before_an_inventory_is_assigned(world: World) -> None:
    with entered(world.vera.scope):
        assert not Supplier.objects.exists()


def test_another_tenants_row_cannot_be_written(world: World) -> None:
    with entered(world.charlie.scope):
        planted = Site(supplier_id=world.supplier.pk, code="X", name="X", province="CN-AH")
        with pytest.raises(OutsideScope):
            planted.save()
        with pytest.raises(OutsideScope):
            Site.objects.bulk_create([planted])


def test_a_scope_inside_another_may_only_narrow(world: World) -> None:
    with entered(world.alice.scope), pytest.raises(OutsideScope), entered(world.charlie.scope):
        pass
    with entered(world.alice.scope), pytest.raises(OutsideScope), entered(Scope(reason="peek")):
        pass
