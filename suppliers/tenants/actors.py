"""The one who acts: a person in one tenant, or the product itself in a job or command."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

from .models import ApiToken, Buyer, Membership, Supplier, User, VerificationBody
from .roles import ROLES, Right, Role, TenantKind
from .scope import Scope


@dataclass(frozen=True)
class Actor:
    """Who acts, for which tenant, with which rights. `user` is None when the product acts by itself."""

    scope: Scope
    rights: frozenset[Right]
    user: User | None = None
    membership: Membership | None = None
    token: ApiToken | None = None

    @classmethod
    def of(cls, membership: Membership, token: ApiToken | None = None) -> Actor:
        return cls(
            scope=membership.scope,
            rights=membership.role_row.rights,
            user=membership.user,
            membership=membership,
            token=token,
        )

    @classmethod
    def system(cls, reason: str) -> Actor:
        """For commands and jobs that no person stands behind."""
        return cls(scope=Scope(reason=reason), rights=frozenset(Right))

    def may(self, right: Right) -> bool:
        return right in self.rights

    def require(self, right: Right) -> None:
        if right not in self.rights:
            raise PermissionDenied(str(right))

    @property
    def role(self) -> Role | None:
        return ROLES[self.membership.role] if self.membership else None

    @property
    def kind(self) -> TenantKind | None:
        return self.role.kind if self.role else None

    @property
    def supplier(self) -> Supplier | None:
        return self.membership.supplier if self.membership else None

    @property
    def buyer(self) -> Buyer | None:
        return self.membership.buyer if self.membership else None

    @property
    def body(self) -> VerificationBody | None:
        return self.membership.body if self.membership else None

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None
