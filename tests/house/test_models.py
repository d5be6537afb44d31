"""Every model is known to Django, and fails closed unless a reason is written here."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest
from django.apps import apps
from django.db import models

import suppliers
import suppliers.models as exported
from suppliers.tenants.scope import OutsideScope, ProgramOwned, ScopedModel, SupplierOwned

APPS = ("suppliers", "sparkplan", "scorecards")

# Whose rows are not behind the scope, and why nobody can read another tenant's secrets there.
OPEN = {
    "User": "a person, read at login, before any tenant is known",
    "Buyer": "name and fiscal year of a chain leader; suppliers must be able to read their customer's",
    "VerificationBody": "name and accreditation; public",
    "Consent": "a person's own, of no tenant",
    "Invitation": "digests, looked up before the scope exists; behind row-level security",
    "AuditChain": "heads of chains, moved by triggers only; behind row-level security",
    "Commodity": "names of part groups, no figures",
    "Membership": "read to find the scope; always filtered by user or tenant",
    "ApiToken": "digests, looked up before the scope exists",
    "ScreenKey": "digests, looked up before the scope exists",
    "Job": "ids only; run outside any request",
    "FactorSet": "published numbers, the same for everybody",
    "Factor": "published numbers, the same for everybody",
}


def _concrete() -> list[type[models.Model]]:
    return [model for app in APPS for model in apps.get_app_config(app).get_models()]


def test_every_model_of_a_room_is_re_exported():
    """A model that suppliers/models.py does not name does not exist for Django."""
    rooms = [
        importlib.import_module(f"suppliers.{room.name}.models")
        for room in pkgutil.iter_modules(suppliers.__path__)
        if room.ispkg and importlib.util.find_spec(f"suppliers.{room.name}.models")
    ]
    found = {
        name: model
        for module in rooms
        for name, model in inspect.getmembers(module, inspect.isclass)
        if issubclass(model, models.Model)
        and (model.__module__ + ".").startswith(f"{module.__name__}.")
        and not model._meta.abstract
    }
    assert found
    assert set(found) == set(exported.__all__)
    assert all(getattr(exported, name) is model for name, model in found.items())


def test_every_concrete_model_is_scoped_or_has_its_reason():
    unscoped = {model.__name__ for model in _concrete() if not issubclass(model, ScopedModel)}
    assert unscoped == set(OPEN)


@pytest.mark.parametrize(
    "model",
    [model for model in _concrete() if issubclass(model, ScopedModel)],
    ids=lambda model: model.__name__,
)
def test_a_scoped_model_fails_closed(model):
    """The managers that Django itself uses are the guarded one, and its columns name the tenant."""
    assert model._base_manager.__class__ is not models.Manager
    for manager in (model.objects, model._default_manager, model._base_manager):
        with pytest.raises(OutsideScope):
            manager.all()
    columns = {field.name for field in model._meta.concrete_fields}
    if issubclass(model, SupplierOwned):
        assert "supplier" in columns
    if issubclass(model, ProgramOwned):
        assert "buyer" in columns


def test_unguarded_managers_are_few_and_named():
    """`directory` is for the scope itself and for foreign keys of rows read before a scope exists."""
    unguarded = {
        f"{model.__name__}.{manager.name}"
        for model in _concrete()
        if issubclass(model, ScopedModel)
        for manager in model._meta.managers
        if manager.name not in ("objects", "_base_manager")
    }
    assert unguarded == {"Supplier.directory", "Enrolment.directory"}
