"""Every model of the rooms, re-exported: what is not named here does not exist for Django."""

from suppliers.activity.models import ActivityRecord, Output
from suppliers.disclosure.models import (
    Credential,
    EvidenceFile,
    Incident,
    Instrument,
    Review,
    Target,
    Training,
)
from suppliers.factors.models import Factor, FactorSet
from suppliers.inventory.models import EmissionLine
from suppliers.jobs.models import Job
from suppliers.sites.models import Meter, Site
from suppliers.tenants.models import (
    ApiToken,
    Archive,
    AuditChain,
    AuditEntry,
    Buyer,
    Commodity,
    Consent,
    Enrolment,
    EnrolmentOffer,
    Invitation,
    Membership,
    ScreenKey,
    Supplier,
    User,
    VerificationBody,
)
from suppliers.uploads.models import CellFix, Upload, UploadReport

__all__ = [
    "ActivityRecord",
    "ApiToken",
    "Archive",
    "AuditChain",
    "AuditEntry",
    "Buyer",
    "CellFix",
    "Commodity",
    "Consent",
    "Credential",
    "EmissionLine",
    "Enrolment",
    "EnrolmentOffer",
    "EvidenceFile",
    "Factor",
    "FactorSet",
    "Incident",
    "Instrument",
    "Invitation",
    "Job",
    "Membership",
    "Meter",
    "Output",
    "Review",
    "ScreenKey",
    "Site",
    "Supplier",
    "Target",
    "Training",
    "Upload",
    "UploadReport",
    "User",
    "VerificationBody",
]
