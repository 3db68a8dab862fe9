"""The portal app."""

from django.apps import AppConfig

from portal.autodiscover import autodiscover


class PortalConfig(AppConfig):
    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Also: who listens to sign-ins, our lookups, and how the API's schema describes our keys."""
        autodiscover(self.name, also=["signals", "lookups", "schema"])
