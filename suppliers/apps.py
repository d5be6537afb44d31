from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, post_save, pre_migrate


class SuppliersConfig(AppConfig):
    name = "suppliers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # models are loaded by now; these modules need them
        from suppliers.tenants.accounts import emails
        from suppliers.tenants.audit import checks as audit_checks  # noqa: F401
        from suppliers.tenants.audit import sqlite, triggers
        from suppliers.tenants.models import User
        from suppliers.tenants.row_security import checks, context, install  # noqa: F401

        connection_created.connect(context.attach, dispatch_uid="row_security.attach")
        post_migrate.connect(install.after_migration, sender=self, dispatch_uid="row_security.install")
        connection_created.connect(sqlite.attach, dispatch_uid="audit.attach")
        pre_migrate.connect(triggers.before_migration, sender=self, dispatch_uid="audit.remove")
        post_migrate.connect(triggers.after_migration, sender=self, dispatch_uid="audit.install")
        post_save.connect(emails.follow, sender=User, dispatch_uid="accounts.emails")
