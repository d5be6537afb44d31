"""The one who acts: a person in one tenant, a key of one tenant, or the product itself in a job or command."""

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
    def of_key(cls, key: ApiToken) -> Actor:
        """An integration: the key's own tenant and rights, no person."""
        held = frozenset(right for right in Right if right.value in key.rights)
        return cls(scope=key.scope, rights=held, token=key)

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
    def _of_tenant(self) -> Membership | ApiToken | None:
        return self.membership or self.token

    @property
    def kind(self) -> TenantKind | None:
        return self._of_tenant.kind if self._of_tenant else None

    @property
    def tenant(self) -> Supplier | Buyer | VerificationBody | None:
        return self._of_tenant.tenant if self._of_tenant else None

    @property
    def supplier(self) -> Supplier | None:
        return self._of_tenant.supplier if self._of_tenant else None

    @property
    def buyer(self) -> Buyer | None:
        return self._of_tenant.buyer if self._of_tenant else None

    @property
    def body(self) -> VerificationBody | None:
        return self._of_tenant.body if self._of_tenant else None

    @property
    def tenant_columns(self) -> dict[str, int]:
        """The one column that names the actor's tenant, for filters and new rows of `OfOneTenant`."""
        named = {
            "supplier_id": self.scope.supplier_id,
            "buyer_id": self.scope.buyer_id,
            "body_id": self.scope.body_id,
        }
        columns = {column: value for column, value in named.items() if value is not None}
        if not columns:
            raise PermissionDenied("no tenant")
        return columns

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None
