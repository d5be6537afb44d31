"""Every address and what it takes to use it. An address without a row fails; so does a row without address."""

from __future__ import annotations

from typing import Any

from suppliers.tenants.roles import Right, TenantKind
from tests.house import matrix_entries, matrix_inventories, matrix_own_factors, matrix_review, matrix_warnings
from tests.house.matrix import ANY, BUYER, COMPANIES, CSV, PDF, SUPPLIER, Act, Row, form, read, write

R = Right
OF_SUPPLIER = {"supplier": ("supplier", BUYER)}
SUPPLIER_ASKED = {"supplier": ("supplier", COMPANIES)}
PROGRAM_ASKED = {"buyer": ("buyer", SUPPLIER)}

SITE = {"code": "M-NEW", "name": "new", "province": "CN-AH"}
METER = {"code": "M-NEW", "name": "new", "carrier": "diesel"}
FIX = {"row": "2", "field": "unit", "new": "kWh"}
PROJECT_INPUTS = {"lamps": 10, "hours_per_year": 4000, "watts_before": 40, "watts_after": 15}
PROJECT = {"name": "new", "funding": "own", "price_cny_per_kwh": "0.7"}
PROJECT |= {f"input_{name}": str(value) for name, value in PROJECT_INPUTS.items()}
CREDENTIAL = {"kind": "iso_14001", "issued_on": "2024-06-01", "expires_on": "2027-05-31", "document": PDF}
TARGET = {"covers": "scope1+2", "base_year": 2020, "target_year": 2030, "reduction_percent": "42"}
ITEMS: dict[str, dict[str, Any]] = {
    "credential": CREDENTIAL,
    "target": TARGET,
    "training": {
        "title": "new", "held_on": "2024-06-01", "required_people": 9, "completed_people": 8, "passed_people": 7
    },
    "output": {"start": "2024-10-01", "end": "2024-10-31", "value": "5", "unit": "万元"},
    "instrument": {"kind": "ppa", "year": 2024, "kwh": "1000"},
}  # fmt: skip
ISO = {name: value for name, value in CREDENTIAL.items() if name != "document"}
VERDICT = {"verdict": "returned", "note": "why"}

ROOF = [
    Row("home", read(), person="a person without membership is told whom to ask"),
    Row("healthz", read(), open="for load balancers; says ok and nothing else"),
    Row("set_language", write(body={"language": "en"}), open="a stranger reads the door in its language"),
    Row(
        "choose_tenant",
        write(inside={"membership": "membership"}, may_refuse="only one's own can be chosen"),
        person="chooses among one's own memberships",
    ),
    Row("components", read(), person="shows components with made-up figures"),
    Row("screen", read(R.SCREEN_READ, BUYER), guard="a screen key, or a member's session"),
    Row("screen_data", read(R.SCREEN_READ, BUYER), guard="a screen key, or a member's session"),
    Row("api_schema", read(), person="the same for everybody", dear=True),
    Row("api_docs", read(), person="the same for everybody", dear=True),
]

UPLOADS = [
    Row("uploads", read(R.RECORD_READ, SUPPLIER) | write(R.UPLOAD_WRITE, SUPPLIER, body={"file": CSV})),
    Row("upload_template", read(R.RECORD_READ, SUPPLIER)),
    Row("upload_detail", read(R.RECORD_READ, SUPPLIER), {"pk": "own_upload"}),
    Row("upload_fix", write(R.UPLOAD_WRITE, SUPPLIER, own="waiting", body=FIX), {"pk": "own_upload"}),
    Row("upload_accept", write(R.UPLOAD_WRITE, SUPPLIER, own="ready"), {"pk": "own_upload"}),
    Row("upload_withdraw", write(R.UPLOAD_WITHDRAW, SUPPLIER, own="accepted"), {"pk": "own_upload"}),
    Row("upload_annotated", read(R.RECORD_READ, SUPPLIER), {"pk": "own_upload"}),
    Row("upload_file", read(R.RECORD_READ, SUPPLIER), {"pk": "own_upload"}),
    Row("api_uploads", read(R.RECORD_READ) | write(R.UPLOAD_WRITE, body={"file": CSV}), asks=SUPPLIER_ASKED),
    Row("api_upload_template", read(R.RECORD_READ, SUPPLIER)),
    Row("api_upload", read(R.RECORD_READ), {"pk": "upload"}),
    Row("api_upload_accept", write(R.UPLOAD_WRITE, own="ready"), {"pk": "own_upload"}),
    Row("api_upload_withdraw", write(R.UPLOAD_WITHDRAW, own="accepted"), {"pk": "own_upload"}),
    Row("api_upload_fix", write(R.UPLOAD_WRITE, own="waiting", body=FIX), {"pk": "own_upload"}),
    Row("api_upload_annotated", read(R.RECORD_READ), {"pk": "own_upload"}),
]

