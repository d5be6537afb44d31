"""Who: people, tenants, who belongs to whom, what was done by whom."""

from .access import ApiToken, Invitation, Membership, MembershipQuerySet, OfOneTenant, ScreenKey
from .companies import (
    Buyer,
    Commodity,
    Enrolment,
    EnrolmentOffer,
    EnrolmentQuerySet,
    OfferAnswer,
    Supplier,
    VerificationBody,
)
from .people import Consent, User, UserManager
from .trail import Archive, ArchiveState, AuditChain, AuditEntry

__all__ = [
    "ApiToken",
    "Archive",
    "ArchiveState",
    "AuditChain",
    "AuditEntry",
    "Buyer",
    "Commodity",
    "Consent",
    "Enrolment",
    "EnrolmentOffer",
    "EnrolmentQuerySet",
    "Invitation",
    "Membership",
    "MembershipQuerySet",
    "OfOneTenant",
    "OfferAnswer",
    "ScreenKey",
    "Supplier",
    "User",
    "UserManager",
    "VerificationBody",
]
