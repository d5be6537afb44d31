"""A link that lets one person in: made by who manages members, mailed, answered once, dead after seven days."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import smtplib
from dataclasses import dataclass
from typing import Any

from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from . import audit, clock
from .actors import Actor
from .asking import identified, presenting
from .models import Buyer, Invitation, Membership, Supplier, User, VerificationBody
from .refusals import Refusal
from .roles import ROLES, Right, may_be_given
from .scope import entered
from .tokens import digest

LIFETIME = dt.timedelta(days=7)
LANGUAGES_OF_MAIL = ("zh-hans", "en")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Issued:
    """An invitation with the key that is known in this moment and never again."""

    invitation: Invitation
    key: str

    @property
    def path(self) -> str:
        return reverse("invitation", args=[self.key])


@transaction.atomic
def invite(*, by: Actor, email: str, role: str, name: str = "", site: str = "") -> Issued:
    """Into the actor's own tenant. `site` is the address the mailed link begins with; without it no mail goes out."""
    by.require(Right.MEMBER_WRITE)
    _assert_role(by, role)
    assert by.tenant is not None
    address = email.strip().lower()
    if Membership.objects.live().filter(user__email=address, **by.tenant_columns).exists():  # type: ignore[attr-defined]
        raise Refusal("invitation.member", _("This person belongs to the team already."))
    if waiting(by).filter(email=address, expires_at__gt=clock.now()).exists():
        raise Refusal(
            "invitation.waiting", _("This person is invited already: send that link again instead.")
        )
    return create(by=by, tenant=by.tenant, email=address, role=role, name=name, site=site)


@transaction.atomic
def create(
    *,
    by: Actor,
    tenant: Supplier | Buyer | VerificationBody,
    email: str,
    role: str,
    name: str = "",
    site: str = "",
) -> Issued:
    """The row, its audit entry and the mail. Whether `by` may do so is for the caller to ask."""
    key = new_key()
    invitation = Invitation(
        **{_COLUMNS[type(tenant)]: tenant},
        email=email.strip().lower(),
        name=name.strip(),
        role=role,
        digest=digest(key),
        invited_by=by.user,
        expires_at=clock.now() + LIFETIME,
    )
    validate_email(invitation.email)
    invitation.save(force_insert=True)
    # The address stays out of the trail: there it could never be erased.
    audit.record(by=by, act="invitation.send", subject=invitation, data={"role": role})
    issued = Issued(invitation, key)
    _mail_after_commit(issued, tenant, site)
    return issued


_COLUMNS = {Supplier: "supplier", Buyer: "buyer", VerificationBody: "body"}


@transaction.atomic
def resend(*, by: Actor, invitation: Invitation, site: str = "") -> Issued:
    """A new link with seven new days; the old one is dead."""
    by.require(Right.MEMBER_WRITE)
    invitation = _own_waiting(by, invitation)
    _assert_role(by, invitation.role)
    assert by.tenant is not None
    key = new_key()
    invitation.digest, invitation.expires_at = digest(key), clock.now() + LIFETIME
    invitation.invited_by = by.user
    invitation.save(update_fields=["digest", "expires_at", "invited_by"])
    audit.record(by=by, act="invitation.resend", subject=invitation, data={"role": invitation.role})
    issued = Issued(invitation, key)
    _mail_after_commit(issued, by.tenant, site)
    return issued


@transaction.atomic
def revoke(*, by: Actor, invitation: Invitation) -> None:
    by.require(Right.MEMBER_WRITE)
    invitation = _own_waiting(by, invitation)
    invitation.revoked_at = clock.now()
    invitation.save(update_fields=["revoked_at"])
    audit.record(by=by, act="invitation.revoke", subject=invitation, data={"role": invitation.role})


def revoke_those_of(*, by: Actor, user: User) -> int:
    """Who no longer manages members leaves no doors open behind them."""
    return waiting(by).filter(invited_by=user).update(revoked_at=clock.now())


def waiting(by: Actor) -> QuerySet[Invitation]:
    """Of the actor's tenant, neither answered nor taken back; those too old are among them."""
    return Invitation.objects.filter(accepted_at=None, revoked_at=None, **by.tenant_columns)


def roles_to_give(by: Actor) -> list[tuple[str, str]]:
    """(slug, label) of the roles this actor may give."""
    return [
        (slug, str(role.label))
        for slug, role in ROLES.items()
        if may_be_given(slug, kind=by.kind, rights=by.rights)
    ]


def new_key() -> str:
    return secrets.token_urlsafe(32)


def look_up(key: str) -> Invitation | None:
    """The invitation this key opens now; None if it is unknown, used, taken back or too old."""
    shown = digest(key)
    with presenting(shown):
        found = (
            Invitation.objects.filter(digest=shown, accepted_at=None, revoked_at=None)
            .filter(expires_at__gt=clock.now())
            .select_related("buyer", "body", "invited_by")
            .first()
        )
    if found is not None and found.supplier_id:
        with entered(found.scope):  # a company's name is its own until somebody speaks for it
            assert found.supplier is not None
    return found


