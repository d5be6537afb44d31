"""The long files of a large frozen version: made by the queue, kept for a day, named by what they say."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from contextvars import Context
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from suppliers.inventory.models import Inventory
from suppliers.jobs import queue
from suppliers.jobs.models import Job, JobState
from suppliers.tenants import clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import Scope, entered

from . import files

JOB = "inventory.report"
# Up to here a page waits for the file itself: some five seconds.
LARGE_LINES = 20_000
KEPT_FOR = dt.timedelta(days=1)
_FOLDER = "reports"


def is_large(inventory: Inventory) -> bool:
    return inventory.frozen_at is not None and int(inventory.totals.get("lines") or 0) > LARGE_LINES


def ready(
    by: Actor, inventory: Inventory, ending: str, language: str, wanted: dict[str, Any] | None = None
) -> IO[bytes] | None:
    """The file, if it is there; otherwise it is asked for once. `report.failed` if it could not be made."""
    path = _path(by, inventory, ending, language, wanted or {})
    if default_storage.exists(path):
        return default_storage.open(path)
    last = Job.objects.filter(kind=JOB, payload__path=path).order_by("-id").first()
    if last is not None and last.state == JobState.FAILED and last.created_at > clock.now() - KEPT_FOR:
        raise Refusal(
            "report.failed", _("The file could not be made. Ask for it again tomorrow, or tell us.")
        )
    if last is None or last.state in (JobState.DONE, JobState.FAILED):
        queue.enqueue(
            JOB, inventory_id=inventory.pk, supplier_id=inventory.supplier_id, asked_by=by.tenant_columns,
            ending=ending, language=language, wanted=wanted or {}, path=path,
        )  # fmt: skip
    return None


@queue.register(JOB)
def make_job(**payload: Any) -> None:
    """In a context of its own: without a broker the job runs where the request's own scope is still open."""
    Context().run(_make, **payload)


def _make(
    *, inventory_id: int, supplier_id: int, asked_by: dict[str, Any], ending: str, language: str,
    wanted: dict[str, Any], path: str,
) -> None:  # fmt: skip
    # In the scope of who asked: a buyer's file says no more than the buyer may see.
    with entered(Scope(**asked_by)):
        inventory = Inventory.objects.select_related("supplier").get(pk=inventory_id, supplier_id=supplier_id)
        if not default_storage.exists(path):
            with files.written(inventory, ending, language, wanted) as file:
                default_storage.save(path, File(file))


def remove_old(moment: dt.datetime) -> int:
    """Take away what was kept long enough. How many files went."""
    removed = 0
    folders = default_storage.listdir(_FOLDER)[0] if default_storage.exists(_FOLDER) else []
    for folder in folders:
        for name in default_storage.listdir(f"{_FOLDER}/{folder}")[1]:
            path = f"{_FOLDER}/{folder}/{name}"
            if default_storage.get_modified_time(path) < moment - KEPT_FOR:
                default_storage.delete(path)
                removed += 1
    return removed


def _path(by: Actor, inventory: Inventory, ending: str, language: str, wanted: dict[str, Any]) -> str:
    said = json.dumps([by.tenant_columns, inventory.digest, ending, language, wanted], sort_keys=True)
    name = hashlib.sha256(said.encode()).hexdigest()[:32]
    return f"{_FOLDER}/{inventory.supplier_id}/{inventory.pk}-{name}.{ending}"
