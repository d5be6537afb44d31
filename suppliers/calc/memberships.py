"""Who stands in which published group, so that no two groups tell about one to four companies. Pure.

docs/decisions/0017-industry-figures.md; the property is held by tests/suppliers/industry/test_memberships.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from .percentiles import publishable

Group = TypeVar("Group", bound="tuple[str, ...]")


def homes(
    published: Iterable[tuple[int, Collection[int]]], enrolments: Iterable[tuple[int, int]]
) -> dict[int, int]:
    """Company -> the one program that counts it, for good: the first that published it, else the first it was enrolled in.

    `published` are (program, companies) in the order of publication, `enrolments` (company, program) by start and number,
    ended ones too: who left its first program is not counted by the second.
    """
    found: dict[int, int] = {}
    for program, companies in published:
        for company in companies:
            found.setdefault(company, program)
    for company, program in enrolments:
        found.setdefault(company, program)
    return found


def chosen(
    groups: Mapping[Group, Collection[int]],
    program: int,
    home_of: Mapping[int, int],
    published: Sequence[Collection[int]],
) -> dict[Group, frozenset[int]]:
    """Members to publish of each group; groups that must be held back are left out.

    Compared with every group that is out, of every year and program: a group that was given another name is still the same
    companies.
    """
    found: dict[Group, frozenset[int]] = {}
    for group, companies in sorted(groups.items()):
        own = [company for company in companies if home_of.get(company) == program]
        members = publishable(own, published)
        if members:
            found[group] = members
    return found
