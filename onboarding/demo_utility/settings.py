"""The demo utility's own settings, read from the environment. It never runs in production.

DATA_DIR, PORT (the portal's), DEMO_UTILITY_PORT, PORTAL_URL, DEMO_UTILITY_DELAY_SECONDS, DEMO_UTILITY_SLOW_SECONDS.
"""

import os
import secrets
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from onboarding.demo_utility.registration import FOLDER, kept

if os.environ.get("PORTAL_ENV", "").strip() == "production":
    raise ImproperlyConfigured("The demo utility does not run when PORTAL_ENV is production.")


def _text(name: str, default: str) -> str:
    return os.environ.get(name, "").strip() or default


def _number(name: str, default: int) -> int:
    value = _text(name, str(default))
    if not value.isdigit():
        raise ImproperlyConfigured(f"{name} must be a whole number, but is {value!r}.")
    return int(value)


DATA_DIR = Path(_text("DATA_DIR", str(Path(__file__).resolve().parents[2] / "var")))
_FOLDER = DATA_DIR / FOLDER
_FOLDER.mkdir(parents=True, exist_ok=True)
_PORTAL_PORT = _number("PORT", 8000)
PORT = _number("DEMO_UTILITY_PORT", _PORTAL_PORT + 10)
BASE_URL = f"http://127.0.0.1:{PORT}"
PORTAL_URL = _text("PORTAL_URL", f"http://127.0.0.1:{_PORTAL_PORT}").rstrip("/")
DELAY_SECONDS = _number("DEMO_UTILITY_DELAY_SECONDS", 36 * 3600)  # from the authorization until the data is ready
SLOW_SECONDS = _number("DEMO_UTILITY_SLOW_SECONDS", 5)  # what each answer takes in the test case `slow`

SECRET_KEY = kept(_FOLDER / "secret_key", lambda: secrets.token_urlsafe(64))
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
INSTALLED_APPS = [
    "onboarding.demo_utility",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "oauth2_provider",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "onboarding.demo_utility.urls"
WSGI_APPLICATION = "onboarding.demo_utility.wsgi.application"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {}}]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": _FOLDER / "utility.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = _FOLDER / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True  # there is no collectstatic here

# Cookies know no ports: the portal's, on the same host, must not meet these.
SESSION_COOKIE_NAME = "demo_utility_session"
CSRF_COOKIE_NAME = "demo_utility_csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 3600
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# No form-action: the answer to the last form leads back to the portal, and from there wherever the partner's page is.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

OAUTH2_PROVIDER = {
    "OAUTH2_VALIDATOR_CLASS": "onboarding.demo_utility.oauth.Validator",
    "OAUTH2_SERVER_CLASS": "onboarding.demo_utility.oauth.Server",
    "PKCE_REQUIRED": True,
    "ROTATE_REFRESH_TOKEN": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 120,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {
        "onboarding.demo_utility": {"handlers": ["console"], "level": "INFO"},
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
    },
}