DATA = [
    Row("records", read(R.RECORD_READ), asks=OF_SUPPLIER),
    Row("records_export", read(R.RECORD_READ), asks=OF_SUPPLIER),
    Row("record_detail", read(R.RECORD_READ), {"pk": "record"}),
    Row("api_records", read(R.RECORD_READ), asks=SUPPLIER_ASKED),
    Row("sites", read(R.RECORD_READ, SUPPLIER)),
    Row("site_new", form(R.SITE_WRITE, SUPPLIER, body=SITE)),
    Row("site_edit", form(R.SITE_WRITE, SUPPLIER, body=SITE), {"pk": "site"}),
    Row(
        "meter_new", form(R.SITE_WRITE, SUPPLIER, body=METER, inside={"parent": "meter"}), {"site_pk": "site"}
    ),
    Row(
        "meter_edit",
        form(R.SITE_WRITE, SUPPLIER, own="gas", body=METER, inside={"parent": "meter"}),
        {"pk": "meter"},
    ),
    Row("api_sites", read(R.RECORD_READ) | write(R.SITE_WRITE, body=SITE), asks=SUPPLIER_ASKED),
    Row("api_site", read(R.RECORD_READ) | {"PATCH": Act(R.SITE_WRITE, body={"name": "new"})}, {"pk": "site"}),
    Row(
        "api_meters",
        read(R.RECORD_READ)
        | write(R.SITE_WRITE, body=METER, inside={"site": "site_code", "parent": "meter_code"}),
        asks=SUPPLIER_ASKED,
    ),
    Row(
        "api_meter",
        read(R.RECORD_READ)
        | {"PATCH": Act(R.SITE_WRITE, own="gas", body={"name": "new"}, inside={"parent": "meter_code"})},
        {"pk": "meter"},
    ),
    Row("emissions", read(R.RECORD_READ), asks=OF_SUPPLIER),
    Row("program_emissions", read(R.RECORD_READ, BUYER)),
    Row("emission_lines", read(R.RECORD_READ), asks=OF_SUPPLIER),
    Row("line_trace", read(R.RECORD_READ), {"pk": "line"}),
    Row("api_emissions", read(R.RECORD_READ), asks=SUPPLIER_ASKED),
    Row("api_emission_lines", read(R.RECORD_READ), asks=SUPPLIER_ASKED),
    Row("api_emission_trace", read(R.RECORD_READ), {"pk": "line"}),
    Row("factors", read()),
    Row("api_factors", read()),
    Row("api_factor", read(), {"code": "factor"}),
]


def _items(kind: str) -> list[Row]:
    body, name = ITEMS[kind], {"pk": kind}
    inside = {"site": "site"} if kind == "output" else {}
    return [
        Row(f"{kind}_new", form(R.EVIDENCE_WRITE, SUPPLIER, body=body, inside=inside)),
        Row(f"{kind}_detail", read(R.EVIDENCE_READ), name),
        Row(f"{kind}_edit", form(R.EVIDENCE_WRITE, SUPPLIER, own="draft", body=body, inside=inside), name),
        Row(f"{kind}_submit", write(R.EVIDENCE_WRITE, SUPPLIER, own="draft"), name),
        Row(f"{kind}_discard", write(R.EVIDENCE_WRITE, SUPPLIER, own="draft"), name),
        Row(f"{kind}_review", write(R.EVIDENCE_REVIEW, BUYER, own="submitted", body=VERDICT), name),
    ]


