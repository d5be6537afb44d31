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
    MEMBER_READ = "member_read"
    SCREEN_READ = "screen_read"
    INVENTORY_REVIEW = "inventory_review"


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
            _SUPPLIER_READS | {Right.UPLOAD_WRITE, Right.SITE_WRITE, Right.EVIDENCE_WRITE},
        ),
        Role(
            "supplier_manager",
            TenantKind.SUPPLIER,
            _("Supplier, manager"),
            _("Everything of a contributor; withdraws data and runs Spark Action projects."),
            _SUPPLIER_READS
            | {
                Right.UPLOAD_WRITE,
                Right.UPLOAD_WITHDRAW,
                Right.SITE_WRITE,
                Right.EVIDENCE_WRITE,
                Right.PROJECT_WRITE,
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
            | {
                Right.EVIDENCE_REVIEW,
                Right.EDITION_RUN,
                Right.EDITION_PUBLISH,
                Right.METHODOLOGY_WRITE,
                Right.ENROLMENT_WRITE,
            },
        ),
        Role(
            "verifier",
            TenantKind.BODY,
            _("Verifier"),
            _("Reviews the inventories assigned to the verification body."),
            frozenset({Right.INVENTORY_REVIEW, Right.MEMBER_READ}),
        ),
    )
}

ROLE_CHOICES = [(role.slug, role.label) for role in ROLES.values()]


def roles_of(kind: TenantKind) -> list[str]:
    return [slug for slug, role in ROLES.items() if role.kind == kind]
