"""The onboarding app."""

from django.apps import AppConfig

from portal.autodiscover import autodiscover


class OnboardingConfig(AppConfig):
    name = "onboarding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Also: what rooms add to the history of meters, to the impact of a rule, and to the lists of meters."""
        autodiscover(self.name, also=["history", "impact", "panels"])
