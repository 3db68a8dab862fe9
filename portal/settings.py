"""All settings, read from the environment. README.md lists the variables.

Two modes. `demo` (the default) needs no server of any kind: SQLite, an embedded Celery transport, email written to
files, demo partners. `production` (PORTAL_ENV=production) insists on every secret and address and switches on the
transport security. A variable that is missing or wrong stops the start with one sentence saying which and why.
"""

import os
import secrets
import stat
from pathlib import Path
from typing import Any

import dj_database_url
from celery.schedules import schedule
from cryptography.fernet import Fernet
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal.storage.clickhouse import address_of as clickhouse_address_of
from portal.storage.objects import address_of

BASE_DIR = Path(__file__).resolve().parent.parent


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    if not value.isdigit():
        raise ImproperlyConfigured(f"{name} must be a whole number, but is {value!r}.")
    return int(value)


def switch(name: str, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value not in {"0", "1", "true", "false", "yes", "no", "on", "off"}:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, but is {value!r}.")
    return value in {"1", "true", "yes", "on"}


def listed(name: str) -> list[str]:
    return [item.strip() for item in text(name).split(",") if item.strip()]


def required_in_production(name: str) -> str:
    value = text(name)
    if PRODUCTION and not value:
        raise ImproperlyConfigured(f"{name} must be set when PORTAL_ENV is production. README.md says what it holds.")
    return value


PORTAL_ENV = text("PORTAL_ENV", "demo")
if PORTAL_ENV not in {"demo", "production"}:
    raise ImproperlyConfigured(f"PORTAL_ENV must be demo or production, but is {PORTAL_ENV!r}.")
PRODUCTION = PORTAL_ENV == "production"
DEMO = not PRODUCTION
DEBUG = switch("DEBUG", False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG must be off when PORTAL_ENV is production: its error pages show secrets.")

DATA_DIR = Path(text("DATA_DIR", str(BASE_DIR / "var")))
try:
    DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    _entry = DATA_DIR.stat()
    # Also one that an earlier version made; none that is another's, or a place for everybody like /tmp.
    if _entry.st_mode & 0o077 and _entry.st_uid == os.geteuid() and not _entry.st_mode & stat.S_ISVTX:
        DATA_DIR.chmod(0o700)
except OSError as error:
    raise ImproperlyConfigured(f"DATA_DIR {DATA_DIR} cannot be made: {error.strerror}.") from error


def _kept_secret(name: str, value: str) -> str:
    """A secret of the demo: the value at the first start, then what was kept, so that a restart loses nothing.

    It is linked into place whole: of two processes that start at once, both go on with the same one.
    """
    path, draft = DATA_DIR / name, DATA_DIR / f"{name}.{os.getpid()}"
    if not path.exists():
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(value)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


SECRET_KEY = required_in_production("SECRET_KEY") or _kept_secret("secret_key", secrets.token_urlsafe(64))
if PRODUCTION and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY must be at least 50 characters of random text.")
SECRET_KEY_FALLBACKS = listed("SECRET_KEY_FALLBACKS")  # earlier ones: links that were sent go on working
# Secrets at rest (portal/security/keyring.py): the first key encrypts, all of them decrypt.
required_in_production("ENCRYPTION_KEYS")
ENCRYPTION_KEYS = listed("ENCRYPTION_KEYS") or [_kept_secret("encryption_key", Fernet.generate_key().decode())]
for _position, _key in enumerate(ENCRYPTION_KEYS, start=1):
    try:
        Fernet(_key)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"ENCRYPTION_KEYS must be Fernet keys (32 bytes in URL-safe base64), but number {_position} is none."
        ) from error
ALLOWED_HOSTS = listed("ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
if PRODUCTION:
    required_in_production("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = listed("CSRF_TRUSTED_ORIGINS")
LISTEN_PORT = number("PORT", 8000)
GREEN_BUTTON_MAX_BYTES = number("GREEN_BUTTON_MAX_MB", 1024) * 1024 * 1024  # of one feed of a utility
GREEN_BUTTON_LEAST_SECONDS = 15 if DEMO else 300  # between two questions whether a utility's data is ready
# When a utility's sign-in has trouble. Nobody publishes such figures: these are our estimate, unverified.
UTILITY_TROUBLE_TRIES = number("UTILITY_TROUBLE_TRIES", 5)  # so many at least, of all partners' customers,
UTILITY_TROUBLE_MINUTES = number("UTILITY_TROUBLE_MINUTES", 120)  # in this time
UTILITY_DEGRADED_PERCENT = number("UTILITY_DEGRADED_PERCENT", 20)  # of them failed by the utility's fault
UTILITY_FAILING_PERCENT = number("UTILITY_FAILING_PERCENT", 50)  # the same
UTILITY_RECOVERED_TRIES = number("UTILITY_RECOVERED_TRIES", 3)  # in a row that end an outage
DEMO_UTILITY_PORT = number("DEMO_UTILITY_PORT", LISTEN_PORT + 10)  # demo mode only: a program of its own
DEMO_UTILITY_URL = f"http://127.0.0.1:{DEMO_UTILITY_PORT}"
SITE_NAME = text("SITE_NAME", "Partner portal")
SITE_MARK = text("SITE_MARK", "img/mark.svg")  # a static file
SITE_URL = (required_in_production("SITE_URL") or f"http://127.0.0.1:{LISTEN_PORT}").rstrip("/")

# --- the site -------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "portal",
    "programs",
    "onboarding",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "heroicons",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "bootstrap",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "django_filters",
    "simple_history",
    "import_export",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "portal.web.middleware.NoStoreMiddleware",
    "portal.web.middleware.RequestIdMiddleware",
    "portal.operations.requests.RequestMiddleware",
    "portal.developers.request_log.RequestLogMiddleware",
    "portal.api.middleware.ApiMiddleware",
    "portal.web.middleware.NoNulMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.web.middleware.PackPagesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.web.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.web.middleware.PartnerRulesMiddleware",
    "portal.web.shown_for.ShownForMiddleware",
    "portal.web.middleware.OnlySentMiddleware",
    "portal.web.middleware.SandboxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.web.middleware.SessionSeenMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.web.context_processors.site",
            ],
            "builtins": ["portal.web.shown_for"],  # its csrf_token adds the partner of the page to every form
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- storage ---------------------------------------------------------------------------------------
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
try:
    DATABASES = {
        "default": dj_database_url.parse(
            required_in_production("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'portal.sqlite3'}", conn_max_age=60
        )
    }
except (dj_database_url.ParseError, dj_database_url.UnknownSchemeError) as error:
    raise ImproperlyConfigured(f"DATABASE_URL is not a database address: {error}") from error
DATABASE: dict[str, Any] = DATABASES["default"]  # type: ignore[assignment]  # dj_database_url types values too narrowly
if DATABASE["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE takes the write lock at BEGIN: one that reads first cannot fail later with "database is locked".
    DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000;",
    }
elif DATABASE["ENGINE"].endswith("postgresql"):
    DATABASE["CONN_HEALTH_CHECKS"] = True
    # A host that vanishes or freezes holds what its open transaction has locked until the server ends it, and a host
    # whose server vanishes waits: by default both take hours to notice.
    _SILENT_SECONDS = number("DATABASE_SILENT_SECONDS", 120)
    _NOTICED = {
        "idle_in_transaction_session_timeout": f"{_SILENT_SECONDS}s",
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "4",
        "tcp_user_timeout": "30s",
    }
    DATABASE["OPTIONS"] = {
        "connect_timeout": 5,  # seconds
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 4,
        "tcp_user_timeout": 30_000,  # milliseconds
        "options": " ".join(f"-c {name}={value}" for name, value in _NOTICED.items()),
        **DATABASE.get("OPTIONS", {}),
    }
else:
    raise ImproperlyConfigured("DATABASE_URL must name PostgreSQL (postgres://…) or SQLite (sqlite:///…).")

# Every process keeps in the same place which codes of authenticator apps were used. Pages do not touch this cache.
CACHE_URL = text("CACHE_URL")
if CACHE_URL and not CACHE_URL.startswith(("redis://", "rediss://", "unix://")):
    raise ImproperlyConfigured("CACHE_URL must name a Redis (redis://…); without it the cache is in the database.")
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
    if CACHE_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",  # made by a migration
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # many more than there are codes in the half minute that each is kept
    },
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "process"},
}

