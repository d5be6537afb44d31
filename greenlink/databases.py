"""Which database, as which role: the application's own, and the owner's for migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import environ
from django.conf import settings
from django.db import connections
from django.db.utils import load_backend

_POSTGRESQL = "django.db.backends.postgresql"
_POOL_WAIT_SECONDS = 10

Settings = dict[str, Any]


def read(url: str, *, pool: int = 0) -> Settings:
    """One entry of DATABASES. `pool`: so many PostgreSQL connections shared by the threads of a process."""
    database: Settings = environ.Env.db_url_config(url)
    if database["ENGINE"] == "django.db.backends.sqlite3":
        return database | {"OPTIONS": _SQLITE}
    database["CONN_HEALTH_CHECKS"] = True
    if pool and database["ENGINE"] == _POSTGRESQL:
        # The pool keeps connections; a request gives its own back at its end.
        sizes = {"min_size": min(2, pool), "max_size": pool, "timeout": _POOL_WAIT_SECONDS}
        database |= {"CONN_MAX_AGE": 0, "OPTIONS": {**database.get("OPTIONS", {}), "pool": sizes}}
    else:
        database.setdefault("CONN_MAX_AGE", 60)
    return database


_SQLITE: Settings = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    # recursive_triggers: REPLACE must meet the triggers that keep published rankings as they are.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;",
}


@contextmanager
def as_owner(alias: str) -> Iterator[None]:
    """Inside, `alias` is the same database as the role of DATABASE_OWNER_URL, if there is one.

    The role that serves may not change tables; what changes them asks for the owner, and only for so long.
    """
    url: str = settings.DATABASE_OWNER_URL
    if not url or alias != "default":
        yield
        return
    served = connections[alias]
    # OPTIONS anew: pools are kept by alias, and that of the serving role must not be the owner's.
    owner: Settings = {**connections.settings[alias], "OPTIONS": {}, **read(url)}
    owner["NAME"] = served.settings_dict["NAME"]
    served.close()
    connections[alias] = load_backend(owner["ENGINE"]).DatabaseWrapper(owner, alias)
    try:
        yield
    finally:
        connections[alias].close()
        connections[alias] = served
