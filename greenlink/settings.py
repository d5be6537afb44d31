"""One settings module; what differs between places comes from the environment or from var/greenlink.env.

Nothing need be set: the defaults are SQLite, no broker, files under var/.
"""

import contextlib
import datetime as dt
import os
import secrets
from collections.abc import Callable
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from greenlink import databases, public_address
from suppliers.tenants import keys
from suppliers.tenants.accounts import company_login, encryption

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
VAR_DIR = Path(env.str("GREENLINK_VAR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)
environ.Env.read_env(VAR_DIR / "greenlink.env")


PRODUCTION = env.bool("GREENLINK_PRODUCTION", default=False)


def _secret(variable: str, name: str, make: Callable[[], str]) -> str:
    """From the environment; outside production made once and kept, so that nobody needs to set one to try this."""
    given = env.str(variable, default="")
    if given:
        return given
    if PRODUCTION:
        raise ImproperlyConfigured(f"{variable} must be set in production (GREENLINK_PRODUCTION=1).")
    path = VAR_DIR / name
    if not path.exists():
        # Linked when whole, by one process alone: two that start together read the same secret.
        made = VAR_DIR / f".{name}.{os.getpid()}"
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(make())
        with contextlib.suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    return path.read_text()


SECRET_KEY = _secret("SECRET_KEY", "secret_key", lambda: secrets.token_urlsafe(50))
ENCRYPTION_KEYS = encryption.parse_keys(_secret(encryption.VARIABLE, "encryption_keys", encryption.new_key))
# Public: what these signed before the key was changed can still be checked.
FORMER_SIGNING_KEYS = keys.parse_former(env.str(keys.FORMER, default=""))
DEBUG = env.bool("DEBUG", default=False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG must not be set in production (GREENLINK_PRODUCTION=1).")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])
if PRODUCTION and not env.str("ALLOWED_HOSTS", default=""):
    raise ImproperlyConfigured("ALLOWED_HOSTS must be set in production (GREENLINK_PRODUCTION=1).")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Where people reach the site: what links begin with in mails that no request sends.
PUBLIC_URL = public_address.read(
    env.str("PUBLIC_URL", default=""), hosts=ALLOWED_HOSTS, production=PRODUCTION
)

# A demo stands on this day, so that nothing in it expires with the calendar.
_today = env.str("GREENLINK_TODAY", default="")
GREENLINK_TODAY = dt.date.fromisoformat(_today) if _today else None
UPLOAD_LIMIT_BYTES = env.int("UPLOAD_LIMIT_BYTES", default=50 * 1024 * 1024)

INSTALLED_APPS = [
    "greenlink",
    "scorecards",
    "sparkplan",
    "suppliers",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "greenlink.middleware.SafeHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "greenlink.middleware.NoNulMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "suppliers.tenants.middleware.TokenMiddleware",
    "suppliers.tenants.middleware.MemberRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "suppliers.tenants.middleware.TenantMiddleware",
    "suppliers.tenants.accounts.second_factor.SecondFactorMiddleware",
    "suppliers.tenants.privacy.ConsentMiddleware",
    "suppliers.tenants.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "greenlink.urls"
WSGI_APPLICATION = "greenlink.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "greenlink.context.frame",
            ],
        },
    },
]

# DATABASE_OWNER_URL: the role that owns the tables and migrates; DATABASE_URL then names one that owns nothing
# (docs/postgresql.md). DATABASE_POOL: connections a process keeps; without it each thread keeps one for a minute.
_database_url = env.str("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'greenlink.sqlite3'}"
DATABASES = {"default": databases.read(_database_url, pool=env.int("DATABASE_POOL", default=0))}
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", default="")

REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ALWAYS_EAGER = env.bool("CELERY_TASK_ALWAYS_EAGER", default=not REDIS_URL)
CELERY_TASK_EAGER_PROPAGATES = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 2, "socket_connect_timeout": 2}
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "jobs.sweep", "schedule": 60.0},
    "remove_old_reports": {"task": "reports.remove_old", "schedule": crontab(hour=2, minute=40)},
    "verify_audit": {"task": "audit.verify", "schedule": crontab(hour=3, minute=20)},
    "warnings": {"task": "warnings.nightly", "schedule": crontab(hour=4, minute=10)},
}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        # Limits of tries and used codes stand here: all processes must see them.
        "BACKEND": "suppliers.tenants.accounts.shared_cache.SharedFileCache",
        "LOCATION": VAR_DIR / "cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

AUTH_USER_MODEL = "suppliers.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60

