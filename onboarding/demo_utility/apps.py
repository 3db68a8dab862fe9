"""The demo utility's only app; installed by its own settings, never by the portal's."""

from django.apps import AppConfig


class DemoUtilityConfig(AppConfig):
    name = "onboarding.demo_utility"
    label = "demo_utility"
    default_auto_field = "django.db.models.BigAutoField"
