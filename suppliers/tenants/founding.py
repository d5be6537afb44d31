"""Programs and verification bodies: entered by the operator, for nobody on the site could invite their first person.

From then on a tenant invites its own people. Call inside the all-tenant door; each deed stands in the tenant's own
audit trail.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from . import audit, clock, credit_codes, invitations
from .actors import Actor
from .invitations import Issued
from .models import Buyer, Invitation, Membership, Supplier, VerificationBody
from .refusals import Refusal
from .roles import Right

Tenant = Buyer | VerificationBody
_COLUMNS: dict[type[Tenant], str] = {Buyer: "buyer", VerificationBody: "body"}
_ROLES: dict[type[Tenant], str] = {Buyer: "program_admin", VerificationBody: "body_manager"}
_SENTENCES = {
    "code": _("A code is made of up to 40 letters, digits, hyphens and underscores."),
    "name": _("Say the name, in at most 120 characters."),
    "name_en": _("Say the English name, in at most 120 characters."),
    "accreditation_number": _("Say the number of the accreditation, in at most 60 characters."),
    "uscc": _("This is no unified social credit code: its check digit does not fit."),
}


@dataclass(frozen=True)
class Founded:
    """`issued` is None where the tenant stood already and no further link was asked for."""

    tenant: Tenant
    is_new: bool
    issued: Issued | None


def found_buyer(
    *,
    by: Actor,
    code: str,
    name: str,
    name_en: str,
    email: str,
    fiscal_start_month: int = 4,
    again: bool = False,
    site: str = "",
) -> Founded:
    """A program and the invitation of its first admin. `again`: a further link, where the program stands already."""
    buyer = Buyer(
        code=code.strip(),
        name=name.strip(),
        name_en=name_en.strip(),
        fiscal_start_month=fiscal_start_month,
    )
    return _found(by, buyer, ("name", "name_en", "fiscal_start_month"), email, again, site)


def found_body(
    *,
    by: Actor,
    code: str,
    name: str,
    name_en: str,
    uscc: str,
    accreditation_number: str,
    accreditation_expires_on: dt.date,
    email: str,
    again: bool = False,
    site: str = "",
) -> Founded:
    """A verification body and the invitation of its manager."""
    body = VerificationBody(
        code=code.strip(),
        name=name.strip(),
        name_en=name_en.strip(),
        uscc=credit_codes.normal(uscc),
        accreditation_number=accreditation_number.strip(),
        accreditation_expires_on=accreditation_expires_on,
    )
    values = ("name", "name_en", "uscc", "accreditation_number", "accreditation_expires_on")
    return _found(by, body, values, email, again, site)


@transaction.atomic
def renew(*, by: Actor, code: str, until: dt.date, number: str = "", uscc: str = "") -> bool:
    """The body's accreditation holds until another day, and may have another number. False: nothing was to change.

    A body from before bodies had a credit code gets it here; one that has a code keeps it.
    """
    _assert_operator(by)
    body = VerificationBody.objects.select_for_update().filter(code=code.strip()).first()
    if body is None:
        raise Refusal("tenant.unknown", _("No verification body has this code."), status=404)
    wanted: dict[str, Any] = {
        "accreditation_expires_on": until,
        "accreditation_number": number.strip(),
        "uscc": credit_codes.normal(uscc),
    }
    changed = {name: value for name, value in wanted.items() if value and value != getattr(body, name)}
    if not changed:
        return False
    if "uscc" in changed:
        _assert_first_uscc(body, changed["uscc"])
    was = {name: str(getattr(body, name) or "") for name in changed}
    for name, value in changed.items():
        setattr(body, name, value)
    _assert_valid(body)
    body.save(update_fields=list(changed))
    now = {name: str(value) for name, value in changed.items()}
    audit.record(by=by, act="tenant.renew", subject=body, data={"was": was, "is": now})
    return True


def _found(by: Actor, wanted: Tenant, values: tuple[str, ...], email: str, again: bool, site: str) -> Founded:
    """All of it or nothing."""
    _assert_operator(by)
    address = _address(email)
    try:
        with transaction.atomic():
            standing = type(wanted).objects.filter(code=wanted.code).first()
            if standing is None:
                _enter(by, wanted)
            else:
                _assert_same(standing, wanted, values)
            tenant = standing or wanted
            issued = _invite(by, tenant, address, site) if standing is None or again else None
    except IntegrityError as error:
        sentence = _("Somebody else entered this code in this moment.")
        raise Refusal("tenant.code_taken", sentence) from error
    return Founded(tenant, standing is None, issued)


def _assert_operator(by: Actor) -> None:
    by.require(Right.MEMBER_WRITE)
    if not by.scope.is_everyone:
        raise PermissionDenied("only the operator enters programs and verification bodies")


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Refusal("tenant.email", _("This is no e-mail address."), status=422) from None
    return address


def _enter(by: Actor, tenant: Tenant) -> None:
    _assert_valid(tenant)
    _assert_free(tenant)
    tenant.save(force_insert=True)
    audit.record(by=by, act="tenant.found", subject=tenant, data={"code": tenant.code})


def _assert_valid(tenant: Tenant) -> None:
    try:
        tenant.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        name = next(iter(error.message_dict))
        raise Refusal(f"tenant.{name}", _SENTENCES[name], status=422) from None
    for name in ("name", "name_en", "accreditation_number"):
        if any(unicodedata.category(one) == "Cc" for one in getattr(tenant, name, "")):
            raise Refusal(f"tenant.{name}", _SENTENCES[name], status=422)
    if isinstance(tenant, Buyer):
        if not 1 <= tenant.fiscal_start_month <= 12:
            raise Refusal("tenant.fiscal_start", _("Months are counted from 1 to 12."), status=422)
        return
    if not tenant.uscc:
        raise Refusal("tenant.uscc", _("Say the unified social credit code of the body."), status=422)
    if tenant.accreditation_expires_on < clock.today():
        raise Refusal("tenant.accreditation", _("The accreditation has expired already."), status=422)


def _assert_free(tenant: Tenant) -> None:
    """One code names one tenant, whichever its kind: the API tells them apart by it (X-GreenLink-Tenant)."""
    for rows in (Buyer.objects, VerificationBody.objects, Supplier.directory):
        if rows.filter(code__iexact=tenant.code).exists():
            raise Refusal("tenant.code_taken", _("A company, program or verification body has this code."))
    if isinstance(tenant, VerificationBody):
        _assert_uscc_free(tenant.uscc or "")


def _assert_first_uscc(body: VerificationBody, uscc: str) -> None:
    if body.uscc:
        raise _differs(["uscc"])
    _assert_uscc_free(uscc)


def _assert_uscc_free(uscc: str) -> None:
    if VerificationBody.objects.filter(uscc=uscc).exists():
        sentence = _("A verification body with this credit code is entered already.")
        raise Refusal("tenant.uscc_taken", sentence)


def _assert_same(standing: Tenant, wanted: Tenant, values: tuple[str, ...]) -> None:
    differing = [name for name in values if getattr(standing, name) != getattr(wanted, name)]
    if differing:
        raise _differs(differing)


def _differs(names: list[str]) -> Refusal:
    sentence = _("This code is entered already with other values: {names}.")
    words = format_lazy(sentence, names=", ".join(names))
    return Refusal("tenant.differs", words, data={"fields": names})


def _invite(by: Actor, tenant: Tenant, address: str, site: str) -> Issued:
    """Of the operator's links one lives: whoever got an earlier one, perhaps at a wrong address, cannot use it."""
    of_tenant: dict[str, Any] = {_COLUMNS[type(tenant)]: tenant}
    if Membership.objects.live().filter(user__email=address, **of_tenant).exists():  # type: ignore[attr-defined]
        raise Refusal("invitation.member", _("This person belongs to the team already."))
    earlier = Invitation.objects.filter(invited_by=None, accepted_at=None, revoked_at=None, **of_tenant)
    for one in earlier.select_for_update():
        one.revoked_at = clock.now()
        one.save(update_fields=["revoked_at"])
        audit.record(by=by, act="invitation.revoke", subject=one, data={"role": one.role})
    return invitations.create(by=by, tenant=tenant, email=address, role=_ROLES[type(tenant)], site=site)
