"""Celery is the doorbell, not the queue: see suppliers/jobs/queue.py."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "greenlink.settings")

app = Celery("greenlink")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
