"""What an entry's digest is made of: every field as text with its length, so that no two entries read alike."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from suppliers.tenants.scope import Scope

# In this order; both databases' triggers and the verification read it here. `at` is UTC to the microsecond.
SEALED = (
    *("chain", "sequence", "kind", "supplier_id", "buyer_id", "body_id", "user_id", "acting"),
    *("act", "subject", "subject_id", "data", "before", "after", "at", "origin_digest", "previous_digest"),
)
PLATFORM = "platform"


def digest(parts: Sequence[str | int | None]) -> str:
    """SHA-256 over `length:text` of each part, `-` for one that is not there."""
    said = ("-" if part is None else f"{len(str(part).encode())}:{part}" for part in parts)
    return hashlib.sha256(",".join(said).encode()).hexdigest()


def acting_of(scope: Scope | None) -> str:
    """For which tenant something is done, as entries keep it."""
    if scope is None:
        return PLATFORM
    named = {"supplier": scope.supplier_id, "buyer": scope.buyer_id, "body": scope.body_id}
    return next((f"{kind}:{pk}" for kind, pk in named.items() if pk is not None), PLATFORM)


def chain_of(*, supplier_id: int | None, buyer_id: int | None, body_id: int | None) -> str:
    """Whose chain an entry stands in: the program's, else the supplier's, else the verification body's."""
    named = {"buyer": buyer_id, "supplier": supplier_id, "body": body_id}
    return next((f"{kind}:{pk}" for kind, pk in named.items() if pk is not None), PLATFORM)
