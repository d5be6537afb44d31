"""Who belongs to a tenant, with which role, and how that ends. Somebody who can let people in always stays."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from . import audit, clock, invitations
from .actors import Actor
from .models import Membership
from .refusals import Refusal
from .roles import Right, may_be_given


def of_tenant(by: Actor) -> QuerySet[Membership]:
    """The live memberships of the actor's tenant."""
    live: QuerySet[Membership] = Membership.objects.live().filter(**by.tenant_columns)  # type: ignore[attr-defined]
    return live.select_related("user")


@transaction.atomic
def change_role(*, by: Actor, membership: Membership, role: str) -> Membership:
    by.require(Right.MEMBER_WRITE)
    if not may_be_given(role, kind=by.kind, rights=by.rights):
        raise Refusal("member.role", _("This role cannot be given here."), status=400)
    members, member = _locked(by, membership)
    was, managed = member.role, _manages(member)
    if was == role:
        return member
    member.role = role
    if managed:
        _assert_managed(members)
    member.save(update_fields=["role"])
    taken_back = 0 if _manages(member) else invitations.revoke_those_of(by=by, user=member.user)
    audit.record(
        by=by,
        act="member.role",
        subject=member,
        data={"was": was, "is": role, "invitations_revoked": taken_back},
    )
    return member


@transaction.atomic
def revoke(*, by: Actor, membership: Membership) -> None:
    """Ends at once: the next request of this person finds no membership. What they did stays theirs."""
    by.require(Right.MEMBER_WRITE)
    _end(by, membership, act="member.revoke")


@transaction.atomic
def leave(*, by: Actor) -> None:
    """Nobody is held back, but the last one who manages members first hands that on."""
    assert by.membership is not None
    _end(by, by.membership, act="member.leave")


def _end(by: Actor, membership: Membership, *, act: str) -> None:
    members, member = _locked(by, membership)
    if _manages(member):
        _assert_managed([other for other in members if other.pk != member.pk])
    member.revoked_at = clock.now()
    member.save(update_fields=["revoked_at"])
    taken_back = invitations.revoke_those_of(by=by, user=member.user)
    data = {"was": member.role, "is": None, "invitations_revoked": taken_back}
    audit.record(by=by, act=act, subject=member, data=data)


def _locked(by: Actor, membership: Membership) -> tuple[list[Membership], Membership]:
    """All members, held until the change is done: two managers must not demote each other at once."""
    members = list(of_tenant(by).select_for_update(of=("self",)).order_by("pk"))
    for member in members:
        if member.pk == membership.pk:
            return members, member
    raise Refusal("member.unknown", _("This membership has ended already."), status=404)


def _manages(member: Membership) -> bool:
    return Right.MEMBER_WRITE in member.role_row.rights


def _assert_managed(members: list[Membership]) -> None:
    if not any(_manages(member) and member.user.is_active for member in members):
        raise Refusal(
            "member.last_manager",
            _("This is the last person who manages members: give somebody else that role first."),
        )
