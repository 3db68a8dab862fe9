"""The Celery app. A message only wakes a worker; the work itself is in the database (portal/jobs)."""

import os

from celery import Celery
from celery.signals import setup_logging
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["embedded"] = "portal.jobs.embedded:Transport"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["portal.jobs"])


@setup_logging.connect
def keep_logging(**_: object) -> None:
    """Workers log as settings.LOGGING says: with a receiver here, Celery puts no handlers of its own in their place."""
