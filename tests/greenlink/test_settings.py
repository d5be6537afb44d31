"""What the settings make of the environment, each time in a process of its own."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.alike

ROOT = Path(__file__).resolve().parents[2]
KEY = base64.b64encode(bytes(range(32))).decode()
PRODUCTION = {
    "GREENLINK_PRODUCTION": "1",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP",
    "GREENLINK_ENCRYPTION_KEYS": KEY,
    "ALLOWED_HOSTS": "greenlink.example",
}
CLEARED = {*PRODUCTION, "MFA_REQUIRED", "EMAIL_URL", "REDIS_URL", "GREENLINK_OIDC", "GREENLINK_SAML"}


def run(var: Path, said: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in CLEARED}
    environment |= {"GREENLINK_VAR": str(var), "DJANGO_SETTINGS_MODULE": "greenlink.settings"} | said
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def read(var: Path, said: dict[str, str], *names: str) -> list[object]:
    code = f"import json; from greenlink import settings as s; print(json.dumps([getattr(s, n) for n in {names}]))"
    done = run(var, said, "-c", code)
    assert done.returncode == 0, done.stderr
    answer: list[object] = json.loads(done.stdout)
    return answer


def test_production_passes_djangos_own_check(tmp_path):
    done = run(tmp_path, PRODUCTION, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), (
        done.stderr
    )


@pytest.mark.parametrize("name", ["SECRET_KEY", "GREENLINK_ENCRYPTION_KEYS", "ALLOWED_HOSTS"])
def test_production_does_not_start_without(tmp_path, name):
    done = run(tmp_path, PRODUCTION | {name: ""}, "manage.py", "check")
    assert done.returncode != 0
    assert f"{name} must be set in production" in done.stderr


def test_production_does_not_start_with_a_key_that_is_none(tmp_path):
    done = run(tmp_path, PRODUCTION | {"GREENLINK_ENCRYPTION_KEYS": "password"}, "manage.py", "check")
    assert "GREENLINK_ENCRYPTION_KEYS: key 1 is not 32 bytes" in done.stderr


def test_production_asks_for_the_second_factor_and_a_demo_does_not(tmp_path):
    names = ("MFA_REQUIRED", "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", "EMAIL_BACKEND")
    console = "django.core.mail.backends.console.EmailBackend"
    assert read(tmp_path, PRODUCTION, *names) == [True, False, console]
    assert read(tmp_path, {}, *names) == [False, True, console]
    assert read(tmp_path, {"MFA_REQUIRED": "1"}, "MFA_REQUIRED") == [True]


def test_a_demo_makes_its_secrets_once_and_keeps_them_to_itself(tmp_path):
    first = read(tmp_path, {}, "SECRET_KEY", "ENCRYPTION_KEYS")
    assert read(tmp_path, {}, "SECRET_KEY", "ENCRYPTION_KEYS") == first
    for name in ("secret_key", "encryption_keys"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob(".*"))


def test_mail_goes_where_its_address_says(tmp_path):
    names = (
        "EMAIL_BACKEND",
        "EMAIL_HOST",
        "EMAIL_PORT",
        "EMAIL_HOST_USER",
        "EMAIL_HOST_PASSWORD",
        "EMAIL_USE_TLS",
    )
    said = {"EMAIL_URL": "smtp+tls://post:p%40ss@mail.example:587"}
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    assert read(tmp_path, said, *names) == [smtp, "mail.example", 587, "post", "p@ss", True]


def test_a_company_login_gets_its_addresses_and_the_policy_lets_forms_go_there(tmp_path):
    entry = {"id": "lcfc", "name": "LCFC", "server_url": "https://login.lcfc.example/realm", "client_id": "x",
             "secret": "y", "domains": ["lcfc.example"]}  # fmt: skip
    code = (
        "import django; django.setup(); from django.conf import settings; from django.urls import reverse;"
        "print(reverse('openid_connect_login', args=['lcfc']), reverse('openid_connect_callback', args=['lcfc']),"
        "settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'][1])"
    )
    done = run(tmp_path, {"GREENLINK_OIDC": json.dumps([entry])}, "-c", code)
    assert done.stdout.split() == [
        "/accounts/oidc/lcfc/login/",
        "/accounts/oidc/lcfc/login/callback/",
        "https://login.lcfc.example",
    ], done.stderr