def _api_items(kind: str, body: dict[str, Any]) -> list[Row]:
    name = {"pk": kind}
    by_kind = {TenantKind.SUPPLIER: R.EVIDENCE_WRITE, TenantKind.BUYER: R.EVIDENCE_REVIEW}
    one = read(R.EVIDENCE_READ) | {
        "PATCH": Act(R.EVIDENCE_WRITE, own="draft", body=body),
        "DELETE": Act(R.EVIDENCE_WRITE, own="draft"),
    }
    added = write(by_kind, COMPANIES, body=body, inside={"supplier": ("supplier", BUYER)})
    return [
        Row(f"api_{kind}s", read(R.EVIDENCE_READ) | added, asks=SUPPLIER_ASKED),
        Row(f"api_{kind}", one, name),
        Row(f"api_{kind}_submit", write(R.EVIDENCE_WRITE, own="draft"), name),
        Row(f"api_{kind}_review", write(R.EVIDENCE_REVIEW, own="submitted", body=VERDICT), name),
        Row(f"api_{kind}_document", write(R.EVIDENCE_WRITE, own="draft", body={"file": PDF}), name),
    ]


INCIDENT = {"kind": "environment", "opened_on": "2025-01-02", "note": "new"}
COMPANY = {"company": "supplier_row"}
EVIDENCE = [
    Row("evidence", read(R.EVIDENCE_READ, SUPPLIER)),
    Row("evidence_file", read(R.EVIDENCE_READ), {"pk": "document"}),
    *[row for kind in ITEMS for row in _items(kind)],
    *_api_items("credential", ISO),
    *_api_items("target", TARGET),
    *_api_items("instrument", ITEMS["instrument"]),
    Row("evidence_desk", read(R.EVIDENCE_REVIEW, BUYER)),
    Row("evidence_enter", form(R.EVIDENCE_REVIEW, BUYER, body=CREDENTIAL, inside=COMPANY)),
    Row("incidents", form(R.EVIDENCE_REVIEW, BUYER, body=INCIDENT, inside=COMPANY)),
    Row(
        "incident_close",
        write(R.EVIDENCE_REVIEW, BUYER, body={"closed_on": "2025-02-01"}),
        {"pk": "incident"},
    ),
    Row("suppliers", read(R.SUPPLIER_LIST, BUYER)),
    Row("supplier_detail", read(R.SUPPLIER_LIST, BUYER), {"code": "supplier"}),
]

API_PROJECT = {"code": "NEW", "name": "new", "measure": "lighting", "inputs": PROJECT_INPUTS}
STAGE = {"stage": "audit", "on": "2025-01-10"}
MONTH = {"month": "2024-12", "saved_kwh": "5"}
NAMES_PROJECT = {"id": "project"}


def _prefixed(prefix: str, body: dict[str, Any]) -> dict[str, Any]:
    return {f"{prefix}-{name}": value for name, value in body.items()}


DAY = {"on": "2025-01-10"}
SPARK = [
    Row("spark", read(R.PROJECT_READ)),
    Row(
        "project_new",
        form(R.PROJECT_WRITE, SUPPLIER, body=PROJECT | {"code": "NEW"}, inside={"site": "site"}),
        query={"measure": "lighting"},
    ),
    Row("project_detail", read(R.PROJECT_READ), {"pk": "project"}),
    Row(
        "project_edit",
        form(R.PROJECT_WRITE, SUPPLIER, own="lead", body=PROJECT, inside={"site": "site"}),
        {"pk": "project"},
    ),
    *[
        Row(
            f"project_{deed}",
            write(R.PROJECT_WRITE, SUPPLIER, own=own, body=_prefixed(deed, body)),
            {"pk": "project"},
        )
        for deed, own, body in (
            ("move", "lead", STAGE),
            ("saving", "operating", MONTH),
            ("plan", "lead", DAY),
            ("verify", "operating", DAY),
            ("remove", "lead", {}),
        )
    ],
    Row(
        "api_projects",
        read(R.PROJECT_READ) | write(R.PROJECT_WRITE, body=API_PROJECT, inside={"site": "site_code"}),
    ),
    Row("api_projects_summary", read(R.PROJECT_READ), asks=PROGRAM_ASKED),
    Row(
        "api_project",
        read(R.PROJECT_READ)
        | {"PATCH": Act(R.PROJECT_WRITE, own="lead", body={"name": "new"}, inside={"site": "site_code"})}
        | {"DELETE": Act(R.PROJECT_WRITE, own="lead")},
        NAMES_PROJECT,
    ),
    Row(
        "api_project_stages",
        read(R.PROJECT_READ) | write(R.PROJECT_WRITE, own="lead", body=STAGE),
        NAMES_PROJECT,
    ),
    Row(
        "api_project_savings",
        read(R.PROJECT_READ) | write(R.PROJECT_WRITE, own="operating", body=MONTH),
        NAMES_PROJECT,
    ),
    Row("api_project_plan", write(R.PROJECT_WRITE, own="lead", body=DAY), NAMES_PROJECT),
    Row("api_project_verify", write(R.PROJECT_WRITE, own="operating", body=DAY), NAMES_PROJECT),
]

