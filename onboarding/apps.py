"""The onboarding app."""

from django.apps import AppConfig

from portal.autodiscover import autodiscover


class OnboardingConfig(AppConfig):
    name = "onboarding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Also: what rooms add to histories, published events, the catalogue's pages, the search's index and lists."""
        autodiscover(self.name, also=["history", "impact", "index", "panels", "past", "published", "tryout", "uses"])
