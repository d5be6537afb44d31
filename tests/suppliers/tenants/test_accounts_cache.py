"""Tries and used codes are counted for all processes of the machine together."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from uuid import uuid4

from allauth.core.internal import ratelimit
from django.conf import settings

from suppliers.tenants.accounts.shared_cache import SharedFileCache

# Another process of the same site: tries a wrong password so many times.
TRY = """
import django; django.setup()
from allauth.core.internal import ratelimit
from django.test import RequestFactory
request = RequestFactory().post("/accounts/login/", REMOTE_ADDR="192.0.2.9")
for _attempt in range({times}):
    print(bool(ratelimit.consume(request, app="allauth.account", action="login_failed", key="{key}")))
"""


def _another(folder: Path | str) -> SharedFileCache:
    return SharedFileCache(str(folder), {"OPTIONS": {"MAX_ENTRIES": 100}})


def _elsewhere(times: int, key: str) -> list[str]:
    environment = os.environ | {
        "GREENLINK_VAR": str(settings.VAR_DIR),
        "DJANGO_SETTINGS_MODULE": "greenlink.settings",
    }
    run = subprocess.run(
        [sys.executable, "-c", TRY.format(times=times, key=key)],
        env=environment,
        cwd=settings.BASE_DIR,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return run.stdout.split()


def test_tries_of_one_process_count_in_another(rf):
    request, alice = rf.post("/accounts/login/", REMOTE_ADDR="192.0.2.8"), uuid4().hex

    def tries(key: str) -> bool:
        return bool(ratelimit.consume(request, app="allauth.account", action="login_failed", key=key))

    assert [tries(alice) for _attempt in range(3)] == [True] * 3
    assert _elsewhere(3, alice) == ["True", "True", "False"]
    assert not tries(alice)
    assert tries(uuid4().hex)


def test_the_cache_is_shared():
    """In memory, each process would count for itself."""
    assert settings.CACHES["default"]["BACKEND"] in (
        "suppliers.tenants.accounts.shared_cache.SharedFileCache",
        "django.core.cache.backends.redis.RedisCache",
    )


def _add(folder: str, number: int) -> bool:
    return _another(folder).add(f"code-{number % 20}", number, 60)


def test_of_many_who_add_at_once_one_wins(tmp_path):
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
        won = list(pool.map(_add, [str(tmp_path)] * 200, range(200)))
    assert sum(won) == 20


def test_what_has_expired_goes_before_what_still_counts(tmp_path, monkeypatch):
    monkeypatch.setattr("suppliers.tenants.accounts.shared_cache.CULL_EVERY", 1)
    one = _another(tmp_path)
    one.set("counts", [1, 2, 3], 3600)
    for number in range(150):
        one.set(f"past-{number}", number, -1)
    assert one.get("counts") == [1, 2, 3]
    assert len(list(tmp_path.glob("*.djcache"))) < 110


def test_when_full_the_oldest_make_room(tmp_path, monkeypatch):
    monkeypatch.setattr("suppliers.tenants.accounts.shared_cache.CULL_EVERY", 1)
    one = _another(tmp_path)
    for number in range(120):
        one.set(f"key-{number}", number, 3600)
        os.utime(one._key_to_file(f"key-{number}"), (time.time() - 1000 + number,) * 2)
    assert one.get("key-0") is None
    assert one.get("key-119") == 119


def test_the_folder_is_its_owners_alone(tmp_path):
    folder = tmp_path / "cache"
    _another(folder).set("x", 1)
    assert folder.stat().st_mode & 0o077 == 0