MEDIA_ROOT = DATA_DIR / "files"  # uploaded files, and exports; never served by a URL
STORAGE_URL = text("STORAGE_URL")  # of a bucket that holds them instead (portal/storage/objects.py)
if STORAGE_URL:
    try:
        address_of(STORAGE_URL)
    except ValueError as error:
        raise ImproperlyConfigured(f"STORAGE_URL is not the address of a bucket: {error}.") from None
INTERVAL_STORE_URL = text("INTERVAL_STORE_URL")  # of servers that hold intervals instead (portal/storage/clickhouse.py)
if INTERVAL_STORE_URL:
    try:
        clickhouse_address_of(INTERVAL_STORE_URL)
    except ValueError as error:
        raise ImproperlyConfigured(f"INTERVAL_STORE_URL is not the address of a ClickHouse: {error}.") from None
STATIC_URL = "static/"
STATIC_ROOT = Path(text("STATIC_ROOT", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.web.stylesheets.BundlingStaticFilesStorage"},  # made by collectstatic
}

# --- uploads: what a file may be, and what reading it may cost -------------------------------------
UPLOAD_MAX_BYTES = number("UPLOAD_MAX_MB", 50) * 1024 * 1024
UPLOAD_MAX_ROWS = number("UPLOAD_MAX_ROWS", 100_000)
UPLOAD_MAX_ROWS_WHOLE = number("UPLOAD_MAX_ROWS_WHOLE", 20_000)  # of .xls, .xlsb and .ods, which memory holds whole
UPLOAD_READER_MEMORY_MB = number("UPLOAD_READER_MEMORY_MB", 1024)
UPLOAD_READER_SECONDS = number("UPLOAD_READER_SECONDS", 180)
UPLOAD_WITHDRAW_DAYS = number("UPLOAD_WITHDRAW_DAYS", 30)  # how long an upload can be taken back
UPLOAD_FILE_DAYS = number("UPLOAD_FILE_DAYS", 90)  # how long the file of an upload that ended is kept; not verified
CONSENT_MAX_BYTES = number("CONSENT_MAX_MB", 10) * 1024 * 1024  # of one consent that a partner supplies
INTERVAL_MAX_BYTES = number("INTERVAL_MAX_MB", 4096) * 1024 * 1024  # a month of 10,000 devices has 2.7 GB
INTERVAL_READER_MEMORY_MB = number("INTERVAL_READER_MEMORY_MB", 4096)  # of address space, a tenth of which is used
INTERVAL_READER_SECONDS = number("INTERVAL_READER_SECONDS", 1800)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # forms; files and API bodies are streamed and have their own limit
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6_000  # as many meters as are looked up at once, each with a box
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "portal.storage.temporary.UnnamedFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o600

# --- the event log: its end as it was last seen, outside the database (portal/events/witness.py)
SEAL_FILE: Path | None = DATA_DIR / "last_seal"
SEALS_TO = listed("SEALS_TO")  # who gets the last seal by email each day

# --- background work -------------------------------------------------------------------------------
# The database is the queue of record (portal/jobs); a message only wakes a worker, so a lossy transport loses nothing.
CELERY_BROKER_URL = text("CELERY_BROKER_URL", "embedded://localhost")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {
        "data_folder_in": str(DATA_DIR / "wakeups"),
        "data_folder_out": str(DATA_DIR / "wakeups"),
        "control_folder": str(DATA_DIR / "wakeups" / "control"),
        "polling_interval": 0.2,
    }
    if CELERY_BROKER_URL.startswith("embedded:")
    else {}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_TASK_DEFAULT_QUEUE = text("CELERY_QUEUE", "portal")
JOB_SWEEP_SECONDS = number("JOB_SWEEP_SECONDS", 5)
# The beat only asks what is due; `manage.py periodic --list` names it with its intervals (portal/jobs/periodic.py).
CELERY_BEAT_SCHEDULE = {
    "periodic": {"task": "portal.jobs.tasks.run_periodic", "schedule": schedule(JOB_SWEEP_SECONDS)},
}
CELERY_BEAT_SCHEDULER = "portal.jobs.beat:SteadyScheduler"
JOB_LEASE_SECONDS = number("JOB_LEASE_SECONDS", 20)
JOB_MAX_ATTEMPTS = 3
JOB_FAULT_SECONDS = number("JOB_FAULT_SECONDS", 15)  # pause after a full disk or a lost server
JOB_CHUNK_ROWS = number("JOB_CHUNK_ROWS", 4000)  # rows that are validated and staged in one transaction
CHECK_PROCESSES = number("CHECK_PROCESSES", os.cpu_count() or 1)  # of a worker, for one large file (PostgreSQL)
JOB_COMMIT_ROWS = number("JOB_COMMIT_ROWS", 10_000)  # rows that one transaction makes into meters
JOB_INTERVAL_ROWS = number(
    "JOB_INTERVAL_ROWS", 20_000 if DATABASE["ENGINE"].endswith("sqlite3") else 200_000
)  # at once
JOB_SLICE_SECONDS = number("JOB_SLICE_SECONDS", 3)  # after this a job yields to a waiting partner
LONG_POLLS = number("LONG_POLLS", 4)  # requests of one process that may wait for events, half of them one partner's

# The time of rows is that of the PostgreSQL server (portal/clock.py). Off only where tests set this process's time.
CLOCK_OF_DATABASE = True

# --- people ----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "portal.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
_FORMS = "portal.partners.account_forms"
ACCOUNT_FORMS = {
    "login": f"{_FORMS}.LoginForm",
    "add_email": f"{_FORMS}.AddEmailForm",
    "change_password": f"{_FORMS}.ChangePasswordForm",
    "set_password": f"{_FORMS}.SetPasswordForm",
    "reset_password": f"{_FORMS}.ResetPasswordForm",
    "reset_password_from_key": f"{_FORMS}.ResetPasswordKeyForm",
    "reauthenticate": f"{_FORMS}.ReauthenticateForm",
}
ACCOUNT_ADAPTER = "portal.partners.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of changes to an account: its password, addresses, second step
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody gets email because somebody else typed their address
ACCOUNT_RATE_LIMITS = False  # the library's let more through when many try at once; ours: partners/account_limits.py
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
MFA_ADAPTER = "portal.partners.adapters.TwoFactorAdapter"
MFA_FORMS = {
    "authenticate": f"{_FORMS}.CodeForm",
    "reauthenticate": f"{_FORMS}.CodeAgainForm",
    "activate_totp": f"{_FORMS}.ActivateAppForm",
}
# The library fears accounts made with somebody else's address. Ours begin with a link sent to the address, so one that
# is added later and not confirmed yet does not stand in the way of a second step, nor a second step in its way.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = SITE_NAME
USERSESSIONS_TRACK_ACTIVITY = True
STAFF_TWO_FACTOR = PRODUCTION or switch("STAFF_TWO_FACTOR", False)  # in the demo, staff may go without

EMAIL_URL = text("EMAIL_HOST")
EMAIL_TIMEOUT = 30  # seconds: somebody may be waiting at a page for an email to leave
if EMAIL_URL:
    EMAIL_HOST = EMAIL_URL
    EMAIL_PORT = number("EMAIL_PORT", 587)
    EMAIL_HOST_USER = text("EMAIL_HOST_USER")
    EMAIL_HOST_PASSWORD = text("EMAIL_HOST_PASSWORD")
    EMAIL_USE_TLS = switch("EMAIL_USE_TLS", True)
else:
    EMAIL_BACKEND = "portal.emails.files.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = text("DEFAULT_FROM_EMAIL", f"{SITE_NAME} <portal@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_AFTER_SECONDS = number("MAIL_AFTER_SECONDS", 30)  # work that takes longer ends with an email
SUPPORT_EMAIL = text("SUPPORT_EMAIL", "support@portal.example")
SECURITY_EMAIL = text("SECURITY_EMAIL", SUPPORT_EMAIL)  # of those who report a vulnerability
STATUS_URL = text("STATUS_URL")  # of a page that says how the service is; linked at the foot of each page

# --- safety on the wire ----------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap draws its check marks and carets as data: images
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
# What a customer chose on a page of Connect; the partners' pages are in English.
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_PATH = "/connect/"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
CSRF_FAILURE_VIEW = "onboarding.connect.customer_frame.csrf_failure"  # of all pages
if PRODUCTION:
    SECURE_SSL_REDIRECT = switch("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|healthz|metrics)$"]  # asked from inside, where nothing ends TLS
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
    if switch("BEHIND_PROXY", False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        ALLAUTH_TRUSTED_PROXY_COUNT = 1  # whose X-Forwarded-For says where a request came from

# Everything that the portal fetches goes through portal/security/outbound.py: public addresses over https alone. The
# demo's utility runs on the same machine, so in demo mode this machine may be dialed too, also over http.
OUTBOUND_ALLOWS_LOOPBACK = DEMO
# Webhooks go to port 443, 8443 or 8843 of public addresses; with this switch also to this machine, and to any port.
WEBHOOKS_ALLOW_LOOPBACK = switch("WEBHOOKS_ALLOW_LOOPBACK", False)
if PRODUCTION and WEBHOOKS_ALLOW_LOOPBACK:
    raise ImproperlyConfigured("WEBHOOKS_ALLOW_LOOPBACK must be off when PORTAL_ENV is production.")

# --- the API ---------------------------------------------------------------------------------------
API_REQUESTS_PER_MINUTE = number("API_REQUESTS_PER_MINUTE", 3000)  # of one key; a partner may have its own number
API_BAD_KEYS_PER_MINUTE = number("API_BAD_KEYS_PER_MINUTE", 60)  # from one network address, which are then answered 429
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.api.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "portal.api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "portal.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # Accept chooses the format
}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{SITE_NAME} API",
    "VERSION": "1.1",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SERVE_INCLUDE_SCHEMA": False,
    "ENABLE_DJANGO_DEPLOY_CHECK": False,  # it reads the catalogue; a test makes the schema, and lets no warning pass
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["portal.api.schema.inline_enums", "portal.api.schema.describe_common"],
}

