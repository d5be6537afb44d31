"""A buyer's own document of a factor, the end of an opinion and its statement, a body's credit code."""

import suppliers.factors.models
from django.db import migrations, models

from . import _statement_triggers

BEFORE = (
    "id", "number", "inventory_id", "opinion_id", "supplier_id", "body_id", "buyer_id", "payload", "signature",
    "key_id", "issued_at",
)  # fmt: skip
SIGNED = (*BEFORE, "valid_until")


def _install_with(signed):
    def install(apps, schema_editor):
        _statement_triggers.remove(schema_editor)
        _statement_triggers.install(schema_editor, signed)

    return install


class Migration(migrations.Migration):

    dependencies = [
        ('suppliers', '0006_statements_stand_still'),
    ]

    operations = [
        migrations.AddField(
            model_name='opinion',
            name='valid_until',
            field=models.DateField(blank=True, null=True, verbose_name='Valid until'),
        ),
        migrations.AddField(
            model_name='ownfactor',
            name='file',
            field=models.FileField(blank=True, max_length=200, upload_to=suppliers.factors.models.own_factor_path),
        ),
        migrations.AddField(
            model_name='ownfactor',
            name='file_sha256',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='ownfactor',
            name='filename',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='statement',
            name='valid_until',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='verificationbody',
            name='uscc',
            field=models.CharField(blank=True, max_length=18, null=True, unique=True),
        ),
        migrations.RunPython(_install_with(SIGNED), _install_with(BEFORE)),
    ]
