"""Everything held of one person, for that person: the copy PIPL gives a right to. No secrets, no company's figures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Q

from .all_tenants import all_tenants
from .models import ApiToken, AuditEntry, Consent, Invitation, Membership, User

Row = dict[str, Any]


def memberships_of(user: User) -> list[Row]:
    """Also ended ones. Runs outside any tenant's scope: a person may be in several."""
    with all_tenants("own data of a person"):
        rows = Membership.objects.filter(user=user).select_related("supplier", "buyer", "body").order_by("pk")
        return [
            {
                "tenant": one.tenant.code if one.tenant else "",
                "name": str(one.tenant),
                "role": one.role,
                "since": one.created_at,
                "until": one.revoked_at,
            }
            for one in rows
        ]


def copy_of(user: User) -> Row:
    """Plain data, ready for JSON once dates are written as text."""
    memberships = memberships_of(user)
    with all_tenants("own data of a person"):
        return {
            "person": _person(user),
            "memberships": memberships,
            "consents": _rows(Consent.objects.filter(user=user), "version language given_at withdrawn_at"),
            "addresses": _rows(EmailAddress.objects.filter(user_id=user.pk), "email verified primary"),
            "second_factors": _rows(
                Authenticator.objects.filter(user_id=user.pk), "type created_at last_used_at"
            ),
            "company_logins": _rows(
                SocialAccount.objects.filter(user_id=user.pk), "provider uid date_joined last_login"
            ),
            "sessions": _rows(
                UserSession.objects.filter(user_id=user.pk), "ip user_agent created_at last_seen_at"
            ),
            "tokens": _rows(
                ApiToken.objects.filter(user=user),
                "name prefix created_at expires_at revoked_at last_used_at",
            ),
            "invitations": _rows(
                Invitation.objects.filter(Q(email__iexact=user.email) | Q(accepted_by=user)),
                "email name role created_at expires_at accepted_at revoked_at",
            ),
            "deeds": _rows(AuditEntry.objects.filter(user=user), "at act subject subject_id origin"),
        }


def _person(user: User) -> Row:
    return {
        "number": user.pk,
        "email": user.email,
        "name": user.name,
        "joined": user.date_joined,
        "last_login": user.last_login,
    }


def _rows(found: Any, columns: str) -> list[Row]:
    rows: Iterable[Row] = found.order_by("pk").values(*columns.split())
    return list(rows)