ACCOUNT_ADAPTER = "suppliers.tenants.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
# Tries per time and per client address (ip), account or address typed (key), person logged in (user).
# A factory's people come from one address, so the limits by address are wide and those by account narrow.
# The second factor counts as login_failed, with the person as key.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "30/m/ip,5/5m/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "confirm_email": "1/3m/key",
    "reset_password": "20/m/ip,3/10m/key",
    "reset_password_from_key": "20/m/ip",
    "signup": "20/m/ip",
}
# Whose address the limits count: that of the connection, unless so many proxies of ours stand in front and each
# adds to X-Forwarded-For, or one sets this header and lets no one else set it.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
ALLAUTH_TRUSTED_CLIENT_IP_HEADER = env.str("CLIENT_IP_HEADER", default="") or None

MFA_REQUIRED = env.bool("MFA_REQUIRED", default=PRODUCTION)
MFA_ADAPTER = "suppliers.tenants.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# The clock of a telephone may be off by a step; forms.py keeps a code from being used twice all the same.
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "GreenLink"
# Nobody signs up here, so nobody can lock up an address that is not theirs; and with this off, whoever has a second
# factor could never change the address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
MFA_FORMS = {
    "authenticate": "suppliers.tenants.accounts.forms.AuthenticateForm",
    "reauthenticate": "suppliers.tenants.accounts.forms.ReauthenticateForm",
    "activate_totp": "suppliers.tenants.accounts.forms.ActivateAppForm",
    "login_webauthn": "suppliers.tenants.accounts.forms.LoginPasskeyForm",
    "authenticate_webauthn": "suppliers.tenants.accounts.forms.AuthenticatePasskeyForm",
    "reauthenticate_webauthn": "suppliers.tenants.accounts.forms.ReauthenticatePasskeyForm",
    "add_webauthn": "suppliers.tenants.accounts.forms.AddPasskeyForm",
    "edit_webauthn": "suppliers.tenants.accounts.forms.RenamePasskeyForm",
}

COMPANY_LOGIN = company_login.read(
    oidc=env.str(company_login.OIDC_VARIABLE, default=""),
    saml=env.str(company_login.SAML_VARIABLE, default=""),
)
INSTALLED_APPS += COMPANY_LOGIN.apps
SOCIALACCOUNT_ADAPTER = "suppliers.tenants.accounts.adapters.CompanyLoginAdapter"
SOCIALACCOUNT_PROVIDERS = COMPANY_LOGIN.providers
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True

# smtp+tls://USER:PASSWORD@HOST:587; on the console unless said.
_mail = env.email_url("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"] or "localhost", _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = _mail["EMAIL_FILE_PATH"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="GreenLink <greenlink@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Who answers for personal data, where to write, and whether people must agree to the notice before they go on.
PRIVACY_HANDLER = env.str("PRIVACY_HANDLER", default="")
PRIVACY_CONTACT = env.str("PRIVACY_CONTACT", default="")
CONSENT_REQUIRED = env.bool("CONSENT_REQUIRED", default=PRODUCTION)

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", _("English"))]
LOCALE_PATHS = [*sorted(BASE_DIR.glob("*/locale")), *sorted(BASE_DIR.glob("s*/*/locale"))]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
_NODE = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    (f"vendor/{name}", path)
    for name, path in (("htmx", _NODE / "htmx.org" / "dist"), ("echarts", _NODE / "echarts" / "dist"))
    if path.is_dir()
]
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = VAR_DIR / "files"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["suppliers.api.base.ActorAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["suppliers.api.base.HasRights"],
    "DEFAULT_PAGINATION_CLASS": "suppliers.api.base.Pages",
    "DEFAULT_RENDERER_CLASSES": ["suppliers.api.base.NumbersRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "suppliers.api.base.ShallowJSONParser",
        "rest_framework.parsers.MultiPartParser",
        "rest_framework.parsers.FormParser",
    ],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "suppliers.api.troubles.answer_trouble",
    "COERCE_DECIMAL_TO_STRING": False,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "GreenLink API",
    "DESCRIPTION": "Energy and carbon data, Spark Action projects, eight-indicator scorecards.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "SourceKindEnum": "suppliers.activity.models.SourceKind",
        "WarningKindEnum": "suppliers.notices.models.WarningKind",
        "WarningStateEnum": "suppliers.notices.models.WarningState",
    },
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "base-uri": [NONE],
        # a form that leads to a company's login server is a form to that server
        "form-action": [SELF, *COMPANY_LOGIN.origins],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# No script of ours reads a cookie. __Host-: neither plain HTTP nor a neighbouring name can plant one.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = (
    f"{'__Host-' if PRODUCTION else ''}{name}" for name in ("sessionid", "csrftoken")
)
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 7 * 24 * 60 * 60
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 31536000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
