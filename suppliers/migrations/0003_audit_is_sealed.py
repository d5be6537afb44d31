"""The audit trail becomes a chain per tenant; what was written before is chained in the order it was written.

From here on triggers do this (suppliers/tenants/audit/); the formula below is theirs and stays as it is.
"""

import hashlib
import json
import secrets

import django.db.models.deletion
from django.db import migrations, models

import suppliers.tenants.models.trail


def seal_what_exists(apps, schema_editor):
    AuditEntry = apps.get_model("suppliers", "AuditEntry")
    AuditChain = apps.get_model("suppliers", "AuditChain")
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("select set_config('greenlink.door', 'migration', true)")
    heads = {}
    last = 0
    while batch := list(AuditEntry._base_manager.filter(id__gt=last).order_by("id")[:500]):
        for entry in batch:
            _seal(entry, heads, AuditChain)
        AuditEntry._base_manager.bulk_update(batch, _WRITTEN)
        last = batch[-1].id
    AuditChain._base_manager.bulk_create(heads.values())


def _seal(entry, heads, AuditChain):
    kind, tenant_id = _tenant(entry)
    chain = f"{kind}:{tenant_id}" if kind else "platform"
    head = heads.setdefault(chain, AuditChain(chain=chain, **({f"{kind}_id": tenant_id} if kind else {})))
    entry.chain, entry.sequence, entry.previous_digest = chain, head.sequence + 1, head.digest
    entry.acting = "unknown"
    entry.origin_salt = secrets.token_hex(16)
    entry.origin_digest = _digest(entry.origin_salt, entry.origin)
    entry.digest = _digest(*_sealed(entry))
    head.sequence, head.digest = entry.sequence, entry.digest


# `data` too: the column was JSON in whatever form the database gave it, and the seal is over one text.
_WRITTEN = ["data", "chain", "sequence", "acting", "origin_salt", "origin_digest", "previous_digest", "digest"]


def _tenant(entry):
    for kind in ("buyer", "supplier", "body"):
        if getattr(entry, f"{kind}_id") is not None:
            return kind, getattr(entry, f"{kind}_id")
    return "", None


def _sealed(entry):
    data = json.dumps(entry.data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return (
        *(entry.chain, entry.sequence, entry.kind, entry.supplier_id, entry.buyer_id, entry.body_id),
        *(entry.user_id, entry.acting, entry.act, entry.subject, entry.subject_id, data),
        *(entry.before, entry.after, f"{entry.at:%Y-%m-%d %H:%M:%S.%f}", entry.origin_digest, entry.previous_digest),
    )


def _digest(*parts):
    said = ("-" if part is None else f"{len(str(part).encode())}:{part}" for part in parts)
    return hashlib.sha256(",".join(said).encode()).hexdigest()


class Migration(migrations.Migration):
    dependencies = [("suppliers", "0002_accounts_roles_locks")]

    operations = [
        migrations.RemoveField(model_name="auditentry", name="at_text"),
        migrations.RemoveField(model_name="auditentry", name="data_text"),
        migrations.AddField(
            model_name="auditentry",
            name="kind",
            field=models.CharField(choices=[("deed", "deed"), ("row", "change of a row")], default="deed", max_length=4),
        ),
        migrations.AddField(
            model_name="auditentry", name="acting", field=models.CharField(default="", max_length=40)
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="data",
            field=suppliers.tenants.models.trail.StoredJson(default=dict),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="supplier",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="suppliers.supplier",
            ),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="buyer",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="suppliers.buyer",
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["supplier", "id"], name="audit_of_supplier"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["buyer", "id"], name="audit_of_buyer"),
        ),
        migrations.RunPython(seal_what_exists, migrations.RunPython.noop),
    ]
