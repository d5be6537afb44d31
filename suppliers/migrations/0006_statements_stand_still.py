"""A confirmed opinion and an issued statement stay as they are, whoever writes: the database itself refuses.

Of a statement only the state moves on (valid -> superseded -> withdrawn), with what belongs to it. A new statement
supersedes the valid ones of the same company and year; the database does that too, because the earlier one may be of
another verification body, and no tenant writes another's rows. On SQLite, a later migration that rebuilds one of these
tables drops its triggers: repeat `install` there.
"""

from django.db import migrations

from . import _statement_triggers

SIGNED = (
    "id", "number", "inventory_id", "opinion_id", "supplier_id", "body_id", "buyer_id", "payload", "signature",
    "key_id", "issued_at",
)  # fmt: skip


def install(apps, schema_editor):
    _statement_triggers.install(schema_editor, SIGNED)


def remove(apps, schema_editor):
    _statement_triggers.remove(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("suppliers", "0005_frozen_inventories")]
    operations = [migrations.RunPython(install, remove)]
