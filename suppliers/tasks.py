"""Names for the queue. Each body is one call; the database is the queue, Celery rings the bell."""

from celery import shared_task

# Importing the pipeline registers its jobs with the queue.
from suppliers import pipeline  # noqa: F401
from suppliers.jobs import queue


@shared_task(name=queue.BELL)  # type: ignore[untyped-decorator]
def run_job(job_id: int) -> None:
    queue.run(job_id)


@shared_task(name="jobs.sweep")  # type: ignore[untyped-decorator]
def sweep() -> int:
    return queue.run_waiting()
