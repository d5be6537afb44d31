"""What a row of the matrix says of an address; the rows stand in `matrix_table`.

A row names the methods an address answers, the right (and kind of tenant) each of them needs, and what its
parameters name. Who gets in follows from `roles.ROLES`; nothing here is said per role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from suppliers.tenants.roles import Right, TenantKind

SUPPLIER, BUYER, BODY = (frozenset({kind}) for kind in TenantKind)
COMPANIES = SUPPLIER | BUYER
ANY = frozenset(TenantKind)
SUCCESS = (200, 201, 202, 204, 302, 303)
CSV, PDF = "a CSV file", "a PDF file"  # what stands in a body for a file


@dataclass(frozen=True)
class Act:
    """One method of an address.

    `body` is what a member sends to be done with it; `inside` names fields of it that name things, which are tried
    with another's and with absent ones too. `own`: which of the things the address names it is done to.
    `may_refuse`: why the rules may say no to one who has the right.
    """

    right: Right | Mapping[TenantKind, Right] | None = None
    kinds: frozenset[TenantKind] = ANY
    body: Mapping[str, Any] = field(default_factory=dict)
    inside: Mapping[str, str | tuple[str, frozenset[TenantKind]]] = field(default_factory=dict)
    own: str = ""
    may_refuse: str = ""
    done: tuple[int, ...] = SUCCESS

    def named(self, kind: TenantKind | None) -> dict[str, str]:
        """`inside` as it holds for a kind of tenant."""
        pairs = {name: (what, ANY) if isinstance(what, str) else what for name, what in self.inside.items()}
        return {name: what for name, (what, kinds) in pairs.items() if kind in kinds}

    def is_for(self, kind: TenantKind, rights: frozenset[Right]) -> bool:
        if kind not in self.kinds:
            return False
        if isinstance(self.right, Mapping):
            return kind in self.right and self.right[kind] in rights
        return self.right is None or self.right in rights


@dataclass(frozen=True)
class Row:
    """An address. `names`: parameter -> kind of thing; `asks`: query parameter -> kind of thing, for those kinds.

    `open`: why a stranger may use it; `person`: why whoever is logged in may, member or not; `guard`: how it
    guards itself. `dear`: too slow to be drawn for everybody. `echoes`: the answer repeats what was asked, and what
    is absent is made. `library`: a page of the login library, which names no tenant and has ways of its own.
    """

    name: str
    acts: Mapping[str, Act]
    names: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    asks: Mapping[str, tuple[str, frozenset[TenantKind]]] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    open: str = ""
    person: str = ""
    guard: str = ""
    dear: bool = False
    echoes: bool = False
    library: bool = False


def read(right: Right | None = None, kinds: frozenset[TenantKind] = ANY, **more: Any) -> dict[str, Act]:
    return {"GET": Act(right, kinds, done=(200,), **more)}


def write(
    right: Right | Mapping[TenantKind, Right] | None = None, kinds: frozenset[TenantKind] = ANY, **more: Any
) -> dict[str, Act]:
    return {"POST": Act(right, kinds, **more)}


def form(right: Right, kinds: frozenset[TenantKind], **more: Any) -> dict[str, Act]:
    """A page with a form: seen and sent by the same people."""
    shown = {name: more[name] for name in ("own",) if name in more}
    return read(right, kinds, **shown) | write(right, kinds, **more)
