"""The portal's own settings, with a data directory per run and cheap password hashes.

TEST_DATABASE_URL and TEST_BROKER_URL choose PostgreSQL and Redis for the run; without them it is embedded.
TEST_INTERVAL_STORE_URL puts the intervals of a whole run into a ClickHouse.
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

os.environ["INTERVAL_STORE_URL"] = os.environ.get("TEST_INTERVAL_STORE_URL", "")

from portal.settings import *  # noqa: F403  the settings under test

CLOCK_OF_DATABASE = False  # tests travel in time, and the server does not go with them
SEAL_FILE = None  # processes with a database each share one DATA_DIR
MEDIA_ROOT = DATA_DIR / f"files-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"  # noqa: F405  each has its own files
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {}
DATABASES["default"]["OPTIONS"].pop("options", None)  # noqa: F405  a test's transaction may be silent for long
