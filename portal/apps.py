"""The portal app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers how the API's schema describes our keys."""
        from portal.api import schema  # noqa: F401  imported for its registration