LABEL = {"label": "edition"}


def _deed(deed: str, own: str, right: R, **body: str) -> Row:
    return Row("edition_act", write(right, BUYER, own=own, body=body), LABEL, fixed={"deed": deed})


QUARTER = [
    Row("api_rankings", read(R.SCORECARD_READ), asks=PROGRAM_ASKED),
    Row("api_ranking", read(R.SCORECARD_READ, own="published"), LABEL, asks=PROGRAM_ASKED),
    Row("api_ranking_compute", write(R.EDITION_RUN, own="computed"), LABEL, echoes=True),
    Row("api_ranking_lock", write(R.EDITION_RUN, own="computed"), LABEL),
    Row("api_ranking_publish", write(R.EDITION_PUBLISH, own="locked", body={"confirm": "{label}"}), LABEL),
    Row(
        "api_scorecard",
        read(R.SCORECARD_READ, own="published"),
        {"label": "edition", "supplier": "scored"},
        asks=PROGRAM_ASKED,
    ),
    Row("api_spe", read(R.SCORECARD_READ, own="published"), LABEL, asks=PROGRAM_ASKED),
    Row("ranking", read(R.RANKING_READ, BUYER)),
    Row("ranking_detail", read(R.RANKING_READ, BUYER), LABEL),
    Row("ranking_export", read(R.RANKING_READ, BUYER), LABEL),
    Row("scorecard", read(R.SCORECARD_READ, SUPPLIER), asks=PROGRAM_ASKED),
    Row("scorecard_detail", read(R.SCORECARD_READ, own="published"), {"label": "edition", "code": "scored"}),
    Row("editions", read(R.EDITION_READ, BUYER)),
    Row("edition_open", write(R.EDITION_RUN, BUYER, body={"label": "FY24Q4"})),
    Row("edition_detail", read(R.EDITION_READ, BUYER), LABEL),
    _deed("compute", "computed", R.EDITION_RUN),
    _deed("preview", "computed", R.EDITION_RUN),
    _deed("lock", "computed", R.EDITION_RUN),
    _deed("publish", "locked", R.EDITION_PUBLISH, word="{label}"),
    _deed("restate", "published", R.EDITION_PUBLISH, reason="why"),
    Row("edition_act", {"POST": Act(None, BUYER, done=(404,))}, LABEL, fixed={"deed": "nothing"}),
    Row("methodology", read(None, COMPANIES)),
]

LAST = "the last who manages a company's members stays"
CODE = {"code": "supplier"}
ENROL = {"name": "new", "commodity": "pcb", "tier": 1, "starts_on": "2025-02-10"}
PROGRAMS = [
    Row("enrol", form(R.ENROLMENT_WRITE, BUYER, body=ENROL)),
    Row("commodities", form(R.ENROLMENT_WRITE, BUYER, body={"code": "new", "name": "新", "name_en": "New"})),
    Row("enrol_list", write(R.ENROLMENT_WRITE, BUYER, body={"file": CSV}, done=(200, 422))),
    Row("enrol_template", read(R.ENROLMENT_WRITE, BUYER)),
    Row("offer_withdraw", write(R.ENROLMENT_WRITE, BUYER), {"pk": "offer"}),
    Row("enrolment_edit", form(R.ENROLMENT_WRITE, BUYER, body=ENROL), CODE),
    Row("enrolment_end", write(R.ENROLMENT_WRITE, BUYER), CODE),
    Row(
        "first_manager",
        write(
            R.ENROLMENT_WRITE,
            BUYER,
            body={"email": "new@example.test"},
            may_refuse="it has members of its own",
        ),
        CODE,
    ),
    Row("programs", read(R.RECORD_READ, SUPPLIER)),
    Row("program_share", write(R.ENROLMENT_ANSWER, SUPPLIER, body={"history": "all"}), {"buyer": "buyer"}),
    Row("program_leave", write(R.ENROLMENT_ANSWER, SUPPLIER), {"buyer": "buyer"}),
    Row("offer_answer", write(R.ENROLMENT_ANSWER, SUPPLIER, body={"answer": "decline"}), {"pk": "offer"}),
]

