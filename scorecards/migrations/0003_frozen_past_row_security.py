"""Under row-level security the triggers of published rows must also see the editions their writer may not see."""

import importlib

from django.db import migrations

frozen = importlib.import_module("scorecards.migrations.0002_published_is_frozen")


def replace_functions(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(frozen.POSTGRES_FUNCTIONS)


class Migration(migrations.Migration):
    dependencies = [("scorecards", "0002_published_is_frozen")]
    operations = [migrations.RunPython(replace_functions, migrations.RunPython.noop)]
