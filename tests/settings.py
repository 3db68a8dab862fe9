"""The portal's own settings, with a data directory per run and cheap password hashes.

TEST_DATABASE_URL and TEST_BROKER_URL choose PostgreSQL and Redis for the run; without them it is embedded.
"""

import atexit
import os
import shutil
import tempfile

if "DATA_DIR" not in os.environ:  # the workers of a run are given that of the process that starts them
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="portal-tests-")
    atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
else:
    os.environ.pop("DATABASE_URL", None)

from portal.settings import *  # noqa: F403  the settings under test

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {}
ACCOUNT_RATE_LIMITS = False
