"""The database is the queue: a job is a row, written with the work it stands for; the bell rings on commit.

Without REDIS_URL the process that asked runs the job itself, right after its transaction.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from .models import Job, JobState

LEASE = dt.timedelta(minutes=10)
MAX_ATTEMPTS = 3
BELL = "jobs.run"

logger = logging.getLogger(__name__)
Handler = Callable[..., None]
_handlers: dict[str, Handler] = {}


def register(kind: str) -> Callable[[Handler], Handler]:
    def add(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return add


def enqueue(kind: str, **payload: Any) -> Job:
    """Write the job into the open transaction; it runs once that commits."""
    job = Job.objects.create(kind=kind, payload=payload)
    transaction.on_commit(lambda: _ring(job.pk))
    return job


def run(job_id: int) -> None:
    """Do one job if it is free. The effect and the word 'done' commit together."""
    job = _claim(job_id)
    if job is None:
        return
    try:
        with transaction.atomic():
            _handlers[job.kind](**job.payload)
            Job.objects.filter(pk=job.pk).update(
                state=JobState.DONE, finished_at=timezone.now(), lease_until=None, error=""
            )
    except Exception as error:
        logger.exception("job %s failed", job.kind)
        state = JobState.FAILED if job.attempts >= MAX_ATTEMPTS else JobState.QUEUED
        Job.objects.filter(pk=job.pk).update(state=state, error=repr(error)[:2000], lease_until=None)


def run_waiting(limit: int = 100) -> int:
    """Jobs whose bell was lost or whose worker died; called by beat (the task `jobs.sweep`)."""
    waiting = list(Job.objects.filter(_free()).order_by("id").values_list("pk", flat=True)[:limit])
    for job_id in waiting:
        run(job_id)
    return len(waiting)


def _free() -> Q:
    return Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=timezone.now())


def _claim(job_id: int) -> Job | None:
    with transaction.atomic():
        rows = Job.objects.filter(_free(), pk=job_id)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        job = rows.first()
        if job is None:
            return None
        job.state = JobState.RUNNING
        job.attempts += 1
        job.lease_until = timezone.now() + LEASE
        job.save(update_fields=["state", "attempts", "lease_until"])
        return job


def _ring(job_id: int) -> None:
    if not settings.CELERY_BROKER_URL or settings.CELERY_TASK_ALWAYS_EAGER:
        run(job_id)
        return
    try:
        current_app.send_task(BELL, args=[job_id], retry=False)
    except OperationalError:
        # The row is committed: a sweep will find it. Only the bell was lost.
        logger.warning("no broker; job %s waits for the next sweep", job_id)
