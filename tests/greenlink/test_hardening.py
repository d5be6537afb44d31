"""What every answer carries, what is never served, and what production refuses to start without."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as project
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from greenlink.middleware import SafeHeadersMiddleware
from suppliers.models import Upload
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.clock import now
from tests.factories import disclosure as evidence
from tests.factories import scorecards as quarters

ROOT = Path(__file__).resolve().parents[2]
POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
    "connect-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
}  # fmt: skip
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HOSTILE = b"<html><script>alert(1)</script><svg onload='alert(2)'/></html>"

pytestmark = [pytest.mark.filterwarnings("ignore:No directory at"), pytest.mark.alike]


def assert_hardened(response):
    assert {part.strip() for part in response["Content-Security-Policy"].split(";")} == POLICY
    for name, value in HEADERS.items():
        assert response[name] == value, name
    assert "camera=()" in response["Permissions-Policy"]
    assert {"no-store", "private"} <= {part.strip() for part in response["Cache-Control"].split(",")}


# -- headers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/", 200),
        ("/records/", 200),
        ("/team/", 200),
        ("/api/v1/records/", 200),
        ("/api/docs/", 200),
        ("/components/", 200),
        ("/nothing/here/", 404),
        ("/api/v1/nothing/", 404),
        ("/suppliers/", 403),
        ("/accounts/tenant/", 405),
    ],
)
def test_answers_to_a_member(world, url, status):
    response = world.client(world.alice).get(url)
    assert response.status_code == status
    assert_hardened(response)


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/accounts/login/", 200),
        ("/accounts/password/reset/", 200),
        ("/privacy/", 200),
        ("/admin/", 302),
        ("/records/", 302),
        ("/api/v1/records/", 401),
        ("/healthz", 200),
    ],
)
def test_answers_to_a_stranger(db, url, status):
    response = Client().get(url)
    assert response.status_code == status
    assert_hardened(response)


def test_a_fault_of_ours_reveals_nothing(world, monkeypatch):
    def broken(request):
        raise RuntimeError("the database password is hunter2")

    monkeypatch.setattr("greenlink.home.today", broken)
    client = world.client(world.alice)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert_hardened(response)
    text = response.content.decode()
    assert "hunter2" not in text
    assert "Traceback" not in text
    assert "RuntimeError" not in text
    assert "<h1" in text


def test_a_foreign_host_is_refused_without_being_repeated(db):
    response = Client().get("/accounts/login/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()
    assert_hardened(response)


def test_a_hostile_path_is_not_repeated_as_markup(world):
    text = world.client(world.alice).get("/<script>alert(1)</script>/").content.decode()
    assert "<script>alert" not in text


# -- cookies -------------------------------------------------------------------------------------------


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(world):
    client = world.client(world.alice)
    client.get("/sites/new/")
    client.post("/accounts/language/", {"language": "en", "next": "/"})
    assert {"sessionid", "csrftoken"} <= set(client.cookies)
    # The test client's own session cookie was not set by an answer; what the settings say of it is below.
    for name in set(client.cookies) - {"sessionid"}:
        assert client.cookies[name]["httponly"], name
        assert client.cookies[name]["samesite"] == "Lax", name
    assert project.SESSION_COOKIE_HTTPONLY
    assert project.SESSION_COOKIE_SAMESITE == "Lax"
    assert project.SESSION_COOKIE_AGE <= 7 * 24 * 60 * 60


def test_logging_in_changes_the_session_so_that_a_planted_one_is_worth_nothing(world):
    user = world.alice.user
    user.set_password("correct-horse-1")
    user.save()
    client = Client()
    client.get("/accounts/login/")
    planted = client.session.session_key or client.session.create() or client.session.session_key
    client.cookies["sessionid"] = planted
    response = client.post("/accounts/login/", {"login": user.email, "password": "correct-horse-1"})
    assert response.status_code == 302
    cookie = response.cookies["sessionid"]
    assert cookie.value != planted
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


# -- files ---------------------------------------------------------------------------------------------


def _upload(world, name="<b>.html"):
    with all_tenants("test"):
        upload = Upload(
            supplier=world.supplier,
            filename=name,
            sha256="1" * 64,
            size_bytes=len(HOSTILE),
            accepted_at=now(),
        )
        upload.file.save("x", ContentFile(HOSTILE), save=False)
        upload.save(force_insert=True)
        return upload


def _evidence_file(world):
    with all_tenants("test"):
        return evidence.document(world.supplier, filename="x.pdf")


def _ranking(world):
    with all_tenants("test"):
        quarters.enrolled(world.buyer)
        return quarters.quarter(world.buyer, until="published").label


FILES = {
    "upload as it came": lambda world: ("alice", reverse("upload_file", args=[_upload(world).pk])),
    "template of uploads": lambda world: ("alice", reverse("upload_template")),
    "template of uploads, API": lambda world: ("alice", reverse("api_upload_template")),
    "records": lambda world: ("alice", reverse("records_export")),
    "evidence": lambda world: ("alice", reverse("evidence_file", args=[_evidence_file(world).pk])),
    "ranking": lambda world: ("paula", reverse("ranking_export", args=[_ranking(world)])),
    "my data": lambda world: ("alice", reverse("privacy_download")),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_handed_over_and_never_shown(world, name):
    who, url = FILES[name](world)
    response = world.client(getattr(world, who)).get(url)
    assert response.status_code == 200
    assert_hardened(response)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"].partition(";")[0] not in ("text/html", "image/svg+xml", "text/xml")


@pytest.mark.parametrize(
    "kind", ["image/svg+xml", "application/xhtml+xml", "text/xml", "text/csv", "application/pdf"]
)
def test_what_a_view_forgets_to_make_an_attachment_becomes_one(kind):
    answer = SafeHeadersMiddleware(lambda request: HttpResponse(HOSTILE, content_type=kind))
    assert answer(RequestFactory().get("/"))["Content-Disposition"] == "attachment"


@pytest.mark.parametrize(
    "url",
    [
        "/files/",
        "/media/",
        "/static/",
        "/static/greenlink/",
        "/static/../secret_key",
        "/static/%2e%2e/secret_key",
        "/static/..%2fsecret_key",
        "/static/greenlink/..%2f..%2f..%2fsettings.py",
        "/var/secret_key",
    ],
)
def test_folders_and_secrets_have_no_address(world, url):
    response = world.client(world.alice).get(url)
    assert response.status_code == 404
    assert response["X-Content-Type-Options"] == "nosniff"


def test_an_uploads_file_is_found_by_no_address_of_its_own(world):
    upload = _upload(world)
    for prefix in ("/", "/static/", "/files/", "/media/", "/data/"):
        assert world.client(world.alice).get(prefix + upload.file.name).status_code == 404


# -- the code ------------------------------------------------------------------------------------------


def test_nothing_weakens_the_policy():
    """Neither a template nor a response speaks of exceptions, and no view excuses itself."""
    weak = re.compile(r"unsafe-(inline|eval|hashes)|csp_exempt|csp_update|csp_replace|xframe_options_exempt")
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for folder in ("greenlink", "scorecards", "sparkplan", "suppliers", "templates")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".html", ".js", ".txt"}
        for match in [weak.search(path.read_text(encoding="utf-8"))]
        if match
    ]
    assert not found


# -- production ----------------------------------------------------------------------------------------

_ASK = """
import json, logging
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
logging.disable()
from django.conf import settings
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
call_command("check", deploy=True, fail_level="WARNING")
client = Client(SERVER_NAME="greenlink.example")
plain, safe = client.get("/accounts/login/"), client.get("/accounts/login/", secure=True)
print(json.dumps({
    "plain": [plain.status_code, plain.get("Location")],
    "safe": [safe.status_code, dict(safe.items())],
    "cookies": {name: [cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]]
                for name, cookie in safe.cookies.items()},
    "session": [settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE],
    "debug": settings.DEBUG,
}))
"""


def production(tmp_path, *, without=(), script=_ASK, **more):
    """A process of its own under production settings."""
    given = {
        "GREENLINK_PRODUCTION": "1",
        "GREENLINK_VAR": str(tmp_path),
        "SECRET_KEY": "k" * 25 + "0123456789abcdefghijklmnopqrstuvwxyz",
        "GREENLINK_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "ALLOWED_HOSTS": "greenlink.example",
        "DJANGO_SETTINGS_MODULE": "greenlink.settings",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        **more,
    }
    given = {name: value for name, value in given.items() if name not in without}
    return subprocess.run(
        [sys.executable, "-c", script],
        env=given,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_production_speaks_https_only(tmp_path):
    done = production(tmp_path)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["plain"] == [301, "https://greenlink.example/accounts/login/"]
    status, headers = said["safe"]
    assert status == 200
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert {part.strip() for part in headers["Content-Security-Policy"].split(";")} == POLICY
    assert said["session"] == ["__Host-sessionid", True, True]
    assert said["cookies"]["__Host-csrftoken"] == [True, True, "/", ""]
    assert said["debug"] is False


@pytest.mark.parametrize("name", ["SECRET_KEY", "GREENLINK_ENCRYPTION_KEYS", "ALLOWED_HOSTS"])
def test_production_does_not_start_without_its_secrets(tmp_path, name):
    done = production(tmp_path, without=[name], script="from django.conf import settings; settings.DEBUG")
    assert done.returncode != 0
    assert f"{name} must be set in production" in done.stderr
    assert not (tmp_path / "secret_key").exists()


def test_production_does_not_start_in_debug(tmp_path):
    done = production(tmp_path, script="from django.conf import settings; settings.DEBUG", DEBUG="1")
    assert done.returncode != 0
    assert "DEBUG must not be set in production" in done.stderr
