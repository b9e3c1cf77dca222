"""Django's settings, and the one place where the staff app reads its environment (docs/leesomgeving.md).

Without REVIEW_SECRET nothing starts; only REVIEW_DEVELOPMENT=on leaves out what needs TLS.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from coach.addresses import Network, networks
from review import interface

ROOT = Path(__file__).parent.parent
MOST_DAYS = 36_500
SECRET_OF_AT_LEAST = 50  # characters, as `check --deploy` asks


def _required(name: str) -> str:
    if value := os.environ.get(name, "").strip():
        return value
    raise ImproperlyConfigured(f"{name} is not set.")


def _on(name: str, *, otherwise: bool = False) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value not in {"", "on", "off"}:
        raise ImproperlyConfigured(f"{name} is {value!r}; it is on or off.")
    return value == "on" if value else otherwise


def _number(name: str, default: int) -> int:
    value = os.environ.get(name, "").strip() or str(default)
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} is {value!r}; a whole number is needed.")
    return int(value)


def _days(name: str, default: int) -> float:
    value = os.environ.get(name, "").strip() or str(default)
    try:
        days = float(value)
    except ValueError:
        days = 0
    if not 0 < days <= MOST_DAYS:
        raise ImproperlyConfigured(f"{name} is {value!r}; a number of days above zero is needed.")
    return days


def _hosts(name: str) -> list[str]:
    hosts = _required(name).split()
    for host in hosts:
        if not re.fullmatch(r"[a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\]", host):
            raise ImproperlyConfigured(f"{name} has {host!r}; names such as meelezen.example.nl are needed.")
    return hosts


def _networks(name: str) -> list[Network]:
    try:
        return networks(os.environ.get(name, ""))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}.") from None


def _identity_provider() -> list[dict[str, Any]]:
    """Where staff sign in by OpenID Connect, as allauth reads it; nothing where none of its settings is there."""
    names = ("REVIEW_OIDC_ISSUER", "REVIEW_OIDC_CLIENT_ID", "REVIEW_OIDC_SECRET")
    told = [os.environ.get(name, "").strip() for name in names]
    if not any(told):
        return []
    issuer, client, secret = map(_required, names)
    if not re.fullmatch(rf"{'https?' if DEVELOPMENT else 'https'}://[^\s?#]+", issuer):
        raise ImproperlyConfigured(f"REVIEW_OIDC_ISSUER is {issuer!r}; an address that begins with https:// is needed.")
    if everybody := {"common", "organizations", "consumers"} & set(issuer.lower().split("/")):
        raise ImproperlyConfigured(
            f"REVIEW_OIDC_ISSUER has {everybody.pop()!r}, which is anybody with an account at Microsoft; "
            "the id of your own tenant is needed."
        )
    of_allauth = {"server_url": issuer, "scope": ["openid", "profile"], "oauth_pkce_enabled": True}
    app = {"provider_id": "microsoft", "name": "Microsoft", "client_id": client, "secret": secret}
    return [{**app, "settings": of_allauth}]


def database(address: str) -> dict[str, Any]:
    """Django's configuration of `sqlite:///file` or `postgresql://user@host/name`.

    Raises:
        ImproperlyConfigured: the address is neither.
    """
    if not address.startswith(("sqlite:///", "postgresql://")):
        # The address itself may hold a password.
        raise ImproperlyConfigured("REVIEW_DATABASE_URL begins with sqlite:/// or postgresql://.")
    found = dict(dj_database_url.parse(address, conn_max_age=60, conn_health_checks=True))
    if found["ENGINE"] == "django.db.backends.sqlite3":
        # Readers beside a writer, and a writer that waits its turn from the beginning of its transaction.
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
        found["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}
    else:
        # A server that is gone without a word is noticed within half a minute, as the coach notices it of its store.
        noticed = {"connect_timeout": 3, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
        found["OPTIONS"] = {**noticed, "tcp_user_timeout": 20_000, **found.get("OPTIONS", {})}
    return found


DEVELOPMENT = _on("REVIEW_DEVELOPMENT")
DEBUG = False  # its pages of errors show what was said
SECRET_KEY = _required("REVIEW_SECRET")
if len(SECRET_KEY) < SECRET_OF_AT_LEAST:
    raise ImproperlyConfigured(f"REVIEW_SECRET is too short: {SECRET_OF_AT_LEAST} characters at least.")
# Where the coach keeps the conversations; the worker alone reads it.
STORE_URL = os.environ.get("DATABASE_URL", "").strip()
# For how many days is kept: a conversation with all that hangs on it, as in the coach's store; who of staff did what;
# the figures without words (review/retention.py).
RETENTION_DAYS = _days("RETENTION_DAYS", 28)
LOG_DAYS = _days("REVIEW_LOG_DAYS", 365)
STATISTICS_DAYS = _days("REVIEW_STATISTICS_DAYS", 730)
# What the worker builds once, and no copy of a conversation.
MASKING_FOLDER = Path(os.environ.get("REVIEW_MASKING", "").strip() or ROOT / "models" / "deduce")

# On this machine itself it can always be asked whether it is well.
ALLOWED_HOSTS = ["127.0.0.1", "localhost", *([] if DEVELOPMENT else _hosts("REVIEW_HOSTS"))]
# Whose word is taken for whom a request is from.
PROXIES = _networks("REVIEW_PROXIES")
ROOT_URLCONF = "review.urls"
WSGI_APPLICATION = "review.wsgi.application"
INSTALLED_APPS = [
    "review",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "auditlog",
]
MIDDLEWARE = [
    "review.policy.Protection",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "review.second_factor.Required",
    "auditlog.middleware.AuditlogMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {"default": database(_required("REVIEW_DATABASE_URL"))}
# What all processes count together: wrong codes, and which code was used already.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "review_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands")]
LOCALE_PATHS = [ROOT / "review" / "locale"]
TIME_ZONE = "Europe/Amsterdam"

STATIC_URL = "static/"
# Alpine for pages on which nothing is evaluated (tools/review.sh).
STATICFILES_DIRS = [("alpine", ROOT / "review" / "node_modules" / "@alpinejs" / "csp" / "dist")]
# Where collectstatic puts the files; in development they are read where they are.
STATIC_ROOT = None if DEVELOPMENT else Path(os.environ.get("REVIEW_STATIC", "").strip() or ROOT / ".tools" / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEVELOPMENT
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEVELOPMENT

# Sign-in: local accounts that an administrator makes; axes alone counts wrong passwords, per name and address.
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "account_login"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    # Names as they are written: allauth's own takes "BEHEER" for "beheer", which axes counts apart.
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "review.accounts.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# Wrong codes of the second factor, per account: the codes are few, and who tries them has the password.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/30m/key"}
ACCOUNT_SESSION_REMEMBER = False
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_CLIENT_IP_CALLABLE = "review.accounts.client_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "account/locked_out.html"
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "username"  # what allauth calls it when it asks the backends
AXES_SENSITIVE_PARAMETERS = ["login", "username", "password", "next"]  # the last may be the page of a conversation
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True
# The address of a proxy's client is whatever the client says.
AUDITLOG_DISABLE_REMOTE_ADDR = True

# The second factor of a local account.
SECOND_FACTOR = _on("REVIEW_SECOND_FACTOR") if DEVELOPMENT else True
MFA_ADAPTER = "review.second_factor.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {"generate_recovery_codes": "review.second_factor.NewCodesForm"}
MFA_REAUTHENTICATION_REQUIRED = False  # new codes ask for a code themselves
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Reflectiecoach"
MFA_TOTP_TOLERANCE = 1  # half a minute before and after

# Accounts of the organisation, of which the provider says who they are and what they may.
SOCIALACCOUNT_ADAPTER = "review.microsoft.ByRole"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"provider_class": "review.microsoft.Microsoft", "APPS": _identity_provider()}
}

SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if not DEVELOPMENT:
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^gezond/$"]  # whatever keeps the process running asks it directly
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-review", "__Host-csrf"

# The mail of a hand-off; on a developer's machine without a mail server the worker prints it.
MAIL_HOST = os.environ.get("REVIEW_MAIL_HOST", "").strip() if DEVELOPMENT else _required("REVIEW_MAIL_HOST")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL_HOST else 'console'}.EmailBackend"
EMAIL_HOST = MAIL_HOST
EMAIL_PORT = _number("REVIEW_MAIL_PORT", 587)
EMAIL_HOST_USER = os.environ.get("REVIEW_MAIL_USER", "").strip()
EMAIL_HOST_PASSWORD = os.environ.get("REVIEW_MAIL_PASSWORD", "").strip()
EMAIL_USE_TLS = _on("REVIEW_MAIL_TLS", otherwise=True)
EMAIL_TIMEOUT = 20  # seconds for each step of a mail
DEFAULT_FROM_EMAIL = "Reflectiecoach <reflectiecoach@localhost>" if DEVELOPMENT else _required("REVIEW_MAIL_FROM")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "review.logs.Nameless", "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # These name who signs in and, below WARNING, what a statement holds.
    "loggers": {
        "axes": {"level": "ERROR"},
        "django.db.backends": {"level": "WARNING"},
        "alembic": {"level": "WARNING"},
    },
}

UNFOLD = interface.UNFOLD
