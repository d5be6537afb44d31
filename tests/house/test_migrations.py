"""Models and migrations say the same."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

OURS = ("suppliers", "sparkplan", "scorecards")


@pytest.mark.django_db
def test_migrations_are_in_step_with_the_models():
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)


@pytest.mark.django_db
def test_every_app_has_one_last_migration():
    loader = MigrationLoader(connection)
    assert loader.detect_conflicts() == {}
    assert {app: len(loader.graph.leaf_nodes(app)) for app in OURS} == dict.fromkeys(OURS, 1)


@pytest.mark.django_db
def test_lower_apps_do_not_wait_for_upper_ones():
    """Foreign keys point to the ground; a migration that leans upward would say that they do not."""
    graph = MigrationLoader(connection).graph
    for height, app in enumerate(OURS):
        (leaf,) = graph.leaf_nodes(app)
        leaned_on = {name for name, _migration in graph.forwards_plan(leaf)}
        assert not leaned_on & set(OURS[height + 1 :])
