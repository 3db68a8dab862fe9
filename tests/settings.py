"""The portal's own settings, with a data directory per run and cheap password hashes.

TEST_DATABASE_URL and TEST_BROKER_URL choose PostgreSQL and Redis for the run; without them it is embedded.
"""

import os
import tempfile

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="portal-tests-"))
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]

from portal.settings import *  # noqa: F403  the settings under test

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {}
ACCOUNT_RATE_LIMITS = False