# --- import and export of program tables, for staff
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_USE_TRANSACTIONS = True

# --- watching it run ---------------------------------------------------------------------------------
METRICS_TOKEN = text("METRICS_TOKEN")  # whoever asks for /metrics sends it; without one there are no metrics
if METRICS_TOKEN:
    if len(METRICS_TOKEN) < 20:
        raise ImproperlyConfigured("METRICS_TOKEN must be at least 20 characters of random text.")
    # The library's own variable: where the web processes of a machine keep their counts, for whichever is asked.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = text("PROMETHEUS_MULTIPROC_DIR", str(DATA_DIR / "metrics"))
    Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).mkdir(parents=True, exist_ok=True)

SENTRY_DSN = text("SENTRY_DSN")  # where errors are reported; nowhere without it
if SENTRY_DSN:
    from portal.operations.error_reports import start

    start(SENTRY_DSN, environment=PORTAL_ENV)

# --- language and time -------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
# Of the customers' pages and emails (onboarding/locale); each browser chooses. The partners' pages are in English.
LANGUAGES = [("en", "English"), ("es", "Español")]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = "portal.web.formats"

LOG_FORMAT = text("LOG_FORMAT", "line")
if LOG_FORMAT not in {"line", "json"}:
    raise ImproperlyConfigured(f"LOG_FORMAT must be line or json, but is {LOG_FORMAT!r}.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "portal.web.logs.LineFormatter", "tells_errors": DEMO},
        "json": {"()": "portal.web.logs.JsonFormatter", "tells_errors": DEMO},
    },
    "filters": {
        "without_secrets": {"()": "portal.web.logs.WithoutSecrets"},
        "with_request_id": {"()": "portal.web.logs.WithRequestId"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["without_secrets", "with_request_id"],
        },
    },
    "root": {"handlers": ["console"], "level": text("LOG_LEVEL", "WARNING")},
    "loggers": {
        "portal": {"level": text("LOG_LEVEL", "INFO")},
        "portal.access": {"level": text("LOG_LEVEL", "WARNING" if DEMO else "INFO")},
        "portal.jobs": {"level": text("LOG_LEVEL", "WARNING" if DEMO else "INFO")},
        "onboarding": {"level": text("LOG_LEVEL", "INFO")},
    },
}