def answered_by(key: str, user: User) -> Membership | None:
    """The membership this person got by this key before: a second click on the same link."""
    shown = digest(key)
    with presenting(shown):
        found = Invitation.objects.filter(digest=shown, accepted_by=user).first()
    return _live_membership(found, user) if found else None


@transaction.atomic
def accept(*, key: str, user: User) -> Membership:
    """Let this person in. Of two clicks at once the second finds the invitation used."""
    found = look_up(key)
    if found is None:
        raise _gone()
    if user.email.lower() != found.email:
        raise Refusal(
            "invitation.somebody_else", _("This invitation is for another e-mail address."), status=403
        )
    with presenting(found.digest), identified(user.pk), entered(found.scope):
        invitation = Invitation.objects.select_for_update().get(pk=found.pk)
        if invitation.digest != found.digest or invitation.accepted_at or invitation.revoked_at:
            raise _gone()
        membership = _live_membership(invitation, user) or _new_membership(invitation, user)
        invitation.accepted_at, invitation.accepted_by = clock.now(), user
        invitation.save(update_fields=["accepted_at", "accepted_by"])
        audit.record(
            by=Actor.of(membership),
            act="member.join",
            subject=membership,
            data={"role": membership.role, "invitation": invitation.pk},
        )
    return membership


@transaction.atomic
def join(*, key: str, name: str, password: str) -> Membership:
    """A person without an account makes one by answering; the link came to their address, so it is theirs."""
    found = look_up(key)
    if found is None:
        raise _gone()
    if User.objects.filter(email__iexact=found.email).exists():
        raise Refusal("invitation.account", _("This e-mail address has an account: log in to accept."))
    user = User.objects.create_user(found.email, password, name=name.strip())
    return accept(key=key, user=user)


def _new_membership(invitation: Invitation, user: User) -> Membership:
    membership = Membership(
        user=user,
        role=invitation.role,
        supplier_id=invitation.supplier_id,
        buyer_id=invitation.buyer_id,
        body_id=invitation.body_id,
    )
    membership.save(force_insert=True)
    # A company that a customer has entered comes onto the platform with the first person who speaks for it.
    Supplier.objects.filter(pk=invitation.supplier_id, on_platform_since=None).update(
        on_platform_since=clock.today()
    )
    return membership


def _live_membership(invitation: Invitation, user: User) -> Membership | None:
    tenant: dict[str, Any] = {
        "supplier_id": invitation.supplier_id,
        "buyer_id": invitation.buyer_id,
        "body_id": invitation.body_id,
    }
    with identified(user.pk):
        live: Membership | None = (
            Membership.objects.live()  # type: ignore[attr-defined]
            .filter(user=user, **tenant)
            .first()
        )
    return live


def _own_waiting(by: Actor, invitation: Invitation) -> Invitation:
    """Read again under lock: it may have been answered since the page was drawn."""
    found = waiting(by).select_for_update().filter(pk=invitation.pk).first()
    if found is None:
        raise _gone()
    return found


def _assert_role(by: Actor, role: str) -> None:
    if not may_be_given(role, kind=by.kind, rights=by.rights):
        raise Refusal("member.role", _("This role cannot be given here."), status=400)


def _gone() -> Refusal:
    return Refusal(
        "invitation.gone", _("This invitation was answered, taken back or is too old."), status=404
    )


def _mail_after_commit(issued: Issued, tenant: Supplier | Buyer | VerificationBody, site: str) -> None:
    """Written now, while the company may be read; sent when the invitation stands."""
    if site:
        subject, text = message(issued, tenant, site)
        transaction.on_commit(lambda: _send(issued.invitation, subject, text))


def message(issued: Issued, tenant: Supplier | Buyer | VerificationBody, site: str) -> tuple[str, str]:
    """Subject and text of the mail, in one language below the other: nobody knows yet which the reader reads."""
    subjects, texts = [], []
    for language in LANGUAGES_OF_MAIL:
        with translation.override(language):
            context = _words(issued, tenant, site, language)
            subjects.append(translation.gettext("Invitation to %(tenant)s on GreenLink") % context)
            texts.append(render_to_string("emails/invitation.txt", context).strip())
    return " ".join(" / ".join(subjects).split()), "\n\n--\n\n".join(texts) + "\n"


def _words(
    issued: Issued, tenant: Supplier | Buyer | VerificationBody, site: str, language: str
) -> dict[str, object]:
    invitation = issued.invitation
    return {
        "inviter": str(invitation.invited_by or "GreenLink"),
        "name": invitation.name,
        "tenant": (tenant.name_en if language == "en" else "") or tenant.name,
        "role": ROLES[invitation.role].label,
        "link": site.rstrip("/") + issued.path,
        "until": invitation.expires_at,
    }


def _send(invitation: Invitation, subject: str, text: str) -> None:
    """A mail server that is away undoes nothing: the link can be sent again from the team's page."""
    try:
        send_mail(subject, text, None, [invitation.email])
    except (smtplib.SMTPException, OSError):
        log.exception("the mail of invitation %s was not sent", invitation.pk)
