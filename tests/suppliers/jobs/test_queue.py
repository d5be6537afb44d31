"""The database is the queue: what was committed gets done, once, whatever happens to the bell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from suppliers.jobs import queue
from suppliers.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def done() -> Iterator[list[int]]:
    """A job kind that notes each run; it fails as often as its payload says."""
    runs: list[int] = []

    @queue.register("test.note")
    def note(*, number: int, fails: int = 0) -> None:
        runs.append(number)
        if len(runs) <= fails:
            raise ValueError("not this time")

    yield runs
    queue._handlers.pop("test.note")


def test_without_a_broker_the_asking_process_does_the_job_on_commit(
    done: list[int], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = queue.enqueue("test.note", number=7)
        assert done == []
    job.refresh_from_db()
    assert (done, job.state, job.attempts) == ([7], "done", 1)


def test_a_done_job_is_not_done_again(done: list[int]) -> None:
    job = Job.objects.create(kind="test.note", payload={"number": 1})
    queue.run(job.pk)
    queue.run(job.pk)
    assert done == [1]


def test_a_failing_job_is_tried_three_times_and_keeps_its_error(done: list[int]) -> None:
    job = Job.objects.create(kind="test.note", payload={"number": 1, "fails": 9})
    for _attempt in range(5):
        queue.run_waiting()
    job.refresh_from_db()
    assert (len(done), job.state) == (3, "failed")
    assert "not this time" in job.error


def test_a_job_whose_bell_was_lost_waits_for_the_sweep(
    done: list[int],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def no_broker(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("connection refused")

    settings.CELERY_TASK_ALWAYS_EAGER = False
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(queue.current_app, "send_task", no_broker)
    with django_capture_on_commit_callbacks(execute=True):
        job = queue.enqueue("test.note", number=3)
    job.refresh_from_db()
    assert (done, job.state) == ([], "queued")
    assert queue.run_waiting() == 1
    assert done == [3]


def test_a_job_of_a_dead_worker_is_taken_over_after_its_lease(done: list[int]) -> None:
    now = timezone.now()
    alive = Job.objects.create(
        kind="test.note", payload={"number": 1}, state="running", lease_until=now + dt.timedelta(minutes=1)
    )
    dead = Job.objects.create(
        kind="test.note", payload={"number": 2}, state="running", lease_until=now - dt.timedelta(minutes=1)
    )
    queue.run_waiting()
    alive.refresh_from_db()
    dead.refresh_from_db()
    assert (done, alive.state, dead.state) == ([2], "running", "done")
