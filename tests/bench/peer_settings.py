"""The portal's settings with the peer that delivers webhooks, in a process of its own."""

from portal.settings import *  # noqa: F403  the settings beside which it runs

INSTALLED_APPS = [*INSTALLED_APPS, "django_webhook"]  # noqa: F405  from the line above
DJANGO_WEBHOOK = {"STORE_EVENTS": True, "MODELS": []}
