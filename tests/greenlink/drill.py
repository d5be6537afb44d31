"""Fills an empty database and its folder of files with a little of everything: `python -m tests.greenlink.drill`.

Run in a process of its own, against a database of its own, so that a drill deals with real files and real servers.
"""

from __future__ import annotations

import os
import sys

PASSWORD = "a-drill-only-9"


def fill() -> None:
    from django.core.files.base import ContentFile

    from suppliers.models import AuditEntry, Upload, User
    from suppliers.tenants.all_tenants import all_tenants
    from tests.factories import disclosure, inventory, scorecards
    from tests.factories import suppliers as make

    with all_tenants("drill"):
        buyer = make.BuyerFactory.create(code="LCFC")
        supplier = scorecards.enrolled(buyer)
        scorecards.enrolled(buyer)
        user = User.objects.create_user("alice@example.test", PASSWORD, name="爱丽丝")
        make.MembershipFactory.create(user=user, role="supplier_manager", supplier=supplier)
        disclosure.document(supplier)
        disclosure.buyers_factor(buyer)
        upload = Upload(supplier=supplier, filename="一月.csv", sha256="1" * 64, size_bytes=3)
        upload.file.save("january", ContentFile("电\n".encode()), save=False)
        upload.save()
        scorecards.example(supplier, buyer)
        inventory.reviewed(inventory.frozen(supplier), buyer, make.BodyFactory.create())
        scorecards.quarter(buyer, until="published")
        assert AuditEntry.objects.exists()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "greenlink.settings")
    import django

    django.setup()
    fill()
    sys.exit(0)
