"""The demo utility's WSGI application. Loading it also prepares the database and begins to notify: one worker only."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "onboarding.demo_utility.settings"
application = get_wsgi_application()

from django.core.management import call_command  # noqa: E402  Django first

from onboarding.demo_utility import settings  # noqa: E402  Django first
from onboarding.demo_utility.domain import register_portal  # noqa: E402  Django first
from onboarding.demo_utility.notifier import start_notifier  # noqa: E402  Django first
from onboarding.demo_utility.registration import registration  # noqa: E402  Django first

call_command("migrate", verbosity=0)
register_portal(registration(settings.DATA_DIR), f"{settings.PORTAL_URL}/connect/return/")
start_notifier()
