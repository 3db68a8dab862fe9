"""The onboarding app."""

from django.apps import AppConfig

from portal.autodiscover import autodiscover


class OnboardingConfig(AppConfig):
    name = "onboarding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Also, in rooms that are not furnished like the others yet: the modules that register what they have."""
        autodiscover(self.name, also=["digest", "domain", "history", "impact", "panels"])
