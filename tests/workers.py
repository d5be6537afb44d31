"""Which worker runs what: long tests first, so that no worker stands idle at the end, and what shares a costly
fixture together, so that it is made once."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from xdist.scheduler import LoadScopeScheduling

# The served demo and its browser are made once, on one worker, from the beginning to about the middle.
TOGETHER = "tests/browser/"
# Each of its tests takes seconds, and their world is quickly built.
EACH_ALONE = "tests/house/test_matrix.py"
LONG = (
    TOGETHER,
    "tests/greenlink/demo/test_totals.py",
    "tests/greenlink/test_backup.py",
    "tests/house/test_query_counts.py",
    EACH_ALONE,
    "tests/greenlink/test_bench_tenancy.py",
    "tests/house/test_urls.py",
    "tests/greenlink/test_hardening.py",
)


class Workers(LoadScopeScheduling):
    """A module goes to one worker, but for the exceptions above.

    Of a module whose tests were collected apart (those that empty the tables come after all that only roll back)
    each part goes by itself, so that the order stays.
    """

    def __init__(self, config: Any, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False
        self._parts: dict[str, str] = {}

    def _split_scope(self, nodeid: str) -> str:
        if not self._parts:
            self._parts = parts(self.collection or [])
        return self._parts[nodeid]

    def _assign_work_unit(self, node: Any) -> None:
        if not any(self.assigned_work.values()):
            self.workqueue = OrderedDict(sorted(self.workqueue.items(), key=lambda unit: _rank(unit[0])))
        super()._assign_work_unit(node)


def parts(collection: list[str]) -> dict[str, str]:
    """What each test goes with."""
    found: dict[str, str] = {}
    before, number = "", 0
    for nodeid in collection:
        module = nodeid.partition("::")[0]
        if module.startswith(TOGETHER):
            found[nodeid] = TOGETHER
        elif module == EACH_ALONE:
            found[nodeid] = nodeid
        else:
            number += module != before
            found[nodeid] = f"{module} {number}"
        before = module
    return found


def _rank(part: str) -> int:
    return next((place for place, name in enumerate(LONG) if part.startswith(name)), len(LONG))
