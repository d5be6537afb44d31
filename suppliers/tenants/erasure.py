"""A person asks to be forgotten: what names the person goes, what was done stays, under a number.

Rows and audit entries hold the person's id and nothing else of them, so no figure loses its history. Of the audit
trail only the origin (network address) is blanked; the seal of an entry does not cover it in clear.
"""

from __future__ import annotations

from dataclasses import replace

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from . import audit, clock, members
from .actors import Actor
from .all_tenants import all_tenants
from .models import ApiToken, AuditEntry, Invitation, Membership, User
from .refusals import Refusal
from .scope import Scope

REASON = "erasure of a person"


def gone_address(user: User) -> str:
    """Stands where the address was: unique, and no mail server takes it."""
    return f"gone-{user.pk}@invalid"


def pseudonymise(*, user: User, by: User | None) -> None:
    """Forget who `user` is. `by` is the person itself, or None for the operator's command.

    Refused while a tenant would be left without anybody who manages its members. Call outside any tenant's scope.
    """
    actor = Actor(scope=Scope(reason=REASON), rights=frozenset(), user=by)
    with all_tenants(REASON), transaction.atomic():
        person = User.objects.select_for_update().get(pk=user.pk)
        if person.pseudonymised_at is not None:
            raise Refusal("person.gone", _("This person has been removed already."))
        _leave_every_tenant(person, actor)
        _close_every_door(person)
        _blank_invitations(person)
        _blank_name(person)
        audit.record(by=actor, act="person.forget", subject=person)
        # Salt too: an address is short enough to be guessed from its digest.
        AuditEntry.objects.filter(user=person).update(origin="", origin_salt="")


def _leave_every_tenant(person: User, actor: Actor) -> None:
    """As everybody leaves: the last who manages members hands that on first."""
    live = Membership.objects.live().filter(user=person)  # type: ignore[attr-defined]
    for membership in live.select_related("user", "supplier", "buyer", "body").order_by("pk"):
        members.leave(by=replace(Actor.of(membership), user=actor.user))


def _close_every_door(person: User) -> None:
    for session in UserSession.objects.filter(user_id=person.pk):
        session.end()
    ApiToken.objects.filter(user=person, revoked_at=None).update(revoked_at=clock.now())
    ApiToken.objects.filter(user=person).update(name="")
    for model in (Authenticator, SocialAccount):
        model.objects.filter(user_id=person.pk).delete()


def _blank_invitations(person: User) -> None:
    """Also those still waiting: whoever is invited again gets a new one."""
    theirs = Invitation.objects.filter(Q(email__iexact=person.email) | Q(accepted_by=person))
    theirs.filter(accepted_at=None, revoked_at=None).update(revoked_at=clock.now())
    theirs.update(email=gone_address(person), name="")


def _blank_name(person: User) -> None:
    User.objects.filter(pk=person.pk).update(
        email=gone_address(person),
        name="",
        password=make_password(None),
        is_active=False,
        is_staff=False,
        is_superuser=False,
        last_login=None,
        pseudonymised_at=clock.now(),
    )
    person.groups.clear()
    person.user_permissions.clear()
    EmailAddress.objects.filter(user_id=person.pk).delete()
    person.refresh_from_db()
    shown_in_admin = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk)
    )
    shown_in_admin.update(object_repr=str(person), change_message="")