KEY = {"name": "new", "expires_on": "2025-12-31"}
ACCESS = [
    Row("team", read(R.MEMBER_READ)),
    Row("team_invite", form(R.MEMBER_WRITE, ANY, body={"email": "new@example.test", "role": "{role}"})),
    Row("team_leave", write(R.MEMBER_READ, may_refuse=LAST)),
    Row("invitation_resend", write(R.MEMBER_WRITE), {"pk": "invitation"}),
    Row("invitation_withdraw", write(R.MEMBER_WRITE), {"pk": "invitation"}),
    Row("member_role", write(R.MEMBER_WRITE, body={"role": "{manager}"}), {"pk": "membership"}),
    Row("member_revoke", write(R.MEMBER_WRITE), {"pk": "membership"}),
    Row("invitation", read() | write(), {"key": "secret"}, open="who holds the link is let in by it"),
    Row("keys", read()),
    Row("key_create", form(R.KEY_WRITE, ANY, body=KEY | {"rights": ["{key_right}"]})),
    Row("key_revoke", write(R.KEY_WRITE, own="idle"), {"pk": "key"}),
    Row("token_create", read() | write(body=KEY)),
    Row("token_revoke", write(), {"pk": "token"}),
    Row("screen_key_create", write(R.KEY_WRITE, BUYER)),
    Row("screen_key_revoke", write(R.KEY_WRITE, BUYER), {"pk": "screen_key"}),
    Row("who_sees_what", read()),
    Row("audit", read(R.AUDIT_READ)),
    Row("audit_export", read(R.AUDIT_READ)),
    Row("archives", read(R.ARCHIVE_WRITE, SUPPLIER)),
    Row("archive_create", write(R.ARCHIVE_WRITE, SUPPLIER)),
    Row("archive_file", read(R.ARCHIVE_WRITE, SUPPLIER), {"pk": "archive"}),
    Row("archive_remove", write(R.ARCHIVE_WRITE, SUPPLIER), {"pk": "archive"}),
]

OWN_DATA = "a person's own data, of no tenant"
PERSON = [
    Row("privacy", read(), open="the notice is read before anybody agrees to it"),
    Row("privacy_gone", read(), open="who asked to be removed is nobody any more"),
    Row("privacy_consent", read() | write(), person=OWN_DATA),
    Row("privacy_my_data", read(), person=OWN_DATA),
    Row("privacy_download", read(), person=OWN_DATA),
    Row("privacy_name", write(body={"name": "new"}), person=OWN_DATA),
    Row("privacy_withdraw", write(), person=OWN_DATA),
    Row("privacy_remove", write(body={"word": "{email}"}, may_refuse=LAST), person=OWN_DATA),
    Row("account", read(), person=OWN_DATA),
    Row("account_sessions", read() | write(), person=OWN_DATA),
    Row("account_session_end", write(), {"pk": "session"}, person=OWN_DATA),
]


def _library(*names: str, open: str = "", **parameters: str) -> list[Row]:
    return [
        Row(name, read() | write(), parameters, open=open, person=OWN_DATA, library=True) for name in names
    ]


LIBRARY = [
    *_library(
        "account_login", "account_logout", "account_signup", "account_inactive", "account_reset_password",
        "account_reset_password_done", "account_reset_password_from_key_done", "account_email_verification_sent",
        "mfa_authenticate", "mfa_login_webauthn", open="the door itself",
    ),
    *_library("account_reset_password_from_key", open="who holds the mailed key", uidb36="secret", key="secret"),
    *_library("account_confirm_email", open="who holds the mailed key", key="secret"),
    *_library(
        "account_email", "account_change_password", "account_set_password", "account_reauthenticate",
        "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_index", "mfa_activate_totp", "mfa_deactivate_totp",
        "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "mfa_list_webauthn",
        "mfa_add_webauthn",
    ),
    *_library("mfa_edit_webauthn", "mfa_remove_webauthn", pk="passkey"),
]  # fmt: skip

ROWS: list[Row] = [
    *(*ROOF, *UPLOADS, *DATA, *EVIDENCE, *SPARK, *QUARTER),
    *(*PROGRAMS, *ACCESS, *PERSON, *LIBRARY),
    *matrix_warnings.WARNINGS,
    *matrix_entries.ROWS,
    *matrix_inventories.ROWS,
    *matrix_own_factors.ROWS,
    *matrix_review.ROWS,
]
