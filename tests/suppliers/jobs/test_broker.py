"""With Redis the bell is heard by a worker in another process, and the work is in the database afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from suppliers import pipeline
from suppliers.models import Job, Supplier, Upload
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants
from tests.factories.suppliers import SiteFactory

ROOT = Path(__file__).resolve().parents[3]
REDIS_URL = os.environ.get("REDIS_URL", "")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Only where there is a broker, and a database that two processes can share, is there something to try."""
    usable = bool(REDIS_URL) and connection.vendor == "postgresql"
    metafunc.parametrize("redis_url", [REDIS_URL] if usable else [])


@pytest.fixture
def worker(redis_url: str, transactional_db: None) -> Iterator[subprocess.Popen[bytes]]:
    at = connection.settings_dict
    address = f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    environment = os.environ | {
        "DATABASE_URL": address,
        "REDIS_URL": redis_url,
        "CELERY_TASK_ALWAYS_EAGER": "0",
        "DJANGO_SETTINGS_MODULE": "greenlink.settings",
        "GREENLINK_TODAY": "2025-02-10",
    }
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "greenlink",
        "worker",
        "--concurrency",
        "1",
        "--loglevel",
        "warning",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    yield process
    process.terminate()
    process.wait(timeout=30)


@pytest.mark.broker
def test_a_worker_checks_what_was_handed_in(
    worker: subprocess.Popen[bytes], settings: Any, redis_url: str
) -> None:
    settings.CELERY_TASK_ALWAYS_EAGER = False
    settings.CELERY_BROKER_URL = redis_url
    settings.MEDIA_ROOT = str(settings.VAR_DIR / "files")  # where the worker looks, too
    content = b"site,carrier,start,end,quantity,unit\nHF,electricity,2024-01,2024-01,1000,furlong\n"
    with all_tenants("test"):
        site = SiteFactory.create(code="HF")
        supplier: Supplier = site.supplier
        actor = Actor.system("test")
        upload = pipeline.receive(by=actor, supplier=supplier, content=content, filename="good.csv")
        assert upload.status == "received"
        for _attempt in range(100):
            if not Job.objects.exclude(state__in=["done", "failed"]).exists():
                break
            assert worker.poll() is None
            time.sleep(0.3)
        assert Job.objects.get().state == "done"
        checked = Upload.objects.select_related("report").get(pk=upload.pk)
        assert checked.status == "needs_fix"
        assert [issue["code"] for issue in checked.report.issues] == ["row.unit"]
