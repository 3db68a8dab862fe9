"""The portal app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers how the API's schema describes our keys, and our lookup."""
        from portal.api import schema  # noqa: F401  imported for its registration
        from portal.storage import lookups  # noqa: F401  imported for its registration
