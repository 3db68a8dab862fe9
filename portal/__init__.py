"""Ground floor: the site and what every room shares. Imports nothing from programs or onboarding."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
