"""Who may do what: one table. Pages, API and tests are made from it.

Roles are stored as slugs; renaming one is a data migration.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Right(StrEnum):
    RECORD_READ = "record_read"
    UPLOAD_WRITE = "upload_write"
    UPLOAD_WITHDRAW = "upload_withdraw"
    SITE_WRITE = "site_write"
    EVIDENCE_READ = "evidence_read"
    EVIDENCE_WRITE = "evidence_write"
    EVIDENCE_REVIEW = "evidence_review"
    PROJECT_READ = "project_read"
    PROJECT_WRITE = "project_write"
    SCORECARD_READ = "scorecard_read"
    RANKING_READ = "ranking_read"
    SUPPLIER_LIST = "supplier_list"
    EDITION_READ = "edition_read"
    EDITION_RUN = "edition_run"
    EDITION_PUBLISH = "edition_publish"
    METHODOLOGY_WRITE = "methodology_write"
    ENROLMENT_WRITE = "enrolment_write"
    ENROLMENT_ANSWER = "enrolment_answer"
    MEMBER_READ = "member_read"
    MEMBER_WRITE = "member_write"
    KEY_WRITE = "key_write"
    AUDIT_READ = "audit_read"
    ARCHIVE_WRITE = "archive_write"
    SCREEN_READ = "screen_read"
    FACTOR_WRITE = "factor_write"
    INVENTORY_WRITE = "inventory_write"
    INVENTORY_SUBMIT = "inventory_submit"
    INVENTORY_ASSIGN = "inventory_assign"
    INVENTORY_REVIEW = "inventory_review"
    WARNING_WRITE = "warning_write"
    WARNING_RULES = "warning_rules"
    INDUSTRY_PUBLISH = "industry_publish"


RIGHT_LABELS: dict[Right, Promise] = {
    Right.RECORD_READ: _("See sites, uploads, records and emissions"),
    Right.UPLOAD_WRITE: _("Hand in data: upload, fix, accept"),
    Right.UPLOAD_WITHDRAW: _("Withdraw data that were accepted"),
    Right.SITE_WRITE: _("Add and change sites and meters"),
    Right.EVIDENCE_READ: _("See evidence and documents"),
    Right.EVIDENCE_WRITE: _("Enter evidence and submit it"),
    Right.EVIDENCE_REVIEW: _("Review evidence and enter findings"),
    Right.PROJECT_READ: _("See Spark Action projects"),
    Right.PROJECT_WRITE: _("Run Spark Action projects"),
    Right.SCORECARD_READ: _("See scorecards"),
    Right.RANKING_READ: _("See the ranking of all suppliers"),
    Right.SUPPLIER_LIST: _("See the list of enrolled suppliers"),
    Right.EDITION_READ: _("See the state of the quarter"),
    Right.EDITION_RUN: _("Compute, preview and lock the quarter"),
    Right.EDITION_PUBLISH: _("Publish the quarter"),
    Right.METHODOLOGY_WRITE: _("Set the methodology"),
    Right.ENROLMENT_WRITE: _("Enrol suppliers and end an enrolment"),
    Right.ENROLMENT_ANSWER: _("Answer for the company: join and leave programs, share history"),
    Right.MEMBER_READ: _("See the team"),
    Right.MEMBER_WRITE: _("Invite people, change roles, revoke memberships"),
    Right.KEY_WRITE: _("Make and revoke keys"),
    Right.AUDIT_READ: _("Read the audit trail"),
    Right.ARCHIVE_WRITE: _("Take home all data of the company"),
    Right.SCREEN_READ: _("Open the big screen"),
    Right.FACTOR_WRITE: _("Bring own emission factors"),
    Right.INVENTORY_WRITE: _("Work on the yearly inventory"),
    Right.INVENTORY_SUBMIT: _("Submit, reopen and restate the yearly inventory"),
    Right.INVENTORY_ASSIGN: _("Assign inventories to verification bodies"),
    Right.INVENTORY_REVIEW: _("Review the inventories that are assigned"),
    Right.WARNING_WRITE: _("Deal with early warnings"),
    Right.WARNING_RULES: _("Set the rules of early warnings"),
    Right.INDUSTRY_PUBLISH: _("Publish the industry database"),
}

# No key holds these: a machine lets nobody in, makes no keys and gives no word for its company; the others have
# pages and nothing in the API.
FOR_PEOPLE_ONLY = frozenset(
    {
        Right.MEMBER_WRITE,
        Right.KEY_WRITE,
        Right.ENROLMENT_WRITE,
        Right.ENROLMENT_ANSWER,
        Right.MEMBER_READ,
        Right.AUDIT_READ,
        Right.ARCHIVE_WRITE,
        Right.SCREEN_READ,
    }
)


class TenantKind(StrEnum):
    SUPPLIER = "supplier"
    BUYER = "buyer"
    BODY = "body"


@dataclass(frozen=True)
class Role:
    slug: str
    kind: TenantKind
    label: str | Promise
    description: str | Promise
    rights: frozenset[Right]


_SUPPLIER_READS = frozenset(
    {Right.RECORD_READ, Right.EVIDENCE_READ, Right.PROJECT_READ, Right.SCORECARD_READ, Right.MEMBER_READ}
)
_SUPPLIER_WRITES = frozenset(
    {
        Right.UPLOAD_WRITE,
        Right.SITE_WRITE,
        Right.EVIDENCE_WRITE,
        Right.FACTOR_WRITE,
        Right.INVENTORY_WRITE,
        Right.WARNING_WRITE,
    }
)
# What the people have who answer for a tenant: members, keys, and what was done by whom.
_MANAGES = frozenset({Right.MEMBER_WRITE, Right.KEY_WRITE, Right.AUDIT_READ})
_BUYER_READS = _SUPPLIER_READS | {
    Right.RANKING_READ,
    Right.SUPPLIER_LIST,
    Right.EDITION_READ,
    Right.SCREEN_READ,
}

ROLES: dict[str, Role] = {
    role.slug: role
    for role in (
        Role(
            "supplier_reader",
            TenantKind.SUPPLIER,
            _("Supplier, read only"),
            _("Sees the company's own data, evidence, projects and scorecard; changes nothing."),
            _SUPPLIER_READS,
        ),
        Role(
            "supplier_contributor",
            TenantKind.SUPPLIER,
            _("Supplier, contributor"),
            _("Hands in energy and carbon data and evidence for the own company."),
            _SUPPLIER_READS | _SUPPLIER_WRITES,
        ),
        Role(
            "supplier_manager",
            TenantKind.SUPPLIER,
            _("Supplier, manager"),
            _(
                "Everything of a contributor; withdraws data, runs Spark Action projects, manages members and keys, "
                "answers for the company in programs."
            ),
            _SUPPLIER_READS
            | _SUPPLIER_WRITES
            | _MANAGES
            | {
                Right.ENROLMENT_ANSWER,
                Right.ARCHIVE_WRITE,
                Right.UPLOAD_WITHDRAW,
                Right.PROJECT_WRITE,
                Right.INVENTORY_SUBMIT,
            },
        ),
        Role(
            "procurement_reviewer",
            TenantKind.BUYER,
            _("Procurement reviewer"),
            _("Sees what enrolled suppliers handed in, reviews evidence, reads the ranking."),
            _BUYER_READS | {Right.EVIDENCE_REVIEW},
        ),
        Role(
            "program_admin",
            TenantKind.BUYER,
            _("Program admin"),
            _("Runs the quarter: enrols suppliers, sets the methodology, computes, locks and publishes."),
            _BUYER_READS
            | _MANAGES
            | {
                Right.EVIDENCE_REVIEW,
                Right.EDITION_RUN,
                Right.EDITION_PUBLISH,
                Right.METHODOLOGY_WRITE,
                Right.ENROLMENT_WRITE,
                Right.FACTOR_WRITE,
                Right.INVENTORY_ASSIGN,
                Right.WARNING_RULES,
                Right.INDUSTRY_PUBLISH,
            },
        ),
        Role(
            "verifier",
            TenantKind.BODY,
            _("Verifier"),
            _("Reviews the inventories assigned to the verification body."),
            frozenset({Right.INVENTORY_REVIEW, Right.MEMBER_READ}),
        ),
        Role(
            "body_manager",
            TenantKind.BODY,
            _("Verification body, manager"),
            _("Everything of a verifier; manages the members of the verification body."),
            frozenset({Right.INVENTORY_REVIEW, Right.MEMBER_READ}) | _MANAGES,
        ),
    )
}

ROLE_CHOICES = [(role.slug, role.label) for role in ROLES.values()]


def roles_of(kind: TenantKind) -> list[str]:
    return [slug for slug, role in ROLES.items() if role.kind == kind]


def rights_of(kind: TenantKind) -> list[Right]:
    """The rights that some role of this kind holds, in the order of the table."""
    held = frozenset().union(*(ROLES[slug].rights for slug in roles_of(kind)))
    return [right for right in Right if right in held]


def may_be_given(role: str, *, kind: TenantKind | None, rights: frozenset[Right]) -> bool:
    """Whether who holds `rights` in a tenant of this kind may give this role: its own kind, and no more than they have."""
    return role in ROLES and ROLES[role].kind == kind and ROLES[role].rights <= rights
