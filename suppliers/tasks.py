"""Names for the queue. Each body is one call; the database is the queue, Celery rings the bell."""

import datetime as dt
import logging

from celery import shared_task
from django.core.management import call_command

# Importing these registers their jobs with the queue.
from suppliers import pipeline  # noqa: F401
from suppliers.disclosure import instruments  # noqa: F401
from suppliers.inventory import background  # noqa: F401
from suppliers.inventory.report import kept
from suppliers.jobs import queue

logger = logging.getLogger(__name__)


@shared_task(name=queue.BELL)  # type: ignore[untyped-decorator]
def run_job(job_id: int) -> None:
    queue.run(job_id)


@shared_task(name="jobs.sweep")  # type: ignore[untyped-decorator]
def sweep() -> int:
    return queue.run_waiting()


@shared_task(name="warnings.nightly")  # type: ignore[untyped-decorator]
def evaluate_warnings() -> None:
    call_command("warnings")


@shared_task(name="reports.remove_old")  # type: ignore[untyped-decorator]
def remove_old_reports() -> int:
    # By the clock of the files, which no demo day holds still.
    return kept.remove_old(dt.datetime.now(dt.UTC))


@shared_task(name="audit.verify")  # type: ignore[untyped-decorator]
def verify_audit() -> None:
    """Every night: the trail is read again, and what is whole is anchored."""
    try:
        call_command("verify_audit")
    except SystemExit:  # would end the worker
        logger.error("the audit trail is not whole: run verify_audit")
