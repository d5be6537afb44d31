"""The first manager of a company that a buyer has entered and for which nobody speaks yet.

From then on the company invites its own people; no buyer may put anybody into a company that has members.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.mail import EmailMessage, get_connection
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from . import audit, bulk, clock, invitations
from .actors import Actor
from .models import Enrolment, Invitation, Membership, Supplier
from .refusals import Refusal
from .roles import Right
from .tokens import digest

ROLE = "supplier_manager"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Link:
    """The way in for one person; `path` holds the key and is shown once."""

    company: str
    email: str
    path: str


def invite(*, by: Actor, supplier: Supplier, email: str, site: str = "") -> Link:
    """Invite the first manager of an enrolled company without members. An earlier link goes on working."""
    by.require(Right.ENROLMENT_WRITE)
    with transaction.atomic():
        enrolled = Enrolment.objects.filter(buyer=by.buyer, supplier=supplier).active(clock.today())  # type: ignore[attr-defined]
        if not enrolled.exists():
            raise Refusal("enrolment.unknown", _("This company is not enrolled in your program."), status=404)
        if staffed([supplier.pk]):
            raise Refusal(
                "enrolment.staffed", _("This company has its own members; they invite their colleagues.")
            )
        return invite_many(by=by, companies=[(supplier.pk, supplier.name, email)], site=site)[0]


def staffed(supplier_ids: Sequence[int]) -> set[int]:
    """Those of the companies that have members, which a buyer cannot see itself."""
    if connection.vendor != "postgresql":
        live = Membership.objects.live().filter(supplier__in=supplier_ids)  # type: ignore[attr-defined]
        return set(live.values_list("supplier_id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from unnest(%s::bigint[]) id where greenlink_has_members(id)", [list(supplier_ids)]
        )
        return {row[0] for row in cursor.fetchall()}


def invite_many(*, by: Actor, companies: Sequence[tuple[int, str, str]], site: str) -> list[Link]:
    """(id, name, e-mail) of companies just entered. The buyer writes these rows and can never read them back."""
    if not companies or by.buyer is None:
        return []
    keys = [invitations.new_key() for _company in companies]
    ids = bulk.reserve_ids(Invitation, len(companies))
    rows = [
        Invitation(
            id=pk,
            supplier_id=supplier_id,
            email=email.strip().lower(),
            role=ROLE,
            digest=digest(key),
            invited_by=by.user,
            created_at=clock.now(),
            expires_at=clock.now() + invitations.LIFETIME,
        )
        for pk, key, (supplier_id, _name, email) in zip(ids, keys, companies, strict=True)
    ]
    names = (
        "id",
        "supplier_id",
        "email",
        "name",
        "role",
        "digest",
        "invited_by_id",
        "created_at",
        "expires_at",
    )
    bulk.insert_columns(
        Invitation, {name: [getattr(row, name) for row in rows] for name in names}, tenant_id=by.buyer.pk
    )
    audit.record(by=by, act="invitation.first_manager", subject=by.buyer, data={"count": len(rows)})
    issued = [invitations.Issued(row, key) for row, key in zip(rows, keys, strict=True)]
    labels = [name for _id, name, _email in companies]
    if site:
        transaction.on_commit(lambda: _send(issued, labels, site))
    return [
        Link(company=name, email=one.invitation.email, path=one.path)
        for one, name in zip(issued, labels, strict=True)
    ]


def _send(issued: list[invitations.Issued], labels: list[str], site: str) -> None:
    """All over one connection; a mail server that is away undoes nothing: the buyer can invite again."""
    messages = []
    for one, label in zip(issued, labels, strict=True):
        subject, text = invitations.message(one, Supplier(name=label), site)
        messages.append(EmailMessage(subject, text, None, [one.invitation.email]))
    try:
        get_connection().send_messages(messages)
    except (smtplib.SMTPException, OSError):
        log.exception("%s mails of invitations were not sent", len(messages))
