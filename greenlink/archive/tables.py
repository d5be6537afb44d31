"""Kinds of data a supplier takes home, and the columns of each.

A column is a header and a look-up from the row. Names of the buyer's people stay with the buyer: of its reviews a
supplier gets verdict and note. Addresses people came from stay in the audit trail.
"""

from __future__ import annotations

from scorecards.models import Correction, Exemption, IndicatorValue, Scorecard
from sparkplan.models import Project, Saving, StageChange
from suppliers.models import (
    ActivityRecord,
    AuditEntry,
    CellFix,
    Credential,
    EmissionLine,
    Enrolment,
    EvidenceFile,
    Incident,
    Instrument,
    Membership,
    Meter,
    Output,
    Review,
    Site,
    Supplier,
    Target,
    Training,
    Upload,
)

from .inventory_tables import INVENTORY_TABLES
from .table import PROOF, Table, own

_ITEM = "id state submitted_at created_at"
_OF_BUYER = {"buyer": "buyer__code"}
_OF_EDITION = {"buyer": "edition__buyer__code", "quarter": "edition__label", "edition": "edition__number"}
_AT_SITE = {"site": "site__code"}

_COMPANY = Table(
    "company",
    lambda supplier: Supplier.objects.filter(pk=supplier.pk),
    {
        column: column
        for column in ["code", "name", "name_en", "uscc", "employees", "province", "on_platform_since"]
    },
)
_MEMBERS = Table(
    "members",
    lambda supplier: Membership.objects.filter(supplier=supplier).order_by("pk"),
    {
        "name": "user__name",
        "email": "user__email",
        "role": "role",
        "since": "created_at",
        "until": "revoked_at",
    },
)
_METERS = own(
    Meter, "code name name_en carrier accounting", name="meters", more={**_AT_SITE, "parent": "parent__code"}
)
_RECORDS = own(
    ActivityRecord,
    "id carrier start end quantity quantity_given unit_given document notes source_kind upload_id upload_row "
    "created_at withdrawn_at",
    name="records",
    more={
        **_AT_SITE, "meter": "meter__code", "file_sha256": "upload__sha256", "created_by": "created_by__email"
    },
)  # fmt: skip
_LINES = own(
    EmissionLine,
    "id record_id year month carrier scope category basis factor_code quantity kgco2e kgce withdrawn_at",
    name="emission_lines",
    more={
        "factor_value": "factor__value", "factor_unit": "factor__unit", "factor_source": "factor__set__source",
        "factor_edition": "factor__set__edition", "site": "record__site__code",
    },
)  # fmt: skip
_AUDIT = Table(
    "audit_trail",
    lambda supplier: AuditEntry.objects.filter(supplier=supplier, chain=f"supplier:{supplier.pk}").order_by(
        "sequence"
    ),
    {
        column: column
        for column in (
            *("sequence", "at", "kind", "acting", "user_id", "act", "subject", "subject_id"),
            *("data", "before", "after", "previous_digest", "digest"),
        )
    },
)

TABLES: tuple[Table, ...] = (
    _COMPANY,
    _MEMBERS,
    own(
        Enrolment,
        "commodity tier spend_cny erp_code started_on ended_on shared_from",
        name="enrolments",
        more=_OF_BUYER,
    ),
    own(Site, "code name name_en province address closed_on", name="sites"),
    _METERS,
    own(
        Upload,
        "id filename sha256 size_bytes status rows_total rows_valid rows_accepted created_at accepted_at withdrawn_at",
        name="uploads",
        more={"created_by": "created_by__email", "accepted_by": "accepted_by__email"},
    ),
    own(CellFix, "upload_id row field old new at", name="cell_fixes", more={"by": "by__email"}),
    _RECORDS,
    _LINES,
    own(Output, f"{_ITEM} start end value unit", name="outputs", more={**_AT_SITE, **PROOF}),
    own(
        Credential,
        f"{_ITEM} kind level score lowest_theme issued_on expires_on handed_in_on last_surveillance_on period_end "
        "scope3_inside number issuer scope_entity url",
        name="credentials",
        more=PROOF,
    ),
    own(
        Target,
        f"{_ITEM} is_public covers base_year target_year reduction_percent public_url progress_year "
        "progress_percent sbti_status sbti_since checked_on",
        name="targets",
        more=PROOF,
    ),
    own(
        Training,
        f"{_ITEM} title held_on required_people completed_people passed_people reached_tier2",
        name="trainings",
        more=PROOF,
    ),
    own(Instrument, f"{_ITEM} kind for_pv year kwh serial_from serial_to", name="instruments", more=PROOF),
    own(
        EvidenceFile,
        "id filename sha256 size_bytes content_type created_at released_at",
        name="documents",
        more={"created_by": "created_by__email", "entered_by_buyer": "entered_by__code"},
    ),
    own(
        Project,
        "code name name_en measure stage inputs capacity_kw baseline_kwh expected_saving_kwh price_cny_per_kwh "
        "investment_cny funding energy_service_company emc_share_percent emc_years started_on commissioned_on "
        "mv_plan_registered_on saving_verified_on created_at",
        name="projects",
        more=_AT_SITE,
    ),
    own(StageChange, "stage on note", name="stage_changes", more={"project": "project__code"}),
    own(
        Saving,
        "month saved_kwh baseline_kwh metered_kwh",
        name="savings",
        more={"project": "project__code", "document_sha256": "evidence__sha256"},
    ),
    own(Review, "subject subject_id verdict note at", name="reviews", more=_OF_BUYER),
    own(Incident, "kind opened_on closed_on note", name="incidents", more=_OF_BUYER),
    own(Correction, "found_on percent note", name="corrections", more=_OF_BUYER),
    own(Exemption, "indicator from_day until_day reason", name="exemptions", more=_OF_BUYER),
    own(
        Scorecard,
        "commodity size_band total grade rank group_rank group_size previous_rank previous_total coverage_percent "
        "verified_percent gated unranked_reason",
        name="scorecards",
        more=_OF_EDITION,
    ),
    own(
        IndicatorValue,
        "indicator value unit points weight state reason data gain reviewed",
        name="indicators",
        more=_OF_EDITION,
    ),
    *INVENTORY_TABLES,
    _AUDIT,
)
