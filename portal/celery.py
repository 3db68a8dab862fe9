"""The Celery app. A message only wakes a worker; the work itself is in the database (portal/jobs)."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["embedded"] = "portal.jobs.embedded:Transport"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["portal.jobs"])
